package io.loadmonitor.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveSettings;
import io.loadmonitor.archive.DumpNames;
import io.loadmonitor.archive.DumpQuery;
import io.loadmonitor.archive.DumpState;
import io.loadmonitor.archive.DumpSummary;
import io.loadmonitor.archive.Incident;
import io.loadmonitor.archive.IncidentAlert;
import io.loadmonitor.archive.IncidentQuery;
import io.loadmonitor.archive.Page;
import io.loadmonitor.archive.Retention;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The packaged exporter, killed and cut off from power at random moments while alerts come: what it said it had taken
 * is there afterwards, once. In short; {@code -Dkills=200 -Dcuts=20} is what {@code make check-all} runs.
 */
final class KillIT {
    private static final int KILLS = Integer.getInteger("kills", 6);
    private static final int CUTS = Integer.getInteger("cuts", 2);
    private static final long SEED = Long.getLong("seed", System.nanoTime());

    private static final String SEED_SAID = "(again: -Dseed=" + SEED + ") ";

    private static final int SENDERS = 2;

    /** A life after a start. A start itself takes about a second. */
    private static final int LIFE_MILLIS = 2_000;

    /** A dump a second: alerts that get one, and such that share it. */
    private static final String CONFIG = """
            triggers: {load: off}
            retention: {min_free_disk: 4MB}
            limits: {dumps: off, manual_dumps: off}
            rules:
              - {name: load, match: {alertname: LoadHigh}, cooldown: 1s}
            """;

    @TempDir
    Path folder;

    private final Random random = new Random(SEED);
    private final AtomicReference<URI> address = new AtomicReference<>(URI.create("http://127.0.0.1:1"));
    private int starts;

    @Test
    void nothingIsLostOrThereTwiceHoweverOftenItIsKilled() throws Exception {
        Path archive = folder.resolve("archive.db");
        AlertSenders senders = new AlertSenders(SENDERS, SEED, address::get);
        try {
            for (int kill = 0; kill < KILLS; kill++) {
                if (kill % 4 == 3) {
                    killWhileStarting(archive);
                } else {
                    try (Exporter.OnHost host = start(archive)) {
                        Thread.sleep(random.nextInt(LIFE_MILLIS));
                        kill(host.server());
                    }
                }
                if (kill % 20 == 19) {
                    System.out.println("KillIT: " + (kill + 1) + " of " + KILLS + " kills, "
                            + senders.accepted().size() + " alerts");
                }
            }
            settle(archive);
        } finally {
            senders.stop();
        }
        System.out.println("KillIT: " + KILLS + " kills: " + check(archive, senders));
    }

    @Test
    void nothingIsLostOrThereTwiceHoweverOftenThePowerIsCut() throws Exception {
        Program.need(System.getProperty("user.name").equals("root"), "mounting a file system needs root");
        Program.require("mkfs.ext4");
        try (LoopDisk disk = LoopDisk.mount(folder)) {
            Path archive = disk.place().resolve("archive.db");
            AlertSenders senders = new AlertSenders(SENDERS, SEED, address::get);
            try {
                for (int cut = 0; cut < CUTS; cut++) {
                    try (Exporter.OnHost host = start(archive)) {
                        Thread.sleep(500 + random.nextInt(LIFE_MILLIS));
                        disk.cutPower();
                        kill(host.server());
                    }
                    disk.powerOn();
                }
                settle(archive);
            } finally {
                senders.stop();
            }
            System.out.println("KillIT: " + CUTS + " power cuts: " + check(archive, senders));
        }
    }

    private Exporter.OnHost start(Path archive) throws IOException {
        Path own = Files.createDirectory(folder.resolve("start-" + ++starts));
        Path config = Files.writeString(own.resolve("config.yml"), CONFIG);
        Exporter.OnHost host = Exporter.OnHost.start(
                own, List.of(), Tree.jar(), "--source=procfs", "--archive.path=" + archive, "--config.file=" + config);
        address.set(host.exporter().address());
        return host;
    }

    private void killWhileStarting(Path archive) throws Exception {
        Path own = Files.createDirectory(folder.resolve("start-" + ++starts));
        try (Server server =
                Exporter.OnHost.launch(own, List.of(), Tree.jar(), "--source=procfs", "--archive.path=" + archive)) {
            Thread.sleep(random.nextInt(1_500));
            kill(server);
        }
    }

    private static void kill(Server server) throws Exception {
        ProcessHandle process = ProcessHandle.of(server.pid()).orElseThrow();
        process.destroyForcibly();
        process.onExit().get(30, TimeUnit.SECONDS);
    }

