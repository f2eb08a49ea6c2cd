package io.loadmonitor.kernellog;

/** Who wrote a report. */
public enum LogKind {
    /** This project's dump text, version 1. */
    DUMP("dump", ""),
    /** The original load-monitor module, by printk. */
    ORIGINAL("original", "The original module lists idle kernel workers as uninterruptible; they are shown apart."),
    /** {@code echo w > /proc/sysrq-trigger}: the blocked tasks. */
    SYSRQ_BLOCKED("sysrq", "sysrq-w lists blocked tasks alone: those that run or wait for a CPU are not in it."),
    /** {@code echo t > /proc/sysrq-trigger}: all tasks. */
    SYSRQ_ALL("sysrq", ""),
    /** Tasks in sysrq's form whose heading is missing. */
    SYSRQ("sysrq", "The heading is missing: the beginning of the list may be, too."),
    /** khungtaskd. */
    HUNG_TASK(
            "hung-task",
            "The kernel names only tasks that were blocked for longer than its limit, and only so many of"
                    + " them: this is not all of the load."),
    /** Text of {@code /proc/PID/stack}. */
    PROC_STACK("proc-stack", "");

    private final String source;
    private final String limit;

    LogKind(String source, String limit) {
        this.source = source;
        this.limit = limit;
    }

    /** As in {@code source=} of the dump text. */
    public String source() {
        return source;
    }

    /** What a reader of such a report must know; empty where there is nothing. */
    String limit() {
        return limit;
    }
}
