package io.loadmonitor.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.dump.DumpParser;
import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.dump.Reason;
import io.loadmonitor.dump.StackDump;
import io.loadmonitor.procfs.ProcFs;
import io.loadmonitor.procfs.TaskState;
import io.loadmonitor.procfs.TaskStates;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** On this host's /proc, with real tasks in D. */
@Timeout(120)
final class ProcfsSourceHostTest {
    private static StackDump take() throws CaptureException {
        return DumpParser.parse(ProcfsDumpProgram.source().take(DumpOrder.manual(new Reason("test"))));
    }

    private static StackDump.Task of(StackDump dump, UninterruptibleTask sleeper) {
        return dump.tasks().stream()
                .filter(task -> task.pid() == sleeper.pid())
                .findFirst()
                .orElseThrow(() -> new AssertionError("task " + sleeper.pid() + " is not in " + dump));
    }

    @Test
    void findsRealTasksInDWithTheirStacksOrSaysThatItMayNot() throws Exception {
        boolean mayReadStacks = canReadOwnStack();
        try (UninterruptibleTask one = UninterruptibleTask.start();
                UninterruptibleTask two = UninterruptibleTask.start()) {
            StackDump dump = take();
            assertTrue(dump.complete());
            assertEquals(List.of(), dump.unreadLines());
            StackDump.Counts counts = dump.counts().orElseThrow();
            assertTrue(counts.of("uninterruptible").orElseThrow() >= 2, counts.toString());
            assertEquals(mayReadStacks ? 1 : 0, counts.of("stacks_readable").orElseThrow());
            for (UninterruptibleTask sleeper : List.of(one, two)) {
                StackDump.Task task = of(dump, sleeper);
                assertEquals(StackDump.State.UNINTERRUPTIBLE, task.state());
                assertEquals(EscapedText.of("perl"), task.comm());
                assertEquals(ProcessHandle.current().pid(), task.ppid().orElseThrow());
                if (mayReadStacks) {
                    assertHasAStackOfClone(dump, task);
                } else {
                    assertIsDegraded(task);
                }
            }
        }
    }

    @Test
    void givesTheDegradedAnswerWithoutTheRightToReadStacks() throws Exception {
        Assumptions.assumeTrue(
                canReadOwnStack(), "this program lacks the right itself: the test before this one tried it");
        try (UninterruptibleTask sleeper = UninterruptibleTask.start()) {
            Process process = new ProcessBuilder(
                            "setpriv",
                            "--bounding-set",
                            "-sys_admin",
                            "--inh-caps",
                            "-sys_admin",
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            ProcfsDumpProgram.class.getName())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            byte[] text = process.getInputStream().readAllBytes();
            assertEquals(0, process.waitFor());
            StackDump dump = DumpParser.parse(RawDump.of(text));
            assertEquals(0, dump.counts().orElseThrow().of("stacks_readable").orElseThrow());
            assertIsDegraded(of(dump, sleeper));
        }
    }

    @Test
    void hasTheStackOfWhoIsOnACpuWherePerfMayBeUsed() throws Exception {
        Assumptions.assumeTrue(
                ProcfsDumpProgram.source().samplingObstacle().isEmpty(),
                () -> ProcfsDumpProgram.source().samplingObstacle().toString());
        Process user = new ProcessBuilder("perl", "-e", "1 while 1").start();
        Process kernel = new ProcessBuilder("dd", "if=/dev/zero", "of=/dev/null", "bs=1M").start();
        try {
            boolean inUser = false;
            boolean reads = false;
            int cpus = Runtime.getRuntime().availableProcessors();
            for (int i = 0; i < 300 && !(inUser && reads); i++) {
                StackDump dump = take();
                List<StackDump.Task> onCpu = dump.tasks().stream()
                        .filter(task -> task.placement().name().startsWith("CPU"))
                        .toList();
                assertTrue(onCpu.size() <= cpus, "at one moment: " + onCpu);
                for (StackDump.Task task : onCpu) {
                    assertEquals(StackDump.State.RUNNING, task.state());
                    assertEquals(
                            task.placement() == StackDump.Placement.CPU_USER, task.stackId() == 0, task.toString());
                    inUser |= task.pid() == user.pid() && task.placement() == StackDump.Placement.CPU_USER;
                    reads |= task.pid() == kernel.pid()
                            && dump.stackOf(task).stream()
                                    .flatMap(stack -> stack.frames().stream())
                                    .anyMatch(frame -> frame.function().equals("vfs_read"));
                }
            }
            assertTrue(inUser, "perl was never seen in user mode");
            assertTrue(reads, "dd was never seen where it reads");
        } finally {
            user.destroyForcibly().waitFor();
            kernel.destroyForcibly().waitFor();
        }
    }

    @Test
    void saysWhyWhatIsOnTheCpusHasNoStack() throws Exception {
        Process process = new ProcessBuilder(
                        "setpriv",
                        "--bounding-set",
                        "-all",
                        "--inh-caps",
                        "-all",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        ProcfsDumpProgram.class.getName(),
                        "obstacle")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String words = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor());
        assertTrue(words.startsWith("CAPABILITIES it needs CAP_PERFMON, and on kernels of Debian"), words);
    }

    @Test
    void countsRealTasksInDAmongTheStates() throws Exception {
        int before = TaskStates.count(ProcFs.ofThisHost(), () -> false, (thread, stat) -> {})
                .of(TaskState.UNINTERRUPTIBLE);
        try (UninterruptibleTask one = UninterruptibleTask.start();
                UninterruptibleTask two = UninterruptibleTask.start();
                UninterruptibleTask three = UninterruptibleTask.start()) {
            int now = TaskStates.count(ProcFs.ofThisHost(), () -> false, (thread, stat) -> {})
                    .of(TaskState.UNINTERRUPTIBLE);
            assertTrue(
                    now >= 3,
                    "of " + List.of(one.pid(), two.pid(), three.pid()) + " counted " + now + ", before " + before);
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
            assertTrue(dump.counts().orElseThrow().of("own_excluded").orElseThrow() >= 1);
        } finally {
            busy.interrupt();
            busy.join();
        }
    }

    private static void assertHasAStackOfClone(StackDump dump, StackDump.Task task) {
        List<String> functions = dump.stackOf(task).orElseThrow().frames().stream()
                .map(frame -> frame.function())
                .toList();
        assertTrue(functions.stream().anyMatch(function -> function.contains("clone")), functions.toString());
        assertEquals(StackDump.Placement.SLEEP, task.placement());
        assertEquals(Set.of(), task.flags());
    }

    private static void assertIsDegraded(StackDump.Task task) {
        assertEquals(0, task.stackId());
        assertEquals(Set.of("stack_refused"), task.flags());
        Optional<String> function = task.waitChannel();
        assertTrue(function.isPresent() && function.get().matches(".*(clone|vfork).*"), task.toString());
    }

    private static boolean canReadOwnStack() {
        try {
            return !Files.readString(Path.of("/proc/self/stack")).isEmpty();
        } catch (java.io.IOException refused) {
            return false;
        }
    }
}
