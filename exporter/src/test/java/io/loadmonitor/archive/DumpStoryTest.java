package io.loadmonitor.archive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.dump.DumpParser;
import io.loadmonitor.dump.LoadBreakdown;
import io.loadmonitor.dump.LoadPart;
import io.loadmonitor.dump.ProcessCount;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.dump.StackDump;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

final class DumpStoryTest {
    private static final CauseCatalogue CAUSES = CauseCatalogue.standard();

    /** What one of some tasks takes; a story of a real host is far below it. */
    private static final int MOST_BYTES = 64 << 10;

    @TestFactory
    List<DynamicTest> tellsOfEveryCaptureWhatItsTextTells() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        try (Stream<Path> files = Files.walk(Path.of("../kmod/tests/captures"))) {
            files.filter(file -> file.toString().endsWith(".dump"))
                    .sorted()
                    .forEach(file -> tests.add(DynamicTest.dynamicTest(
                            file.getParent().getFileName() + "-" + file.getFileName(), () -> tellsTheSame(file))));
        }
        assertFalse(tests.isEmpty(), "no capture in the tree");
        return tests;
    }

    private static void tellsTheSame(Path file) throws IOException {
        StackDump dump = DumpParser.parse(RawDump.of(Files.readAllBytes(file)));
        LoadBreakdown breakdown = LoadBreakdown.of(dump, CAUSES);

        DumpStory read = again(DumpStory.of(dump, breakdown, CAUSES));

        if (breakdown.parts().size() <= DumpStory.MOST_PARTS
                && breakdown.parts().stream().allMatch(part -> part.processes().size() <= DumpStory.MOST_NAMES)) {
            assertEquals(breakdown, read.breakdown());
        }
        assertEquals(breakdown.headline(), read.breakdown().headline());
        assertSums(read, breakdown.tasks());
    }

    @Test
    void sumsUpWhatIsTooMuchAndLosesNoTask() {
        StringBuilder text = new StringBuilder("load_monitor dump version=1 id=1 source=kmod boot_id=b release=6.1.0\n"
                + "time wall=2026-11-22T12:04:10Z monotonic_ns=1\n"
                + "load avg1=900.00 avg5=1.10 avg15=0.37 active=900 cpus=2\n");
        for (int i = 1; i <= 90; i++) {
            text.append("stack id=")
                    .append(i)
                    .append(" tasks=10\n  __mutex_lock+0x1/0x2\n  driver_")
                    .append(i)
                    .append("_ioctl+0x1/0x2\n");
        }
        for (int i = 0; i < 900; i++) {
            text.append("task pid=%d tgid=%d state=D on=sleep stack=%d cgroup=\"/%s%d\" comm=\"name %d\"\n"
                    .formatted(1000 + i, 1000 + i, i % 90 + 1, "x".repeat(500), i % 40, i % 60));
        }
        text.append("end id=1 tasks=900\n");
        StackDump dump = DumpParser.parse(RawDump.of(text.toString().getBytes(StandardCharsets.US_ASCII)));
        LoadBreakdown breakdown = LoadBreakdown.of(dump, CAUSES);
        assertEquals(90, breakdown.parts().size());

        DumpStory story = DumpStory.of(dump, breakdown, CAUSES);

        assertTrue(story.json().length < MOST_BYTES, "" + story.json().length);
        DumpStory read = again(story);
        assertEquals(DumpStory.MOST_PARTS, read.breakdown().parts().size());
        LoadPart last = read.breakdown().parts().get(DumpStory.MOST_PARTS - 1);
        assertEquals("in 59 smaller parts", last.title());
        assertEquals(590, last.tasks());
        assertTrue(
                last.processes().size() <= DumpStory.MOST_NAMES,
                last.processes().toString());
        assertEquals(DumpStory.MOST_GROUPS, read.processes().size());
        assertEquals("885 other processes", read.processes().get(15).title());
        assertEquals(
                "25 other cgroups",
                read.cgroups().get(DumpStory.MOST_GROUPS - 1).title());
        assertSums(read, 900);
    }

    @Test
    void keepsTheTitleOfACauseThatIsNoMore() {
        StackDump dump = DumpParser.parse(DumpTexts.automatic(1, Instant.parse("2026-11-22T12:04:10Z")));
        byte[] json = DumpStory.of(dump, LoadBreakdown.of(dump, CAUSES), CAUSES).json();
        String other = new String(json, StandardCharsets.UTF_8).replace("\"vfork\"", "\"gone-by-now\"");
        assertTrue(other.contains("gone-by-now"), other);

        DumpStory read = DumpStory.read(other.getBytes(StandardCharsets.UTF_8), CAUSES);

        LoadPart part = read.breakdown().parts().get(0);
        assertEquals("gone-by-now", part.cause().id());
        assertEquals(LoadBreakdown.of(dump, CAUSES).parts().get(0).title(), part.title());
    }

    @Test
    void refusesWhatIsNoStory() {
        for (String damaged :
                List.of("{}", "[]", "{\"tasks\":1}", "{\"tasks\":\"x\",\"complete\":true,\"parts\":[]}")) {
            IllegalArgumentException refused = assertThrows(
                    IllegalArgumentException.class,
                    () -> DumpStory.read(damaged.getBytes(StandardCharsets.UTF_8), CAUSES));
            assertFalse(String.valueOf(refused.getMessage()).isEmpty());
        }
    }

    private static DumpStory again(DumpStory story) {
        return DumpStory.read(story.json(), CAUSES);
    }

    private static void assertSums(DumpStory story, int tasks) {
        assertEquals(tasks, story.breakdown().tasks());
        for (LoadPart part : story.breakdown().parts()) {
            assertEquals(
                    part.tasks(),
                    part.processes().stream().mapToInt(ProcessCount::tasks).sum());
        }
        assertEquals(
                tasks,
                story.processes().stream().mapToInt(DumpStory.Group::tasks).sum());
        assertEquals(
                tasks, story.cgroups().stream().mapToInt(DumpStory.Group::tasks).sum());
    }
}
