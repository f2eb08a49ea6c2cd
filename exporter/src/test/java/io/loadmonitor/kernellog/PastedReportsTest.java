package io.loadmonitor.kernellog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.dump.CallStack;
import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.Frame;
import io.loadmonitor.dump.LoadBreakdown;
import io.loadmonitor.dump.StackDump;
import io.loadmonitor.dump.StackDump.Placement;
import io.loadmonitor.dump.StackDump.State;
import io.loadmonitor.dump.StackDump.Task;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Reports that nobody had seen when they were tried first: how many are read rightly, and were then. */
final class PastedReportsTest {
    private static final Path DOCS = Path.of("docs/explain.md");
    private static final double LEAST_RIGHT = 0.95;
    private static final int LEAST_TEXTS = 10;

    private static final Map<String, String> KINDS = Map.ofEntries(
            Map.entry("a", "behind a prefix"),
            Map.entry("b", "frames of an architecture or a decoder"),
            Map.entry("c", "causes"),
            Map.entry("d", "without stacks"),
            Map.entry("e", "what is on the CPUs"),
            Map.entry("f", "at a prompt"),
            Map.entry("h", "other tools"),
            Map.entry("i", "newest first"),
            Map.entry("j", "who holds the lock"),
            Map.entry("k", "in a long log"),
            Map.entry("m", "what a kernel worker works on"));

    /** Counted before anything was mended for the batch; whoever adds texts adds a batch. */
    private static final Map<String, Integer> AT_FIRST_SIGHT = Map.ofEntries(
            Map.entry("a1", 11),
            Map.entry("b1", 9),
            Map.entry("c1", 47),
            Map.entry("d1", 10),
            Map.entry("e1", 10),
            Map.entry("f1", 11),
            Map.entry("h1", 7),
            Map.entry("i1", 11),
            Map.entry("j1", 8),
            Map.entry("k1", 10),
            Map.entry("m1", 12),
            Map.entry("a2", 12),
            Map.entry("b2", 11),
            Map.entry("c2", 70),
            Map.entry("d2", 10),
            Map.entry("e2", 10),
            Map.entry("f2", 9),
            Map.entry("h2", 9),
            Map.entry("i2", 10),
            Map.entry("j2", 10),
            Map.entry("k2", 10),
            Map.entry("m2", 10),
            Map.entry("n3", 16));

    /** The table in the documentation is what this counts. */
    @Test
    void readsReportsThatNobodyHadSeen() throws IOException {
        TreeMap<String, int[]> counts = new TreeMap<>();
        List<String> wrong = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (PastedReport report : PastedReport.all()) {
            int[] count = counts.computeIfAbsent(report.kind() + report.batch(), unused -> new int[2]);
            count[0]++;
            String difference = difference(report);
            if (difference.isEmpty()) {
                count[1]++;
            } else {
                wrong.add(difference);
                names.add(report.name());
            }
        }
        StringBuilder table = new StringBuilder();
        int[] sums = new int[6];
        for (String kind : KINDS.keySet().stream().sorted().toList()) {
            int[] row = new int[6];
            for (int batch = 1; batch <= 2; batch++) {
                int[] count = counts.getOrDefault(kind + batch, new int[2]);
                row[3 * batch - 3] = count[0];
                row[3 * batch - 2] = AT_FIRST_SIGHT.getOrDefault(kind + batch, 0);
                row[3 * batch - 1] = count[1];
                assertTrue(count[0] >= LEAST_TEXTS, "only " + count[0] + " texts of " + kind + batch);
            }
            for (int i = 0; i < row.length; i++) {
                sums[i] += row[i];
            }
            table.append(row(KINDS.get(kind), row));
        }
        table.append(row("all", sums));
        int[] third = counts.getOrDefault("n3", new int[2]);
        String sentence = "A third batch has " + third[0] + " texts of any kind, as a search came upon them: "
                + AT_FIRST_SIGHT.get("n3") + " were right at\nfirst sight, " + third[1] + " are now.";
        int texts = sums[0] + sums[3] + third[0];
        int right = sums[2] + sums[5] + third[1];
        assertTrue(right >= LEAST_RIGHT * texts, right + " of " + texts + " are right; wrong: " + wrong);
        assertTrue(
                Files.readString(DOCS).contains(table),
                DOCS + " has another table than was counted; wrong: " + String.join("\n", wrong) + "; this is right:\n"
                        + table);
        assertTrue(Files.readString(DOCS).contains(sentence), DOCS + " lacks: " + sentence);
        assertEquals(List.of("h-bpftrace-offcpu"), names, "wrong is what the documentation says not to be read");
    }

