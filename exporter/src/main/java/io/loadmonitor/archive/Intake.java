package io.loadmonitor.archive;

import io.loadmonitor.alert.Alert;
import io.loadmonitor.archive.IntakeOutcome.Outcome;
import io.loadmonitor.archive.IntakeOutcome.WithoutDump;
import io.loadmonitor.archive.RoutedAlert.Route;
import io.loadmonitor.incident.AlertKey;
import io.loadmonitor.incident.AlertSpell;
import io.loadmonitor.incident.Event;
import io.loadmonitor.incident.IncidentLife;
import io.loadmonitor.incident.Verdict;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Takes the alerts of one message in. Runs within one transaction of {@link Database}. What an alert means for its
 * incident, {@link IncidentLife} says; here are its answer to the sender and its first dump:
 *
 * <ul>
 *   <li>An alert that no rule wants: nothing is stored.
 *   <li>A new one that fires asks for a dump. There is one for the incident at a time: while one waits, and while the
 *       rule's cooldown lasts, the alert shares the last one, and a further one follows when the cooldown is over if it
 *       still fires then ({@code put_off_us}).
 *   <li>When as many captures wait as are allowed, the dump is put off as well; the alert is stored all the same.
 *   <li>An end of which nothing was known before is stored, too: it has a beginning, and may come before it.
 * </ul>
 */
final class Intake {
    private final SpellTable spells;
    private final LimitTable limits;
    private final CaptureQueue queue;

    Intake(SpellTable spells, LimitTable limits, CaptureQueue queue) {
        this.spells = spells;
        this.limits = limits;
        this.queue = queue;
    }

    /** A message's alert that a rule wants. */
    private record Told(int place, AlertKey key, Verdict verdict) {}

    /** An alert that fires and was not known. */
    private record Fresh(int place, long spell, RoutedAlert routed, Route route) {}

    List<IntakeOutcome> run(Sql sql, String host, IncidentLife life, List<RoutedAlert> alerts, Instant now)
            throws SQLException {
        Instant at = IncidentBook.exact(now);
        IncidentBook book = new IncidentBook(sql, host, life, spells);
        List<IntakeOutcome> outcomes = new ArrayList<>(alerts.size());
        List<Fresh> fresh = new ArrayList<>();
        List<Told> told = new ArrayList<>();
        for (RoutedAlert routed : alerts) {
            Alert alert = routed.alert();
            AlertKey key = new AlertKey(alert.fingerprint(), alert.startsAt());
            Optional<Route> route = routed.route();
            if (route.isEmpty()) {
                outcomes.add(
                        routed.foreign()
                                ? outcome(
                                        alert,
                                        Outcome.FOREIGN,
                                        OptionalLong.empty(),
                                        "It names another host, which incidents.foreign refuses; nothing is stored.")
                                : outcome(
                                        alert,
                                        Outcome.NO_RULE,
                                        OptionalLong.empty(),
                                        "No rule wants this alert; nothing is stored."));
                continue;
            }
            Verdict verdict = book.tell(event(routed, key, at));
            AlertSpell spell = book.alert(key).orElseThrow();
            if (verdict == Verdict.NEW || alert.status() == Alert.Status.RESOLVED) {
                book.describe(spell.id(), new ToldAlert(alert, route.get().rule(), routed.externalUrl(), at));
            }
            if (verdict == Verdict.NEW) {
                fresh.add(new Fresh(outcomes.size(), spell.id(), routed, route.get()));
            }
            told.add(new Told(outcomes.size(), key, verdict));
            outcomes.add(outcome(alert, Outcome.KNOWN, OptionalLong.empty(), ""));
        }
        book.write();
        for (Told one : told) {
            outcomes.set(
                    one.place(),
                    said(
                            alerts.get(one.place()).alert(),
                            one.verdict(),
                            book.alert(one.key()).orElseThrow()));
        }
        for (Fresh one : fresh) {
            outcomes.set(one.place(), capture(sql, one, now));
        }
        return outcomes;
    }

    private static Event event(RoutedAlert routed, AlertKey key, Instant at) {
        Alert alert = routed.alert();
        String instance = alert.labels().getOrDefault("instance", "");
        return switch (alert.status()) {
            case FIRING -> new Event.Fires(key, instance, routed.foreign(), at);
            case RESOLVED ->
                new Event.Resolves(
                        key,
                        instance,
                        routed.foreign(),
                        alert.endsAt().map(IncidentBook::exact).orElse(at),
                        at);
        };
    }

