package io.loadmonitor.kernellog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.LoadBreakdown;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
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
final class KernelLogPropertyTest {
    @Property(tries = 1000)
    void readsAnyBytesWithoutAnException(@ForAll byte[] bytes) {
        consistent(bytes);
    }

    @Property(tries = 3000)
    void readsAnyMixOfPiecesWithoutAnException(@ForAll("pieces") List<String> pieces) {
        consistent(String.join("", pieces).getBytes(StandardCharsets.ISO_8859_1));
    }

    @Property(tries = 1000)
    void readsAnyOrderOfRealLinesWithoutAnException(@ForAll("realLines") List<String> lines) {
        consistent(String.join("\n", lines).getBytes(StandardCharsets.ISO_8859_1));
    }

    @Property(tries = 300)
    void readsDamagedLogsWithoutAnException(@ForAll("texts") byte[] text, @ForAll int place, @ForAll byte damage) {
        byte[] damaged = text.clone();
        damaged[Math.floorMod(place, damaged.length)] = damage;
        consistent(damaged);
    }

    @TestFactory
    List<DynamicTest> keepsTheTasksBeforeACut() throws IOException {
        return LogTexts.all().stream()
                .map(text -> DynamicTest.dynamicTest(text.name(), () -> survivesCuts(text.bytes())))
                .toList();
    }

    private static void survivesCuts(byte[] text) {
        int before = 0;
        int step = Math.max(1, text.length / 60);
        for (int length = 0; length <= text.length; length += step) {
            consistent(Arrays.copyOf(text, length));
            int end = length;
            while (end < text.length && text[end] != '\n') {
                end++;
            }
            int named = consistent(Arrays.copyOf(text, Math.min(end + 1, text.length))).reports().stream()
                    .mapToInt(report ->
                            report.dump().tasks().size() + report.listed().size())
                    .sum();
            assertTrue(named >= before, "lost a task when cut after " + length + " bytes");
            before = named;
        }
        assertTrue(before > 0, "no task at all");
    }

    private static KernelLog consistent(byte[] text) {
        KernelLog log = KernelLogReader.read(text);
        String latin1 = new String(text, StandardCharsets.ISO_8859_1);
        int lines = latin1.split("\n", -1).length - (text.length == 0 || latin1.endsWith("\n") ? 1 : 0);
        assertEquals(lines, log.lines());
        assertEquals(log.lines(), log.understood() + log.skipped() + log.unread());
        assertEquals(Math.min(1000, log.unread()), log.unreadLines().size());
        log.unreadLines().forEach(line -> assertPrintable(line.text()));
        for (LogReport report : log.reports()) {
            report.stamp().ifPresent(KernelLogPropertyTest::assertPrintable);
            report.warnings().forEach(KernelLogPropertyTest::assertPrintable);
            LoadBreakdown load = LoadBreakdown.of(report.dump());
            assertPrintable(load.headline());
            assertEquals(
                    report.dump().tasks().size(),
                    load.parts().stream().mapToInt(part -> part.tasks()).sum());
            report.dump()
                    .tasks()
                    .forEach(task -> assertTrue(task.stackId() == 0
                            || report.kind() == LogKind.DUMP
                            || report.dump().stackOf(task).isPresent()));
        }
        return log;
    }

    private static void assertPrintable(String text) {
        assertTrue(
                text.chars().allMatch(c -> c >= 0x20 && c <= 0x7e),
                EscapedText.of(text).escaped());
    }

    @Provide
    Arbitrary<byte[]> texts() throws IOException {
        List<byte[]> texts = new ArrayList<>();
        for (LogTexts.Text text : LogTexts.all()) {
            byte[] bytes = text.bytes();
            texts.add(Arrays.copyOf(bytes, Math.min(bytes.length, 8 * 1024)));
        }
        return Arbitraries.of(texts);
    }

    @Provide
    Arbitrary<List<String>> realLines() throws IOException {
        List<String> lines = new ArrayList<>();
        for (LogTexts.Text text : LogTexts.all()) {
            new String(text.bytes(), StandardCharsets.ISO_8859_1)
                    .lines()
                    .limit(60)
                    .forEach(lines::add);
        }
        return Arbitraries.of(lines).list().ofMaxSize(60);
    }

    @Provide
    Arbitrary<List<String>> pieces() {
        Arbitrary<String> known = Arbitraries.of(
                "[   35.570173] ",
                "[    1.0][  T7] ",
                "[    1.0][  C1] ",
                "Nov 22 12:04:10 host kernel: ",
                "2026-11-22T12:04:10+0000 ",
                "sysrq: Show State",
                "SysRq : Show Blocked State",
                "INFO: task ",
                ":1",
                " blocked for more than 120 seconds.",
                "task:",
                "state:D stack:0 pid:1 ppid:2 ",
                "a D 0 1 2 0x0",
                "a R  running task 0 1 2 0x0",
                "Load: 4.42, 1.10, 0.37",
                "!!!!!!!!!!!!!!!!",
                "dump running task.",
                "running task, comm: a, pid 1",
                "uninterrupted task, comm: ",
                ", pid 3",
                "==> /proc/1/stack <==",
                "==> /proc/1/comm <==",
                "==> /proc/1/status <==",
                "State:\tD (disk)",
                "[<0>] f+0x1/0x2",
                "[<ffffffff81234567>] ",
                "? ",
                "f+0x1/0x2 [mod 0123abcd]",
                "(f) from (g+0x1/0x2)",
                "f from g+0x1/0x2",
                " worker_thread+0x1/0x2",
                "entry_SYSCALL_64_after_hwframe+0x1/0x2",
                "<ffffffff8030b0e7>{__down+147}",
                "</TASK>",
                "Call Trace:",
                "load_monitor dump version=1 id=1 source=kmod",
                "end id=1 tasks=0",
                "task pid=1 stack=0 comm=\"a\"",
                "stack id=1",
                "CPU: 0 PID: 1 Comm: a",
                "12345",
                "99999999999999999999",
                "\n",
                "\n",
                "\n",
                "\n ",
                "\r\n",
                " ",
                "** 1 printk messages dropped **",
                "cat: /proc/1/stack: Permission denied",
                "/proc/1/stack:[<0>] f+0x1/0x2");
        return Arbitraries.oneOf(known, known, Arbitraries.strings().all().ofMaxLength(3))
                .list()
                .ofMaxSize(60);
    }
}