    private static String row(String title, int[] numbers) {
        return "| " + title + " | "
                + java.util.Arrays.stream(numbers).mapToObj(Integer::toString).collect(Collectors.joining(" | "))
                + " |\n";
    }

    /** Empty where the text is read rightly. */
    private static String difference(PastedReport report) {
        KernelLog log = KernelLogReader.read(report.text());
        Set<String> kinds =
                report.expected().stream().map(line -> line.split(" ", 2)[0]).collect(Collectors.toSet());
        List<String> expected = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        for (String line : report.expected()) {
            String kind = line.split(" ", 2)[0];
            switch (kind) {
                case "nothing" -> {}
                case "says" -> {
                    String words = line.substring("says ".length());
                    boolean said = Stream.concat(
                                    log.remarks().stream(),
                                    log.reports().stream().flatMap(one -> one.warnings().stream()))
                            .anyMatch(warning -> warning.contains(words));
                    if (!said) {
                        missing.add(line);
                    }
                }
                case "D", "R" -> {
                    int colon = line.indexOf(": ");
                    names(line.substring(colon + 2)).forEach(name -> expected.add(line.substring(0, colon + 2) + name));
                }
                case "listed" -> names(line.substring(kind.length())).forEach(name -> expected.add(kind + " " + name));
                default -> expected.add(line);
            }
        }
        List<String> read = new ArrayList<>();
        log.reports().forEach(one -> read.addAll(told(one, kinds)));
        Collections.sort(expected);
        Collections.sort(read);
        return expected.equals(read) && missing.isEmpty()
                ? ""
                : report.name() + ": " + read + " instead of " + expected + " " + missing;
    }

    private static List<String> names(String list) {
        return Stream.of(list.strip().split(", "))
                .filter(name -> !name.isEmpty())
                .toList();
    }

    private static List<String> told(LogReport report, Set<String> kinds) {
        List<String> told = new ArrayList<>();
        for (Task task : report.dump().tasks()) {
            boolean blocked = task.state() == State.UNINTERRUPTIBLE;
            told.add((blocked ? "D " + cause(report.dump(), task) : "R " + innermost(report.dump(), task)) + ": "
                    + task.comm().escaped());
        }
        if (kinds.contains("listed")) {
            report.listed()
                    .forEach(task -> told.add(
                            "listed " + task.comm().map(EscapedText::escaped).orElse("?")));
        }
        if (kinds.contains("event")) {
            report.context().events().forEach(event -> told.add("event " + event));
        }
        if (kinds.contains("holder")) {
            report.context().blockers().stream()
                    .filter(blocker -> blocker.holder().isPresent())
                    .forEach(blocker -> told.add("holder " + blocker.lock() + ": "
                            + blocker.holder().get().escaped() + "="
                            + (blocker.holderState().equals(Optional.of("R")) ? "runs" : cause(blocker.frames()))));
        }
        if (kinds.contains("seen")) {
            report.context().repeats().ifPresent(repeats -> told.add("seen " + repeats.times()));
        }
        if (kinds.contains("work")) {
            report.context().works().values().forEach(work -> told.add("work " + work));
        }
        return told;
    }

    private static String innermost(StackDump dump, Task task) {
        return dump.stackOf(task).map(stack -> stack.frames().get(0).function()).orElse("?");
    }

    private static String cause(StackDump dump, Task task) {
        if (task.stackId() == 0 && task.waitChannel().isEmpty()) {
            return "no-stack";
        }
        return causeOf(dump.stacks(), task);
    }

    private static String cause(List<Frame> frames) {
        if (frames.isEmpty()) {
            return "?";
        }
        Task task = new Task(
                1,
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalInt.empty(),
                State.UNINTERRUPTIBLE,
                Placement.SLEEP,
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                1,
                Set.of(),
                Optional.empty(),
                Optional.empty(),
                EscapedText.of("?"));
        return causeOf(List.of(new CallStack(1, frames)), task);
    }

    private static String causeOf(List<CallStack> stacks, Task task) {
        StackDump one = new StackDump(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                stacks,
                List.of(task),
                true,
                List.of());
        return LoadBreakdown.of(one).parts().get(0).cause().id();
    }
}
