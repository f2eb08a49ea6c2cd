package io.loadmonitor.flame;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.loadmonitor.dump.StackDump;
import org.junit.jupiter.api.Test;

final class StackDiffTest {
    private static final String BEFORE = """
            task pid=1 state=R on=cpu-user stack=0 comm="a"
            task pid=2 state=R on=queue stack=0 comm="a"
            task pid=3 state=R on=queue stack=0 comm="gone"
            """;
    private static final String AFTER = """
            task pid=1 state=R on=cpu-user stack=0 comm="a"
            task pid=2 state=R on=queue stack=0 comm="a"
            task pid=4 state=R on=queue stack=0 comm="a"
            task pid=5 state=R on=queue stack=0 comm="new"
            """;

    private final StackDiff diff = StackDiff.of(DumpTexts.read(BEFORE), DumpTexts.read(AFTER));

    @Test
    void namesWhatIsNewWhatIsGoneAndWhatGrew() {
        assertEquals("""
                a;[waiting for a CPU] 1 2
                gone;[waiting for a CPU] 1 0
                new;[waiting for a CPU] 0 1
                """, StackDiff.write(diff.changed()));
    }

    @Test
    void knowsWhatStayed() {
        assertEquals("""
                a;[on CPU, user mode] 1 1
                a;[waiting for a CPU] 1 2
                gone;[waiting for a CPU] 1 0
                new;[waiting for a CPU] 0 1
                """, StackDiff.write(diff.stacks()));
    }

    @Test
    void scalesASampleUpBecauseTheOtherDumpIsNone() {
        String head = "load_monitor dump version=1 id=1 source=kmod\ncount sampled=4 of=40\n";
        StackDump sampled = DumpTexts.read(head + AFTER + "end id=1 tasks=4\n");
        assertEquals(
                """
                a;[on CPU, user mode] 1 10
                a;[waiting for a CPU] 1 20
                gone;[waiting for a CPU] 1 0
                new;[waiting for a CPU] 0 10
                """,
                StackDiff.write(StackDiff.of(DumpTexts.read(BEFORE), sampled).stacks()));
        assertEquals(
                "a;[on CPU, user mode] 1\na;[waiting for a CPU] 2\nnew;[waiting for a CPU] 1\n",
                FoldedStacks.write(sampled),
                "alone it is counted as it is");
    }

    @Test
    void drawsWhatIsGoneAsWideAsItWas() {
        FlameGraph graph = FlameGraph.of(diff, FlameGraph.First.PROGRAM, 100);
        assertEquals(5, graph.root().width());
        FlameFrame gone = graph.frames().stream()
                .filter(frame -> frame.name().text().equals("gone"))
                .findFirst()
                .orElseThrow();
        assertEquals(new FlameFrame(gone.name(), 1, 3, 1, 1, 0, false), gone);
        assertEquals(-1, gone.difference());
    }
}
