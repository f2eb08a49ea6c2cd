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
    /** The watchdog: CPUs that are stuck in the kernel. */
    LOCKUP("lockup", "A lockup's report is of the stuck CPU alone: this is not all of the load."),
    /** RCU: CPUs and tasks that keep it from going on. */
    RCU_STALL(
            "rcu-stall", "An RCU stall's report is of the CPUs and tasks that stall it: this is not all of the load."),
    /** What was on the CPUs: sysrq-l, and whatever else asks all of them by an NMI. */
    CPU_BACKTRACES("cpu-backtraces", "Backtraces of CPUs show what runs: what waits in D is not in them."),
    /** The watchdog of the workqueues. */
    WORKQUEUE_LOCKUP(
            "workqueue-lockup", "A workqueue lockup's report is of kernel workers alone: this is not all of the load."),
    /** The crash utility's {@code bt}. */
    CRASH("crash", ""),
    /** drgn's stack traces. */
    DRGN("drgn", ""),
    /** ps, with states or wait channels. */
    PS("ps", "ps shows no stacks: with wchan it says in which function a task waits, but not who called it."),
    /** Folded stacks of sleeping tasks, by the time that they slept. */
    OFF_CPU("off-cpu", "Folded stacks tell times, not how many tasks waited at once."),
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
