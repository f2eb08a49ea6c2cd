package io.loadmonitor.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What holds for any text at all. */
final class DumpParserPropertyTest {
    private static final String KEYS_AND_MARKS = "kind=active reason=\"a\\x0a\" id=1 tasks=2 stack=1 pid=1 comm=\"";

    @Property(tries = 1000)
    void readsAnyBytesWithoutAnException(@ForAll byte[] bytes) {
        consistent(RawDump.of(bytes));
    }

    @Property(tries = 1000)
    void readsAnyMixOfPiecesWithoutAnException(@ForAll("pieces") List<String> pieces) {
        consistent(Dumps.raw(String.join("", pieces)));
    }

    @Property(tries = 300)
    void readsDamagedDumpsWithoutAnException(@ForAll("dumps") StackDump dump, @ForAll int place, @ForAll byte damage) {
        byte[] text = DumpWriter.write(dump).toByteArray();
        if (text.length > 0) {
            text[Math.floorMod(place, text.length)] = damage;
        }
        consistent(RawDump.of(text));
    }

    @Property(tries = 100)
    void keepsWhatCameBeforeACut(@ForAll("dumps") StackDump dump) {
        survivesEveryCut(DumpWriter.write(dump));
    }

    @TestFactory
    List<DynamicTest> keepsWhatCameBeforeACutInARealDump() throws IOException {
        return Captures.all().stream()
                .map(capture ->
                        DynamicTest.dynamicTest(capture.name(), () -> survivesEveryCut(RawDump.of(shortened(capture)))))
                .toList();
    }

    /**
     * The capture's first dump. Every cut is tried, so the work grows with the square of the size: no more than the
     * first 24 KiB of it.
     */
    private static byte[] shortened(Captures.Capture capture) throws IOException {
        byte[] text = capture.read().toByteArray();
        int footer = Dumps.text(capture.read()).indexOf("\nend id=");
        int end = footer < 0 ? text.length : Dumps.text(capture.read()).indexOf('\n', footer + 1) + 1;
        return Arrays.copyOf(text, Math.min(end, 24 * 1024));
    }

    private static void survivesEveryCut(RawDump raw) {
        byte[] text = raw.toByteArray();
        StackDump whole = DumpParser.parse(raw);
        int tasksBefore = 0;
        for (int length = 0; length < text.length; length++) {
            byte[] start = Arrays.copyOf(text, length);
            StackDump cut = DumpParser.parse(RawDump.of(start));
            assertFalse(cut.complete(), "complete though cut after " + length + " bytes");
            assertEquals(whole.tasks().subList(0, cut.tasks().size()), cut.tasks());
            assertTrue(cut.tasks().size() >= tasksBefore, "lost a task when cut after " + length + " bytes");
            if (length > 0 && text[length - 1] == '\n') {
                int tasks = cut.tasks().size() + cut.lockFacts().owners().size();
                assertEquals(taskLines(text, length), tasks, "cut after " + length + " bytes");
            }
            tasksBefore = cut.tasks().size();
            for (int i = 0; i < cut.stacks().size(); i++) {
                List<Frame> frames = cut.stacks().get(i).frames();
                assertEquals(whole.stacks().get(i).frames().subList(0, frames.size()), frames);
            }
        }
    }

    private static long taskLines(byte[] text, int end) {
        return Dumps.text(RawDump.of(Arrays.copyOf(text, end)))
                .lines()
                .filter(line -> line.startsWith("task "))
                .count();
    }

    static void consistent(RawDump raw) {
        StackDump dump = DumpParser.parse(raw);
        long lines = Dumps.text(raw).lines().count();
        assertTrue(dump.tasks().size() + dump.stacks().size() + dump.unreadCount() <= 2 * lines + 1);
        dump.unreadLines().forEach(line -> assertEquals(line.text(), new EscapedText(line.text()).escaped()));
        LoadBreakdown breakdown = LoadBreakdown.of(dump);
        assertEquals(
                dump.tasksMeant(),
                breakdown.parts().stream().mapToInt(LoadPart::tasks).sum());
        assertTrue(breakdown.headline().chars().allMatch(c -> c >= 0x20 && c <= 0x7e), breakdown.headline());
    }

    @Provide
    Arbitrary<StackDump> dumps() {
        return Dumps.any();
    }

    /** The words of the format in any order, with bytes in between. */
    @Provide
    Arbitrary<List<String>> pieces() {
        Arbitrary<String> known = Arbitraries.of(
                "load_monitor dump version=1 id=1 source=kmod",
                "trigger ",
                "time wall=",
                "load avg1=1 avg5=2 avg15=",
                "tick ",
                "count a=",
                "cost ",
                "stack id=1",
                "task pid=1",
                "end id=1 tasks=",
                "devices age_ms=",
                "mapped=2 suspended=1",
                "device dev=\"dm-0\" ",
                "suspended=1",
                "\n",
                "\n  ",
                "\r\n",
                " ",
                "\"",
                "\\",
                "=",
                "99999999999999999999",
                "-1",
                "1e9",
                ".",
                "\0",
                "f+0x1/0x2 [m]",
                " +0x",
                KEYS_AND_MARKS);
        return Arbitraries.oneOf(known, Arbitraries.strings().all().ofMaxLength(3))
                .list()
                .ofMaxSize(40);
    }

    /** For the properties above to mean something, there must be captures. */
    @TestFactory
    List<DynamicTest> findsCaptures() {
        return List.of(DynamicTest.dynamicTest(
                "in " + Path.of("").toAbsolutePath(),
                () -> assertFalse(Captures.all().isEmpty())));
    }
}
