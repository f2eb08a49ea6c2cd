package io.loadmonitor.dump;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The tasks that make up load for the same reason at the same place. Immutable.
 *
 * @param cause why
 * @param detail what tells parts of one cause apart: mostly a kernel function, before it the module or what else is
 *     waited for where the title names that; empty where the cause says all
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
    /** {@code /system.slice/db.service}, {@code /user.slice/user-7.slice/user@7.service/app.slice/web.service} */
    private static final Pattern SERVICE = Pattern.compile("(?:/[^/]+\\.slice)*/([^/]+\\.service(?:/.*)?)");

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
     * The part in words: {@code 24 waiting for the ext4 journal (db, db.service)}, {@code 9 on CPU in user mode (java 6
     * in app.service, cc1 2, sh)}, {@code 2 waiting for a CPU (java, docker 8f0c5a1e90b2)}. The three most frequent
     * programs, so that one without a name has a quarter at most; then the container, unit or cgroup if it is one and
     * not the root, or beside each program the one that holds all of its tasks. A name that is not plain stands in
     * quotes, so that none can look like a part of its own.
     */
    public String text() {
        String place = place(cgroup);
        String names = processes.stream()
                .limit(NAMES_SHOWN)
                .map(process -> named(process, place.isEmpty()))
                .collect(Collectors.joining(", "));
        int others = processes.stream()
                .skip(NAMES_SHOWN)
                .mapToInt(ProcessCount::tasks)
                .sum();
        return tasks + " " + title + " (" + names + (others > 0 ? ", others " + others : "")
                + (place.isEmpty() ? "" : ", " + place) + ")";
    }

    private String named(ProcessCount process, boolean withPlace) {
        String place = withPlace ? place(process.cgroup()) : "";
        return shown(process.comm())
                + (processes.size() > 1 && process.tasks() > 1 ? " " + process.tasks() : "")
                + (place.isEmpty() ? "" : " in " + place);
    }

    private static String place(Optional<EscapedText> cgroup) {
        return cgroup.filter(path -> !path.equals(ROOT))
                .map(LoadPart::shownCgroup)
                .orElse("");
    }

    /** The title, and whether the host always has it. */
    public String titleOnHost() {
        return chronic ? title + ", as always on this host" : title;
    }

    private static String shown(EscapedText comm) {
        return EscapedText.asName(comm.escaped(), LONGEST_NAME);
    }

    /**
     * A container by its runtime's short name for it; a service without the slices that it is in; another cgroup
     * without the slash that every path begins with.
     */
    private static String shownCgroup(EscapedText path) {
        Optional<ContainerId> container = ContainerId.of(path);
        if (container.isPresent()) {
            return container.get().runtime().orElse("container") + " "
                    + container.get().shortened();
        }
        String text = path.escaped();
        Matcher service = SERVICE.matcher(text);
        if (service.matches()) {
            return EscapedText.asName(service.group(1), LONGEST_CGROUP);
        }
        return EscapedText.asName(text.startsWith("/") ? text.substring(1) : text, LONGEST_CGROUP);
    }
}
