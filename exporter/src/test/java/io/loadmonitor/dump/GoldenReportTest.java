package io.loadmonitor.dump;

import static org.junit.jupiter.api.Assertions.assertFalse;

import io.loadmonitor.Golden;
import io.loadmonitor.flame.FoldedStacks;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every dump in the tree, read and explained, against a report that somebody has looked at; those of scenes of a known
 * cause are {@code SceneTest}'s and {@code ExplainSceneTest}'s.
 */
final class GoldenReportTest {
    private static final Golden GOLDEN = new Golden(GoldenReportTest.class, "dump/golden");

    @TestFactory
    List<DynamicTest> readsEveryCaptureAsItsReportSays() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (Captures.Capture capture : captures()) {
            tests.add(DynamicTest.dynamicTest(capture.name(), () -> compare(capture)));
        }
        assertFalse(tests.isEmpty(), "no dump in the tree");
        return tests;
    }

    @Test
    void hasNoReportWithoutItsCapture() throws IOException {
        GOLDEN.assertNoOthers(captures().stream().map(GoldenReportTest::name).toList());
    }

    private static List<Captures.Capture> captures() throws IOException {
        return Captures.all().stream()
                .filter(capture -> !capture.file().getParent().endsWith("causes"))
                .toList();
    }

    private static void compare(Captures.Capture capture) throws IOException {
        GOLDEN.compare(name(capture), report(DumpParser.parse(capture.read())), capture.file());
    }

    private static String name(Captures.Capture capture) {
        return capture.name() + ".report";
    }

    private static String report(StackDump dump) {
        LoadBreakdown breakdown = LoadBreakdown.of(dump);
        StringBuilder text = new StringBuilder(breakdown.headline()).append("\n\n");
        dump.header().ifPresent(value -> text.append(value).append('\n'));
        dump.trigger().ifPresent(value -> text.append(value).append('\n'));
        dump.time().ifPresent(value -> text.append(value).append('\n'));
        dump.load().ifPresent(value -> text.append(value).append('\n'));
        dump.tick().ifPresent(value -> text.append(value).append('\n'));
        dump.counts()
                .ifPresent(counts -> text.append("Counts")
                        .append(new java.util.TreeMap<>(counts.values()))
                        .append('\n'));
        dump.cost().ifPresent(value -> text.append(value).append('\n'));
        text.append(String.format(
                Locale.ROOT,
                "%ncomplete=%s tasks=%d stacks=%d unread=%d remainder=%s%n",
                dump.complete(),
                dump.tasks().size(),
                dump.stacks().size(),
                dump.unreadCount(),
                breakdown.remainder()));
        dump.unreadLines().forEach(line -> text.append(line).append('\n'));
        text.append("\nParts:\n");
        breakdown
                .parts()
                .forEach(part -> text.append(part.cause().id())
                        .append(' ')
                        .append(part.text())
                        .append('\n'));
        text.append("\nTasks:\n");
        dump.tasks()
                .forEach(task -> text.append(task.pid())
                        .append(' ')
                        .append(task.state())
                        .append(' ')
                        .append(task.placement())
                        .append(" stack ")
                        .append(task.stackId())
                        .append(" \"")
                        .append(task.comm())
                        .append("\" ")
                        .append(task.leader()
                                .map(leader -> "of \"" + leader + "\" ")
                                .orElse(""))
                        .append(new java.util.TreeSet<>(task.flags()))
                        .append(' ')
                        .append(task.cgroup())
                        .append('\n'));
        return text.append("\nFolded:\n").append(FoldedStacks.write(dump)).toString();
    }
}
