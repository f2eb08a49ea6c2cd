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
import java.util.Optional;
import java.util.function.Function;

/**
 * The tasks of the load at one moment, counted. Immutable.
 *
 * @param byCause by the id of the cause
 * @param byCgroup by the path; tasks of which it is not known are left out
 * @param uninterruptibleByCgroup the same of those in uninterruptible sleep alone
 * @param byProgram by the name of the program, as dumps have it
 */
public record TaskCounts(
        Map<String, Integer> byCause,
        Map<String, Integer> byCgroup,
        Map<String, Integer> uninterruptibleByCgroup,
        Map<String, Integer> byProgram) {
    static final TaskCounts NONE = new TaskCounts(Map.of(), Map.of(), Map.of(), Map.of());

    public TaskCounts {
        byCause = Map.copyOf(byCause);
        byCgroup = Map.copyOf(byCgroup);
        uninterruptibleByCgroup = Map.copyOf(uninterruptibleByCgroup);
        byProgram = Map.copyOf(byProgram);
    }

    static TaskCounts of(StackDump seen, CauseCatalogue catalogue) {
        Map<String, Integer> byCause = new HashMap<>();
        LoadBreakdown breakdown = LoadBreakdown.of(seen, catalogue);
        for (LoadPart part : breakdown.parts()) {
            byCause.merge(part.cause().id(), part.tasks(), Integer::sum);
        }
        return new TaskCounts(
                byCause,
                counted(seen, breakdown.tasks(), Task::cgroup),
                counted(
                        seen,
                        breakdown.tasks(),
                        task -> task.state() == State.UNINTERRUPTIBLE ? task.cgroup() : Optional.empty()),
                counted(seen, breakdown.tasks(), task -> Optional.of(task.program())));
    }

    /**
     * @param all tasks that those of the dump stand for
     * @param key empty for a task that is not counted
     */
    private static Map<String, Integer> counted(StackDump seen, int all, Function<Task, Optional<EscapedText>> key) {
        Map<String, Integer> counts = new HashMap<>();
        int others = 0;
        for (Task task : seen.tasks()) {
            Optional<EscapedText> found = key.apply(task);
            if (found.isPresent()) {
                counts.merge(found.get().escaped(), 1, Integer::sum);
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

    /** Tasks in uninterruptible sleep whose control group is known. */
    public int uninterruptible() {
        return uninterruptibleByCgroup.values().stream()
                .mapToInt(Integer::intValue)
                .sum();
    }

    /** All of them. */
    public int sum() {
        return byCause.values().stream().mapToInt(Integer::intValue).sum();
    }
}
