package io.loadmonitor.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.dump.StackDump.Placement;
import io.loadmonitor.dump.StackDump.State;
import io.loadmonitor.dump.StackDump.Task;
import io.loadmonitor.dump.StackDump.TriggerKind;
import io.loadmonitor.dump.StackDump.UnreadLine;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One test a quirk of the text. */
final class DumpParserTest {
    private static final String HEADER = "load_monitor dump version=1 id=17 source=kmod\n";

    private static StackDump parse(String text) {
        return DumpParser.parse(Dumps.raw(text));
    }

    private static Task onlyTask(StackDump dump) {
        assertEquals(1, dump.tasks().size(), () -> dump.tasks().toString());
        return dump.tasks().get(0);
    }

    @Test
    void readsEveryKey() {
        StackDump dump = parse("""
                load_monitor dump version=1 id=17 source=kmod boot_id=6f1c-22 release=6.1.0-56-cloud-amd64
                trigger kind=manual reason="alert LoadHigh" cause=present asker_pid=412 asker_comm="a\\nb"
                time wall=2026-11-22T12:04:10.123456Z monotonic_ns=35570173000
                load avg1=4.42 avg5=1.10 avg15=0.37 active=10 cpus=2 silent_cpus=1,13
                tick age_ms=1200 active=9 avg1=4.40
                count scanned=67 running=8 uninterruptible=2 stacks_readable=0
                cost capture_ns=812345 irq_off_max_ns=9100 rcu_max_ns=210000
                stack id=1 tasks=1
                  kernel_clone+0x1af/0x3e0
                  __do_sys_vfork+0x43/0x70
                task pid=94 tgid=93 ppid=1 cpu=0 state=D on=sleep since_ms=35000 switches=12 start_ns=2980000000 \
                stack=1 flags=unstable|odd wchan=do_wait cgroup="/a b" comm="vf"
                end id=17 tasks=1
                """);
        assertTrue(dump.complete());
        assertEquals(List.of(), dump.unreadLines());
        assertEquals(
                new StackDump.Header(1, 17, "kmod", Optional.of("6f1c-22"), Optional.of("6.1.0-56-cloud-amd64")),
                dump.header().orElseThrow());
        assertEquals(
                new StackDump.Trigger(
                        TriggerKind.MANUAL,
                        Optional.of(EscapedText.of("alert LoadHigh")),
                        Optional.of(StackDump.Presence.PRESENT),
                        Optional.of(new StackDump.Asker(412, EscapedText.of("a\nb")))),
                dump.trigger().orElseThrow());
        assertEquals(
                "2026-11-22T12:04:10.123456Z",
                dump.time().orElseThrow().wall().orElseThrow().toString());
        assertEquals(OptionalLong.of(35570173000L), dump.time().orElseThrow().monotonicNanos());
        assertEquals(
                new StackDump.Load(4.42, 1.10, 0.37, OptionalInt.of(10), OptionalInt.of(2), List.of(1, 13)),
                dump.load().orElseThrow());
        assertEquals(
                new StackDump.Tick(OptionalLong.of(1200), OptionalInt.of(9), 4.4),
                dump.tick().orElseThrow());
        assertEquals(
                Map.of("scanned", 67L, "running", 8L, "uninterruptible", 2L, "stacks_readable", 0L),
                dump.counts().orElseThrow().values());
        assertEquals(
                new StackDump.Cost(OptionalLong.of(812345), OptionalLong.of(9100), OptionalLong.of(210000)),
                dump.cost().orElseThrow());
        assertEquals(
                new Task(
                        94,
                        OptionalLong.of(93),
                        OptionalLong.of(1),
                        OptionalInt.of(0),
                        State.UNINTERRUPTIBLE,
                        Placement.SLEEP,
                        OptionalLong.of(35000),
                        OptionalLong.of(12),
                        OptionalLong.of(2980000000L),
                        1,
                        Set.of("unstable", "odd"),
                        Optional.of("do_wait"),
                        Optional.of(EscapedText.of("/a b")),
                        EscapedText.of("vf")),
                onlyTask(dump));
        assertEquals(
                List.of(Frame.parse("kernel_clone+0x1af/0x3e0"), Frame.parse("__do_sys_vfork+0x43/0x70")),
                dump.stackOf(onlyTask(dump)).orElseThrow().frames());
    }

