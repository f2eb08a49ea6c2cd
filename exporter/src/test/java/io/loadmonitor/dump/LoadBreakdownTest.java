package io.loadmonitor.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalInt;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

final class LoadBreakdownTest {
    private static final String HEAD = """
            load_monitor dump version=1 id=17 source=kmod
            time wall=2026-11-22T12:04:10.123456Z
            load avg1=4.42 avg5=1.10 avg15=0.37 active=10 cpus=2
            """;
    private static final String VFORK = """
            stack id=1 tasks=2
              wait_for_completion_state+0x1/0x2
              kernel_clone+0x1af/0x3e0
            """;

    private static LoadBreakdown of(String text) {
        return LoadBreakdown.of(DumpParser.parse(Dumps.raw(text)));
    }

    private static String tasks(int count, String fields) {
        return ("task pid=1 " + fields + "\n").repeat(count);
    }

    private static String end(int tasks) {
        return "end id=17 tasks=" + tasks + "\n";
    }

    @Property(tries = 300)
    void partsSumToTheTasks(@ForAll("dumps") StackDump dump) {
        LoadBreakdown breakdown = LoadBreakdown.of(dump);
        assertEquals(dump.tasks().size(), breakdown.tasks());
        assertEquals(
                dump.tasks().size(),
                breakdown.parts().stream().mapToInt(LoadPart::tasks).sum());
        assertEquals(
                breakdown.parts().size(),
                breakdown.parts().stream()
                        .map(part -> part.cause() + part.detail())
                        .distinct()
                        .count());
        for (int i = 1; i < breakdown.parts().size(); i++) {
            assertTrue(breakdown.parts().get(i - 1).tasks()
                    >= breakdown.parts().get(i).tasks());
        }
    }

    @Property(tries = 300)
    void headlineIsOneBoundedLineOfPrintableText(@ForAll("dumps") StackDump dump) {
        String headline = LoadBreakdown.of(dump).headline();
        assertTrue(headline.chars().allMatch(c -> c >= 0x20 && c <= 0x7e), headline);
        assertTrue(headline.length() < 2000, headline);
    }

    @Test
    void saysWhatTheLoadConsistedOf() {
        String text = HEAD
                + VFORK
                + tasks(2, "state=D on=sleep stack=1 comm=\"vf\"")
                + tasks(8, "state=R on=cpu-user stack=0 comm=\"busy\"")
                + end(10);
        assertEquals(
                "Load 4.42 at 12:04:10 = 8 on CPU in user mode (busy) + 2 waiting for a vfork child to execute a"
                        + " program (vf)",
                of(text).headline());
    }

    @Test
    void saysWhatWasSuspendedWhileTasksWaitedForADevice() {
        String waiting = HEAD
                + tasks(6, "state=D on=sleep wchan=submit_bio_wait comm=\"db\"")
                + tasks(4, "state=R on=cpu-user comm=\"java\"");
        String one = "devices age_ms=3 mapped=2 suspended=1\ndevice dev=\"dm-0\" name=\"data\" suspended=1\n";
        assertEquals(
                "Load 4.42 at 12:04:10 = 6 waiting for block I/O while dm-0 (data) is suspended (db) + 4 on CPU in"
                        + " user mode (java)",
                of(waiting + one + end(10)).headline());
        assertEquals(
                "Load 4.42 at 12:04:10 = 6 waiting for block I/O (db) + 4 on CPU in user mode (java)",
                of(waiting + "devices age_ms=3 mapped=2 suspended=0\n" + end(10))
                        .headline());
        assertEquals("block-io", of(waiting + one).parts().get(0).cause().id());
        assertEquals("", of(waiting + one).parts().get(0).detail());
    }

    @Test
    void namesOfDevicesCannotLookLikeAPart() {
        LoadBreakdown breakdown = of(HEAD + tasks(10, "state=D on=sleep wchan=submit_bio_wait comm=\"db\"")
                + "device dev=\"dm-0\" name=\"a) is suspended (x) + 99 y\\n\" suspended=1\n" + end(10));
        assertEquals(
                "Load 4.42 at 12:04:10 = 10 waiting for block I/O while dm-0 (\"a) is suspended (x) + 99 y\\n\") is"
                        + " suspended (db)",
                breakdown.headline());
    }

    @Test
    void saysWhatIsNotInTheDump() {
        LoadBreakdown breakdown = of(HEAD + tasks(7, "state=R on=queue comm=\"cc1\"") + end(7));
        assertEquals(OptionalInt.of(3), breakdown.remainder());
        assertEquals("Load 4.42 at 12:04:10 = 7 waiting for a CPU (cc1) + 3 not in the dump", breakdown.headline());
    }

