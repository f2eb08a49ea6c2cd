package io.loadmonitor.flame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

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
                        List.of(stack(2, "a", "x"), stack(1, "a", "y"), stack(2, "a"), stack(1, "b", "x")), 100)));
    }

    @Test
    void leavesOutTheNarrowestAndSaysHowMany() {
        FlameGraph graph = FlameGraph.of(List.of(stack(1, "a", "x"), stack(3, "b", "y"), stack(2, "c")), 4);
        assertEquals(List.of("all 0+6", " b 1+3", "  y 1+3", " c 4+2"), drawn(graph));
        assertEquals(2, graph.leftOut());
    }

    @Test
    void endsAtADepth() {
        String[] names = IntStream.range(0, FlameGraph.MAX_DEPTH + 1)
                .mapToObj(i -> "f" + i)
                .toArray(String[]::new);
        FlameGraph graph = FlameGraph.of(List.of(stack(1, names)), 10_000);
        assertEquals(FlameGraph.MAX_DEPTH + 1, graph.levels());
        assertEquals(1, graph.leftOut());
    }

    @Test
    void isOneBoxWithoutTasks() {
        assertEquals(List.of("all 0+0"), drawn(FlameGraph.of(List.of(), 10)));
    }

    @Test
    void takesNoNameThatWouldForgeAnother() {
        for (String name : List.of("", "a;b", "a\nb", "\u202e")) {
            assertThrows(IllegalArgumentException.class, () -> new FlameName(name, FlameName.Kind.TASK), name);
        }
    }
}