    /** Made up: no module that writes these words has been captured yet. */
    @Test
    void readsTheWordsThatCameLater() {
        StackDump dump = parse(HEADER + """
                trigger kind=manual reason="x" cause=none
                count running=2 delayed=1 uninterruptible=0 sampled=2 of=9 cgroup_no_room=1
                cgroup id=3 path="/a b\\n"
                stack id=7 tasks=1
                  ep_poll+0x1/0x2
                task pid=12 tgid=10 state=R on=sleep queued_ms=0 run_delay_ms=9120 stack=7 flags=delayed|partial \
                cgroup_id=3 \
                leader="java" comm="C2 CompilerThre"
                task pid=13 tgid=13 state=R on=queue queued_ms=40 stack=0 cgroup_id=3 comm="sh"
                end id=17 tasks=2
                """);
        assertTrue(dump.complete());
        assertEquals(List.of(), dump.unreadLines());
        assertEquals(
                Optional.of(StackDump.Presence.NONE),
                dump.trigger().orElseThrow().presence());
        assertEquals(1, dump.counts().orElseThrow().of("delayed").orElseThrow());
        Task thread = dump.tasks().get(0);
        assertEquals(Optional.of(EscapedText.of("java")), thread.leader());
        assertEquals(EscapedText.of("java"), thread.program());
        assertEquals(EscapedText.of("C2 CompilerThre"), thread.comm());
        assertEquals(OptionalLong.of(0), thread.queuedMillis());
        assertEquals(OptionalLong.of(9120), thread.runDelayMillis());
        assertEquals(Optional.of(EscapedText.of("/a b\n")), thread.cgroup());
        assertTrue(thread.delayed());
        Task leader = dump.tasks().get(1);
        assertEquals(EscapedText.of("sh"), leader.program());
        assertEquals(OptionalLong.of(40), leader.queuedMillis());
        assertEquals(OptionalLong.empty(), leader.runDelayMillis());
        assertSame(thread.cgroup().orElseThrow(), leader.cgroup().orElseThrow(), "one path for all tasks in it");
    }

    @Test
    void notesACgroupThatNoRecordBeforeTheTaskNames() {
        StackDump dump = parse(HEADER + """
                cgroup id=1 path="/first"
                cgroup id=1 path="/second"
                cgroup id=4
                cgroup path="/x"
                task pid=1 cgroup_id=1 comm="a"
                task pid=2 cgroup_id=2 comm="b"
                task pid=3 cgroup_id=x comm="c"
                task pid=4 cgroup="/own" cgroup_id=9 comm="d"
                task pid=5 comm="e"
                cgroup id=2 path="/late"
                end id=17 tasks=5
                """);
        assertTrue(dump.complete());
        assertEquals(
                List.of(
                        Optional.of("/first"),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of("/own"),
                        Optional.empty()),
                dump.tasks().stream()
                        .map(task -> task.cgroup().map(EscapedText::escaped))
                        .toList());
        assertEquals(
                List.of(3, 4, 5, 7, 8),
                dump.unreadLines().stream().map(UnreadLine::number).toList());
    }

    @Test
    void readsStacksAndTasksInAnyOrder() {
        StackDump dump = parse(HEADER + """
                stack id=2 tasks=1
                  a+0x1/0x2
                task pid=1 stack=2 comm="x"
                stack id=1 tasks=1
                  b+0x1/0x2
                task pid=2 stack=1 comm="y"
                end id=17 tasks=2
                """);
        assertTrue(dump.complete());
        assertEquals(
                "b",
                dump.stackOf(dump.tasks().get(1)).orElseThrow().frames().get(0).function());
    }

    @Test
    void keepsHostileCommsAndForgesNothing() {
        for (String comm : List.of(
                "busy\n(1)",
                "x\"\ntask pid=666 comm=\"y",
                "a) R 1 (b",
                "\nend id=17 tasks=1",
                "\\",
                "\\\"",
                "\0\u001b[2J")) {
            EscapedText name = EscapedText.of(comm);
            StackDump dump = parse(HEADER + "task pid=5 stack=0 comm=\"" + name.escaped() + "\"\nend id=17 tasks=1\n");
            assertEquals(name, onlyTask(dump).comm());
            assertEquals(5, onlyTask(dump).pid());
            assertTrue(dump.complete());
            assertEquals(0, dump.unreadCount());
        }
    }

    @Test
    void keepsBytesThatShouldHaveBeenEscaped() {
        assertEquals(
                "\\xe4\\x00\\x09",
                onlyTask(parse("task pid=5 comm=\"\u00e4\0\t\"\n")).comm().escaped());
    }

