package io.loadmonitor.sample;

import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.FairSample;
import io.loadmonitor.dump.LoadBreakdown;
import io.loadmonitor.dump.LoadPart;
import io.loadmonitor.dump.StackDump;
import io.loadmonitor.dump.StackDump.State;
import io.loadmonitor.dump.StackDump.Task;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The tasks of the load at one moment, counted. Immutable.
 *
 * @param byCause by the id of the cause
 * @param byCgroup by the path; tasks of which it is not known are left out
 * @param uninterruptibleByCgroup the same of those in uninterruptible sleep alone
 */
record TaskCounts(
        Map<String, Integer> byCause, Map<String, Integer> byCgroup, Map<String, Integer> uninterruptibleByCgroup) {
    static final TaskCounts NONE = new TaskCounts(Map.of(), Map.of(), Map.of());

    TaskCounts {
        byCause = Map.copyOf(byCause);
        byCgroup = Map.copyOf(byCgroup);
        uninterruptibleByCgroup = Map.copyOf(uninterruptibleByCgroup);
    }

    static TaskCounts of(StackDump seen, CauseCatalogue catalogue) {
        Map<String, Integer> byCause = new HashMap<>();
        LoadBreakdown breakdown = LoadBreakdown.of(seen, catalogue);
        for (LoadPart part : breakdown.parts()) {
            byCause.merge(part.cause().id(), part.tasks(), Integer::sum);
        }
        return new TaskCounts(
                byCause,
                cgroups(seen, breakdown.tasks(), task -> true),
                cgroups(seen, breakdown.tasks(), task -> task.state() == State.UNINTERRUPTIBLE));
    }

    /** @param all tasks that those of the dump stand for */
    private static Map<String, Integer> cgroups(StackDump seen, int all, Predicate<Task> wanted) {
        Map<String, Integer> counts = new HashMap<>();
        int others = 0;
        for (Task task : seen.tasks()) {
            if (wanted.test(task) && task.cgroup().isPresent()) {
                counts.merge(task.cgroup().map(EscapedText::escaped).orElseThrow(), 1, Integer::sum);
            } else {
                others++;
            }
        }
        // With the rest in one, so that the sample's numbers are scaled as the whole is.
        counts.put("", others);
        Map<String, Integer> scaled = new HashMap<>(FairSample.apportion(counts, all, Function.identity()));
        scaled.remove("");
        return scaled;
    }

    int sum() {
        return byCause.values().stream().mapToInt(Integer::intValue).sum();
    }
}
