package io.loadmonitor.kernellog;

import static org.junit.jupiter.api.Assertions.assertFalse;

import io.loadmonitor.Golden;
import io.loadmonitor.dump.StackDump;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every capture and sample in the tree, as it is read, against a report that somebody has looked at. */
final class LogGoldenTest {
    private static final Golden GOLDEN = new Golden(LogGoldenTest.class, "kernellog/golden");

    @TestFactory
    List<DynamicTest> readsEveryTextAsItsReportSays() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (LogTexts.Text text : LogTexts.all()) {
            tests.add(DynamicTest.dynamicTest(text.name(), () -> compare(text)));
        }
        assertFalse(tests.isEmpty(), "no text in the tree");
        return tests;
    }

    @Test
    void hasNoReportWithoutItsText() throws IOException {
        GOLDEN.assertNoOthers(LogTexts.all().stream().map(LogGoldenTest::name).toList());
    }

    private static void compare(LogTexts.Text text) throws IOException {
        GOLDEN.compare(name(text), report(KernelLogReader.read(text.bytes())), text.file());
    }

    private static String name(LogTexts.Text text) {
        return text.name().replace(".txt", ".report");
    }

    private static String report(KernelLog log) {
        StringBuilder text = new StringBuilder();
        text.append(log.lines()).append(" lines: ").append(log.understood()).append(" understood, ");
        text.append(log.skipped()).append(" skipped, ").append(log.unread()).append(" unread\n");
        log.unreadLines().forEach(line -> text.append(line).append('\n'));
        for (LogReport report : log.reports()) {
            StackDump dump = report.dump();
            text.append('\n').append(report.kind()).append(" line ").append(report.firstLine());
            text.append(" stamp ")
                    .append(report.stamp())
                    .append(' ')
                    .append(dump.header().orElseThrow());
            dump.load().ifPresent(load -> text.append(' ').append(load));
            dump.time().ifPresent(time -> text.append(' ').append(time));
            text.append(" complete=").append(dump.complete()).append('\n');
            report.warnings()
                    .forEach(warning -> text.append("! ").append(warning).append('\n'));
            dump.tasks()
                    .forEach(task -> text.append("task ")
                            .append(task.pid())
                            .append(" tgid ")
                            .append(task.tgid())
                            .append(" ppid ")
                            .append(task.ppid())
                            .append(' ')
                            .append(task.state())
                            .append(' ')
                            .append(task.placement())
                            .append(" stack ")
                            .append(task.stackId())
                            .append(" \"")
                            .append(task.comm())
                            .append("\" ")
                            .append(new TreeSet<>(task.flags()))
                            .append('\n'));
            dump.stacks().forEach(stack -> {
                text.append("stack ").append(stack.id()).append('\n');
                stack.frames().forEach(frame -> text.append("  ").append(frame).append('\n'));
            });
            report.listed()
                    .forEach(task -> text.append("no load: ")
                            .append(task.reason())
                            .append(' ')
                            .append(task.pid())
                            .append(" \"")
                            .append(task.comm().map(Object::toString).orElse(""))
                            .append("\" ")
                            .append(task.state().orElse("-"))
                            .append(' ')
                            .append(task.function().orElse("-"))
                            .append('\n'));
        }
        return text.toString();
    }
}
