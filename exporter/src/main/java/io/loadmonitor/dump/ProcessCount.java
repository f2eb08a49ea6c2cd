package io.loadmonitor.dump;

import java.util.Optional;

/**
 * How many tasks of one program.
 *
 * @param comm of the program ({@link StackDump.Task#program}); it is under the task's control
 * @param tasks at least 1
 * @param cgroup the one that holds all of them; empty when there are several, or the dump does not say
 */
public record ProcessCount(EscapedText comm, int tasks, Optional<EscapedText> cgroup) {
    public ProcessCount {
        if (tasks < 1) {
            throw new IllegalArgumentException("no tasks named \"" + comm + "\": " + tasks);
        }
    }

    /** In no cgroup that is known. */
    public ProcessCount(EscapedText comm, int tasks) {
        this(comm, tasks, Optional.empty());
    }
}
