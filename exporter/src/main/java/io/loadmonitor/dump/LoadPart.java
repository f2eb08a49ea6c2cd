package io.loadmonitor.dump;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The tasks that make up load for the same reason at the same place. Immutable.
 *
 * @param cause why
 * @param detail the kernel function that tells parts of one cause apart; empty where the cause says all
 * @param title cause and detail in words, no more than a line: {@code waiting for a mutex in known_middle},
 *     {@code waiting for block I/O while dm-0 (data) is suspended}. It does not tell parts apart: what was so meanwhile
 *     may be in it
 * @param tasks at least 1
 * @param processes their names, the most frequent first; they sum to {@code tasks}
 * @param cgroup the one that holds all of the tasks; empty when there are several, or the dump does not say
 * @param chronic whether the host always has tasks there, so that they say nothing about this load
 */
public record LoadPart(
        LoadCause cause,
        String detail,
        String title,
        int tasks,
        List<ProcessCount> processes,
        Optional<EscapedText> cgroup,
        boolean chronic) {
    private static final int NAMES_SHOWN = 3;
    private static final int LONGEST_NAME = 32;
    private static final int LONGEST_CGROUP = 60;
    private static final EscapedText ROOT = new EscapedText("/");

    public LoadPart {
        processes = List.copyOf(processes);
        int named = processes.stream().mapToInt(ProcessCount::tasks).sum();
        if (tasks < 1 || named != tasks) {
            throw new IllegalArgumentException(title + ": " + tasks + " tasks, of which the processes name " + named);
        }
    }

    /** A part that is not chronic. */
    public LoadPart(
            LoadCause cause,
            String detail,
            String title,
            int tasks,
            List<ProcessCount> processes,
            Optional<EscapedText> cgroup) {
        this(cause, detail, title, tasks, processes, cgroup, false);
    }

    /**
     * The part in words: {@code 24 waiting for the ext4 journal (db, system.slice/db)}, {@code 9 on CPU in user mode
     * (java 6, cc1 2, sh)}, {@code 2 waiting for a CPU (java, docker 8f0c5a1e90b2)}. Three names at most, then the
     * container or cgroup if it is one and not the root. A name that is not plain stands in quotes, so that none can
     * look like a part of its own.
     */
    public String text() {
        String names = processes.stream()
                .limit(NAMES_SHOWN)
                .map(process -> shown(process.comm())
                        + (processes.size() > 1 && process.tasks() > 1 ? " " + process.tasks() : ""))
                .collect(Collectors.joining(", "));
        int others = processes.stream()
                .skip(NAMES_SHOWN)
                .mapToInt(ProcessCount::tasks)
                .sum();
        String place = cgroup.filter(path -> !path.equals(ROOT))
                .map(LoadPart::shownCgroup)
                .orElse("");
        return tasks + " " + title + " (" + names + (others > 0 ? ", others " + others : "")
                + (place.isEmpty() ? "" : ", " + place) + ")";
    }

    /** The title, and whether the host always has it. */
    public String titleOnHost() {
        return chronic ? title + ", as always on this host" : title;
    }

    private static String shown(EscapedText comm) {
        return shown(comm.escaped(), LONGEST_NAME);
    }

    /** A container by its runtime's short name for it; another cgroup without the slash that every path begins with. */
    private static String shownCgroup(EscapedText path) {
        Optional<ContainerId> container = ContainerId.of(path);
        if (container.isPresent()) {
            return container.get().runtime().orElse("container") + " "
                    + container.get().shortened();
        }
        String text = path.escaped();
        return shown(text.startsWith("/") ? text.substring(1) : text, LONGEST_CGROUP);
    }

    /** A name that cannot be taken for anything but a name: cut, and in quotes unless it is plain. */
    static String shown(String text, int longest) {
        String name = text.length() > longest ? text.substring(0, longest) + "..." : text;
        return name.chars().allMatch(LoadPart::plain) && !name.isEmpty() ? name : '"' + name + '"';
    }

    private static boolean plain(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || "._-/:@+".indexOf(c) >= 0;
    }
}
