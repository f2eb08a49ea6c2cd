package io.loadmonitor.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Supplier;

/**
 * One round of the whole loop: load rises, Prometheus fires, Alertmanager posts, the incident gets its dump, load goes,
 * the alert resolves, the incident is closed.
 */
final class Loop {

    private final Exporter exporter;
    private final Prometheus prometheus;
    private final Timeline timeline;
    private final Supplier<String> evidence;

    Loop(Exporter exporter, Prometheus prometheus, Timeline timeline, Supplier<String> evidence) {
        this.exporter = exporter;
        this.prometheus = prometheus;
        this.timeline = timeline;
        this.evidence = evidence;
    }

    /** What raises the load and takes it away again. */
    interface Load {
        void raise();

        void end();
    }

    /**
     * Goes round once.
     *
     * @return the closed incident, with its dumps
     */
    JsonNode run(Load load) {
        prometheus.awaitUp();
        timeline.step("Prometheus scrapes the exporter; load1 is " + load1());
        // An alert that fires for what ran before would take its dump too early.
        await(
                "the load of before has gone below " + prometheus.loadHigh(),
                Progress.falling("load1", prometheus::load1),
                () -> prometheus
                                .query("load_monitor_load1 < " + prometheus.loadHigh()
                                        + " unless on() ALERTS{alertname=\"LoadHigh\"}")
                                .isEmpty()
                        ? Optional.empty()
                        : Optional.of(true));
        long before = exporter.incident("LoadHigh")
                .map(incident -> incident.path("id").asLong())
                .orElse(0L);
        load.raise();
        timeline.step("load raised");
        prometheus.awaitFiring("LoadHigh");
        timeline.step("LoadHigh fires in Prometheus; load1 is " + load1());
        JsonNode dumped = await(
                "an incident with a complete dump for the alert",
                Progress.changing(this::incidents),
                () -> exporter.incident("LoadHigh")
                        .filter(incident -> incident.path("id").asLong() > before
                                && !completeDumps(incident, "alert").isEmpty()));
        timeline.step("incident " + dumped.path("id") + " has the dump that the webhook triggered: "
                + dumped.path("headline").asText());
        load.end();
        timeline.step("load ended");
        JsonNode closed = await(
                "the incident is closed by the resolved alert",
                Progress.falling("load1", prometheus::load1),
                () -> exporter.incident("LoadHigh")
                        .filter(incident -> incident.path("state").asText().equals("ended")));
        timeline.step("alert resolved, incident closed; load1 is " + load1());
        if (closed.path("id").asLong() != dumped.path("id").asLong()) {
            throw new AssertionError("a second incident appeared:\n" + closed.toPrettyString());
        }
        assertOneDumpOfTheAlert(closed);
        return closed;
    }

    /** Also where the disk did not answer in time and Alertmanager had to send the alert again. */
    private static void assertOneDumpOfTheAlert(JsonNode incident) {
        int found = completeDumps(incident, "alert").size();
        if (found != 1) {
            throw new AssertionError(found + " dumps of the alert, expected 1:\n" + incident.toPrettyString());
        }
    }

    /** The complete dumps of an incident that were taken for one kind of trigger. */
    static List<JsonNode> completeDumps(JsonNode incident, String trigger) {
        List<JsonNode> dumps = new ArrayList<>();
        for (JsonNode dump : incident.path("dumps")) {
            if (dump.path("trigger").asText().equals(trigger)
                    && dump.path("state").asText().equals("complete")) {
                dumps.add(dump);
            }
        }
        return dumps;
    }

    private <T> T await(String what, Progress progress, Supplier<Optional<T>> probe) {
        return Wait.whileMoving(what, progress, probe, () -> evidence.get() + "\nincidents: " + incidents());
    }

    private String incidents() {
        return exporter.find("/api/v1/incidents").map(JsonNode::toPrettyString).orElse("the exporter does not answer");
    }

    private String load1() {
        OptionalDouble load1 = prometheus.load1();
        return load1.isEmpty() ? "not known" : Double.toString(load1.getAsDouble());
    }
}