    private static IntakeOutcome said(Alert alert, Verdict verdict, AlertSpell spell) {
        OptionalLong id = OptionalLong.of(spell.incident());
        String incident = "ncident " + spell.incident();
        return switch (verdict) {
            case NEW -> outcome(alert, Outcome.NEW, id, "I" + incident + '.');
            case KNOWN -> outcome(alert, Outcome.KNOWN, id, "Known; i" + incident + '.');
            case REOPENED -> outcome(alert, Outcome.KNOWN, id, "It had ended and fires again; i" + incident + '.');
            case ENDED -> outcome(alert, Outcome.RESOLVED, id, "Ended; i" + incident + '.');
            case ENDED_BEFORE -> outcome(alert, Outcome.KNOWN, id, "Had ended before; i" + incident + '.');
        };
    }

    private IntakeOutcome capture(Sql sql, Fresh fresh, Instant now) throws SQLException {
        Alert alert = fresh.routed().alert();
        Route route = fresh.route();
        long incident = sql.number("SELECT incident_id FROM spell WHERE id = ?", fresh.spell());
        Optional<Long> waiting = CaptureQueue.waitingOf(sql, incident);
        if (waiting.isPresent()) {
            String note = "Shares dump " + waiting.get() + ", for which its incident waits already.";
            SpellTable.serve(sql, fresh.spell(), waiting, Optional.empty(), Optional.of(note));
            return shared(alert, incident, waiting.get(), WithoutDump.SHARED, note);
        }
        String limit = LimitState.ofRule(route.rule());
        LimitTable.Answer answer = limits.ask(sql, limit, route.cooldown(), now);
        Optional<DumpSummary> last = answer.allowed() ? Optional.empty() : DumpTable.find(sql, answer.lastDumpId());
        if (last.isPresent()) {
            String note = "Rule " + route.rule() + " takes at most one dump every "
                    + route.cooldown().toSeconds() + " s and asked for dump "
                    + last.get().id() + ' '
                    + Duration.between(answer.lastAt(), now).toSeconds()
                    + " s before. The next one comes after that if the alert still fires.";
            boolean same = last.get().incidentId().equals(OptionalLong.of(incident));
            SpellTable.serve(
                    sql,
                    fresh.spell(),
                    same ? Optional.of(last.get().id()) : Optional.empty(),
                    Optional.of(now),
                    Optional.of(note));
            return same
                    ? shared(alert, incident, last.get().id(), WithoutDump.COOLDOWN, note)
                    : putOff(alert, incident, WithoutDump.COOLDOWN, note);
        }
        if (queue.full(sql)) {
            String note = queue.waiting(sql)
                    + " captures are waiting, as many as are allowed; its dump comes after them if it still"
                    + " fires then.";
            SpellTable.serve(sql, fresh.spell(), Optional.empty(), Optional.of(now), Optional.of(note));
            return putOff(alert, incident, WithoutDump.QUEUE, note);
        }
        long dump = queue.add(sql, AlertReason.of(alert.name(), incident), fresh.spell(), incident, now);
        limits.use(sql, limit, dump, now);
        SpellTable.serve(sql, fresh.spell(), Optional.of(dump), Optional.empty(), Optional.empty());
        return new IntakeOutcome(
                alert,
                Outcome.NEW,
                OptionalLong.of(incident),
                OptionalLong.of(dump),
                Optional.empty(),
                "Incident " + incident + "; dump " + dump + " is asked for.");
    }

    private static IntakeOutcome shared(Alert alert, long incident, long dump, WithoutDump why, String note) {
        return new IntakeOutcome(
                alert,
                Outcome.NEW,
                OptionalLong.of(incident),
                OptionalLong.of(dump),
                Optional.of(why),
                "Incident " + incident + ". " + note);
    }

    private static IntakeOutcome putOff(Alert alert, long incident, WithoutDump why, String note) {
        return new IntakeOutcome(
                alert,
                Outcome.NEW,
                OptionalLong.of(incident),
                OptionalLong.empty(),
                Optional.of(why),
                "Incident " + incident + ". " + note);
    }

    private static IntakeOutcome outcome(Alert alert, Outcome outcome, OptionalLong incident, String detail) {
        return new IntakeOutcome(alert, outcome, incident, OptionalLong.empty(), Optional.empty(), detail);
    }
}
