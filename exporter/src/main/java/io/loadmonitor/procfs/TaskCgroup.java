package io.loadmonitor.procfs;

import java.util.Optional;

/**
 * {@code /proc/PID/task/TID/cgroup}, printed by {@code proc_cgroup_show()} in {@code kernel/cgroup/cgroup.c}; see
 * cgroups(7).
 *
 * <pre>{@code
 * 9:name=systemd:/          (6.18.44, cgroup v1 and v2 side by side)
 * 8:pids:/
 * 0::/system.slice/db.service
 * }</pre>
 *
 * The line {@code 0::} is of cgroup v2. It is relative to the reader's cgroup namespace and may end in
 * {@code  (deleted)}. A host with v1 alone has no such line.
 */
final class TaskCgroup {
    private static final String VERSION_2 = "0::";

    private TaskCgroup() {}

    /**
     * The path in the v2 hierarchy, each char one byte. The kernel escapes newlines in it, so lines cannot be forged.
     */
    static Optional<String> parse(String text) {
        return text.lines()
                .filter(line -> line.startsWith(VERSION_2))
                .map(line -> line.substring(VERSION_2.length()))
                .findFirst();
    }
}
