package io.loadmonitor.archive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.alert.Alert;
import io.loadmonitor.archive.RoutedAlert.Route;
import io.loadmonitor.incident.AlertKey;
import io.loadmonitor.incident.AlertSpell;
import io.loadmonitor.incident.Event;
import io.loadmonitor.incident.IncidentLife;
import io.loadmonitor.incident.Known;
import io.loadmonitor.incident.Spell;
import io.loadmonitor.incident.SpellGroup;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The archive reads no more of its incidents than it must; it comes to the same as {@link IncidentLife} that knows all
 * of them. {@code -Dhistory=N} runs one history alone.
 */
final class ArchiveLifeTest {
    private static final int HISTORIES = 60;
    private static final int MESSAGES = 25;

    @TempDir
    Path folder;

    @Test
    void ofRandomMessagesTheArchiveMakesTheSameIncidentsAsWhoKnowsAll() throws Exception {
        int first = Integer.getInteger("history", 0);
        int last = Integer.getInteger("history", HISTORIES - 1);
        int joined = 0;
        for (int seed = first; seed <= last; seed++) {
            joined += history(seed);
        }
        assertTrue(joined > 0, "no alert ever joined others");
    }

    private int history(int seed) throws Exception {
        Random random = new Random(seed);
        TestClock clock = new TestClock();
        Known known = Known.NOTHING;
        int largest = 0;
        ArchiveSettings settings = new ArchiveSettings(
                folder.resolve(seed + ".db"), "vm", Retention.DEFAULT, CaptureLimits.DEFAULT.withWaiting(1_000_000));
        try (Archive archive = Archive.open(settings, clock)) {
            List<Alert> sent = new ArrayList<>();
            for (int i = 0; i < MESSAGES; i++) {
                clock.advance(Duration.ofSeconds(random.nextInt(400)));
                List<RoutedAlert> message = new ArrayList<>();
                int alerts = 1 + random.nextInt(4);
                for (int j = 0; j < alerts; j++) {
                    Alert alert = alert(random, sent, clock.instant());
                    sent.add(alert);
                    message.add(new RoutedAlert(
                            alert,
                            Optional.of(new Route("load", Duration.ofHours(1))),
                            !alert.labels().get("instance").equals("vm"),
                            Optional.empty()));
                }
                archive.takeIn(message);
                for (RoutedAlert routed : message) {
                    known = IncidentLife.DEFAULT
                            .told(known, event(routed, clock.instant()))
                            .known();
                }
                known = IncidentLife.grouped(known);
                Map<AlertKey, Long> expected = incidents(known);
                Map<AlertKey, Long> stored = stored(archive);
                int at = i;
                assertEquals(expected, stored, () -> "history " + seed + ", message " + at + ": " + message);
                for (SpellGroup group : SpellGroup.of(known.spells())) {
                    Incident incident =
                            archive.incident(group.id()).orElseThrow().incident();
                    assertEquals(group.began(), incident.startedAt(), () -> "history " + seed + ", message " + at);
                    assertEquals(group.ended(), incident.endedAt(), () -> "history " + seed + ", message " + at);
                    assertEquals(group.foreign(), incident.foreign(), () -> "history " + seed + ", message " + at);
                    largest = Math.max(largest, group.spells().size());
                }
            }
        }
        return largest > 2 ? 1 : 0;
    }

    private static Map<AlertKey, Long> incidents(Known known) {
        Map<AlertKey, Long> incidents = new TreeMap<>(ORDER);
        for (Spell spell : known.spells()) {
            incidents.put(((AlertSpell) spell).key(), spell.incident());
        }
        return incidents;
    }

    private static final Comparator<AlertKey> ORDER =
            Comparator.comparing(AlertKey::fingerprint).thenComparing(AlertKey::startsAt);

    private static Map<AlertKey, Long> stored(Archive archive) throws ArchiveException {
        Map<AlertKey, Long> incidents = new TreeMap<>(ORDER);
        for (Incident incident :
                archive.incidents(IncidentQuery.of(DumpNames.ANY, 500)).items()) {
            for (IncidentAlert alert : incident.alerts()) {
                incidents.put(new AlertKey(alert.fingerprint(), alert.startsAt()), incident.id());
            }
        }
        return incidents;
    }

    /** Known ones again, their ends, the same that fire anew, of this host and of two others, some late. */
    private static Alert alert(Random random, List<Alert> sent, Instant now) {
        int kind = sent.isEmpty() ? 0 : random.nextInt(10);
        if (kind < 5) {
            String instance = random.nextInt(3) > 0 ? "vm" : "other" + random.nextInt(2);
            Instant start = now.minusSeconds(random.nextInt(4) == 0 ? random.nextInt(2000) : random.nextInt(20));
            return new Alert(
                    "%016x".formatted(random.nextInt(40) + (instance.hashCode() & 0xffffL) * 1000),
                    Alert.Status.FIRING,
                    Map.of("alertname", "LoadHigh", "instance", instance),
                    Map.of(),
                    start,
                    Optional.empty(),
                    Optional.empty());
        }
        Alert old = sent.get(random.nextInt(sent.size()));
        boolean ends = kind < 9;
        return new Alert(
                old.fingerprint(),
                ends ? Alert.Status.RESOLVED : Alert.Status.FIRING,
                old.labels(),
                Map.of(),
                old.startsAt(),
                ends
                        ? Optional.of(now.minusSeconds(random.nextInt(random.nextBoolean() ? 30 : 1500)))
                        : Optional.empty(),
                Optional.empty());
    }

    private static Event event(RoutedAlert routed, Instant now) {
        Alert alert = routed.alert();
        AlertKey key = new AlertKey(alert.fingerprint(), alert.startsAt());
        String instance = alert.labels().getOrDefault("instance", "");
        return alert.status() == Alert.Status.FIRING
                ? new Event.Fires(key, instance, routed.foreign(), now)
                : new Event.Resolves(
                        key, instance, routed.foreign(), alert.endsAt().orElse(now), now);
    }
}
