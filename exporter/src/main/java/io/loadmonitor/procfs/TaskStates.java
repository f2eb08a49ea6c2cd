package io.loadmonitor.procfs;

import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;

/**
 * How many threads are in which state. Counted by thread, so a process with 10 threads in D counts 10.
 *
 * @param threads all that were visited, this program's own included
 * @param counts for every state, 0 included. This program's own threads are missing under {@link TaskState#RUNNING}:
 *     whoever counts runs, and is not what makes the load
 * @param ownRunning this program's own threads that were running
 * @param unreadable threads that could not be read
 * @param complete false when counting was stopped before its end, so that there are more of each
 */
public record TaskStates(
        int threads, Map<TaskState, Integer> counts, int ownRunning, int unreadable, boolean complete) {

    public TaskStates {
        EnumMap<TaskState, Integer> everyState = new EnumMap<>(TaskState.class);
        for (TaskState state : TaskState.values()) {
            everyState.put(state, counts.getOrDefault(state, 0));
        }
        counts = Map.copyOf(everyState);
    }

    public int of(TaskState state) {
        return counts.getOrDefault(state, 0);
    }

    /**
     * Counts now.
     *
     * @param stop asked before each thread; when true counting ends there
     * @param also is shown each thread, this program's own included
     * @throws IOException when /proc itself cannot be listed
     */
    public static TaskStates count(ProcFs procFs, BooleanSupplier stop, ThreadWalk.Visitor also) throws IOException {
        OptionalLong ownPid = procFs.ownPid();
        EnumMap<TaskState, Integer> counts = new EnumMap<>(TaskState.class);
        int[] ownRunning = new int[1];
        ThreadWalk.Outcome outcome = new ThreadWalk(procFs).walk(stop, (files, stat) -> {
            also.visit(files, stat);
            boolean own = ownPid.isPresent() && ownPid.getAsLong() == files.tgid();
            if (own && stat.state() == TaskState.RUNNING) {
                ownRunning[0]++;
            } else {
                counts.merge(stat.state(), 1, Integer::sum);
            }
        });
        return new TaskStates(outcome.threads(), counts, ownRunning[0], outcome.unreadable(), outcome.complete());
    }
}
