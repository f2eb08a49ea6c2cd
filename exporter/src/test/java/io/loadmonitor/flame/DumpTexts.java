package io.loadmonitor.flame;

import io.loadmonitor.dump.DumpParser;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.dump.StackDump;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Dumps to fold: read from text, any that a source could write, and those that real kernels did. */
final class DumpTexts {
    /** Names that would be something else to a reader that splits carelessly. */
    private static final List<String> NAMES = List.of(
            "vf",
            "busy",
            "a;b",
            "x 7",
            "",
            "<script>alert(1)</script>",
            "\\xe2\\x80\\xaegnp.exe",
            "\\n99",
            "\\\"",
            "[no name]",
            "all",
            "&amp;",
            "]]>",
            "</title>",
            " ");

    private static final List<String> FUNCTIONS = List.of(
            "kernel_clone+0x1af/0x3e0",
            "__do_sys_vfork+0x43/0x70",
            "submit+0x1/0x2 [xfs]",
            "submit+0x1/0x2",
            "x;y",
            "?",
            "a b 3",
            "<script>",
            "[no stack]",
            "io_schedule");

    private static final List<String> PLACES = List.of(
            "on=cpu-user",
            "on=cpu-kernel",
            "on=cpu",
            "on=queue",
            "on=sleep",
            "on=sleep wchan=do_exit",
            "on=sleep flags=unstable|no_room",
            "on=sleep flags=a;b",
            "");

    private DumpTexts() {}

    static StackDump read(String text) {
        return DumpParser.parse(RawDump.of(text.getBytes(StandardCharsets.US_ASCII)));
    }

    /** Up to 40 tasks with up to 6 stacks; some tasks refer to a stack that was cut off, some to none. */
    static Arbitrary<StackDump> any() {
        Arbitrary<List<String>> stack = Arbitraries.of(FUNCTIONS).list().ofMaxSize(8);
        Arbitrary<String> task = Combinators.combine(
                        Arbitraries.of("R", "D"),
                        Arbitraries.of(PLACES),
                        Arbitraries.integers().between(0, 7),
                        Arbitraries.of(NAMES))
                .as((state, place, id, comm) ->
                        " state=" + state + " " + place + " stack=" + id + " comm=\"" + comm + "\"");
        return Combinators.combine(stack.list().ofMaxSize(6), task.list().ofMaxSize(40))
                .as(DumpTexts::dump);
    }

    /** What the kernel module's tests recorded on real kernels. */
    static List<StackDump> captured() {
        List<StackDump> dumps = new ArrayList<>();
        try (Stream<Path> files = Files.walk(Path.of("../kmod/tests/captures"))) {
            for (Path file : files.filter(Files::isRegularFile)
                    .filter(file -> !file.toString().endsWith(".md"))
                    .toList()) {
                dumps.add(DumpParser.parse(RawDump.of(Files.readAllBytes(file))));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("run from the folder exporter", e);
        }
        return dumps;
    }

    private static StackDump dump(List<List<String>> stacks, List<String> tasks) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < stacks.size(); i++) {
            text.append("stack id=").append(i + 1).append('\n');
            stacks.get(i).forEach(frame -> text.append("  ").append(frame).append('\n'));
        }
        for (int i = 0; i < tasks.size(); i++) {
            text.append("task pid=").append(i + 1).append(tasks.get(i)).append('\n');
        }
        StackDump dump = read(text.toString());
        if (dump.tasks().size() != tasks.size()) {
            throw new AssertionError(dump.tasks().size() + " of " + tasks.size() + " tasks were read:\n" + text);
        }
        return dump;
    }
}
