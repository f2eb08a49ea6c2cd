package io.loadmonitor.dump;

import java.util.List;

/**
 * The tasks that make up load for the same reason at the same place. Immutable.
 *
 * @param cause why
 * @param detail the kernel function that says where; empty where there is none to tell
 * @param title cause and detail in words: {@code waiting in kernel_clone}
 * @param tasks at least 1
 * @param processes their names, the most frequent first; they sum to {@code tasks}
 */
public record LoadPart(LoadCause cause, String detail, String title, int tasks, List<ProcessCount> processes) {
    public LoadPart {
        processes = List.copyOf(processes);
        int named = processes.stream().mapToInt(ProcessCount::tasks).sum();
        if (tasks < 1 || named != tasks) {
            throw new IllegalArgumentException(title + ": " + tasks + " tasks, of which the processes name " + named);
        }
    }

    /** The part in a sentence: {@code 2 waiting in kernel_clone (vf)}. Bounded, printable ASCII. */
    public String text() {
        throw new UnsupportedOperationException("in progress");
    }
}
