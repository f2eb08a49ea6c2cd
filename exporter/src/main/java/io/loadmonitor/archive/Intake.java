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
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Takes the alerts of one message in. Runs within one transaction of {@link Database}. What an alert means for its
 * incident, {@link IncidentLife} says; here are its answer to the sender and its first dump:
 *
 * <ul>
 *   <li>An alert that no rule wants: nothing is stored.
 *   <li>A new one that fires asks for a dump. There is one for the incident at a time: while one waits, the alert
 *       shares it. Where a limit refuses one, the alert shares the last one if that is of its incident, and a further
 *       one follows when the limit allows it if the alert still fires then ({@code put_off_us}). It is stored all the
 *       same.
 *   <li>A new one whose dump was taken already, when its message came and could not be stored, gets that one.
 *   <li>An end of which nothing was known before is stored, too: it has a beginning, and may come before it.
 * </ul>
 */
final class Intake {
    private final SpellTable spells;
    private final CaptureQueue queue;

    Intake(SpellTable spells, CaptureQueue queue) {
        this.spells = spells;
        this.queue = queue;
    }

    /** A message's alert that a rule wants. */
    private record Told(int place, AlertKey key, Verdict verdict) {}

    /** An alert that fires and was not known. */
    private record Fresh(int place, long spell, RoutedAlert routed) {}

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
                fresh.add(new Fresh(outcomes.size(), spell.id(), routed));
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
        Map<Long, Long> adopted = new HashMap<>();
        for (Fresh one : fresh) {
            outcomes.set(one.place(), capture(sql, one, adopted, now));
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

    /** @param adopted by their incidents, the dumps that were there before their alerts were */
    private IntakeOutcome capture(Sql sql, Fresh fresh, Map<Long, Long> adopted, Instant now) throws SQLException {
        Alert alert = fresh.routed().alert();
        long incident = sql.number("SELECT incident_id FROM spell WHERE id = ?", fresh.spell());
        if (!adopted.containsKey(incident)) {
            queue.adopt(sql, fresh.routed(), fresh.spell(), incident, now)
                    .ifPresent(dump -> adopted.put(incident, dump));
        }
        Long taken = adopted.get(incident);
        if (taken != null) {
            String note = "Shares dump " + taken + ", taken when its alert came and could not be stored.";
            SpellTable.serve(sql, fresh.spell(), Optional.of(taken), Optional.empty(), Optional.of(note));
            return shared(alert, incident, taken, WithoutDump.SHARED, note);
        }
        Reservation answer = queue.addAlert(
                sql, fresh.routed(), AlertReason.of(alert.name(), incident), fresh.spell(), incident, now);
        if (answer instanceof Reservation.Busy busy) {
            String note = "Shares dump " + busy.dumpId() + ", for which its incident waits already.";
            SpellTable.serve(sql, fresh.spell(), Optional.of(busy.dumpId()), Optional.empty(), Optional.of(note));
            return shared(alert, incident, busy.dumpId(), WithoutDump.SHARED, note);
        }
        if (answer instanceof Reservation.Refused refused) {
            return refused(sql, fresh, incident, refused.refusal(), now);
        }
        long dump = ((Reservation.Granted) answer).dumpId();
        SpellTable.serve(sql, fresh.spell(), Optional.of(dump), Optional.empty(), Optional.empty());
        return new IntakeOutcome(
                alert,
                Outcome.NEW,
                OptionalLong.of(incident),
                OptionalLong.of(dump),
                Optional.empty(),
                "Incident " + incident + "; dump " + dump + " is asked for.",
                Optional.empty());
    }

    private IntakeOutcome refused(Sql sql, Fresh fresh, long incident, Refusal refusal, Instant now)
            throws SQLException {
        Alert alert = fresh.routed().alert();
        String note = note(refusal, fresh.routed(), now);
        WithoutDump why = switch (refusal.limit()) {
            case COOLDOWN -> WithoutDump.COOLDOWN;
            case QUEUE -> WithoutDump.QUEUE;
            case RULE, HOST, PEOPLE, SPACING -> WithoutDump.LIMIT;
        };
        // The one that used the limit up is of this moment, too.
        Optional<Long> shared = refusal.newest().isEmpty()
                ? Optional.empty()
                : DumpTable.find(sql, refusal.newest().getAsLong())
                        .filter(dump -> dump.incidentId().equals(OptionalLong.of(incident)))
                        .map(DumpSummary::id);
        SpellTable.serve(
                sql, fresh.spell(), shared, Optional.of(queue.time(sql, now).counted()), Optional.of(note));
        return new IntakeOutcome(
                alert,
                Outcome.NEW,
                OptionalLong.of(incident),
                shared.isPresent() ? OptionalLong.of(shared.get()) : OptionalLong.empty(),
                Optional.of(why),
                "Incident " + incident + ". " + note,
                Optional.of(refusal));
    }

    private static String note(Refusal refusal, RoutedAlert routed, Instant now) {
        String words = Character.toUpperCase(refusal.words().charAt(0))
                + refusal.words().substring(1);
        String after = routed.foreign()
                ? ". It names another host, so none follows."
                : switch (refusal.limit()) {
                    case COOLDOWN -> ". The next one comes after that if the alert still fires.";
                    case QUEUE -> "; its dump comes after them if it still fires then.";
                    case RULE, HOST, PEOPLE, SPACING -> ". It is taken then if the alert still fires.";
                };
        return switch (refusal.limit()) {
            case COOLDOWN, QUEUE -> words + after;
            case RULE, HOST, PEOPLE, SPACING ->
                "No dump at " + now.truncatedTo(ChronoUnit.SECONDS) + ": " + refusal.explanation() + after;
        };
    }

    private static IntakeOutcome shared(Alert alert, long incident, long dump, WithoutDump why, String note) {
        return new IntakeOutcome(
                alert,
                Outcome.NEW,
                OptionalLong.of(incident),
                OptionalLong.of(dump),
                Optional.of(why),
                "Incident " + incident + ". " + note,
                Optional.empty());
    }

    private static IntakeOutcome outcome(Alert alert, Outcome outcome, OptionalLong incident, String detail) {
        return new IntakeOutcome(
                alert, outcome, incident, OptionalLong.empty(), Optional.empty(), detail, Optional.empty());
    }
}
