package io.loadmonitor.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

    private static final Pattern TERM = Pattern.compile(" ([+-]) ([0-9]+) ");

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
        List<LoadPart> parts = breakdown.parts().stream()
                .filter(part -> part.cause().kind() != LoadCause.Kind.ITSELF)
                .toList();
        int own = breakdown.parts().size() - parts.size();
        assertTrue(own == 0 || own == 1 && !parts.contains(breakdown.parts().get(parts.size())), breakdown.headline());
        for (int i = 1; i < parts.size(); i++) {
            boolean asleep = waits(parts.get(i));
            assertTrue(!asleep || waits(parts.get(i - 1)), breakdown.headline());
            assertTrue(
                    asleep != waits(parts.get(i - 1))
                            || parts.get(i - 1).tasks() >= parts.get(i).tasks(),
                    breakdown.headline());
        }
    }

    private static boolean waits(LoadPart part) {
        return part.cause().kind() == LoadCause.Kind.SLEEP || part.cause().kind() == LoadCause.Kind.NO_STACK;
    }

    /** The first number is what the terms sum to, whatever else stands in the line. */
    @Property(tries = 300)
    void theTermsOfTheHeadlineSumToItsFirstNumber(@ForAll("dumps") StackDump dump) {
        LoadBreakdown breakdown = LoadBreakdown.of(dump);
        String plain = breakdown.headline().replaceAll("\"(\\\\.|[^\"\\\\])*\"", "NAME");
        String[] sides = plain.split(" = ", 2);
        long number = sides[0].startsWith("no ") ? 0 : Long.parseLong(sides[0].substring(0, sides[0].indexOf(' ')));
        long sum = 0;
        if (sides.length == 2) {
            for (Matcher term = TERM.matcher(" + " + sides[1]); term.find(); ) {
                sum += Long.parseLong(term.group(2)) * (term.group(1).equals("+") ? 1 : -1);
            }
        }
        assertEquals(number, sum, breakdown.headline());
        assertEquals(breakdown.active().orElse(breakdown.tasks()), number, breakdown.headline());
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
                "10 active tasks at 12:04:10 (load 4.42) = 2 waiting for a vfork child to execute a program (vf)"
                        + " + 8 on CPU in user mode (busy)",
                of(text).headline());
    }

    @Test
    void saysWhatWasSuspendedWhileTasksWaitedForADevice() {
        String waiting = HEAD
                + tasks(6, "state=D on=sleep wchan=submit_bio_wait comm=\"db\"")
                + tasks(4, "state=R on=cpu-user comm=\"java\"");
        String one = "devices age_ms=3 mapped=2 suspended=1\ndevice dev=\"dm-0\" name=\"data\" suspended=1\n";
        assertEquals(
                "10 active tasks at 12:04:10 (load 4.42) = 6 waiting for block I/O while dm-0 (data) is suspended (db)"
                        + " + 4 on CPU in user mode (java)",
                of(waiting + one + end(10)).headline());
        assertEquals(
                "10 active tasks at 12:04:10 (load 4.42) = 6 waiting for block I/O (db) + 4 on CPU in user mode (java)",
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
                "10 active tasks at 12:04:10 (load 4.42) = 10 waiting for block I/O while dm-0 (\"a) is suspended (x)"
                        + " + 99 y\\n\") is suspended (db)",
                breakdown.headline());
    }

    @Test
    void saysWhatIsNotInTheDump() {
        LoadBreakdown breakdown = of(HEAD + tasks(7, "state=R on=queue comm=\"cc1\"") + end(7));
        assertEquals(OptionalInt.of(3), breakdown.remainder());
        assertEquals(
                "10 active tasks at 12:04:10 (load 4.42) = 7 waiting for a CPU (cc1) + 3 not in the dump",
                breakdown.headline());
    }

    @Test
    void saysWhatCameAfterCounting() {
        LoadBreakdown breakdown = of(HEAD + tasks(12, "state=R on=cpu comm=\"cc1\"") + end(12));
        assertEquals(OptionalInt.of(-2), breakdown.remainder());
        assertEquals(
                "10 active tasks at 12:04:10 (load 4.42) = 12 on CPU (cc1) - 2 that came after counting",
                breakdown.headline());
    }

    @Test
    void saysThatTheCauseIsGoneAndThatTheDumpWasCutOff() {
        LoadBreakdown breakdown = of("trigger kind=threshold cause=decaying\nload avg1=4.00 avg5=1 avg15=1 active=0\n");
        assertEquals("no active task (load 4.00, decaying) (the dump is incomplete)", breakdown.headline());
    }

    @Test
    void saysThatNoTaskWasActive() {
        String text = "load_monitor dump version=1 id=17 source=kmod\ntrigger kind=manual cause=none\n"
                + "load avg1=4.00 avg5=1 avg15=1 active=0\n" + end(0);
        assertEquals("no active task (load 4.00)", of(text).headline());
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
                "1 captured task = 1 running or waiting for a CPU (x) (the dump is incomplete)",
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
                "36 captured tasks = 8 other: in f8 (x) + 7 other: in f7 (x) + 6 other: in f6 (x) + 5 other: in f5 (x)"
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
    void namesTheServiceOfEachProgramWhereAPartHasSeveral() {
        String id = "8f0c5a1e90b2" + "7d34".repeat(13);
        String text = tasks(3, "on=queue cgroup=\"/ux.slice/db.service\" comm=\"postgres\"")
                + tasks(2, "on=queue cgroup=\"/system.slice/docker-" + id + ".scope\" comm=\"java\"")
                + tasks(
                        1,
                        "on=queue cgroup=\"/user.slice/user-7.slice/user@7.service/app.slice/a.service\" comm=\"sh\"")
                + tasks(1, "on=queue cgroup=\"/user.slice/user-7.slice/session-3.scope\" comm=\"xz\"");
        assertEquals(
                "7 waiting for a CPU (postgres 3 in db.service, java 2 in docker 8f0c5a1e90b2,"
                        + " sh in user@7.service/app.slice/a.service, others 1)",
                of(text).parts().get(0).text());
        String twoPlaces = tasks(1, "on=queue cgroup=\"/a\" comm=\"sh\"")
                + tasks(1, "on=queue cgroup=\"/b\" comm=\"sh\"")
                + tasks(1, "on=queue cgroup=\"/\" comm=\"dd\"");
        assertEquals(
                "3 waiting for a CPU (sh 2, dd)", of(twoPlaces).parts().get(0).text());
    }

    @Test
    void putsWhatWaitsBeforeWhatRunsHoweverMuchRuns() {
        String text = tasks(90, "on=queue comm=\"cc1\"")
                + tasks(2, "state=D on=sleep wchan=jbd2_log_wait_commit comm=\"db\"");
        assertEquals(
                "92 captured tasks = 2 waiting for the ext4 journal (db) + 90 waiting for a CPU (cc1)"
                        + " (the dump is incomplete)",
                of(text).headline());
    }

    @Test
    void namesTheLargestPartsAlsoWhenManySmallOnesWait() {
        StringBuilder text = new StringBuilder(tasks(50, "on=queue comm=\"cc1\""));
        for (int i = 1; i <= 7; i++) {
            text.append(tasks(i, "state=D on=sleep wchan=f" + i + " comm=\"x\""));
        }
        assertEquals(
                "78 captured tasks = 7 other: in f7 (x) + 6 other: in f6 (x) + 5 other: in f5 (x) + 4 other: in f4 (x)"
                        + " + 50 waiting for a CPU (cc1) + 6 in 3 other parts (the dump is incomplete)",
                of(text.toString()).headline());
        assertEquals(
                List.of(7, 50),
                of(text.toString()).largest(2).stream().map(LoadPart::tasks).toList());
    }

    @Test
    void tellsTheExporterThatTookTheDumpAsItselfAndLast() {
        String text = HEAD
                + VFORK
                + tasks(7, "tgid=812 state=R on=cpu-user leader=\"java\" comm=\"http-23\"")
                + tasks(1, "tgid=812 state=D on=sleep stack=1 comm=\"java\"")
                + tasks(2, "tgid=813 state=R on=cpu-user comm=\"java\"");
        LoadBreakdown breakdown = of(text + "exporter pid=812\n" + end(10));
        assertEquals(
                "10 active tasks at 12:04:10 (load 4.42) = 2 on CPU in user mode (java) + 8 load-monitor itself",
                breakdown.headline());
        assertEquals("load-monitor-itself", breakdown.parts().get(1).cause().id());
        assertEquals(
                "10 active tasks at 12:04:10 (load 4.42) = 1 waiting for a vfork child to execute a program (java)"
                        + " + 9 on CPU in user mode (java)",
                of(text + end(10)).headline(),
                "a text that does not say it proves nothing");
    }

    @Test
    void saysThatAStackMayNotBeReadAndHowToGetIt() {
        String unreadable = "count running=0 uninterruptible=2 stacks_readable=0 stacks_refused=1\n";
        String text = "state=D on=sleep stack=0 flags=stack_refused";
        LoadBreakdown breakdown = of(unreadable
                + tasks(1, text + " comm=\"vf\"")
                + tasks(1, "state=D on=sleep stack=0 comm=\"vf\"")
                + tasks(1, "state=D on=sleep stack=0 flags=unstable comm=\"x\"")
                + tasks(1, text + " wchan=do_exit comm=\"y\""));
        assertEquals(
                List.of(
                        "2 stack-not-readable: in uninterruptible sleep, stack not readable: run as root, or use the"
                                + " module",
                        "1 exit: exiting, in do_exit",
                        "1 other: other: in an unknown function"),
                breakdown.parts().stream()
                        .map(part -> part.tasks() + " " + part.cause().id() + ": " + part.title())
                        .toList());
        assertEquals(
                "other",
                of(tasks(1, "state=D on=sleep stack=0 comm=\"vf\""))
                        .parts()
                        .get(0)
                        .cause()
                        .id(),
                "nobody said that it was refused");
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
                        "8 other: other: in an unknown function",
                        "7 exit: exiting, in do_exit",
                        "6 vfork: waiting for a vfork child to execute a program",
                        "12 on-cpu-user: on CPU in user mode",
                        "10 on-cpu: on CPU",
                        "9 unknown: of unknown cause",
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