    @Test
    void saysWhatCameAfterCounting() {
        LoadBreakdown breakdown = of(HEAD + tasks(12, "state=R on=cpu comm=\"cc1\"") + end(12));
        assertEquals(OptionalInt.of(-2), breakdown.remainder());
        assertEquals("Load 4.42 at 12:04:10 = 12 on CPU (cc1) - 2 that came after counting", breakdown.headline());
    }

    @Test
    void saysThatTheCauseIsGoneAndThatTheDumpWasCutOff() {
        LoadBreakdown breakdown = of("trigger kind=threshold cause=decaying\nload avg1=4.00 avg5=1 avg15=1 active=0\n");
        assertEquals("Load 4.00, decaying, = no task in the dump (the dump is incomplete)", breakdown.headline());
    }

    @Test
    void saysThatNoTaskWasActive() {
        String text = "load_monitor dump version=1 id=17 source=kmod\ntrigger kind=manual cause=none\n"
                + "load avg1=4.00 avg5=1 avg15=1 active=0\n" + end(0);
        assertEquals("Load 4.00 = no task active", of(text).headline());
    }

    @Test
    void namesThreadsAfterTheirProgram() {
        String text = tasks(2, "on=queue leader=\"java\" comm=\"GC Thread#0\"")
                + tasks(1, "on=queue comm=\"java\"")
                + tasks(1, "on=queue leader=\"x) + 99 y (z\" comm=\"sh\"");
        assertEquals(
                List.of("4 waiting for a CPU (java 3, \"x) + 99 y (z\")"),
                of(text).parts().stream().map(LoadPart::text).toList());
    }

    @Test
    void tellsDelayedSleepersFromThoseThatRunAndFromThoseInD() {
        String text = VFORK
                + tasks(2, "state=R on=sleep stack=1 flags=delayed comm=\"x\"")
                + tasks(1, "state=R on=sleep stack=1 flags=partial|delayed comm=\"x\"")
                + tasks(4, "state=R on=sleep stack=1 comm=\"x\"")
                + tasks(5, "state=D on=sleep stack=1 flags=delayed comm=\"x\"");
        assertEquals(
                List.of("5 vfork", "4 runnable", "3 delayed-sleep"),
                of(text).parts().stream()
                        .map(part -> part.tasks() + " " + part.cause().id())
                        .toList());
        assertEquals(
                "asleep, but still counted as running", of(text).parts().get(2).title());
    }

    @Test
    void saysThatNotEveryThreadWasLookedAt() {
        String text =
                HEAD + "count running=10 uninterruptible=0 complete=0\n" + tasks(10, "on=queue comm=\"x\"") + end(10);
        assertFalse(of(text).complete());
        assertTrue(of(text.replace("complete=0", "complete=1")).complete());
    }

    @Test
    void saysWhatItCanWithoutAHead() {
        assertEquals(
                "Load = 1 running or waiting for a CPU (x) (the dump is incomplete)",
                of("task pid=1 state=R comm=\"x\"\n").headline());
    }

    @Test
    void countsActiveTasksByTheCountLineWhereTheLoadLineDoesNotSay() {
        assertEquals(
                OptionalInt.of(10), of("count running=8 uninterruptible=2\n").active());
        assertEquals(OptionalInt.empty(), of("count running=8\n").active());
    }

    @Test
    void foldsTheSmallestPartsIntoOneSum() {
        StringBuilder text = new StringBuilder();
        for (int i = 1; i <= 8; i++) {
            text.append(tasks(i, "state=D on=sleep wchan=f" + i + " comm=\"x\""));
        }
        assertEquals(
                "Load = 8 other: in f8 (x) + 7 other: in f7 (x) + 6 other: in f6 (x) + 5 other: in f5 (x)"
                        + " + 4 other: in f4 (x) + 6 in 3 other parts (the dump is incomplete)",
                of(text.toString()).headline());
    }

    @Test
    void namesTheMostFrequentProcessesAndCountsTheOthers() {
        String text = tasks(3, "on=queue comm=\"java\"")
                + tasks(2, "on=queue comm=\"cc1\"")
                + tasks(1, "on=queue comm=\"sh\"")
                + tasks(1, "on=queue comm=\"tar\"")
                + tasks(1, "on=queue comm=\"xz\"");
        LoadPart part = of(text).parts().get(0);
        assertEquals("8 waiting for a CPU (java 3, cc1 2, sh, others 2)", part.text());
        assertEquals(5, part.processes().size());
    }

