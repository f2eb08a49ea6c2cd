package io.loadmonitor.archive;

import io.loadmonitor.alert.Alert;
import io.loadmonitor.archive.IntakeOutcome.Outcome;
import io.loadmonitor.archive.RoutedAlert.Route;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Takes the alerts of one message in. Runs within one transaction of {@link Database}.
 *
 * <ul>
 *   <li>Firing, not known, wanted by a rule: opens an incident. If the rule's cooldown allows it, a dump is asked for;
 *       otherwise the incident shares the dump that the rule asked for last, and says so.
 *   <li>Firing and known: nothing new, however often Alertmanager and its twin repeat it. An incident that was closed
 *       more than a minute ago is opened again, without a dump: Alertmanager resolves what Prometheus has stopped to
 *       report, and Prometheus goes on with the same startsAt. Within the minute it is a late duplicate.
 *   <li>Firing with a later startsAt than an open incident of the same fingerprint: that one has ended, though nobody
 *       told. An Alertmanager holds one alert for a fingerprint ({@code provider/mem/mem.go}, Put): one that ends and
 *       fires anew before the group is sent takes the place of the one before, whose end is then never sent.
 *   <li>Resolved and its incident open: closes it, triggers nothing.
 *   <li>Resolved and not known: nothing is stored. Such alerts arrive after a retention or for alerts that no rule
 *       wanted, and an incident without a beginning tells nobody anything.
 *   <li>Firing, not known, wanted by no rule: nothing is stored.
 * </ul>
 */
final class Intake {
    /**
     * Alertmanager's peers wait 15 s for each other ({@code --cluster.peer-timeout}), then send what the other sent.
     */
    private static final Duration LATE_DUPLICATE = Duration.ofMinutes(1);

    /** A repeated alert is worth no write to the disk each time; retention counts in days. */
    private static final Duration HEARD_STEP = Duration.ofHours(1);

    private final IncidentTable incidents;
    private final DumpTable dumps;
    private final LimitTable limits;
    private volatile int maxWaiting;

    Intake(IncidentTable incidents, DumpTable dumps, LimitTable limits, int maxWaiting) {
        this.incidents = incidents;
        this.dumps = dumps;
        this.limits = limits;
        this.maxWaiting = maxWaiting;
    }

    void allowWaiting(int most) {
        if (most < 1) {
            throw new IllegalArgumentException("most is " + most + ", but must be 1 or more");
        }
        maxWaiting = most;
    }

    List<IntakeOutcome> run(Sql sql, String host, List<RoutedAlert> alerts, Instant now)
            throws SQLException, ArchiveException {
        List<IntakeOutcome> outcomes = new ArrayList<>(alerts.size());
        for (RoutedAlert routed : alerts) {
            Optional<IncidentTable.Known> known = incidents.find(sql, routed.alert());
            outcomes.add(
                    switch (routed.alert().status()) {
                        case FIRING ->
                            known.isPresent()
                                    ? again(sql, routed.alert(), known.get(), now)
                                    : firing(sql, host, routed, now);
                        case RESOLVED -> resolved(sql, routed.alert(), known, now);
                    });
        }
        return outcomes;
    }

    private IntakeOutcome firing(Sql sql, String host, RoutedAlert routed, Instant now)
            throws SQLException, ArchiveException {
        Alert alert = routed.alert();
        if (routed.route().isEmpty()) {
            return outcome(
                    alert, Outcome.NO_RULE, OptionalLong.empty(), "No rule wants this alert; nothing is stored.");
        }
        Route route = routed.route().get();
        long incident = incidents.add(sql, alert, route.rule(), now);
        IntakeOutcome outcome = capture(sql, host, alert, route, incident, now);
        IncidentTable.settle(sql, incident);
        incidents.endSuperseded(sql, alert, now);
        return outcome;
    }

    private IntakeOutcome capture(Sql sql, String host, Alert alert, Route route, long incident, Instant now)
            throws SQLException, ArchiveException {
        String limit = LimitState.ofRule(route.rule());
        LimitTable.Answer answer = limits.ask(sql, limit, route.cooldown(), now);
        if (!answer.allowed() && DumpTable.find(sql, answer.lastDumpId()).isPresent()) {
            long dump = answer.lastDumpId();
            String note = "No dump of its own: rule " + route.rule() + " asked for dump " + dump + ' '
                    + Duration.between(answer.lastAt(), now).toSeconds() + " s before and takes one in "
                    + route.cooldown().toSeconds() + " s at most.";
            IncidentTable.share(sql, incident, dump, note);
            return new IntakeOutcome(
                    alert,
                    Outcome.NEW,
                    OptionalLong.of(incident),
                    OptionalLong.of(dump),
                    "Opened incident " + incident + ". " + note);
        }
        refuseWhenFull(sql, host);
        long dump = dumps.reserve(
                sql,
                DumpTrigger.ALERT,
                Optional.of(AlertReason.of(alert.name(), incident)),
                OptionalLong.of(incident),
                false,
                now);
        limits.use(sql, limit, dump, now);
        return new IntakeOutcome(
                alert,
                Outcome.NEW,
                OptionalLong.of(incident),
                OptionalLong.of(dump),
                "Opened incident " + incident + "; dump " + dump + " is asked for.");
    }

    private void refuseWhenFull(Sql sql, String host) throws SQLException, ArchiveException {
        long waiting = DumpTable.waiting(sql, host);
        if (waiting >= maxWaiting) {
            throw new ArchiveException(
                    ArchiveException.Reason.FULL,
                    waiting + " captures are waiting, as many as are allowed; nothing of the message is stored");
        }
    }

    private IntakeOutcome again(Sql sql, Alert alert, IncidentTable.Known known, Instant now) throws SQLException {
        OptionalLong id = OptionalLong.of(known.id());
        Duration silence = Duration.between(known.heardAt(), now);
        if (!known.open() && silence.compareTo(LATE_DUPLICATE) > 0) {
            IncidentTable.end(sql, known.id(), Optional.empty(), now);
            incidents.endSuperseded(sql, alert, now);
            return outcome(alert, Outcome.KNOWN, id, "Incident " + known.id() + " had ended and is open again.");
        }
        if (silence.compareTo(HEARD_STEP) > 0) {
            IncidentTable.heard(sql, known.id(), now);
        }
        return outcome(alert, Outcome.KNOWN, id, "Incident " + known.id() + " is known.");
    }

    private static IntakeOutcome resolved(Sql sql, Alert alert, Optional<IncidentTable.Known> known, Instant now)
            throws SQLException {
        if (known.isEmpty()) {
            return outcome(
                    alert,
                    Outcome.RESOLVED,
                    OptionalLong.empty(),
                    "Resolved, but no incident of it is known; nothing is stored.");
        }
        long id = known.get().id();
        if (!known.get().open()) {
            return outcome(alert, Outcome.KNOWN, OptionalLong.of(id), "Incident " + id + " has ended already.");
        }
        // Not before its start, whatever the clocks say.
        Instant end = alert.endsAt().orElse(now);
        Instant start = alert.startsAt();
        IncidentTable.end(sql, id, Optional.of(end.isBefore(start) ? start : end), now);
        return outcome(alert, Outcome.RESOLVED, OptionalLong.of(id), "Incident " + id + " has ended.");
    }

    private static IntakeOutcome outcome(Alert alert, Outcome outcome, OptionalLong incident, String detail) {
        return new IntakeOutcome(alert, outcome, incident, OptionalLong.empty(), detail);
    }
}
