package io.loadmonitor.dump;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The stacks of {@code stacks/causes.stacks}, whose cause is known; its README says where they are from. */
final class KnownStacks {
    private static final Path FILE = Path.of("src/test/resources/io/loadmonitor/dump/stacks/causes.stacks");

    private KnownStacks() {}

    /**
     * @param function that tells the part from others of its cause; empty for none
     * @param on {@code sleep} or {@code cpu-kernel}
     * @param frames as in a dump, innermost first
     * @param waitChannel empty for a stack
     */
    record Known(
            String name,
            String from,
            String cause,
            String function,
            String on,
            List<String> frames,
            String waitChannel) {
        StackDump dump() {
            return dump("");
        }

        /** @param suffix of the compiler to put on every function that has none */
        StackDump dump(String suffix) {
            StringBuilder text = new StringBuilder("load_monitor dump version=1 id=1 source=kmod\n");
            if (!frames.isEmpty()) {
                text.append("stack id=1 tasks=1\n");
                frames.forEach(frame ->
                        text.append("  ").append(suffixed(frame, suffix)).append('\n'));
            }
            text.append("task pid=1 state=")
                    .append(on.equals("sleep") ? "D" : "R")
                    .append(" on=")
                    .append(on);
            text.append(frames.isEmpty() ? " wchan=" + waitChannel + suffix : " stack=1");
            return DumpParser.parse(
                    Dumps.raw(text.append(" comm=\"x\"\nend id=1 tasks=1\n").toString()));
        }

        private static String suffixed(String frame, String suffix) {
            int end = 0;
            while (end < frame.length() && "+ ".indexOf(frame.charAt(end)) < 0) {
                end++;
            }
            return frame.substring(0, end).indexOf('.') > 0
                    ? frame
                    : frame.substring(0, end) + suffix + frame.substring(end);
        }
    }

    static List<Known> all() throws IOException {
        List<Known> all = new ArrayList<>();
        for (String block : Files.readString(FILE).split("(?m)^case ")) {
            if (block.lines().allMatch(line -> line.isBlank() || line.startsWith("#"))) {
                continue;
            }
            List<String> lines = block.lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .toList();
            String[] expected = value(lines, "expect ").split(" ", 2);
            String channel = lines.stream()
                    .filter(line -> line.startsWith("wchan "))
                    .findFirst()
                    .orElse("wchan ");
            all.add(new Known(
                    lines.get(0),
                    value(lines, "from "),
                    expected[0],
                    expected.length > 1 ? expected[1] : "",
                    value(lines, "on "),
                    lines.stream()
                            .filter(line -> line.startsWith("  "))
                            .map(String::strip)
                            .toList(),
                    channel.substring("wchan ".length())));
        }
        return all;
    }

    private static String value(List<String> lines, String key) {
        return lines.stream()
                .filter(line -> line.startsWith(key))
                .map(line -> line.substring(key.length()))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(lines.get(0) + " lacks " + key));
    }
}
