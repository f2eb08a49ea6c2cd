package io.loadmonitor.flame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.dump.StackDump;
import io.loadmonitor.flame.FlameGraph.First;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Whatever form the stacks take, no task is lost and none is counted twice. */
final class FlamePropertyTest {
    @Provide
    Arbitrary<StackDump> dumps() {
        return DumpTexts.any();
    }

    @Property(tries = 300)
    void everyFormCountsEveryTaskOnce(@ForAll("dumps") StackDump dump) {
        assertSums(dump);
    }

    @Test
    void everyFormCountsEveryTaskOfRealDumps() {
        List<StackDump> captured = DumpTexts.captured();
        assertFalse(captured.isEmpty(), "there are captures");
        captured.forEach(FlamePropertyTest::assertSums);
    }

    @Property(tries = 300)
    void foldedTextSaysWhatItsNamesSay(@ForAll("dumps") StackDump dump) {
        List<String> lines = FoldedStacks.write(dump).lines().toList();
        List<FoldedStack> stacks = FoldedStacks.of(dump);
        assertEquals(stacks.size(), lines.size());
        for (int i = 0; i < lines.size(); i++) {
            int space = lines.get(i).lastIndexOf(' ');
            assertEquals(
                    stacks.get(i).path().stream().map(FlameName::text).toList(),
                    Arrays.asList(lines.get(i).substring(0, space).split(";", -1)));
            assertEquals(stacks.get(i).tasks(), Integer.parseInt(lines.get(i).substring(space + 1)));
        }
    }

    @Property(tries = 200)
    void aDumpDoesNotDifferFromItself(@ForAll("dumps") StackDump dump) {
        StackDiff diff = StackDiff.of(dump, dump);
        assertEquals(List.of(), diff.changed());
        assertEquals("", StackDiff.write(diff.changed()));
        assertEquals(dump.tasks().size(), diff.before());
        assertEquals(dump.tasks().size(), diff.after());
    }

    @Property(tries = 300)
    void aDifferenceRebuildsTheSecondFromTheFirst(@ForAll("dumps") StackDump before, @ForAll("dumps") StackDump after) {
        Map<String, Integer> stacks = folded(before);
        StackDiff diff = StackDiff.of(before, after);
        for (String line : StackDiff.write(diff.changed()).lines().toList()) {
            String[] counts = line.split(" ");
            int was = Integer.parseInt(counts[counts.length - 2]);
            int is = Integer.parseInt(counts[counts.length - 1]);
            String stack = line.substring(
                    0, line.length() - counts[counts.length - 2].length() - counts[counts.length - 1].length() - 2);
            assertEquals(was, stacks.getOrDefault(stack, 0), line);
            stacks.put(stack, is);
        }
        stacks.values().removeIf(tasks -> tasks == 0);
        assertEquals(folded(after), stacks);
        assertEquals(before.tasks().size(), diff.before());
        assertEquals(after.tasks().size(), diff.after());
    }

    @Property(tries = 200)
    void theWayBackIsTheOpposite(@ForAll("dumps") StackDump one, @ForAll("dumps") StackDump other) {
        List<StackChange> back = new ArrayList<>();
        StackDiff.of(other, one)
                .stacks()
                .forEach(change -> back.add(new StackChange(change.path(), change.after(), change.before())));
        assertEquals(StackDiff.write(StackDiff.of(one, other).stacks()), StackDiff.write(back));
    }

    @Property(tries = 200)
    void boxesLieWithinTheirCallersAndBesideEachOther(
            @ForAll("dumps") StackDump before,
            @ForAll("dumps") StackDump after,
            @ForAll First first,
            @ForAll @IntRange(min = 1, max = 60) int most) {
        FlameGraph whole = FlameGraph.of(StackDiff.of(before, after), first, Integer.MAX_VALUE);
        assertEquals(0, whole.leftOut());
        FlameGraph graph = FlameGraph.of(StackDiff.of(before, after), first, most);
        assertEquals(whole.frames().size(), graph.frames().size() + graph.leftOut());
        assertTrue(graph.frames().size() <= most);
        assertEquals(before.tasks().size(), graph.root().before());
        assertEquals(after.tasks().size(), graph.root().after());
        List<FlameFrame> open = new ArrayList<>();
        int[] rightmost = new int[FlameGraph.MAX_DEPTH + 1];
        for (FlameFrame frame : graph.frames()) {
            assertTrue(frame.depth() <= open.size(), "a caller is missing above " + frame);
            open.subList(frame.depth(), open.size()).clear();
            if (frame.depth() > 0) {
                FlameFrame caller = open.get(frame.depth() - 1);
                assertTrue(
                        frame.from() >= caller.from() && frame.from() + frame.width() <= caller.from() + caller.width(),
                        frame + " in " + caller);
            }
            assertTrue(frame.from() >= rightmost[frame.depth()], frame + " overlaps its neighbour");
            rightmost[frame.depth()] = frame.from() + frame.width();
            assertTrue(frame.width() >= Math.max(frame.before(), frame.after()), frame.toString());
            open.add(frame);
        }
    }

    private static void assertSums(StackDump dump) {
        int tasks = dump.tasks().size();
        List<FoldedStack> stacks = FoldedStacks.of(dump);
        assertEquals(
                tasks,
                folded(dump).values().stream().mapToInt(Integer::intValue).sum());
        assertEquals(tasks, stacks.stream().mapToInt(FoldedStack::tasks).sum());
        assertEquals(tasks, SampledProfile.of(stacks).tasks());
        assertEquals(
                tasks,
                PprofReader.read(PprofProfile.write(stacks, Optional.empty(), "")).samples().stream()
                        .mapToLong(PprofReader.Sample::value)
                        .sum());
        for (First first : First.values()) {
            FlameGraph graph = FlameGraph.of(stacks, first, Integer.MAX_VALUE);
            assertEquals(tasks, graph.root().width());
            assertEquals(
                    tasks,
                    graph.frames().stream()
                            .filter(frame -> frame.depth() == 1)
                            .mapToInt(FlameFrame::width)
                            .sum());
            assertEquals(graph.frames().size(), graph.rows().size());
        }
    }

    /** As another program reads the text. */
    private static Map<String, Integer> folded(StackDump dump) {
        Map<String, Integer> counts = new TreeMap<>();
        FoldedStacks.write(dump).lines().forEach(line -> {
            int space = line.lastIndexOf(' ');
            assertEquals(null, counts.put(line.substring(0, space), Integer.parseInt(line.substring(space + 1))), line);
        });
        return counts;
    }
}