    @Test
    void quotesNamesThatCouldLookLikeAPart() {
        String text = tasks(1, "on=queue comm=\"x) + 99 y (z\"")
                + tasks(1, "on=queue comm=\"kworker/u4:1+ext4-r\"")
                + tasks(1, "on=queue comm=\"\"");
        assertEquals(
                "3 waiting for a CPU (\"\", kworker/u4:1+ext4-r, \"x) + 99 y (z\")",
                of(text).parts().get(0).text());
    }

    @Test
    void namesTheCgroupThatHoldsAllTasksOfAPart() {
        String text = tasks(2, "on=queue cgroup=\"/system.slice/db\" comm=\"db\"")
                + tasks(1, "state=D on=sleep wchan=f cgroup=\"/a\" comm=\"x\"")
                + tasks(1, "state=D on=sleep wchan=f cgroup=\"/b\" comm=\"x\"")
                + tasks(1, "on=cpu-user cgroup=\"/\" comm=\"y\"");
        assertEquals(
                List.of("2 other: in f (x)", "2 waiting for a CPU (db, system.slice/db)", "1 on CPU in user mode (y)"),
                of(text).parts().stream().map(LoadPart::text).toList());
    }

    @Test
    void namesAContainerByItsShortId() {
        String id = "8f0c5a1e90b2" + "7d34".repeat(13);
        String text = tasks(2, "on=queue cgroup=\"/system.slice/docker-" + id + ".scope\" comm=\"java\"")
                + tasks(1, "on=cpu-user cgroup=\"/kubepods/burstable/pod1/" + id + "\" comm=\"nginx\"");
        assertEquals(
                List.of(
                        "2 waiting for a CPU (java, docker 8f0c5a1e90b2)",
                        "1 on CPU in user mode (nginx, container 8f0c5a1e90b2)"),
                of(text).parts().stream().map(LoadPart::text).toList());
    }

    @Test
    void quotesACgroupThatCouldLookLikeAPartAndCutsALongOne() {
        String text = tasks(1, "on=queue cgroup=\"/x) + 99 y (z\" comm=\"a\"");
        assertEquals(
                "1 waiting for a CPU (a, \"x) + 99 y (z\")",
                of(text).parts().get(0).text());
        String longer = tasks(1, "on=queue cgroup=\"/" + "c".repeat(4096) + "\" comm=\"a\"");
        assertEquals(
                "1 waiting for a CPU (a, " + "c".repeat(60) + "...)",
                of(longer).parts().get(0).text());
    }

    @Test
    void placesEveryTaskByWhereItWas() {
        LoadBreakdown breakdown = of(VFORK
                + tasks(1, "state=R on=cpu-user comm=\"x\"")
                + tasks(2, "state=R on=cpu-kernel comm=\"x\"")
                + tasks(3, "state=R on=cpu-kernel stack=1 comm=\"x\"")
                + tasks(4, "state=R on=queue stack=1 comm=\"x\"")
                + tasks(5, "state=R comm=\"x\"")
                + tasks(6, "state=D on=sleep stack=1 comm=\"x\"")
                + tasks(7, "state=D stack=0 wchan=do_exit comm=\"x\"")
                + tasks(8, "state=D on=sleep stack=99 comm=\"x\"")
                + tasks(9, "comm=\"x\"")
                + tasks(10, "state=R on=cpu comm=\"x\"")
                + tasks(11, "state=D on=cpu-user comm=\"x\""));
        assertEquals(
                List.of(
                        "12 on-cpu-user: on CPU in user mode",
                        "10 on-cpu: on CPU",
                        "9 unknown: of unknown cause",
                        "8 other: other: in an unknown function",
                        "7 exit: exiting, in do_exit",
                        "6 vfork: waiting for a vfork child to execute a program",
                        "5 runnable: running or waiting for a CPU",
                        "4 waiting-for-cpu: waiting for a CPU",
                        "3 on-cpu-kernel-process: on CPU, starting or ending processes",
                        "2 on-cpu-kernel: on CPU in the kernel"),
                breakdown.parts().stream()
                        .map(part -> part.tasks() + " " + part.cause().id() + ": " + part.title())
                        .toList());
    }

    @Provide
    Arbitrary<StackDump> dumps() {
        return Dumps.any();
    }
}
