package io.loadmonitor.archive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.alert.Alert;
import java.io.BufferedReader;
import java.io.File;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a killed process had acknowledged is in the archive. */
final class KillTest {
    private static final int ROUNDS = 5;

    @TempDir
    Path folder;

    @Test
    void losesNothingThatItAcknowledgedWhenItIsKilled() throws Exception {
        Path file = folder.resolve("a.db");
        Random random = new Random(9);
        List<String> acknowledged = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            acknowledged.addAll(runAndKill(file, round, 5 + random.nextInt(60)));
        }

        int alerts = 0;
        int dumps = 0;
        try (Archive archive = Archive.open(settings(file), Clock.systemUTC())) {
            for (String line : acknowledged) {
                String[] words = line.split(" ");
                long id = Long.parseLong(words[1]);
                if (words[0].equals("alert")) {
                    alerts++;
                    assertEquals(
                            words[2],
                            archive.incident(id).orElseThrow().incident().alerts().stream()
                                    .map(IncidentAlert::fingerprint)
                                    .filter(words[2]::equals)
                                    .findFirst()
                                    .orElse("none"));
                } else {
                    dumps++;
                    ArchivedDump dump = archive.dump(id).orElseThrow();
                    assertEquals(DumpState.COMPLETE, dump.summary().state());
                    assertEquals(
                            words[2],
                            Integer.toHexString(dump.raw().orElseThrow().hashCode()));
                }
            }
            assertEquals(Optional.of("ok"), Optional.of(check(file)));
            assertTrue(archive.totals().dumps() >= dumps);
        }
        assertTrue(alerts >= ROUNDS && dumps >= ROUNDS, alerts + " alerts and " + dumps + " dumps were acknowledged");
        System.out.println("KillTest: " + ROUNDS + " kills, " + alerts + " alerts and " + dumps
                + " dumps acknowledged, none lost");
    }

    private static List<String> runAndKill(Path file, int round, int killAfter) throws Exception {
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xshare:auto",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Child.class.getName(),
                        file.toString(),
                        Integer.toString(round))
                .redirectError(new File(file + ".stderr"))
                .start();
        List<String> lines = new ArrayList<>();
        try (BufferedReader out = child.inputReader(StandardCharsets.US_ASCII)) {
            String first = out.readLine();
            assertEquals("ready", first, () -> errors(file));
            ArchiveException inUse =
                    assertThrows(ArchiveException.class, () -> Archive.open(settings(file), Clock.systemUTC()));
            assertTrue(inUse.getMessage().contains("is in use by another process"), inUse.getMessage());
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                // The last line may be cut off; a whole one ends with a full stop.
                if (line.endsWith(" .")) {
                    lines.add(line);
                }
                if (lines.size() == killAfter) {
                    // In the middle of whatever it does by now. By its handle: Process.destroyForcibly would close the
                    // stream, and with it the lines that are still to be read.
                    child.toHandle().destroyForcibly();
                }
            }
        } finally {
            child.destroyForcibly();
        }
        assertEquals(137, child.waitFor(), () -> errors(file));
        return lines;
    }

    private static String errors(Path file) {
        try {
            return Files.readString(Path.of(file + ".stderr"));
        } catch (java.io.IOException e) {
            return e.toString();
        }
    }

    private static String check(Path file) throws Exception {
        try (var connection = java.sql.DriverManager.getConnection("jdbc:sqlite:" + file);
                var statement = connection.createStatement();
                var row = statement.executeQuery("PRAGMA integrity_check(1)")) {
            return row.getString(1);
        }
    }

    private static ArchiveSettings settings(Path file) {
        return new ArchiveSettings(
                file,
                "vm",
                new Retention(100_000, java.time.Duration.ofDays(3650), 1 << 30, 0),
                CaptureLimits.DEFAULT.withWaiting(1_000_000).withDumps(java.util.Optional.empty()));
    }

    /** Takes alerts in and stores their dumps, and says so after each, until it is killed. */
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) throws Exception {
            Archive archive = Archive.open(settings(Path.of(arguments[0])), Clock.systemUTC());
            long round = Long.parseLong(arguments[1]);
            PrintStream out = new PrintStream(System.out, true, StandardCharsets.US_ASCII);
            out.println("ready");
            for (long number = round << 32; true; number++) {
                Alert alert = TestAlerts.firing(number, DumpTexts.NOON);
                IntakeOutcome outcome =
                        archive.takeIn(List.of(TestAlerts.routed(alert))).get(0);
                out.println("alert " + outcome.incidentId().getAsLong() + ' ' + alert.fingerprint() + " .");
                var raw = DumpTexts.manual(number, DumpTexts.NOON);
                DumpSummary dump =
                        archive.store(archive.beginNext().orElseThrow().dumpId(), raw);
                out.println("dump " + dump.id() + ' ' + Integer.toHexString(raw.hashCode()) + " .");
            }
        }
    }
}
