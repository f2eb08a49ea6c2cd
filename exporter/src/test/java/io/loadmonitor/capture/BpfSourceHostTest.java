package io.loadmonitor.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.dump.CallStack;
import io.loadmonitor.dump.DumpParser;
import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.KernelLock;
import io.loadmonitor.dump.LoadBreakdown;
import io.loadmonitor.dump.LockFacts;
import io.loadmonitor.dump.LockWait;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.dump.Reason;
import io.loadmonitor.dump.StackDump;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** On this host's kernel, with real tasks: what BPF says of them is what /proc says. */
@Timeout(180)
final class BpfSourceHostTest {
    private static final DumpOrder ORDER = DumpOrder.manual(new Reason("test"));

    private final List<Process> processes = new ArrayList<>();
    private BpfSource source;

    @BeforeEach
    void open() {
        source = BpfDumpProgram.source();
        Assumptions.assumeTrue(
                source.obstacle().isEmpty(),
                () -> "no dump by BPF here: " + source.obstacle().orElseThrow().words());
    }

    @AfterEach
    void end() throws Exception {
        source.close();
        for (Process process : processes) {
            process.destroyForcibly();
            process.waitFor(10, TimeUnit.SECONDS);
        }
    }

    private StackDump take() throws CaptureException {
        return DumpParser.parse(source.take(ORDER));
    }

    private long run(String... command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        processes.add(process);
        return process.pid();
    }

    private static Optional<StackDump.Task> of(StackDump dump, long pid) {
        return dump.tasks().stream().filter(task -> task.pid() == pid).findFirst();
    }

    private static List<String> functions(StackDump dump, StackDump.Task task) {
        return dump.stackOf(task).orElseThrow(() -> new AssertionError("no stack: " + task)).frames().stream()
                .map(frame -> frame.function())
                .toList();
    }

    private static void assertAddsUp(StackDump dump) {
        assertTrue(dump.complete());
        assertEquals(List.of(), dump.unreadLines());
        StackDump.Counts counts = dump.counts().orElseThrow();
        long captured = counts.of("captured").orElseThrow();
        assertEquals(dump.tasks().size(), captured);
        long active = dump.load().orElseThrow().active().orElseThrow();
        assertEquals(
                active,
                counts.of("running").orElseThrow()
                        + counts.of("uninterruptible").orElseThrow());
        assertEquals(active, captured + counts.of("truncated").orElseThrow());
        assertEquals(dump.stacks().size(), counts.of("stacks").orElseThrow());
        assertEquals(1, counts.of("complete").orElseThrow());
    }

    @Test
    void findsRealTasksInDWithTheirStacksAndWhatProcSaysOfThem() throws Exception {
        long sleeps = run("sleep", "600");
        try (UninterruptibleTask one = UninterruptibleTask.start();
                UninterruptibleTask two = UninterruptibleTask.start()) {
            Thread.sleep(300);
            StackDump dump = take();
            assertAddsUp(dump);
            assertEquals(Optional.empty(), of(dump, sleeps), "who sleeps and can be woken is no load");
            for (UninterruptibleTask sleeper : List.of(one, two)) {
                StackDump.Task task = of(dump, sleeper.pid()).orElseThrow(() -> new AssertionError(dump.toString()));
                assertEquals(StackDump.State.UNINTERRUPTIBLE, task.state());
                assertEquals(StackDump.Placement.SLEEP, task.placement());
                assertEquals(Set.of(), task.flags());
                assertEquals(EscapedText.of("perl"), task.comm());
                assertEquals(Optional.empty(), task.leader());
                assertEquals(ProcessHandle.current().pid(), task.ppid().orElseThrow());
                assertEquals(sleeper.pid(), task.tgid().orElseThrow());
                assertTrue(
                        functions(dump, task).stream().anyMatch(function -> function.contains("clone")),
                        () -> functions(dump, task).toString());
                String status = Files.readString(Path.of("/proc", Long.toString(sleeper.pid()), "status"));
                assertEquals(
                        number(status, "voluntary_ctxt_switches") + number(status, "nonvoluntary_ctxt_switches"),
                        task.switches().orElseThrow());
                long since = task.sinceMillis().orElseThrow();
                assertTrue(since >= 290 && since < 20_000, "asleep for " + since + " ms at most");
            }
        }
    }

