package io.loadmonitor.dump;

/** Why a task makes up load. Every task has exactly one; the list is short and fixed, so that it can be a label. */
public enum LoadCause {
    /** It was running its own code: {@code on=cpu-user}. */
    ON_CPU_USER("on-cpu-user"),
    /** It was running in the kernel: {@code on=cpu-kernel}. */
    ON_CPU_KERNEL("on-cpu-kernel"),
    /** It was running, but its CPU could not be asked where: {@code on=cpu}. */
    ON_CPU("on-cpu"),
    /** It could run but no CPU was free: {@code on=queue}. */
    WAITING_FOR_CPU("waiting-for-cpu"),
    /** State R from a source that cannot tell those above apart (/proc). */
    RUNNABLE("runnable"),
    /** State D: it waited in the kernel and nothing but the kernel could wake it. */
    UNINTERRUPTIBLE_SLEEP("uninterruptible-sleep"),
    /** The dump does not say. */
    UNKNOWN("unknown");

    private final String id;

    LoadCause(String id) {
        this.id = id;
    }

    /** For labels and links: lower-case words with hyphens. */
    public String id() {
        return id;
    }
}
