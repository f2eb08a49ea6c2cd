package io.loadmonitor.dump;

/**
 * How many tasks of one program.
 *
 * @param comm of the program ({@link StackDump.Task#program}); it is under the task's control
 * @param tasks at least 1
 */
public record ProcessCount(EscapedText comm, int tasks) {
    public ProcessCount {
        if (tasks < 1) {
            throw new IllegalArgumentException("no tasks named \"" + comm + "\": " + tasks);
        }
    }
}