    @Test
    void namesWhoHoldsTheLockThatOthersWaitForAndWhatItWaitsFor(@TempDir Path folder) throws Exception {
        Assumptions.assumeTrue(source.tellsLocks(), "this kernel does not say what a task sleeps for");
        Assumptions.assumeTrue(Files.isWritable(Path.of("/dev/fuse")), "no FUSE here");
        try (StuckDirectory stuck = StuckDirectory.mount(Files.createDirectory(folder.resolve("stuck")))) {
            long owner = stuck.make("first", 'S');
            Set<Long> waiters = Set.of(stuck.make("second", 'D'), stuck.make("third", 'D'), stuck.make("fourth", 'D'));
            StackDump dump = take();
            assertTrue(dump.complete(), dump.toString());
            KernelLock lock = dump.lockFacts().locks().stream()
                    .filter(one -> one.owner().equals(OptionalLong.of(owner)))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(owner + " holds none of " + dump.lockFacts()));
            assertEquals(KernelLock.Type.RW_SEMAPHORE, lock.type());
            assertEquals(KernelLock.Held.WRITE, lock.held());
            assertEquals(OptionalInt.of(3), lock.waiters());
            assertEquals(
                    waiters,
                    dump.tasks().stream()
                            .filter(task -> task.lockWait().equals(Optional.of(new LockWait(lock.id(), false))))
                            .map(StackDump.Task::pid)
                            .collect(Collectors.toSet()));
            assertEquals(Optional.empty(), of(dump, owner), "who sleeps and can be woken is no load");
            StackDump.Task listed = dump.lockFacts().owners().stream()
                    .filter(task -> task.pid() == owner)
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(dump.lockFacts().toString()));
            assertEquals(StackDump.State.SLEEPING, listed.state());
            assertEquals(Set.of(LockFacts.OWNER), listed.flags());
            assertEquals(EscapedText.of("mkdir"), listed.comm());
            assertTrue(
                    functions(dump, listed).get(0).startsWith("request_wait_answer"),
                    () -> functions(dump, listed).toString());
            String headline = LoadBreakdown.of(dump).headline();
            assertTrue(
                    headline.contains("3 waiting for a reader-writer lock in filename_create, held by mkdir (" + owner
                            + "), which is waiting for a FUSE file system (mkdir)"),
                    headline);
        }
    }

    private static long number(String status, String key) {
        return status.lines()
                .filter(line -> line.startsWith(key + ":"))
                .mapToLong(
                        line -> Long.parseLong(line.substring(key.length() + 1).strip()))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void findsWhoRunsAndWithWhatStackOfTheKernelOrNone() throws Exception {
        findsWhoRuns(source);
    }

    @Test
    void findsThemByTheSchedulersTicksWherePerfIsKeptForOthers() throws Exception {
        try (BpfSource byTicks = BpfDumpProgram.sourceByTicks()) {
            assertEquals(Optional.empty(), byTicks.obstacle());
            assertEquals(Optional.empty(), byTicks.samplingObstacle());
            findsWhoRuns(byTicks);
        }
    }

    private void findsWhoRuns(BpfSource source) throws Exception {
        Set<Long> busy = new HashSet<>();
        for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors(); i++) {
            busy.add(run("perl", "-e", "1 while 1"));
            busy.add(run("dd", "if=/dev/zero", "of=/dev/null", "bs=1M"));
        }
        Set<StackDump.Placement> places = new HashSet<>();
        boolean read = false;
        // On a busy host each of them is seldom on a CPU.
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (!(read && places.size() == 3) && System.nanoTime() - deadline < 0) {
            StackDump dump = DumpParser.parse(source.take(ORDER));
            for (CallStack stack : dump.stacks()) {
                assertTrue(
                        stack.frames().stream()
                                .noneMatch(frame -> frame.function().contains("hrtimer_interrupt")),
                        () -> "frames of the sampling itself: " + stack);
            }
            assertAddsUp(dump);
            for (long pid : busy) {
                StackDump.Task task = of(dump, pid).orElseThrow(() -> new AssertionError(pid + " of " + dump));
                assertEquals(StackDump.State.RUNNING, task.state());
                if (!task.flags().isEmpty()) {
                    assertEquals(0, task.flags().contains("partial") ? 0 : task.stackId(), task.toString());
                    continue;
                }
                places.add(task.placement());
                assertEquals(task.placement() == StackDump.Placement.CPU_USER, task.stackId() == 0, task.toString());
                read |= task.placement() == StackDump.Placement.CPU_KERNEL
                        && functions(dump, task).stream().anyMatch(function -> function.equals("vfs_read"));
            }
        }
        assertEquals(
                Set.of(StackDump.Placement.CPU_USER, StackDump.Placement.CPU_KERNEL, StackDump.Placement.QUEUE),
                places);
        assertTrue(read, "no dump has dd in the kernel on a CPU, where it reads");
    }

    @Test
    void namesThreadsBesideTheirProgramAndCountsThatOne() throws Exception {
        run(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                BusyThreads.class.getName());
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (true) {
            StackDump dump = take();
            List<StackDump.Task> threads = dump.tasks().stream()
                    .filter(task -> task.comm().equals(EscapedText.of("busy \"thread\"")))
                    .toList();
            if (threads.size() == 2) {
                for (StackDump.Task thread : threads) {
                    assertEquals(Optional.of(EscapedText.of("java")), thread.leader());
                    assertEquals(processes.get(0).pid(), thread.tgid().orElseThrow());
                }
                return;
            }
            assertTrue(System.nanoTime() - deadline < 0, () -> "no such threads in " + dump);
            Thread.sleep(50);
        }
    }

    /** Two threads that run for a minute. */
    static final class BusyThreads {
        private BusyThreads() {}

        public static void main(String[] arguments) throws Exception {
            for (int i = 0; i < 2; i++) {
                Thread thread = new Thread(
                        () -> {
                            long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
                            while (System.nanoTime() - end < 0) {
                                Thread.onSpinWait();
                            }
                        },
                        "busy \"thread\"");
                thread.start();
            }
        }
    }

    @Test
    void leavesItsOwnThreadsOut() throws Exception {
        Thread busy = new Thread(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                Thread.onSpinWait();
            }
        });
        busy.start();
        try {
            StackDump dump = take();
            long own = ProcessHandle.current().pid();
            assertTrue(
                    dump.tasks().stream().noneMatch(task -> task.tgid().orElseThrow() == own),
                    dump.tasks().toString());
            assertTrue(dump.counts().orElseThrow().of("own_excluded").orElseThrow() >= 2);
        } finally {
            busy.interrupt();
            busy.join();
        }
    }

    @Test
    void drawsAFairSampleWhereThereIsNoRoomForAll() throws Exception {
        try (UninterruptibleTask one = UninterruptibleTask.start();
                UninterruptibleTask two = UninterruptibleTask.start();
                UninterruptibleTask three = UninterruptibleTask.start();
                BpfSource small = BpfDumpProgram.source(new ProcfsLimits(Duration.ofSeconds(5), 2))) {
            Set<Long> drawn = new HashSet<>();
            Set<Long> all = Set.of(one.pid(), two.pid(), three.pid());
            for (int i = 0; i < 300 && !drawn.containsAll(all); i++) {
                StackDump dump = DumpParser.parse(small.take(ORDER));
                assertAddsUp(dump);
                assertEquals(2, dump.tasks().size());
                assertEquals(2, dump.counts().orElseThrow().of("sampled").orElseThrow());
                drawn.addAll(dump.tasks().stream().map(StackDump.Task::pid).collect(Collectors.toSet()));
            }
            assertTrue(drawn.containsAll(all), drawn + " has not all of " + all);
        }
    }

    @Test
    void needsTwoCapabilitiesAndAThirdForNames() throws Exception {
        try (UninterruptibleTask sleeper = UninterruptibleTask.start()) {
            StackDump with = DumpParser.parse(RawDump.of(takenWith("-all,+bpf,+perfmon,+syslog")));
            assertAddsUp(with);
            StackDump.Task task = of(with, sleeper.pid()).orElseThrow();
            assertTrue(functions(with, task).stream().anyMatch(function -> function.contains("clone")));

            StackDump nameless = DumpParser.parse(RawDump.of(takenWith("-all,+bpf,+perfmon")));
            assertAddsUp(nameless);
            StackDump.Task same = of(nameless, sleeper.pid()).orElseThrow();
            assertEquals(Set.of("no_symbols"), same.flags());
            assertEquals(0, same.stackId());
            assertEquals(List.of(), nameless.stacks());

            for (String bounding : List.of("-all,+bpf,+syslog", "-all,+perfmon,+syslog", "-all")) {
                String refused = new String(takenWith(bounding), StandardCharsets.UTF_8);
                assertTrue(refused.contains("CAP_BPF and CAP_PERFMON"), bounding + ": " + refused);
            }
        }
    }

    /** By a process with these capabilities of root's and no other. */
    private static byte[] takenWith(String bounding) throws Exception {
        Process process = new ProcessBuilder(
                        "setpriv",
                        "--bounding-set",
                        bounding,
                        "--inh-caps",
                        "-all",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        BpfDumpProgram.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        byte[] text = process.getInputStream().readAllBytes();
        assertEquals(0, process.waitFor(), bounding);
        return text;
    }

    @Test
    void takesNoneWhereTheTimeIsUpBeforeTheWalkIsOver() {
        try (BpfSource quick = BpfDumpProgram.source(new ProcfsLimits(Duration.ofNanos(1), 20_000))) {
            CaptureException late = assertThrows(CaptureException.class, () -> quick.take(ORDER));
            assertEquals(CaptureException.Reason.UNAVAILABLE, late.reason());
            assertEquals("BPF: a walk of all tasks takes longer than 0 ms", late.getMessage());
        }
    }

    @Test
    void takesNoneOnceItIsClosed() {
        source.close();
        CaptureException refused = assertThrows(CaptureException.class, () -> source.take(ORDER));
        assertEquals(CaptureException.Reason.UNAVAILABLE, refused.reason());
        assertFalse(source.obstacle().isEmpty());
    }
}
