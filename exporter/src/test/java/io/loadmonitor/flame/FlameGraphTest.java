package io.loadmonitor.flame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.loadmonitor.flame.FlameGraph.First;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class FlameGraphTest {
    private static FoldedStack stack(int tasks, String... names) {
        return new FoldedStack(
                List.of(names).stream()
                        .map(name -> new FlameName(name, FlameName.Kind.KERNEL))
                        .toList(),
                tasks);
    }

    private static List<String> drawn(FlameGraph graph) {
        return graph.frames().stream()
                .map(frame ->
                        " ".repeat(frame.depth()) + frame.name().text() + " " + frame.from() + "+" + frame.width())
                .toList();
    }

    @Test
    void putsWhatIsCalledUnderItsCallerFromLeftToRight() {
        assertEquals(
                List.of("all 0+6", " a 0+5", "  x 0+2", "  y 2+1", " b 5+1", "  x 5+1"),
                drawn(FlameGraph.of(
                        List.of(stack(2, "a", "x"), stack(1, "a", "y"), stack(2, "a"), stack(1, "b", "x")),
                        First.PROGRAM,
                        100)));
    }

    @Test
    void putsWhatTasksWaitInOverItsCallersAndMergesIt() {
        assertEquals(
                List.of("all 0+6", " a 0+2", " x 2+3", "  a 2+2", "  b 4+1", " y 5+1", "  a 5+1"),
                drawn(FlameGraph.of(
                        List.of(stack(2, "a", "x"), stack(1, "a", "y"), stack(2, "a"), stack(1, "b", "x")),
                        First.INNERMOST,
                        100)));
    }

    @Test
    void knowsTheWayIntoTheKernelFromBothEndsAndOnEachArchitecture() {
        List<FoldedStack> stacks = List.of(
                stack(2, "db", "entry_SYSCALL_64_after_hwframe", "do_syscall_64", "__x64_sys_fsync", "jbd2_wait"),
                stack(1, "db", "el0t_64_sync", "el0_svc_common.constprop.0", "invoke_syscall", "__arm64_sys_fsync"),
                stack(1, "kworker", "ret_from_fork"),
                stack(1, "odd", "vfs_read", "do_syscall_64", "x"));
        for (First first : First.values()) {
            FlameGraph graph = FlameGraph.of(stacks, first, 100);
            assertEquals(
                    List.of(
                            "do_syscall_64",
                            "el0_svc_common.constprop.0",
                            "el0t_64_sync",
                            "entry_SYSCALL_64_after_hwframe",
                            "invoke_syscall"),
                    graph.frames().stream()
                            .filter(FlameFrame::wayIn)
                            .map(frame -> frame.name().text())
                            .sorted()
                            .toList(),
                    "neither where a task is, nor what another function called");
        }
        FlameGraph graph = FlameGraph.of(stacks, First.PROGRAM, 100);
        for (int i = 0; i < graph.frames().size(); i++) {
            FlameFrame frame = graph.frames().get(i);
            if (frame.name().text().startsWith("__x64_sys")
                    || frame.name().text().startsWith("__arm64")) {
                assertEquals(2, graph.rows().get(i), "it moves up to its program");
            }
        }
    }

    @Test
    void leavesOutTheNarrowestAndSaysHowMany() {
        FlameGraph graph =
                FlameGraph.of(List.of(stack(1, "a", "x"), stack(3, "b", "y"), stack(2, "c")), First.PROGRAM, 4);
        assertEquals(List.of("all 0+6", " b 1+3", "  y 1+3", " c 4+2"), drawn(graph));
        assertEquals(2, graph.leftOut());
    }

    @Test
    void endsAtADepth() {
        String[] names = IntStream.range(0, FlameGraph.MAX_DEPTH + 1)
                .mapToObj(i -> "f" + i)
                .toArray(String[]::new);
        FlameGraph graph = FlameGraph.of(List.of(stack(1, names)), First.PROGRAM, 10_000);
        assertEquals(FlameGraph.MAX_DEPTH + 1, graph.levels());
        assertEquals(1, graph.leftOut());
    }

    @Test
    void isOneBoxWithoutTasks() {
        assertEquals(List.of("all 0+0"), drawn(FlameGraph.of(List.of(), First.PROGRAM, 10)));
    }

    @Test
    void takesNoNameThatWouldForgeAnother() {
        for (String name : List.of("", "a;b", "a\nb", "\u202e")) {
            assertThrows(IllegalArgumentException.class, () -> new FlameName(name, FlameName.Kind.TASK), name);
        }
    }
}
