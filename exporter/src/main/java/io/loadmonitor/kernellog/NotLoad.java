package io.loadmonitor.kernellog;

/** Why a task that a report lists makes up no load. */
public enum NotLoad {
    /** TASK_IDLE or frozen: state D for a naive look, but the kernel does not count it. */
    IDLE_WORKER("idle kernel workers"),
    /** Task 0 of a CPU: it runs where nothing else does. */
    IDLE_CPU("a CPU's idle task"),
    /** The report says another state than R and D. */
    OTHER_STATE("in another state than R and D"),
    /** The report does not say the state, but its stack is one of an interruptible sleep. */
    INTERRUPTIBLE("in interruptible sleep, by their stacks"),
    /** It ran only because it wrote the report. */
    REPORTER("took the report itself"),
    /** An empty /proc/PID/stack: it ran, or is a zombie, or the stack was refused. */
    EMPTY_STACK("with an empty stack: nothing can be told");

    private final String text;

    NotLoad(String text) {
        this.text = text;
    }

    /** In words, after a number of tasks. */
    public String text() {
        return text;
    }
}