    /** Lets it live until no dump is on its way, and ends it. */
    private void settle(Path archive) throws Exception {
        try (Exporter.OnHost host = start(archive)) {
            Thread.sleep(2_000);
            address.set(URI.create("http://127.0.0.1:1"));
            host.server()
                    .await(
                            "nothing waits",
                            Duration.ofSeconds(120),
                            () -> Http.get(host.exporter().address().resolve("/metrics"))
                                    .filter(text -> text.contains("\nload_monitor_queue_length 0.0\n")));
            host.server()
                    .await(
                            "nothing is being captured",
                            Duration.ofSeconds(30),
                            () -> host.exporter()
                                    .find("/api/v1/dumps?limit=50")
                                    .filter(list -> !list.toString().contains("\"state\":\"capturing\"")));
        }
    }

    private static String check(Path file, AlertSenders senders) throws Exception {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                var statement = connection.createStatement();
                var row = statement.executeQuery("PRAGMA integrity_check")) {
            assertEquals("ok", row.getString(1), SEED_SAID);
        }
        ArchiveSettings settings =
                new ArchiveSettings(file, InetAddress.getLocalHost().getHostName(), Retention.DEFAULT);
        try (Archive archive = Archive.open(settings, Clock.systemUTC())) {
            Map<Long, DumpSummary> dumps = new HashMap<>();
            Map<DumpState, Integer> states = new HashMap<>();
            for (DumpSummary dump : dumps(archive)) {
                dumps.put(dump.id(), dump);
                states.merge(dump.state(), 1, Integer::sum);
                assertTrue(
                        dump.state() == DumpState.COMPLETE
                                || dump.state() == DumpState.FAILED
                                        && dump.failure().isPresent(),
                        () -> SEED_SAID + dump);
                if (dump.state() == DumpState.COMPLETE) {
                    assertTrue(archive.raw(dump.id()).isPresent(), () -> SEED_SAID + dump);
                }
            }
            assertTrue(dumps.keySet().containsAll(senders.dumps()), () -> SEED_SAID + senders.dumps() + " of " + dumps);

            List<Incident> incidents = incidents(archive);
            Map<AlertSenders.Sent, IncidentAlert> alerts = new HashMap<>();
            Set<Long> listed = new HashSet<>();
            for (Incident incident : incidents) {
                for (IncidentAlert alert : incident.alerts()) {
                    IncidentAlert twin =
                            alerts.put(new AlertSenders.Sent(alert.fingerprint(), alert.startsAt()), alert);
                    assertEquals(null, twin, () -> SEED_SAID + "is there twice: " + alert);
                    assertTrue(
                            alert.note().isPresent()
                                    || alert.dumpId().isPresent()
                                            && dumps.containsKey(alert.dumpId().getAsLong()),
                            () -> SEED_SAID + "has neither a dump nor a reason: " + alert);
                    assertTrue(
                            alert.endedAt().isEmpty() || !alert.endedAt().get().isBefore(alert.startsAt()),
                            () -> SEED_SAID + alert);
                }
                archive.incident(incident.id())
                        .orElseThrow()
                        .dumps()
                        .forEach(dump -> assertTrue(
                                listed.add(dump.id()), () -> SEED_SAID + "belongs to two incidents: " + dump));
            }
            Set<AlertSenders.Sent> lost = new HashSet<>(senders.accepted());
            lost.removeAll(alerts.keySet());
            assertEquals(Set.of(), lost, SEED_SAID + "lost");
            senders.ended()
                    .forEach(sent -> assertTrue(
                            alerts.get(sent).endedAt().isPresent(),
                            () -> SEED_SAID + "its end was lost: " + alerts.get(sent)));
            Set<Long> unlisted = new HashSet<>(dumps.keySet());
            unlisted.removeIf(id -> dumps.get(id).incidentId().isEmpty() || listed.contains(id));
            assertEquals(Set.of(), unlisted, SEED_SAID + "dumps that no incident lists");
            assertTrue(senders.accepted().size() > SENDERS, SEED_SAID + "hardly anything was accepted");
            return senders.accepted().size() + " alerts accepted, " + senders.known() + " messages known already, "
                    + senders.ended().size() + " ends, " + senders.dumps().size() + " dumps promised to people; in "
                    + incidents.size() + " incidents, dumps " + states + "; none lost, none twice";
        }
    }

    private static List<DumpSummary> dumps(Archive archive) throws Exception {
        List<DumpSummary> all = new ArrayList<>();
        Optional<String> cursor = Optional.empty();
        do {
            Page<DumpSummary> page = archive.dumps(new DumpQuery(
                    Optional.empty(), Optional.empty(), Optional.empty(), DumpNames.ANY, cursor, DumpQuery.MAX_LIMIT));
            all.addAll(page.items());
            cursor = page.next();
        } while (cursor.isPresent());
        return all;
    }

    private static List<Incident> incidents(Archive archive) throws Exception {
        List<Incident> all = new ArrayList<>();
        Optional<String> cursor = Optional.empty();
        do {
            Page<Incident> page = archive.incidents(new IncidentQuery(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    DumpNames.ANY,
                    cursor,
                    DumpQuery.MAX_LIMIT));
            all.addAll(page.items());
            cursor = page.next();
        } while (cursor.isPresent());
        return all;
    }
}