    @Test
    void skipsKindsAndKeysOfNewerSourcesQuietly() {
        StackDump dump = parse(HEADER + """
                history period_ms=5000 active=10x3,9
                blocker pid=7 "
                barrier id=1 kind=mutex
                  owner pid=7
                pause
                task pid=5 oops=1 numa="a b" comm="x" new=1
                end id=17 tasks=1 sum=0
                """);
        assertEquals(List.of(new UnreadLine(3, "blocker pid=7 \\\"")), dump.unreadLines());
        assertTrue(dump.complete());
        assertEquals("x", onlyTask(dump).comm().escaped());
    }

    @Test
    void readsLocksAndTheirOwnersApartFromTheLoad() {
        StackDump dump = parse(HEADER + """
                lock id=1 type=rwsem held=write owner=9 waiters=1 name="namespace_sem"
                lock id=2 type=brlock held=maybe
                lock id=0 type=mutex
                task pid=5 state=D on=sleep lock=1 wait=read comm="x"
                task pid=9 state=S on=sleep flags=owner comm="y"
                end id=17 tasks=2
                """);
        assertTrue(dump.complete());
        assertEquals(
                List.of(
                        new KernelLock(
                                1,
                                KernelLock.Type.RW_SEMAPHORE,
                                KernelLock.Held.WRITE,
                                OptionalLong.of(9),
                                OptionalInt.empty(),
                                OptionalInt.of(1),
                                Optional.of(EscapedText.of("namespace_sem"))),
                        new KernelLock(
                                2,
                                KernelLock.Type.UNKNOWN,
                                KernelLock.Held.UNKNOWN,
                                OptionalLong.empty(),
                                OptionalInt.empty(),
                                OptionalInt.empty(),
                                Optional.empty())),
                dump.lockFacts().locks());
        assertEquals(1, dump.unreadCount(), "a lock of number 0");
        assertEquals(Optional.of(new LockWait(1, true)), onlyTask(dump).lockWait());
        assertEquals(1, LoadBreakdown.of(dump).tasks(), "who holds it is no load");
        StackDump.Task owner = dump.lockFacts().owners().get(0);
        assertEquals(State.SLEEPING, owner.state());
        assertEquals(9, owner.pid());
    }

