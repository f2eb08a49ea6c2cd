package io.loadmonitor.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

final class DumpComparisonTest {
    private static final String STACKS =
            "stack id=1 tasks=1\n  mnt_want_write+0x1/0x2\nstack id=2 tasks=1\n  io_wait+0x1/0x2\n";

    private static StackDump dump(long seconds, String... tasks) {
        return DumpParser.parse(Dumps.raw("load_monitor dump version=1 id=1 source=kmod boot_id=b release=6.1.0\n"
                + "time monotonic_ns=" + seconds * 1_000_000_000 + "\n" + STACKS + "task "
                + String.join("\ntask ", tasks)
                + "\nend id=1 tasks=" + tasks.length + "\n"));
    }

    private static String changes(StackDump before, StackDump after) {
        StringBuilder text = new StringBuilder();
        for (ComparedTask task :
                DumpComparison.of(before, after, CauseCatalogue.standard()).tasks()) {
            text.append(task.task().pid()).append(' ').append(task.change()).append(", ");
        }
        return text.toString();
    }

    @Test
    void tellsNewPersistingMovedAndGoneApartByTheirSwitches() {
        String rest = " state=D on=sleep stack=1 comm=\"a\"";
        StackDump before = dump(
                100,
                "pid=1 start_ns=5000000 switches=7" + rest,
                "pid=2 start_ns=5000000 switches=7" + rest,
                "pid=3 start_ns=5000000 switches=7" + rest,
                "pid=4 start_ns=5000000 switches=7" + rest);
        StackDump after = dump(
                110,
                "pid=1 start_ns=5000000 switches=7" + rest,
                "pid=2 start_ns=5000000 switches=8" + rest,
                "pid=4 start_ns=99000000000 switches=7" + rest,
                "pid=5 start_ns=5000000 switches=7" + rest);
        assertEquals("1 PERSISTING, 2 MOVED, 4 NEW, 5 NEW, 3 GONE, 4 GONE, ", changes(before, after));
        DumpComparison comparison = DumpComparison.of(before, after, CauseCatalogue.standard());
        assertEquals(Optional.of(Duration.ofSeconds(10)), comparison.elapsed());
        assertTrue(comparison.complete());
        assertFalse(comparison.isEmpty());
        ChangeCount place = comparison.bySignature().get(0);
        assertEquals("mnt_want_write", place.title());
        assertEquals(
                List.of(2, 1, 1, 0, 2),
                List.of(TaskChange.values()).stream().map(place::of).toList());
        assertEquals(6, place.all());
        assertEquals(1, comparison.byCause().size());
    }

    @Test
    void takesTheTimeInItsStateForAProofWhereSwitchesAreNotGiven() {
        StackDump before = dump(
                100,
                "pid=1 start_ns=5 state=D on=sleep stack=1 comm=\"a\"",
                "pid=2 start_ns=5 state=D on=sleep stack=1 comm=\"a\"",
                "pid=3 start_ns=5 state=D on=sleep stack=1 comm=\"a\"",
                "pid=4 start_ns=5 state=D on=sleep stack=1 comm=\"a\"",
                "pid=5 start_ns=5 state=R on=queue comm=\"a\"");
        StackDump after = dump(
                110,
                "pid=1 start_ns=5 state=D on=sleep since_ms=10000 stack=1 comm=\"a\"",
                "pid=2 start_ns=5 state=D on=sleep since_ms=9999 stack=1 comm=\"a\"",
                "pid=3 start_ns=5 state=D on=sleep since_ms=20000 stack=2 comm=\"a\"",
                "pid=4 start_ns=5 state=D on=sleep stack=1 comm=\"a\"",
                "pid=5 start_ns=5 state=R on=queue comm=\"a\"");
        assertEquals("1 PERSISTING, 2 MOVED, 3 MOVED, 4 UNCLEAR, 5 UNCLEAR, ", changes(before, after));
    }

    @Test
    void takesATimeFromProcForOneThatIsAtLeastSoLong() {
        StackDump before = dump(
                100,
                "pid=1 start_ns=5 state=D on=sleep stack=1 comm=\"a\"",
                "pid=2 start_ns=5 state=D on=sleep stack=1 comm=\"a\"");
        String text = "load_monitor dump version=1 id=1 source=procfs boot_id=b release=6.1.0\ntime"
                + " monotonic_ns=110000000000\n"
                + STACKS
                + "task pid=1 start_ns=5 state=D on=sleep since_ms=10000 stack=1 comm=\"a\"\n"
                + "task pid=2 start_ns=5 state=D on=sleep since_ms=3000 stack=1 comm=\"a\"\nend id=1 tasks=2\n";
        assertEquals("1 PERSISTING, 2 UNCLEAR, ", changes(before, DumpParser.parse(Dumps.raw(text))));
    }

