package io.loadmonitor.procfs;

/**
 * The state letters of {@code task_state_array} in {@code fs/proc/array.c}, the same since 4.14.
 *
 * <p>Only R and D can count as load. {@code D} is slightly more than what the kernel counts: a task frozen by the
 * freezer or the cgroup v1 freezer (from 6.1 TASK_FROZEN, before that PF_FROZEN) and, on PREEMPT_RT, one that waits for
 * a sleeping spinlock (TASK_RTLOCK_WAIT) also print D and are no load; /proc does not tell them apart. The kernel
 * module does.
 */
public enum TaskState {
    /** On a CPU or waiting for one. */
    RUNNING('R', "running"),
    /** Interruptible sleep. */
    SLEEPING('S', "sleeping"),
    /** Sleep that no signal, or only a fatal one, ends. */
    UNINTERRUPTIBLE('D', "uninterruptible"),
    STOPPED('T', "stopped"),
    /** Stopped by a tracer. */
    TRACED('t', "traced"),
    ZOMBIE('Z', "zombie"),
    DEAD('X', "dead"),
    /** A parked kernel thread, such as one of a CPU that is offline. */
    PARKED('P', "parked"),
    /** TASK_IDLE: kernel workers that wait for work. Uninterruptible, yet never load. */
    IDLE('I', "idle"),
    /** A letter of a kernel that this version does not know. */
    UNKNOWN('?', "unknown");

    private final char letter;
    private final String label;

    TaskState(char letter, String label) {
        this.letter = letter;
        this.label = label;
    }

    public char letter() {
        return letter;
    }

    /** For people and metric labels. */
    public String label() {
        return label;
    }

    public static TaskState of(char letter) {
        for (TaskState state : values()) {
            if (state.letter == letter) {
                return state;
            }
        }
        return UNKNOWN;
    }
}
