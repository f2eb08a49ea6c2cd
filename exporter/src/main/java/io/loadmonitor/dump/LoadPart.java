package io.loadmonitor.dump;

import java.util.List;
import java.util.stream.Collectors;

/**
 * The tasks that make up load for the same reason at the same place. Immutable.
 *
 * @param cause why
 * @param detail the kernel function that says where; empty where there is none to tell
 * @param title cause and detail in words, no more than a line: {@code waiting in kernel_clone}
 * @param tasks at least 1
 * @param processes their names, the most frequent first; they sum to {@code tasks}
 */
public record LoadPart(LoadCause cause, String detail, String title, int tasks, List<ProcessCount> processes) {
    private static final int NAMES_SHOWN = 3;
    private static final int LONGEST_NAME = 32;

    public LoadPart {
        processes = List.copyOf(processes);
        int named = processes.stream().mapToInt(ProcessCount::tasks).sum();
        if (tasks < 1 || named != tasks) {
            throw new IllegalArgumentException(title + ": " + tasks + " tasks, of which the processes name " + named);
        }
    }

    /**
     * The part in words: {@code 2 waiting in kernel_clone (vf)}, {@code 9 on CPU in user mode (java 6, cc1 2, sh)}.
     * Three names at most. A name that is not plain stands in quotes, so that none can look like a part of its own.
     */
    public String text() {
        String names = processes.stream()
                .limit(NAMES_SHOWN)
                .map(process -> shown(process.comm())
                        + (processes.size() > 1 && process.tasks() > 1 ? " " + process.tasks() : ""))
                .collect(Collectors.joining(", "));
        int others = processes.stream().skip(NAMES_SHOWN).mapToInt(ProcessCount::tasks).sum();
        return tasks + " " + title + " (" + names + (others > 0 ? ", others " + others : "") + ")";
    }

    private static String shown(EscapedText comm) {
        String name = comm.escaped();
        if (name.length() > LONGEST_NAME) {
            name = name.substring(0, LONGEST_NAME) + "...";
        }
        return name.chars().allMatch(LoadPart::plain) && !name.isEmpty() ? name : '"' + name + '"';
    }

    private static boolean plain(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || "._-/:@+".indexOf(c) >= 0;
    }
}