    @Test
    void keepsValuesThatItDoesNotKnowAsUnknown() {
        StackDump dump = parse("trigger kind=cosmic cause=maybe\ntask pid=5 state=Z on=moon comm=\"x\"\n");
        assertEquals(TriggerKind.UNKNOWN, dump.trigger().orElseThrow().kind());
        assertEquals(Optional.empty(), dump.trigger().orElseThrow().presence());
        assertEquals(State.UNKNOWN, onlyTask(dump).state());
        assertEquals(Placement.UNKNOWN, onlyTask(dump).placement());
        assertEquals(0, dump.unreadCount());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",", "1,", ",1", "1,,2", "x", "-1", "1-3", "1234567"})
    void keepsTheLoadWhenTheCpusThatWereSilentCannotBeRead(String cpus) {
        StackDump dump = parse("load avg1=1.00 avg5=1.00 avg15=1.00 active=1 cpus=2 silent_cpus=" + cpus + "\n");
        assertEquals(List.of(), dump.load().orElseThrow().silentCpus(), cpus);
        assertEquals(OptionalInt.of(2), dump.load().orElseThrow().cpus());
        assertEquals(1, dump.unreadCount(), cpus);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Nonsense",
                "two words",
                "barrier id=1 word",
                "barrier dump id=1",
                "Task pid=1 comm=\"x\"",
                "  an indented line at the top",
                "\0\0\0",
                "=",
                "\"",
                "a=b",
                "task comm=\"without a pid\"",
                "task pid=x comm=\"a\"",
                "stack tasks=3",
                "stack id=0",
                "load avg1=1 avg5=2",
                "load avg1=1 avg5=2 avg15=1e9",
                "load avg1=1..2 avg5=2 avg15=3",
                "load avg1=NaN avg5=2 avg15=3",
                "tick active=3",
                "trigger reason=\"x\"",
                "load_monitor dump version=1 source=kmod",
                "load_monitor version=1 id=1 source=k",
                "end tasks=0"
            })
    void keepsALineThatItDoesNotUnderstand(String line) {
        StackDump dump = parse("\n" + line + "\n");
        assertEquals(List.of(new UnreadLine(2, EscapedText.ofLatin1(line).escaped())), dump.unreadLines());
        assertEquals(1, dump.unreadCount());
        assertEquals(List.of(), dump.tasks());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "since_ms=-1",
                "since_ms=99999999999999999999",
                "since_ms=",
                "since_ms=1.5",
                "cpu=2147483648",
                "stack=-1",
                "tgid=\"1",
                "flags=\"a b\"",
                "cgroup=\"/\"x",
                "wchan=a\"b",
                "\"a\"=b",
                "word",
                "dump"
            })
    void keepsATaskWithAValueThatItCannotReadAndNotesTheLine(String field) {
        StackDump dump = parse("task pid=5 state=D comm=\"x\" " + field + "\n");
        assertEquals("x", onlyTask(dump).comm().escaped());
        assertEquals(State.UNINTERRUPTIBLE, onlyTask(dump).state());
        assertEquals(OptionalLong.empty(), onlyTask(dump).sinceMillis());
        assertEquals(OptionalInt.empty(), onlyTask(dump).cpu());
        assertEquals(0, onlyTask(dump).stackId());
        assertEquals(1, dump.unreadCount());
    }

    @Test
    void keepsATaskWithoutANameAndNotesTheLine() {
        StackDump dump = parse("task pid=5 state=D\n");
        assertEquals("", onlyTask(dump).comm().escaped());
        assertEquals(1, dump.unreadCount());
    }

    @Test
    void readsTheWallTimeOrNotesTheLine() {
        StackDump dump = parse("time wall=yesterday monotonic_ns=5\n");
        assertEquals(Optional.empty(), dump.time().orElseThrow().wall());
        assertEquals(OptionalLong.of(5), dump.time().orElseThrow().monotonicNanos());
        assertEquals(1, dump.unreadCount());
    }

    @Test
    void takesTheFirstOfTwoEqualKeys() {
        assertEquals(
                5, onlyTask(parse("task pid=5 pid=6 comm=\"x\" comm=\"y\"\n")).pid());
        assertEquals(
                "x",
                onlyTask(parse("task pid=5 pid=6 comm=\"x\" comm=\"y\"\n"))
                        .comm()
                        .escaped());
    }

    @Test
    void takesTheFirstOfTwoLinesThatAreThereOnce() {
        StackDump dump = parse("load avg1=1 avg5=2 avg15=3\nload avg1=9 avg5=9 avg15=9\n");
        assertEquals(1.0, dump.load().orElseThrow().load1());
        assertEquals(List.of(new UnreadLine(2, "load avg1=9 avg5=9 avg15=9")), dump.unreadLines());
    }

    @Test
    void takesTheFirstOfTwoStacksWithOneId() {
        StackDump dump = parse("stack id=1\n  a\nstack id=1\n  b\ntask pid=1 stack=1 comm=\"x\"\n");
        assertEquals(
                "a", dump.stackOf(onlyTask(dump)).orElseThrow().frames().get(0).function());
        assertEquals("a", dump.stacksById().get(1).frames().get(0).function());
    }

    @Test
    void endsAtTheFooter() {
        StackDump dump = parse(HEADER + "task pid=1 comm=\"x\"\nend id=17 tasks=1\ntask pid=2 comm=\"y\"\n");
        assertEquals(1, onlyTask(dump).pid());
        assertTrue(dump.complete());
        assertEquals(List.of(new UnreadLine(4, "task pid=2 comm=\\\"y\\\"")), dump.unreadLines());
    }

    @Test
    void endsAtTheHeaderOfAnotherDump() {
        StackDump dump = parse(HEADER + "task pid=1 comm=\"x\"\n" + HEADER.replace("17", "18")
                + "task pid=2 comm=\"y\"\nend id=18 tasks=1\n");
        assertEquals(1, onlyTask(dump).pid());
        assertEquals(17, dump.header().orElseThrow().id());
        assertFalse(dump.complete());
        assertEquals(3, dump.unreadCount());
    }

    @ParameterizedTest
    @ValueSource(strings = {"end id=17 tasks=2", "end id=18 tasks=1", "end id=17", "end tasks=1", "end", ""})
    void isNotCompleteWithoutItsOwnFooter(String footer) {
        assertFalse(parse(HEADER + "task pid=1 comm=\"x\"\n" + footer + "\n").complete());
    }

    @Test
    void isNotCompleteWithoutAHeader() {
        assertFalse(parse("task pid=1 comm=\"x\"\nend id=17 tasks=1\n").complete());
    }

    @Test
    void isNotCompleteWhenTheFooterMayBeCut() {
        assertTrue(parse(HEADER + "end id=17 tasks=0\n").complete());
        assertFalse(parse(HEADER + "end id=17 tasks=0").complete());
    }

    @Test
    void readsNothingButTheHeaderOfAnotherVersion() {
        StackDump dump = parse(HEADER.replace("version=1", "version=2") + "task pid=1 comm=\"x\"\nend id=17 tasks=1\n");
        assertEquals(2, dump.header().orElseThrow().version());
        assertEquals(List.of(), dump.tasks());
        assertEquals(2, dump.unreadCount());
        assertFalse(dump.complete());
    }

    @Test
    void doesNotTrustALineThatWasCutOff() {
        StackDump dump = parse(HEADER + "task pid=1 comm=\"x\"\ntask pid=23 comm=\"y\"");
        assertEquals(1, onlyTask(dump).pid());
        assertEquals(List.of(new UnreadLine(3, "task pid=23 comm=\\\"y\\\"")), dump.unreadLines());
        assertFalse(dump.complete());
    }

    @Test
    void doesNotTrustAFrameThatWasCutOff() {
        StackDump dump = parse("stack id=1 tasks=1\n  outer+0x1/0x2\n  inn");
        assertEquals(List.of(Frame.parse("outer+0x1/0x2")), dump.stacks().get(0).frames());
        assertEquals(1, dump.unreadCount());
    }

    @Test
    void readsAStackWithoutFrames() {
        assertEquals(
                List.of(new CallStack(3, List.of())),
                parse("stack id=3 tasks=0\n").stacks());
    }

    @Test
    void escapesFramesThatAreNotText() {
        assertEquals(
                "\\x1b[2J",
                parse("stack id=1\n  \u001b[2J\n")
                        .stacks()
                        .get(0)
                        .frames()
                        .get(0)
                        .function());
    }

    @Test
    void readsAnEmptyText() {
        StackDump dump = parse("");
        assertFalse(dump.complete());
        assertEquals(0, dump.unreadCount());
    }

    @Test
    void showsNoMoreThanTheBeginningOfALongLine() {
        UnreadLine line = parse("x".repeat(70_000) + "\n").unreadLines().get(0);
        assertEquals("x".repeat(200), line.text());
    }

    @Test
    void readsALineUpToItsLimitAndNoFurther() {
        String path = "/" + "d".repeat(DumpLines.LONGEST_LINE_BYTES - 40);
        String task = "task pid=5 cgroup=\"" + path + "\" comm=\"x\"\n";
        assertEquals(path, onlyTask(parse(task)).cgroup().orElseThrow().escaped());
        StackDump longer = parse(task.replace("ddd", "ddddd"));
        assertEquals(List.of(), longer.tasks());
        assertEquals(1, longer.unreadCount());
    }

    @Test
    void readsALineOfAHundredMegabytesWithinBounds() {
        byte[] text = new byte[100_000_000];
        Arrays.fill(text, (byte) 'a');
        byte[] start = "task pid=5 comm=\"".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        System.arraycopy(start, 0, text, 0, start.length);
        StackDump dump =
                assertTimeoutPreemptively(Duration.ofSeconds(20), () -> DumpParser.parse(RawDump.owning(text)));
        assertEquals(1, dump.unreadCount());
        assertEquals(List.of(), dump.tasks());
    }

    @Test
    void countsAllUnreadLinesButKeepsTheFirst() {
        StackDump dump = parse("?\n".repeat(200_000));
        assertEquals(200_000, dump.unreadCount());
        assertEquals(DumpParser.MOST_UNREAD_LINES, dump.unreadLines().size());
    }

    @Test
    void readsNoMoreTasksThanItsLimitAndSaysThatSomeAreMissing() {
        int tasks = DumpParser.MOST_TASKS + 5;
        StackDump dump = parse(HEADER + "task pid=1 comm=\"x\"\n".repeat(tasks) + "end id=17 tasks=" + tasks + "\n");
        assertEquals(DumpParser.MOST_TASKS, dump.tasks().size());
        assertEquals(5, dump.unreadCount());
        assertFalse(dump.complete());
    }

    @Test
    void readsNoMoreFramesThanItsLimitAndSaysThatSomeAreMissing() {
        StackDump dump =
                parse(HEADER + "stack id=1\n" + "  f\n".repeat(DumpParser.MOST_FRAMES + 1) + "end id=17 tasks=0\n");
        assertEquals(DumpParser.MOST_FRAMES, dump.stacks().get(0).frames().size());
        assertEquals(1, dump.unreadCount());
        assertFalse(dump.complete());
    }

    @Test
    void readsNoMoreStacksThanItsLimitAndSaysThatSomeAreMissing() {
        StackDump dump = parse(HEADER + "stack id=1\n".repeat(DumpParser.MOST_STACKS + 1) + "end id=17 tasks=0\n");
        assertEquals(DumpParser.MOST_STACKS, dump.stacks().size());
        assertFalse(dump.complete());
    }
}
