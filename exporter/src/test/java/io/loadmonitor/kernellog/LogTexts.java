package io.loadmonitor.kernellog;

import io.loadmonitor.dump.StackDump;
import io.loadmonitor.dump.StackDump.Task;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Texts in the tree, and short ways to read them. */
final class LogTexts {
    private static final Path ROOT = Path.of("src/test/resources/io/loadmonitor/kernellog");

    private LogTexts() {}

    record Text(String name, Path file) {
        byte[] bytes() throws IOException {
            return Files.readAllBytes(file);
        }
    }

    /** Real captures and samples, in the order of their names. */
    static List<Text> all() throws IOException {
        List<Text> texts = new ArrayList<>();
        for (String folder : List.of("captures", "samples")) {
            try (Stream<Path> files = Files.list(ROOT.resolve(folder))) {
                files.filter(file -> file.toString().endsWith(".txt"))
                        .map(file -> new Text(file.getFileName().toString(), file))
                        .forEach(texts::add);
            }
        }
        texts.sort(Comparator.comparing(Text::name));
        return texts;
    }

    static KernelLog capture(String name) throws IOException {
        return KernelLogReader.read(Files.readAllBytes(ROOT.resolve("captures").resolve(name)));
    }

    static KernelLog read(String text) {
        return KernelLogReader.read(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    static LogReport only(KernelLog log) {
        if (log.reports().size() != 1) {
            throw new AssertionError(log.reports().size() + " reports: " + log);
        }
        return log.reports().get(0);
    }

    static Task task(LogReport report, long pid) {
        return report.dump().tasks().stream()
                .filter(task -> task.pid() == pid)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no task " + pid + " in " + report));
    }

    static List<String> functions(StackDump dump, Task task) {
        return dump.stackOf(task).orElseThrow(() -> new AssertionError("no stack: " + task)).frames().stream()
                .map(frame -> frame.function())
                .toList();
    }
}
