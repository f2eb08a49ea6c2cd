package io.loadmonitor.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.loadmonitor.grafana.Dashboard;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;

/**
 * The loop with the module: a guest with Debian's 6.1 under load, Prometheus and Alertmanager on this host. One machine
 * and one round serve all tests; they look at what came of it, in the order given.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class VmLoopIT {
    /**
     * Where the workers sleep that wait for work. One that was woken for work and waits for a CPU still stands there,
     * and is load like any other task.
     */
    private static final Pattern IDLE_WORKER = Pattern.compile("^(worker_thread|rescuer_thread|kthread_worker_fn)\\+");

    private final Timeline timeline = new Timeline("loop in a virtual machine");
    private Vm vm;
    private Alertmanager alertmanager;
    private Prometheus prometheus;
    private JsonNode incident;
    private long started;

    @BeforeAll
    void goesRound(@TempDir Path folder) {
        vm = Vm.start(folder, "bookworm", "cloud-amd64", Duration.ofMinutes(90));
        started = System.nanoTime();
        timeline.step("the guest's exporter is ready");
        alertmanager = Alertmanager.start(folder, vm.exporter().hostAndPort());
        prometheus = Prometheus.start(
                folder, vm.exporter().hostAndPort(), List.of(vm.nodeExporter()), alertmanager.address(), 4);
        Loop loop = new Loop(vm.exporter(), prometheus, timeline, () -> vm.tail() + alertmanager.tail());
        incident = loop.run(vm);
    }

    @AfterAll
    void ends() {
        for (AutoCloseable part : new AutoCloseable[] {prometheus, alertmanager, vm}) {
            try {
                if (part != null) {
                    part.close();
                }
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
    }

    @Test
    @Order(1)
    void theIncidentHasTheModulesOwnDumpAndTheWebhooks() {
        timeline.step(new Report(vm.exporter()).of(incident));
        // The module looks again after its cooldown while the load is still high, so there may be later ones.
        assertTrue(!Loop.completeDumps(incident, "threshold").isEmpty(), incident::toPrettyString);
        assertTrue(!Loop.completeDumps(incident, "alert").isEmpty(), incident::toPrettyString);
        JsonNode own = Loop.completeDumps(incident, "threshold").get(0);
        JsonNode asked = Loop.completeDumps(incident, "alert").get(0);
        assertTrue(
                own.path("takenAt").asText().compareTo(asked.path("takenAt").asText()) < 0, incident::toPrettyString);
        assertEquals("kmod", own.path("source").asText());
        assertEquals("kmod", asked.path("source").asText());
        // The exporter watches the load too, but not while the module does: none is taken twice.
        assertEquals(
                "The module, at load 4.00.",
                vm.exporter()
                        .json("/api/v1/status")
                        .path("triggers")
                        .path(0)
                        .path("words")
                        .asText());
        for (JsonNode dump : Loop.completeDumps(incident, "threshold")) {
            String raw = vm.exporter().text("/api/v1/dumps/" + dump.path("id").asLong() + "/raw");
            assertTrue(raw.contains("\ntrigger kind=threshold reason=\"load "), raw);
        }
    }

    @Test
    @Order(2)
    void theDumpsTakenUnderLoadHoldTheLoadAndNothingElse() {
        for (String trigger : List.of("threshold", "alert")) {
            JsonNode summary = Loop.completeDumps(incident, trigger).get(0);
            JsonNode dump =
                    vm.exporter().json("/api/v1/dumps/" + summary.path("id").asLong());
            List<String> uninterruptible = new ArrayList<>();
            int busy = 0;
            for (JsonNode task : dump.path("taskList")) {
                String comm = task.path("comm").asText();
                if (task.path("state").asText().equals("uninterruptible")) {
                    assertTrue(
                            framesOf(dump, task).stream().limit(1).noneMatch(IDLE_WORKER.asPredicate()),
                            () -> "an idle kernel worker is no load: " + task);
                    uninterruptible.add(comm);
                    assertTrue(
                            framesOf(dump, task).stream().anyMatch(frame -> frame.contains("vfork")),
                            () -> "the stack of a task that waits in vfork: " + task + " " + framesOf(dump, task));
                } else if (comm.equals("busy")) {
                    busy++;
                    String on = task.path("on").asText();
                    assertTrue(Set.of("cpu-user", "cpu-kernel", "queue").contains(on), task::toString);
                    assertTrue(
                            on.equals("cpu-user") || !framesOf(dump, task).isEmpty(),
                            () -> "a busy task has a stack or is in user mode: " + task);
                }
            }
            assertEquals(List.of("act", "act"), uninterruptible, dump::toPrettyString);
            assertEquals(8, busy, dump::toPrettyString);
        }
    }

    @Test
    @Order(3)
    void thePartsSumToTheTasks() {
        for (JsonNode summary : incident.path("dumps")) {
            JsonNode dump =
                    vm.exporter().json("/api/v1/dumps/" + summary.path("id").asLong());
            JsonNode breakdown = dump.path("breakdown");
            int sum = 0;
            for (JsonNode part : breakdown.path("parts")) {
                sum += part.path("tasks").asInt();
            }
            assertEquals(dump.path("taskList").size(), sum, dump::toPrettyString);
            assertEquals(breakdown.path("tasks").asInt(), sum, dump::toPrettyString);
            assertEquals(
                    breakdown.path("active").asInt(),
                    sum + breakdown.path("remainder").asInt(),
                    dump::toPrettyString);
            assertEquals(dump.path("counts").path("captured").asInt(), sum, dump::toPrettyString);
        }
    }

    @Test
    @Order(4)
    void rawTextIsTheModulesOwn() {
        long id = Loop.completeDumps(incident, "threshold").get(0).path("id").asLong();
        String raw = vm.exporter().text("/api/v1/dumps/" + id + "/raw");
        assertTrue(raw.startsWith("load_monitor dump version=1 "), raw);
        assertTrue(raw.contains("\ntrigger kind=threshold "), raw);
        assertTrue(
                raw.stripTrailing()
                        .lines()
                        .reduce((first, last) -> last)
                        .orElse("")
                        .startsWith("end id="),
                raw);
        String folded = vm.exporter().text("/api/v1/dumps/" + id + "/folded");
        int sum = folded.lines()
                .mapToInt(line -> Integer.parseInt(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
        assertEquals(vm.exporter().json("/api/v1/dumps/" + id).path("taskList").size(), sum, folded);
    }

    @Test
    @Order(5)
    void anotherManualDumpIsTakenAndARushIsThrottled() throws Exception {
        var first = Http.post(vm.exporter().address().resolve("/api/v1/dumps"), "{\"reason\":\"by hand\"}");
        var second = Http.post(vm.exporter().address().resolve("/api/v1/dumps"), "{\"reason\":\"by hand\"}");
        assertEquals(202, first.statusCode(), first.body());
        assertTrue(Set.of(409, 429).contains(second.statusCode()), second.body());
        String location = first.headers().firstValue("Location").orElseThrow();
        JsonNode taken = Wait.whileMoving(
                "the manual dump",
                vm.working(),
                () -> Http.json(vm.exporter().address().resolve(location))
                        .filter(dump -> dump.path("state").asText().equals("complete")),
                vm::tail);
        assertEquals("manual", taken.path("trigger").asText());
        assertEquals("by hand", taken.path("reason").asText());
    }

    @Test
    @Order(6)
    void everyExpressionOfTheDashboardsReturnsData() {
        Set<String> empty = new HashSet<>();
        Duration round = Duration.ofNanos(System.nanoTime() - started);
        for (Dashboard dashboard : Dashboard.all()) {
            for (Dashboard.Expression expression : dashboard.expressions()) {
                // Looked at over the whole round: an alert that fired then fires no more.
                if (prometheus.queryRange(expression.runnable(), round).isEmpty()) {
                    empty.add(expression.place() + ": " + expression.runnable());
                }
            }
        }
        assertEquals(Set.of(), empty);
    }

    @Test
    @Order(7)
    void theDashboardsTableGetsItsRowsFromTheExporter() {
        List<Dashboard.Request> requests = Dashboard.all().stream()
                .flatMap(dashboard -> dashboard.requests().stream())
                .toList();
        assertTrue(!requests.isEmpty(), "no dashboard asks the exporter");
        for (Dashboard.Request request : requests) {
            JsonNode rows = vm.exporter().json(request.runnable()).path(request.root());
            assertTrue(!rows.isEmpty(), () -> request.place() + " has no rows: " + request.runnable());
            for (String column : request.columns()) {
                String pointer = "/" + column.replace('.', '/');
                assertTrue(
                        StreamSupport.stream(rows.spliterator(), false)
                                .anyMatch(row -> row.at(pointer).isValueNode()),
                        () -> request.place() + ": no row has " + column + ": " + rows.toPrettyString());
            }
        }
    }

    @Test
    @Order(8)
    void theIncidentsPageShowsItsHeadline(@TempDir Path folder) throws Exception {
        try (Browser browser = Browser.start(folder)) {
            browser.size(1100, 900);
            browser.open(vm.exporter()
                    .address()
                    .resolve("/incidents/" + incident.path("id").asLong()));
            assertEquals(
                    incident.path("headline").asText(),
                    browser.driver().findElement(By.tagName("h1")).getText());
            assertEquals(List.of(), browser.complaints());
            browser.picture(Tree.root().resolve("exporter/target/pictures/vm-incident.png"));
        }
    }

    @Test
    @Order(9)
    void theModuleAloneTakesADumpOfALoadThatNoAlertToldOf() {
        // Too little is left of the round before, and this load too short, for the alert to come back.
        Wait.whileMoving(
                "the load of the round has gone",
                Progress.falling("load1", prometheus::load1),
                () -> prometheus
                                .query("load_monitor_load1 < 1 unless on() ALERTS")
                                .isEmpty()
                        ? Optional.empty()
                        : Optional.of(true),
                vm::tail);
        vm.watch();
        vm.raise();
        JsonNode load = Wait.whileMoving(
                "an incident of the module's own dump",
                vm.working(),
                // The incident of the round before goes on when this load comes within five minutes of its last one.
                () -> Stream.of("load", "alert")
                        .flatMap(kind -> vm.exporter().incidentWith("kind", kind).stream())
                        .filter(found -> !Loop.completeDumps(found, "active").isEmpty())
                        .findFirst(),
                vm::tail);
        vm.end();
        timeline.step("incident " + load.path("id") + " without an alert: "
                + load.path("headline").asText());

        JsonNode dump = Loop.completeDumps(load, "active").get(0);
        assertTrue(List.of("at", "after").contains(dump.path("phase").asText()), load::toPrettyString);
        assertEquals("kmod", dump.path("source").asText());
        assertTrue(dump.path("reason").asText().matches("active [0-9]+ >= 6"), load::toPrettyString);
        JsonNode breakdown = dump.path("breakdown");
        int sum = StreamSupport.stream(breakdown.path("parts").spliterator(), false)
                .mapToInt(part -> part.path("tasks").asInt())
                .sum();
        assertEquals(
                breakdown.path("active").asInt(),
                sum + breakdown.path("remainder").asInt(),
                load::toPrettyString);
        assertTrue(
                StreamSupport.stream(load.path("timeline").path("ticks").spliterator(), false)
                        .anyMatch(tick -> tick.path("active").asInt() >= 6),
                load::toPrettyString);
        String markdown =
                vm.exporter().text("/api/v1/incidents/" + load.path("id").asLong() + ".md");
        assertEquals(
                load.path("kind").asText().equals("load"),
                markdown.contains("| Seen by | load-monitor, without an alert |"),
                markdown);
    }

    @Test
    @Order(10)
    void theHeadlineNamesASuspendedVolumeWhichNoStackTells() {
        vm.suspend();
        JsonNode suspended = Wait.whileMoving(
                "a dump of a suspended volume's readers",
                Progress.rising("load1", prometheus::load1),
                () -> Optional.of(taken("suspended"))
                        .filter(dump -> dump.path("headline").asText().contains(" is suspended")),
                vm::tail);
        timeline.step("dump " + suspended.path("id") + ": "
                + suspended.path("headline").asText());
        assertTrue(
                suspended.path("headline").asText().contains(" while dm-0 (data) is suspended (head, batch.slice)"),
                suspended::toPrettyString);
        assertEquals(
                "{\"dev\":\"dm-0\",\"name\":\"data\"}",
                suspended.path("devices").path("suspendedDevices").path(0).toString());
        assertEquals("kmod", suspended.path("source").asText());
        for (JsonNode stack : suspended.path("stacks")) {
            assertTrue(!stack.toString().contains("dm_"), () -> "a frame of the device mapper would tell it: " + stack);
        }
        String raw = vm.exporter().text("/api/v1/dumps/" + suspended.path("id").asLong() + "/raw");
        assertTrue(
                Pattern.compile("\ndevices age_ms=[0-9]{1,4} mapped=1 suspended=1\n"
                                + "device dev=\"dm-0\" name=\"data\" suspended=1\nexporter pid=[0-9]+\n"
                                + "(?:pressure .*\n)?memory age_ms=[0-9]{1,4} total_kb=[0-9]+ .*\n(?:disk dev=.*\n)*"
                                + "(?:message .*\n)+end id=[0-9]+ tasks=[0-9]+\n$")
                        .matcher(raw)
                        .find(),
                raw);

        // The module's own, which the exporter finds at its device.
        JsonNode own = Wait.whileMoving(
                "the module's own dump of them",
                Progress.rising("load1", prometheus::load1),
                () -> vm.exporter()
                        .find("/api/v1/dumps?limit=1&trigger=active&comm=head")
                        .map(list -> list.path("items").path(0))
                        .filter(dump -> dump.path("state").asText().equals("complete")),
                vm::tail);
        assertTrue(
                own.path("headline").asText().contains(" while dm-0 (data) is suspended (head, batch.slice)"),
                own::toPrettyString);

        vm.resume();
        JsonNode resumed = taken("resumed");
        assertEquals(1, resumed.path("devices").path("mapped").asInt(), resumed::toPrettyString);
        assertEquals(0, resumed.path("devices").path("suspended").asInt(-1), resumed::toPrettyString);
        assertTrue(!resumed.path("headline").asText().contains("suspended"), resumed::toPrettyString);
    }

    /** A dump now, as soon as the spacing of manual dumps allows it. */
    private JsonNode taken(String reason) {
        String location = Wait.whileMoving("a dump is accepted", vm.working(), () -> asked(reason), vm::tail);
        return Wait.whileMoving(
                "the dump " + location,
                vm.working(),
                () -> Http.json(vm.exporter().address().resolve(location))
                        .filter(dump -> dump.path("state").asText().equals("complete")),
                vm::tail);
    }

    private Optional<String> asked(String reason) {
        try {
            var answer = Http.post(vm.exporter().address().resolve("/api/v1/dumps"), "{\"reason\":\"" + reason + "\"}");
            return answer.statusCode() == 202 ? answer.headers().firstValue("Location") : Optional.empty();
        } catch (IOException noAnswerInTime) {
            return Optional.empty();
        }
    }

    @Test
    @Order(11)
    void theGuestEndsWithoutAFaultOfItsKernel() {
        assertEquals(0, vm.off(), vm::tail);
        assertTrue(
                vm.console().contains("guest: exporter ended with status 0")
                        || vm.console().contains("guest: exporter ended with status 143"),
                vm::tail);
        timeline.step("the guest is off; its kernel logged no fault");
    }

    private static List<String> framesOf(JsonNode dump, JsonNode task) {
        List<String> frames = new ArrayList<>();
        for (JsonNode stack : dump.path("stacks")) {
            if (stack.path("id").asInt() == task.path("stack").asInt(-1)) {
                stack.path("frames").forEach(frame -> frames.add(frame.asText()));
            }
        }
        return frames;
    }
}
