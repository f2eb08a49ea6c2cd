package io.loadmonitor.app;

import io.loadmonitor.sample.DecomposedLoad;
import io.loadmonitor.sample.LoadMoment;
import io.loadmonitor.sample.LoadParts;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * What {@code top} shows: lines no longer than the terminal is wide and no more than it is high, the largest first.
 *
 * @param columns of the terminal
 * @param lines of the terminal
 */
record TopScreen(int columns, int lines) {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    /** Less is no part. */
    private static final double LEAST = 0.005;

    /** By what the tasks are told apart. */
    enum By {
        CAUSE('c', "cause"),
        PROGRAM('p', "program"),
        CGROUP('g', "control group"),
        STATE('s', "state");

        private final char key;
        private final String words;

        By(char key, String words) {
            this.key = key;
            this.words = words;
        }

        char key() {
            return key;
        }

        /** For the command line. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    List<String> render(By by, TopReading reading) {
        LoadMoment load = reading.load();
        LoadParts parts = load.parts();
        OptionalInt active = reading.active();
        List<String> text = new ArrayList<>();
        text.add(load.host() + " at " + TIME.format(reading.at()) + " UTC, by " + load.source());
        text.add(String.format(
                Locale.ROOT,
                "load %.2f %.2f %.2f, %s, seen %d of which %d in uninterruptible sleep",
                parts.load1(),
                load.load5(),
                load.load15(),
                active.isPresent()
                        ? active.getAsInt() + (active.getAsInt() == 1 ? " active task" : " active tasks")
                                + " at the last tick"
                        : "active tasks not known yet",
                parts.seen().sum(),
                parts.seen().uninterruptible()));
        text.add(reading.fault().map(fault -> "no newer answer: " + fault).orElse(""));
        text.addAll(table(by, parts, reading.causes()));
        List<String> shown = text.stream()
                .limit(Math.max(1, lines - 1L))
                .map(PlainLine::of)
                .map(this::cut)
                .collect(Collectors.toCollection(ArrayList::new));
        while (shown.size() < lines - 1) {
            shown.add("");
        }
        shown.add(cut("by " + by.words + "   c cause  p program  g control group  s state  q quit"));
        return shown;
    }

    private List<String> table(By by, LoadParts parts, Map<String, String> titles) {
        return switch (by) {
            case CAUSE -> causes(parts, titles);
            case CGROUP -> cgroups(parts);
            case PROGRAM -> plain("PROGRAM", parts.seen().byProgram());
            case STATE ->
                plain(
                        "STATE",
                        Map.of(
                                "uninterruptible sleep (D)",
                                parts.seen().uninterruptible(),
                                "running or waiting for a CPU (R)",
                                parts.seen().sum() - parts.seen().uninterruptible()));
        };
    }

    private static List<String> causes(LoadParts parts, Map<String, String> titles) {
        List<String> text = new ArrayList<>();
        text.add(" LOAD1   TASKS  CAUSE");
        for (String cause : sorted(parts.byCause(), parts.seen().byCause())) {
            text.add(row(
                    parts.byCause().getOrDefault(cause, 0.0),
                    parts.seen().byCause().getOrDefault(cause, 0),
                    titles.getOrDefault(cause, cause)));
        }
        return text;
    }

    private static List<String> cgroups(LoadParts parts) {
        List<String> text = new ArrayList<>();
        text.add(" LOAD1   TASKS       D  CONTROL GROUP");
        for (String cgroup : sorted(parts.byCgroup(), parts.seen().byCgroup())) {
            text.add(String.format(
                    Locale.ROOT,
                    "%6.2f %7d %7d  %s",
                    parts.byCgroup().getOrDefault(cgroup, 0.0),
                    parts.seen().byCgroup().getOrDefault(cgroup, 0),
                    parts.seen().uninterruptibleByCgroup().getOrDefault(cgroup, 0),
                    cgroup));
        }
        return text;
    }

    private static List<String> plain(String title, Map<String, Integer> tasks) {
        List<String> text = new ArrayList<>();
        text.add("  TASKS  " + title);
        tasks.entrySet().stream()
                .filter(one -> one.getValue() > 0)
                .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .forEach(one -> text.add(String.format(Locale.ROOT, "%7d  %s", one.getValue(), one.getKey())));
        return text;
    }

    private static String row(double load, int tasks, String title) {
        return String.format(Locale.ROOT, "%6.2f %7d  %s", load, tasks, title);
    }

    private static List<String> sorted(Map<String, Double> load, Map<String, Integer> tasks) {
        Map<String, Double> shown = new HashMap<>(load);
        shown.values().removeIf(part -> part < LEAST);
        Set<String> keys = new HashSet<>(shown.keySet());
        tasks.forEach((key, count) -> {
            if (count > 0) {
                keys.add(key);
            }
        });
        ToDoubleFunction<String> largest = key -> -load.getOrDefault(key, 0.0);
        return keys.stream()
                .sorted(Comparator.comparing((String key) -> key.equals(DecomposedLoad.UNSEEN))
                        .thenComparingDouble(largest)
                        .thenComparing(Comparator.naturalOrder()))
                .toList();
    }

    private String cut(String line) {
        return line.length() <= columns ? line : line.substring(0, Math.max(0, columns));
    }
}
