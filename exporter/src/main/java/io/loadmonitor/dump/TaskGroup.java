package io.loadmonitor.dump;

import io.loadmonitor.dump.StackDump.Task;
import java.util.List;
import java.util.Optional;

/**
 * Tasks of one dump that have something in common. Of a dump that is a fair sample the numbers of tasks are scaled up;
 * times are those of the tasks in it. Immutable.
 *
 * @param key what they have in common: see {@link GroupKind}; empty for tasks that have none of it (no container)
 * @param title in words, for people: printable ASCII; what tasks named themselves is in it in escaped form
 * @param tasks at least 1
 * @param chronic how many of them are at a place where the host always has some
 * @param time in their state, of those whose time is known
 * @param uninterruptible how many are in D
 * @param timeInD the same of those in D alone
 * @param programs who they are, the most frequent first; they sum to {@code tasks}. One that stands for less than half
 *     a task of a sample has 0
 * @param example the one that has been in its state the longest, else the first of the text
 * @param exampleCause why that one is load
 */
public record TaskGroup(
        String key,
        String title,
        int tasks,
        int chronic,
        Optional<TimeInState> time,
        int uninterruptible,
        Optional<TimeInState> timeInD,
        List<ProcessCount> programs,
        Task example,
        LoadCause exampleCause) {
    public TaskGroup {
        programs = List.copyOf(programs);
        if (tasks < 1 || chronic < 0 || chronic > tasks || uninterruptible < 0 || uninterruptible > tasks) {
            throw new IllegalArgumentException("group " + title + " has " + tasks + " tasks, of which " + chronic
                    + " are chronic and " + uninterruptible + " are in D");
        }
    }
}