    @Test
    void knowsATaskOfBothSourcesByTheTenMillisecondsOfItsStart() {
        StackDump before = dump(100, "pid=1 start_ns=10526600260 switches=2 state=D on=sleep stack=1 comm=\"a\"");
        assertEquals(
                "1 UNCLEAR, ",
                changes(before, dump(101, "pid=1 start_ns=10520000000 state=D on=sleep stack=1 comm=\"b\"")));
        assertEquals(
                "1 NEW, 1 GONE, ",
                changes(before, dump(101, "pid=1 start_ns=10530000000 state=D on=sleep stack=1 comm=\"a\"")));
    }

    @Test
    void knowsATaskWithoutItsStartByProcessAndName() {
        StackDump before = dump(100, "pid=1 tgid=1 switches=2 state=D on=sleep stack=1 comm=\"a\"");
        assertEquals(
                "1 PERSISTING, ",
                changes(before, dump(101, "pid=1 tgid=1 switches=2 state=D on=sleep stack=1 comm=\"a\"")));
        assertEquals(
                "1 NEW, 1 GONE, ",
                changes(before, dump(101, "pid=1 tgid=1 switches=2 state=D on=sleep stack=1 comm=\"b\"")));
    }

    @Test
    void comparesOnlyDumpsOfOneBoot() {
        StackDump none = DumpParser.parse(Dumps.raw("load_monitor dump version=1 id=1 source=kmod\n"));
        StackDump other = DumpParser.parse(Dumps.raw("load_monitor dump version=1 id=1 source=kmod boot_id=c\n"));
        StackDump mine = dump(1, "pid=1 comm=\"a\"");
        assertTrue(DumpComparison.sameBoot(mine, dump(2, "pid=1 comm=\"a\"")));
        assertFalse(DumpComparison.sameBoot(mine, other));
        assertFalse(DumpComparison.sameBoot(none, none));
    }

    /** Three real dumps of one boot: at rest, with 2 vfork parents and 9 runnable tasks, and after. */
    @Test
    void comparesRealDumps() throws IOException {
        List<StackDump> dumps = new ArrayList<>();
        String text = Files.readString(
                Path.of("../kmod/tests/captures/6.1.0-56-cloud-amd64/three-dumps.dump"), StandardCharsets.US_ASCII);
        for (String one : text.split("(?m)^(?=load_monitor dump )")) {
            if (!one.isBlank()) {
                dumps.add(DumpParser.parse(Dumps.raw(one)));
            }
        }
        assertEquals(3, dumps.size());
        DumpComparison came = DumpComparison.of(dumps.get(0), dumps.get(1), CauseCatalogue.standard());
        assertEquals(11, came.of(TaskChange.NEW));
        assertEquals(11, came.tasks().size());
        DumpComparison stayed = DumpComparison.of(dumps.get(1), dumps.get(2), CauseCatalogue.standard());
        assertEquals("""
                waiting-for-cpu 0 0 7 0 1
                vfork 0 2 0 0 0
                on-cpu-kernel-scheduler 0 0 1 0 0
                """, summary(stayed), "new, persisting, moved, unclear, gone");
    }

    private static String summary(DumpComparison comparison) {
        StringBuilder text = new StringBuilder();
        for (ChangeCount cause : comparison.byCause()) {
            text.append(cause.key());
            for (TaskChange change : TaskChange.values()) {
                text.append(' ').append(cause.of(change));
            }
            text.append('\n');
        }
        return text.toString();
    }

    @Property(tries = 500)
    void aDumpHasNoDifferenceFromItself(@ForAll("dumps") StackDump dump) {
        DumpComparison comparison = DumpComparison.of(dump, dump, CauseCatalogue.standard());
        assertTrue(comparison.isEmpty(), comparison.tasks().toString());
        assertEquals(dump.tasks().size(), comparison.tasks().size());
        if (comparison.elapsed().isPresent()) {
            assertEquals(dump.tasks().size(), comparison.of(TaskChange.PERSISTING));
        }
    }

    @Property(tries = 500)
    void everyTaskOfBothDumpsIsCountedOnce(@ForAll("dumps") StackDump before, @ForAll("dumps") StackDump after) {
        DumpComparison comparison = DumpComparison.of(before, after, CauseCatalogue.standard());
        int gone = comparison.of(TaskChange.GONE);
        int fresh = comparison.of(TaskChange.NEW);
        assertEquals(after.tasks().size(), comparison.tasks().size() - gone);
        assertEquals(before.tasks().size(), comparison.tasks().size() - fresh);
        assertEquals(
                comparison.tasks().size(),
                comparison.byCause().stream().mapToInt(ChangeCount::all).sum());
        assertEquals(
                comparison.tasks().size(),
                comparison.bySignature().stream().mapToInt(ChangeCount::all).sum());
    }

    @Provide
    Arbitrary<StackDump> dumps() {
        return Dumps.any();
    }
}
