package io.loadmonitor.web.json;

import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.dump.LoadCause;
import io.loadmonitor.sample.DecomposedLoad;
import io.loadmonitor.sample.LoadMoment;
import io.loadmonitor.sample.LoadParts;
import io.loadmonitor.sample.LoadTickParts;
import io.loadmonitor.sample.TaskCounts;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the load average consists of, now and at each load tick that was seen. All parts of one average sum to it.
 *
 * @param host whose load it is
 * @param source how its tasks are looked at
 * @param intervalSeconds between the last two looks at the tasks
 * @param seen the tasks of the last look
 * @param causes what the ids stand for, of all that are in the answer
 */
public record LoadAnswer(
        String host,
        String source,
        double load1,
        double load5,
        double load15,
        @Nullable Double intervalSeconds,
        List<CausePart> byCause,
        List<CgroupPart> byCgroup,
        Seen seen,
        Map<String, String> causes,
        List<Tick> ticks) {
    private static final double THOUSANDTHS = 1000;

    /** Of programs, and of control groups, that are told apart. */
    private static final int MOST_SEEN = 1000;

    public LoadAnswer {
        byCause = List.copyOf(byCause);
        byCgroup = List.copyOf(byCgroup);
        causes = new TreeMap<>(causes);
        ticks = List.copyOf(ticks);
    }

    /** One cause; {@code unseen} for what no look saw. */
    public record CausePart(String cause, double load1) {}

    /** One control group; {@code other} for all that are not among the largest, {@code unseen} for the rest. */
    public record CgroupPart(String cgroup, double load1, int uninterruptible) {}

    /** Tasks that have one cause. */
    public record CauseCount(String cause, int tasks) {}

    /** Tasks of one control group. */
    public record CgroupCount(String cgroup, int tasks, int uninterruptible) {}

    /** Tasks of one program. */
    public record ProgramCount(String program, int tasks) {}

    /**
     * The tasks of the last look, the most first.
     *
     * @param uninterruptible those in uninterruptible sleep among them
     * @param byCgroup those with the most tasks, as of programs
     */
    public record Seen(
            int tasks,
            int uninterruptible,
            List<CauseCount> byCause,
            List<CgroupCount> byCgroup,
            List<ProgramCount> byProgram) {
        public Seen {
            byCause = List.copyOf(byCause);
            byCgroup = List.copyOf(byCgroup);
            byProgram = List.copyOf(byProgram);
        }

        static Seen of(TaskCounts seen) {
            return new Seen(
                    seen.sum(),
                    seen.uninterruptible(),
                    most(seen.byCause(), entry -> new CauseCount(entry.getKey(), entry.getValue())),
                    most(
                            seen.byCgroup(),
                            entry -> new CgroupCount(
                                    entry.getKey(),
                                    entry.getValue(),
                                    seen.uninterruptibleByCgroup().getOrDefault(entry.getKey(), 0))),
                    most(seen.byProgram(), entry -> new ProgramCount(entry.getKey(), entry.getValue())));
        }

        private static <T> List<T> most(Map<String, Integer> counts, Function<Map.Entry<String, Integer>, T> count) {
            return counts.entrySet().stream()
                    .filter(entry -> entry.getValue() > 0)
                    .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
                            .thenComparing(Map.Entry.comparingByKey()))
                    .limit(MOST_SEEN)
                    .map(count)
                    .toList();
        }
    }

    /**
     * One load tick.
     *
     * @param active tasks by the kernel's count
     * @param looked whether somebody looked at this very tick; else {@code tasks} are those of the last look
     * @param tasks that were seen, by cause
     * @param byCause parts of the average after it
     */
    public record Tick(
            String at,
            @Nullable Integer active,
            double load1,
            boolean looked,
            Map<String, Integer> tasks,
            Map<String, Double> byCause) {
        public Tick {
            tasks = new TreeMap<>(tasks);
            byCause = new TreeMap<>(byCause);
        }

        static Tick of(LoadTickParts tick) {
            return new Tick(
                    tick.at().toString(),
                    tick.active().isPresent() ? tick.active().getAsInt() : null,
                    tick.load1(),
                    tick.looked(),
                    tick.tasks(),
                    rounded(tick.load1ByCause()));
        }
    }

    /** @param ticks the oldest first */
    public static LoadAnswer of(LoadMoment moment, List<LoadTickParts> ticks, CauseCatalogue catalogue) {
        LoadParts now = moment.parts();
        Set<String> ids = new HashSet<>(now.byCause().keySet());
        ticks.forEach(tick -> ids.addAll(tick.load1ByCause().keySet()));
        ids.addAll(now.seen().byCause().keySet());
        return new LoadAnswer(
                moment.host(),
                moment.source(),
                now.load1(),
                moment.load5(),
                moment.load15(),
                now.intervalSeconds().isPresent()
                        ? rounded(now.intervalSeconds().getAsDouble())
                        : null,
                largestFirst(now.byCause(), entry -> new CausePart(entry.getKey(), rounded(entry.getValue()))),
                largestFirst(
                        now.byCgroup(),
                        entry -> new CgroupPart(
                                entry.getKey(),
                                rounded(entry.getValue()),
                                now.uninterruptibleByCgroup().getOrDefault(entry.getKey(), 0))),
                Seen.of(now.seen()),
                titles(ids, catalogue),
                ticks.stream().map(Tick::of).toList());
    }

    /** What all ids of causes stand for, {@code unseen} among them. */
    public static Map<String, String> titles(CauseCatalogue catalogue) {
        Map<String, String> titles = catalogue.causes().stream()
                .collect(Collectors.toMap(LoadCause::id, LoadCause::title, (first, second) -> first));
        titles.put(DecomposedLoad.UNSEEN, "counted by the kernel, and seen by no look");
        return titles;
    }

    /** What these ids of causes stand for. */
    static Map<String, String> titles(Set<String> ids, CauseCatalogue catalogue) {
        Map<String, String> titles = titles(catalogue);
        Map<String, String> causes = new TreeMap<>();
        ids.forEach(cause -> causes.put(cause, titles.getOrDefault(cause, cause)));
        return causes;
    }

    private static <T> List<T> largestFirst(Map<String, Double> parts, Function<Map.Entry<String, Double>, T> part) {
        return parts.entrySet().stream()
                .sorted(Map.Entry.<String, Double>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .map(part)
                .toList();
    }

    private static Map<String, Double> rounded(Map<String, Double> parts) {
        return parts.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, entry -> rounded(entry.getValue())));
    }

    private static double rounded(double part) {
        return Math.round(part * THOUSANDTHS) / THOUSANDTHS;
    }
}
