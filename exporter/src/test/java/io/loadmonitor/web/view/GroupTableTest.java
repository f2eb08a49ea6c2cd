package io.loadmonitor.web.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.dump.DumpParser;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.dump.SignatureFinder;
import io.loadmonitor.dump.StackDump;
import io.loadmonitor.web.view.GroupTable.Before;
import io.loadmonitor.web.view.GroupTable.By;
import io.loadmonitor.web.view.GroupTable.Change;
import io.loadmonitor.web.view.GroupTable.Row;
import io.loadmonitor.web.view.GroupTable.Sighting;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class GroupTableTest {
    private static final Instant AT = Instant.parse("2026-11-22T12:04:10Z");

    /** pid, state and place, time in state, switches, cgroup, name; with one stack where it sleeps. */
    private static final String EARLIER = dump(
            10,
            task(1, "D on=sleep", 5_000, 7, "/db", "postgres"),
            task(2, "D on=sleep", 5_000, 7, "/db", "postgres"),
            task(3, "R on=cpu-user", 5, 80, "/web", "nginx"),
            task(9, "R on=queue", 5, 80, "/tmp", "make"));

    private static final String LATER = dump(
            20,
            task(1, "D on=sleep", 15_000, 7, "/db", "postgres"),
            task(2, "D on=sleep", 3_000, 9, "/db", "postgres"),
            task(3, "R on=cpu-user", 5, 95, "/web", "nginx"),
            task(4, "D on=sleep", 900, 2, "/db", "writer"));

    @Test
    void sumsToTheTasksHoweverTheyAreGrouped() {
        for (By by : By.values()) {
            GroupTable table = table(by, Map.of(), Optional.of(EARLIER));
            assertEquals(4, table.rows().stream().mapToInt(Row::tasks).sum() + table.moreTasks(), by.word());
            assertEquals(
                    4,
                    table.rows().stream()
                            .flatMap(row -> row.changes().stream())
                            .filter(change -> !change.what().equals("gone"))
                            .mapToInt(change -> Integer.parseInt(change.text().split(" ")[0]))
                            .sum(),
                    by.word());
        }
    }

    @Test
    void tellsWhatIsNewWhatStayedAndWhatIsGone() {
        GroupTable table = table(By.CAUSE, Map.of(), Optional.of(EARLIER));
        Row journal = table.rows().get(0);
        assertEquals("waiting for the ext4 journal", journal.title());
        assertEquals(3, journal.tasks());
        assertEquals("75 %", journal.share());
        assertEquals("15 s", journal.longest());
        assertEquals(List.of("postgres × 2", "writer"), journal.names());
        assertEquals(
                List.of(new Change("new", "1 new"), new Change("stayed", "1 stayed"), new Change("moved", "1 ran on")),
                journal.changes());
        assertEquals("postgres (1)", journal.example());
        assertEquals("jbd2_log_wait_commit+0x10c/0x140 [jbd2]", journal.frames().get(0));
        assertFalse(journal.check().isEmpty());
        assertEquals(List.of("1 waiting for a CPU"), table.gone());
        assertTrue(table.compared().startsWith("Compared with dump 5, 10 s earlier"), table.compared());
        assertEquals(
                List.of("1 /tmp"),
                table(By.CGROUP, Map.of(), Optional.of(EARLIER)).gone());
        assertEquals(
                List.of("1 make (9)"),
                table(By.PROCESS, Map.of(), Optional.of(EARLIER)).gone());
    }

    @Test
    void saysNothingOfChangesWithoutADumpBefore() {
        GroupTable table = table(By.CAUSE, Map.of(), Optional.empty());
        assertEquals("", table.compared());
        assertEquals(List.of(), table.gone());
        assertTrue(table.rows().stream().allMatch(row -> row.changes().isEmpty()));
        assertEquals("postgres (1)", table.rows().get(0).example());
    }

    @Test
    void tellsWhatWasSeenBeforeAndWhatTheHostAlwaysHas() {
        StackDump later = parsed(LATER);
        String journal = new SignatureFinder(later).find(later.tasks().get(0)).id();
        String nginx = new SignatureFinder(later).find(later.tasks().get(2)).id();
        Map<String, Sighting> seen = Map.of(
                journal, new Sighting(3, Optional.of(AT.minusSeconds(7200)), true),
                nginx, new Sighting(0, Optional.empty(), false));
        List<Row> rows = table(By.CAUSE, seen, Optional.empty()).rows();
        assertEquals("on CPU in user mode", rows.get(0).title(), "what is always there comes last, however much it is");
        assertEquals("never seen before", rows.get(0).seen());
        assertEquals("chronic", rows.get(1).chronic());
        assertEquals("seen in 3 dumps before, last 2 h earlier", rows.get(1).seen());
        assertEquals(
                List.of("", "3 chronic"),
                List.of(
                        rows.get(0).chronic(),
                        table(By.CONTAINER, seen, Optional.empty())
                                .rows()
                                .get(0)
                                .chronic()));
    }

    /** Made up: no module that draws samples has been captured yet. */
    @Test
    void scalesASampleUpAndSaysSo() {
        String sampled = LATER.replace("stack id=1", "count sampled=4 of=40\nstack id=1");
        GroupTable table = table(By.CAUSE, Map.of(), Optional.of(EARLIER), sampled);
        assertEquals("Numbers of tasks are estimated from a fair sample of 4 of 40 tasks.", table.estimate());
        assertEquals(30, table.rows().get(0).tasks());
        assertEquals("75 %", table.rows().get(0).share());
        assertEquals(
                List.of("postgres × 20", "writer × 10"), table.rows().get(0).names());
        assertEquals(
                List.of(new Change("new", "1 new"), new Change("stayed", "1 stayed"), new Change("moved", "1 ran on")),
                table.rows().get(0).changes(),
                "what became of a task is known of those in the dump alone");
        assertTrue(
                table.compared().contains(" One of the two is a fair sample: these numbers are of the tasks in it"),
                table.compared());
        assertEquals("", table(By.CAUSE, Map.of(), Optional.of(EARLIER)).estimate());
        assertFalse(table(By.CAUSE, Map.of(), Optional.of(EARLIER)).compared().contains("sample"));
    }

    @Test
    void namesThreadsAfterTheirProgram() {
        String threads = LATER.replaceAll("comm=\"(postgres|writer)\"", "leader=\"db\" comm=\"$1\"");
        GroupTable table = table(By.CAUSE, Map.of(), Optional.of(EARLIER), threads);
        assertEquals(List.of("db × 3"), table.rows().get(0).names());
        assertEquals("db, thread postgres (1)", table.rows().get(0).example());
        assertEquals(
                List.of("1 db (9)"),
                table(
                                By.PROCESS,
                                Map.of(),
                                Optional.of(EARLIER.replace("comm=\"make\"", "leader=\"db\" comm=\"make\"")))
                        .gone());
    }

    @Test
    void sumsUpWhatIsTooMuchForATable() {
        StringBuilder tasks = new StringBuilder();
        for (int pid = 1; pid <= 100; pid++) {
            tasks.append(task(pid, "R on=queue", 5, 1, "/g" + pid, "c" + pid));
        }
        GroupTable table = table(By.CGROUP, Map.of(), Optional.empty(), dump(20, tasks.toString()));
        assertEquals(25, table.rows().size());
        assertEquals(75, table.moreGroups());
        assertEquals(75, table.moreTasks());
        GroupTable gone = table(By.CGROUP, Map.of(), Optional.of(dump(10, tasks.toString())));
        assertEquals(9, gone.gone().size());
        // Four are the same tasks, in other cgroups now.
        assertEquals("88 smaller groups", gone.gone().get(8));
    }

    private static GroupTable table(By by, Map<String, Sighting> seen, Optional<String> before) {
        return table(by, seen, before, LATER);
    }

    private static GroupTable table(By by, Map<String, Sighting> seen, Optional<String> before, String text) {
        return GroupTable.of(
                parsed(text),
                CauseCatalogue.standard(),
                by,
                seen,
                before.map(earlier -> new Before(5, parsed(earlier))),
                AT);
    }

    private static StackDump parsed(String text) {
        StackDump dump = DumpParser.parse(RawDump.of(text.getBytes(StandardCharsets.US_ASCII)));
        assertEquals(0, dump.unreadCount(), text);
        return dump;
    }

    private static String dump(int second, String... tasks) {
        String rows = String.join("", tasks);
        return """
                load_monitor dump version=1 id=%1$d source=kmod boot_id=6f1c0a52-5c6c-4d0e-9a53-2f8f54f0c1aa \
                release=6.1.0-56-cloud-amd64
                trigger kind=manual reason="test" cause=present
                time wall=2026-11-22T12:04:%1$02dZ monotonic_ns=%1$d000000000
                stack id=1 tasks=3
                  jbd2_log_wait_commit+0x10c/0x140 [jbd2]
                  ext4_sync_file+0xf7/0x340 [ext4]
                %2$send id=%1$d tasks=%3$d
                """.formatted(second, rows, rows.lines().count());
    }

    private static String task(int pid, String place, int since, int switches, String cgroup, String comm) {
        return "task pid=" + pid + " tgid=" + pid + " ppid=1 cpu=0 state=" + place + " since_ms=" + since + " switches="
                + switches
                + " start_ns=" + pid + "000000000 stack=" + (place.startsWith("D") ? 1 : 0) + " cgroup=\"" + cgroup
                + "\" comm=\"" + comm + "\"\n";
    }
}
