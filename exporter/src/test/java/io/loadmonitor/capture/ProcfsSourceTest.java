package io.loadmonitor.capture;

import static io.loadmonitor.capture.KernelModuleSourceTest.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.dump.ComparedTask;
import io.loadmonitor.dump.DumpComparison;
import io.loadmonitor.dump.DumpParser;
import io.loadmonitor.dump.DumpWriter;
import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.dump.Reason;
import io.loadmonitor.dump.StackDump;
import io.loadmonitor.dump.TaskChange;
import io.loadmonitor.kernel.DeviceMapper;
import io.loadmonitor.procfs.ActiveTasks;
import io.loadmonitor.procfs.ProcFs;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class ProcfsSourceTest {
    private static final DumpOrder ORDER = DumpOrder.manual(new Reason("alert LoadHigh"));
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-22T12:04:10.123456789Z"), ZoneOffset.UTC);

    @TempDir
    private Path root;

    private FakeProc proc;

    @BeforeEach
    void lay() throws IOException {
        proc = new FakeProc(root);
    }

    private ProcfsSource source(ProcfsLimits limits) {
        return new ProcfsSource(proc.procFs(), noSampling(), noDevices(), new ActiveTasks(), CLOCK, limits);
    }

    /** The directory is no /proc of the host's pid namespace. */
    private CpuSampling noSampling() {
        return new CpuSampling(proc.procFs(), root.resolve("no-sysfs"));
    }

    private DeviceLook noDevices() {
        return new DeviceLook(new DeviceMapper(root.resolve("no-sysfs"), root.resolve("no-links")));
    }

    private StackDump take() throws CaptureException {
        return DumpParser.parse(source(ProcfsLimits.DEFAULT).take(ORDER));
    }

    @Test
    void saysWhatAsked() throws Exception {
        proc.thread(12, 12, "idle-worker");
        for (StackDump.TriggerKind kind : StackDump.TriggerKind.values()) {
            if (kind != StackDump.TriggerKind.UNKNOWN) {
                String text =
                        text(source(ProcfsLimits.DEFAULT).take(new DumpOrder(kind, new Reason("active 80 >= 50"))));
                assertTrue(text.contains("\ntrigger kind=" + kind.text() + " reason=\"active 80 >= 50\" "), text);
                assertEquals(
                        kind,
                        DumpParser.parse(DumpWriter.write(
                                        DumpParser.parse(RawDump.of(text.getBytes(StandardCharsets.US_ASCII)))))
                                .trigger()
                                .orElseThrow()
                                .kind());
            }
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> new DumpOrder(StackDump.TriggerKind.UNKNOWN, new Reason("active 80 >= 50")));
    }

    @Test
    void describesTheTasksThatMakeTheLoadAndNoOthers() throws Exception {
        proc.thread(7, 7, "busy");
        proc.thread(7, 8, "vfork-parent");
        proc.thread(9, 9, "vfork-parent");
        proc.thread(12, 12, "idle-worker");
        proc.thread(13, 13, "odd-names");
        proc.write(9, 9, "cgroup", "1:cpu:/x\n0::/system.slice/caf\u00e9\n");
        StackDump dump = take();
        assertEquals(List.of(), dump.unreadLines());
        assertTrue(dump.complete());
        List<StackDump.Task> tasks = byPid(dump);
        assertEquals(
                List.of(7L, 8L, 9L), tasks.stream().map(StackDump.Task::pid).toList());
        StackDump.Task busy = tasks.get(0);
        assertEquals(StackDump.State.RUNNING, busy.state());
        assertEquals(StackDump.Placement.UNKNOWN, busy.placement(), "/proc does not tell");
        assertEquals(0, busy.stackId());
        assertEquals(Set.of(), busy.flags());
        StackDump.Task sleeper = tasks.get(1);
        assertEquals(StackDump.State.UNINTERRUPTIBLE, sleeper.state());
        assertEquals(StackDump.Placement.SLEEP, sleeper.placement());
        assertEquals(OptionalLong.of(7), sleeper.tgid());
        assertEquals(OptionalLong.of(5578), sleeper.ppid());
        assertEquals(OptionalInt.of(1), sleeper.cpu());
        assertEquals(OptionalLong.of(1_999_730_000_000L), sleeper.startNanos());
        assertEquals(Optional.of("kernel_clone"), sleeper.waitChannel());
        assertEquals(Optional.of(EscapedText.of("/")), sleeper.cgroup());
        assertEquals(EscapedText.of("perl"), sleeper.comm());
        assertEquals(1, dump.stacks().size(), "the same stack once");
        assertEquals(sleeper.stackId(), tasks.get(2).stackId());
        assertEquals(
                List.of(
                        "kernel_clone+0x1af/0x3e0",
                        "__do_sys_clone+0x65/0xa0",
                        "do_syscall_64+0x71/0x280",
                        "entry_SYSCALL_64_after_hwframe+0x76/0x7e"),
                dump.stackOf(sleeper).orElseThrow().frames().stream()
                        .map(Object::toString)
                        .toList());
        assertEquals(
                Optional.of(new EscapedText("/system.slice/caf\\xe9")),
                tasks.get(2).cgroup());
    }

    @Test
    void keepsDifferentStacksApart() throws Exception {
        for (long pid = 20; pid < 24; pid++) {
            proc.thread(pid, pid, "vfork-parent");
            proc.write(pid, pid, "stack", pid % 2 == 0 ? "[<0>] even+0x1/0x2\n" : "[<0>] odd+0x1/0x2\n");
        }
        StackDump dump = take();
        assertEquals(2, dump.stacks().size());
        for (StackDump.Task task : dump.tasks()) {
            assertEquals(
                    task.pid() % 2 == 0 ? "even" : "odd",
                    dump.stackOf(task).orElseThrow().frames().get(0).function());
        }
    }

    @Test
    void saysInItsHeadWhatWasSeen() throws Exception {
        proc.self(50);
        Files.writeString(root.resolve("50/stack"), FakeProc.text("vfork-parent/stack"));
        proc.thread(50, 50, "busy");
        proc.thread(50, 51, "vfork-parent");
        proc.thread(7, 7, "busy");
        proc.thread(9, 9, "vfork-parent");
        proc.thread(12, 12, "idle-worker");
        proc.write("stat", FakeProc.text("stat").replaceFirst("procs_blocked \\d+", "procs_blocked 3"));
        StackDump dump = take();
        assertEquals(
                Optional.of(new StackDump.Header(
                        1,
                        199_972,
                        "procfs",
                        Optional.of(FakeProc.text("boot_id").strip()),
                        Optional.of("6.18.44"))),
                dump.header());
        assertEquals(
                Optional.of(new StackDump.Trigger(
                        StackDump.TriggerKind.MANUAL,
                        Optional.of(ORDER.reason().escaped()),
                        Optional.of(StackDump.Presence.PRESENT))),
                dump.trigger());
        assertEquals(
                Optional.of(new StackDump.Time(
                        Optional.of(Instant.parse("2026-11-22T12:04:10.123456Z")), OptionalLong.empty())),
                dump.time());
        assertEquals(
                Optional.of(new StackDump.Load(0.89, 0.89, 0.75, OptionalInt.of(2), OptionalInt.of(2))), dump.load());
        assertEquals(Optional.empty(), dump.tick());
        StackDump.Counts counts = dump.counts().orElseThrow();
        assertEquals(5, counts.of("scanned").orElseThrow());
        assertEquals(1, counts.of("running").orElseThrow());
        assertEquals(1, counts.of("uninterruptible").orElseThrow());
        assertEquals(3, counts.of("iowait").orElseThrow());
        assertEquals(2, counts.of("captured").orElseThrow());
        assertEquals(1, counts.of("stacks").orElseThrow());
        assertEquals(0, counts.of("truncated").orElseThrow());
        assertEquals(1, counts.of("stacks_readable").orElseThrow());
        assertEquals(2, counts.of("own_excluded").orElseThrow());
        assertEquals(1, counts.of("complete").orElseThrow());
        assertEquals(
                List.of(7L, 9L), byPid(dump).stream().map(StackDump.Task::pid).toList());
        assertTrue(dump.cost().orElseThrow().captureNanos().orElseThrow() > 0);
    }

    @Test
    void namesTheNewestTickThatTheDecoderKnows() throws Exception {
        ActiveTasks activeTasks = new ActiveTasks();
        long now = System.nanoTime();
        activeTasks.feed(0.00, now - 3_000_000_000L);
        activeTasks.feed(0.64, now - 2_000_000_000L);
        StackDump dump = DumpParser.parse(
                new ProcfsSource(proc.procFs(), noSampling(), noDevices(), activeTasks, CLOCK, ProcfsLimits.DEFAULT)
                        .take(ORDER));
        StackDump.Tick tick = dump.tick().orElseThrow();
        assertEquals(OptionalInt.of(8), tick.active());
        assertEquals(0.64, tick.load1());
        assertTrue(tick.ageMillis().orElseThrow() >= 2000, tick.toString());
    }

    @Test
    void saysThatTheCauseIsGone() throws Exception {
        proc.write("loadavg", "8.00 3.00 1.00 1/94 5584\n");
        proc.thread(7, 7, "busy");
        assertEquals(
                Optional.of(StackDump.Presence.DECAYING),
                take().trigger().orElseThrow().presence());
    }

    @Test
    void saysThatNothingIsActive() throws Exception {
        proc.write("loadavg", "8.00 3.00 1.00 1/94 5584\n");
        proc.thread(12, 12, "idle-worker");
        assertEquals(
                Optional.of(StackDump.Presence.NONE),
                take().trigger().orElseThrow().presence());
    }

    @Test
    void callsALoadGoneOnlyIfTheLastTicksWereLowToo() throws Exception {
        proc.thread(7, 7, "busy");
        // Ticks of 8 and of 0 tasks, between averages that fall slowly.
        proc.write("loadavg", "0.64 3.00 1.00 1/94 5584\n");
        assertEquals(StackDump.Presence.PRESENT, presence(0.00, 0.64), "one is more than three quarters of 0.64");
        proc.write("loadavg", "4.00 3.00 1.00 1/94 5584\n");
        assertEquals(StackDump.Presence.PRESENT, presence(0.00, 0.64), "8 tasks were active at the tick before");
        assertEquals(StackDump.Presence.DECAYING, presence(4.00, 3.68), "none was");
    }

    /** With a tick between these two averages, of which the source knows. */
    private StackDump.Presence presence(double before, double after) throws CaptureException {
        ActiveTasks activeTasks = new ActiveTasks();
        long now = System.nanoTime();
        activeTasks.feed(before, now - 3_000_000_000L);
        activeTasks.feed(after, now - 2_000_000_000L);
        StackDump dump = DumpParser.parse(
                new ProcfsSource(proc.procFs(), noSampling(), noDevices(), activeTasks, CLOCK, ProcfsLimits.DEFAULT)
                        .take(ORDER));
        assertTrue(dump.tick().isPresent());
        return dump.trigger().orElseThrow().presence().orElseThrow();
    }

    @Test
    void namesTheLeaderOfThreadsThatAreNotIt() throws Exception {
        proc.thread(7, 7, "busy");
        proc.thread(7, 8, "vfork-parent");
        proc.thread(7, 9, "vfork-parent");
        proc.thread(20, 21, "vfork-parent");
        proc.thread(30, 30, "busy");
        proc.write("7/comm", "ja\"va\n\n");
        proc.write("30/comm", "never read\n");
        StackDump dump = take();
        assertEquals(List.of(), dump.unreadLines());
        assertEquals(
                List.of(
                        Optional.empty(),
                        Optional.of(EscapedText.of("ja\"va\n")),
                        Optional.of(EscapedText.of("ja\"va\n")),
                        Optional.empty(),
                        Optional.empty()),
                byPid(dump).stream().map(StackDump.Task::leader).toList(),
                "7 and 30 are leaders; that of 21 has ended");
        assertEquals(1, dump.counts().orElseThrow().of("complete").orElseThrow());
    }

    @Test
    void saysForHowLongATaskWaitedForACpuWhereTheKernelCountsIt() throws Exception {
        proc.thread(7, 7, "busy");
        proc.thread(8, 8, "vfork-parent");
        proc.thread(9, 9, "vfork-parent");
        proc.write(7, 7, "schedstat", "771938 9120999999 4\n");
        proc.write(8, 8, "schedstat", "0 0 0\n");
        assertEquals(
                List.of(OptionalLong.of(9120), OptionalLong.empty(), OptionalLong.empty()),
                byPid(take()).stream().map(StackDump.Task::runDelayMillis).toList());
    }

    private static String switched(int times) {
        return "Name:\tperl\nvoluntary_ctxt_switches:\t" + times + "\nnonvoluntary_ctxt_switches:\t1\n";
    }

    @Test
    void tellsFromDumpToDumpWhoSleptOnAndForHowLongAtLeast() throws Exception {
        for (int tid = 7; tid <= 10; tid++) {
            proc.thread(tid, tid, tid == 10 ? "busy" : "vfork-parent");
            proc.write(tid, tid, "status", switched(tid));
        }
        ProcfsSource source = source(ProcfsLimits.DEFAULT);
        StackDump first = DumpParser.parse(source.take(ORDER));
        assertEquals(
                List.of(8L, 9L, 10L, 11L),
                byPid(first).stream().map(task -> task.switches().orElseThrow()).toList());
        assertTrue(first.tasks().stream().allMatch(task -> task.sinceMillis().isEmpty()), "nothing proves it yet");

        Thread.sleep(30);
        proc.write(8, 8, "status", switched(9));
        proc.write(
                9,
                9,
                "stat",
                FakeProc.text("vfork-parent/stat").replaceFirst("^\\d+", "9").replace(" 199973 ", " 199974 "));
        StackDump second = DumpParser.parse(source.take(ORDER));
        List<StackDump.Task> tasks = byPid(second);
        assertTrue(tasks.get(0).sinceMillis().orElseThrow() >= 30, tasks.get(0).toString());
        assertEquals(OptionalLong.empty(), tasks.get(1).sinceMillis(), "it ran");
        assertEquals(OptionalLong.empty(), tasks.get(2).sinceMillis(), "another of the same number");
        assertEquals(OptionalLong.empty(), tasks.get(3).sinceMillis(), "it does not sleep");
        DumpComparison comparison = DumpComparison.of(first, second, CauseCatalogue.standard());
        assertEquals(
                List.of("7 PERSISTING", "8 MOVED", "9 NEW", "10 PERSISTING", "9 GONE"),
                comparison.tasks().stream()
                        .sorted(Comparator.comparing((ComparedTask task) -> task.change() == TaskChange.GONE)
                                .thenComparing(task -> task.task().pid()))
                        .map(task -> task.task().pid() + " " + task.change())
                        .toList());

        Thread.sleep(5);
        StackDump third = DumpParser.parse(source.take(ORDER));
        assertTrue(
                byPid(third).get(0).sinceMillis().orElseThrow()
                        >= tasks.get(0).sinceMillis().orElseThrow() + 5,
                "from the first time on");
    }

    @Test
    void losesNothingWhenTheSwitchesHang() throws Exception {
        proc.thread(7, 8, "vfork-parent");
        Path status = fifo(proc.directory(7, 8).resolve("status"));
        StackDump dump = DumpParser.parse(
                source(new ProcfsLimits(Duration.ofSeconds(3), 100)).take(ORDER));
        assertEquals(1, dump.stacks().size());
        assertEquals(OptionalLong.empty(), dump.tasks().get(0).switches());
        Files.newOutputStream(status).close();
    }

    @Test
    void losesNothingWhenTheLeadersNameHangs() throws Exception {
        proc.thread(7, 8, "vfork-parent");
        proc.write(7, 8, "cgroup", "0::/x\n");
        Path comm = fifo(proc.procFs().root().resolve("7/comm"));
        StackDump dump = DumpParser.parse(
                source(new ProcfsLimits(Duration.ofSeconds(3), 100)).take(ORDER));
        StackDump.Task task = dump.tasks().get(0);
        assertEquals(Optional.empty(), task.leader());
        assertEquals(Optional.of(EscapedText.of("/x")), task.cgroup());
        assertEquals(1, dump.stacks().size());
        Files.newOutputStream(comm).close();
    }

    @Test
    void letsNoNameForgeALine() throws Exception {
        proc.thread(7, 7, "busy");
        String name = "x\" stack=1\nend id=1 tasks=0\n\u00ff)(";
        proc.write(7, 7, "stat", FakeProc.text("busy/stat").replaceFirst("^\\d+ \\(perl\\)", "7 (" + name + ")"));
        StackDump dump = take();
        assertEquals(List.of(), dump.unreadLines());
        assertEquals(1, dump.tasks().size());
        assertEquals(name, new String(dump.tasks().get(0).comm().bytes(), StandardCharsets.ISO_8859_1));
    }

    @Test
    void countsUpItsIdsAlsoWithinOneHundredthOfASecond() throws Exception {
        ProcfsSource source = source(ProcfsLimits.DEFAULT);
        assertEquals(
                199_972,
                DumpParser.parse(source.take(ORDER)).header().orElseThrow().id());
        assertEquals(
                199_973,
                DumpParser.parse(source.take(ORDER)).header().orElseThrow().id());
        proc.write("uptime", "3000.00 1.00\n");
        assertEquals(
                300_000,
                DumpParser.parse(source.take(ORDER)).header().orElseThrow().id());
    }

    @Test
    void marksAStackThatIsEmpty() throws Exception {
        proc.thread(9, 9, "vfork-parent");
        proc.write(9, 9, "stack", "");
        StackDump dump = take();
        assertEquals(Set.of("unwind_failed"), dump.tasks().get(0).flags());
        assertEquals(0, dump.tasks().get(0).stackId());
        assertEquals(1, dump.counts().orElseThrow().of("unwind_failed").orElseThrow());
    }

    @Test
    void marksATaskThatEndedBeforeItsStackWasRead() throws Exception {
        proc.thread(9, 9, "vfork-parent");
        Files.delete(proc.directory(9, 9).resolve("stack"));
        StackDump dump = take();
        assertEquals(Set.of("unstable"), dump.tasks().get(0).flags());
        assertEquals(1, dump.counts().orElseThrow().of("unstable").orElseThrow());
    }

    @Test
    void dropsTheStackOfATaskThatLeftItsSleepMeanwhile() throws Exception {
        proc.thread(9, 9, "vfork-parent");
        Path stack = fifo(proc.directory(9, 9).resolve("stack"));
        Thread waker = new Thread(() -> {
            try (var writer = Files.newOutputStream(stack)) {
                proc.write(9, 9, "stat", FakeProc.text("busy/stat"));
                writer.write("[<0>] kernel_clone+0x1af/0x3e0\n".getBytes(StandardCharsets.US_ASCII));
            } catch (IOException failed) {
                throw new IllegalStateException(failed);
            }
        });
        waker.start();
        StackDump dump = take();
        waker.join();
        assertEquals(Set.of("unstable"), dump.tasks().get(0).flags());
        assertEquals(StackDump.State.UNINTERRUPTIBLE, dump.tasks().get(0).state(), "as it was when it was seen");
        assertEquals(List.of(), dump.stacks());
    }

    @Test
    void countsWhatIsMoreThanItMayDescribe() throws Exception {
        for (int pid = 1; pid <= 30; pid++) {
            proc.thread(pid, pid, pid % 2 == 0 ? "busy" : "vfork-parent");
        }
        StackDump dump = DumpParser.parse(
                source(new ProcfsLimits(Duration.ofSeconds(30), 10)).take(ORDER));
        assertEquals(10, dump.tasks().size());
        StackDump.Counts counts = dump.counts().orElseThrow();
        assertEquals(20, counts.of("truncated").orElseThrow());
        assertEquals(15, counts.of("running").orElseThrow());
        assertEquals(15, counts.of("uninterruptible").orElseThrow());
        assertEquals(OptionalInt.of(30), dump.load().orElseThrow().active());
    }

    @Test
    void losesNothingThatWasSeenWhenAReadHangs() throws Exception {
        ProcfsSource source = source(new ProcfsLimits(Duration.ofSeconds(3), 100));
        proc.thread(7, 7, "busy");
        proc.thread(9, 9, "vfork-parent");
        Path stack = fifo(proc.directory(9, 9).resolve("stack"));
        Path cgroup = fifo(proc.directory(7, 7).resolve("cgroup"));
        for (long pid = 20; pid < 25; pid++) {
            proc.thread(pid, pid, "vfork-parent");
        }
        long start = System.nanoTime();
        StackDump first = DumpParser.parse(source.take(ORDER));
        assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(5));
        assertEquals(7, first.tasks().size(), "every task is there");
        assertEquals(1, first.counts().orElseThrow().of("complete").orElseThrow());
        StackDump.Task hanging = byPid(first).get(1);
        assertEquals(9, hanging.pid());
        assertEquals(Set.of("stack_skipped"), hanging.flags(), "and the one whose stack hangs says so");
        List<String> before = listed().subList(0, listed().indexOf("9")).stream()
                .filter(pid -> !pid.equals("7"))
                .toList();
        assertEquals(
                before.size(),
                first.tasks().stream().filter(task -> task.stackId() != 0).count(),
                "stacks read before it");
        assertEquals(Optional.of("kernel_clone"), hanging.waitChannel());
        assertEquals(Optional.empty(), hanging.cgroup());

        StackDump second = DumpParser.parse(source.take(ORDER));
        assertEquals(7, second.tasks().size(), "it does not run into the same again");
        assertEquals(1, second.counts().orElseThrow().of("complete").orElseThrow());
        assertEquals(List.of(), second.stacks());

        Files.newOutputStream(stack).close();
        Files.newOutputStream(cgroup).close();
        Files.delete(stack);
        Files.delete(cgroup);
        proc.thread(7, 7, "busy");
        proc.thread(9, 9, "vfork-parent");
        StackDump healed = DumpParser.parse(source.take(ORDER));
        for (int i = 0; i < 100 && healed.stacks().isEmpty(); i++) {
            Thread.sleep(20);
            healed = DumpParser.parse(source.take(ORDER));
        }
        assertEquals(1, healed.stacks().size(), "once nothing hangs any more it reads all again");
    }

    @Test
    void keepsTheStacksThatWereReadBeforeOneHung() throws Exception {
        for (long pid = 20; pid < 40; pid++) {
            proc.thread(pid, pid, "vfork-parent");
        }
        List<String> order = listed();
        long eleventh = Long.parseLong(order.get(10));
        Path stack = fifo(proc.directory(eleventh, eleventh).resolve("stack"));
        // By hand what the source does by the clock, so that no busy machine can make a slow scan look like one that
        // hangs.
        ProcfsScan hanging = scan(EnumSet.noneOf(ProcfsScan.Reading.class));
        Thread reader = new Thread(hanging, "hanging");
        reader.start();
        // Opening it waits until the scan has opened it too; from then on the scan waits for a byte.
        OutputStream writer = Files.newOutputStream(stack);
        hanging.abandon();
        assertEquals(Optional.of(ProcfsScan.Reading.STACK), hanging.hangsIn());
        assertEquals(11, hanging.sight().tasks().size());
        ProcfsScan without = scan(EnumSet.of(ProcfsScan.Reading.STACK));
        without.run();
        assertTrue(without.sight().tasks().stream()
                .allMatch(task -> task.stack().frames().isEmpty()));
        ProcfsScan.Sight merged = without.sight().after(hanging.sight());
        writer.close();
        reader.join();
        assertTrue(merged.complete());
        assertEquals(20, merged.tasks().size());
        assertEquals(
                order.subList(0, 10),
                merged.tasks().stream()
                        .filter(task -> !task.stack().frames().isEmpty())
                        .map(task -> Long.toString(task.stat().pid()))
                        .toList());
        assertEquals(
                Collections.nCopies(10, Optional.of("stack_skipped")),
                merged.tasks().stream()
                        .map(task -> task.stack().flag())
                        .filter(Optional::isPresent)
                        .toList());
    }

    /** The processes in the order in which they are walked. */
    private List<String> listed() throws IOException {
        List<String> order = new ArrayList<>();
        try (DirectoryStream<Path> listing = Files.newDirectoryStream(root, "[0-9]*")) {
            listing.forEach(process -> order.add(process.getFileName().toString()));
        }
        return order;
    }

    private ProcfsScan scan(Set<ProcfsScan.Reading> skipped) {
        return new ProcfsScan(proc.procFs(), 100, System.nanoTime() + TimeUnit.HOURS.toNanos(1), skipped);
    }

    @Test
    void saysWhenEvenTheWalkHangs() throws Exception {
        ProcfsSource source = source(new ProcfsLimits(Duration.ofMillis(100), 100));
        Files.createDirectories(proc.directory(7, 7));
        Path stat = fifo(proc.directory(7, 7).resolve("stat"));
        for (int i = 0; i < 3; i++) {
            CaptureException failed = assertThrows(CaptureException.class, () -> source.take(ORDER));
            assertEquals(CaptureException.Reason.TIMEOUT, failed.reason(), failed.getMessage());
        }
        Files.newOutputStream(stat).close();
    }

    @Test
    void isBusyWhileItTakesOne() throws Exception {
        ProcfsSource source = source(new ProcfsLimits(Duration.ofSeconds(20), 100));
        proc.thread(9, 9, "vfork-parent");
        Path stack = fifo(proc.directory(9, 9).resolve("stack"));
        CountDownLatch started = new CountDownLatch(1);
        Thread first = new Thread(() -> {
            started.countDown();
            try {
                source.take(ORDER);
            } catch (CaptureException failed) {
                throw new IllegalStateException(failed);
            }
        });
        first.start();
        started.await();
        Thread.sleep(200);
        CaptureException busy = assertThrows(CaptureException.class, () -> source.take(ORDER));
        assertEquals(CaptureException.Reason.BUSY, busy.reason());
        Files.newOutputStream(stack).close();
        first.join();
    }

    @Test
    void isUnavailableWithoutAProc() {
        CaptureException failed = assertThrows(
                CaptureException.class,
                () -> new ProcfsSource(
                                new ProcFs(root.resolve("missing")),
                                noSampling(),
                                noDevices(),
                                new ActiveTasks(),
                                CLOCK,
                                ProcfsLimits.DEFAULT)
                        .take(ORDER));
        assertEquals(CaptureException.Reason.UNAVAILABLE, failed.reason());
        assertTrue(failed.getMessage().contains(root.resolve("missing").toString()), failed.getMessage());
    }

    @Test
    void writesTheTextOfTheFormat() throws Exception {
        proc.thread(7, 7, "busy");
        String text = text(source(ProcfsLimits.DEFAULT).take(ORDER));
        assertTrue(text.startsWith("load_monitor dump version=1 id=199972 source=procfs boot_id="), text);
        assertTrue(text.endsWith("\nend id=199972 tasks=1\n"), text);
        assertTrue(
                text.contains("\ntask pid=7 tgid=7 ppid=5578 cpu=1 state=R start_ns=2000240000000 stack=0"
                        + " cgroup=\"/\" comm=\"perl\"\n"),
                text);
    }

    private static List<StackDump.Task> byPid(StackDump dump) {
        return dump.tasks().stream()
                .sorted(Comparator.comparing(StackDump.Task::pid))
                .toList();
    }

    /** Reading it waits until somebody writes, as a kernel file may for a lock. */
    private static Path fifo(Path path) throws Exception {
        Files.deleteIfExists(path);
        assertEquals(0, new ProcessBuilder("mkfifo", path.toString()).start().waitFor());
        return path;
    }
}
