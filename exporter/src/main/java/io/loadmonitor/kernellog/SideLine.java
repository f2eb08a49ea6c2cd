package io.loadmonitor.kernellog;

import java.util.List;
import java.util.regex.Pattern;

/** Lines that the kernel prints between and below the stacks and that say nothing about load. Stateless. */
final class SideLine {
    private static final List<String> BEGINNINGS = List.of(
            "Call Trace:",
            "Call trace:",
            "Backtrace:",
            "Stack:",
            "Stack : ",
            "Code: ",
            "Workqueue: ",
            "Stopper: ",
            "Modules linked in:",
            "Exception stack(",
            "---[ end trace",
            "Hardware name:",
            "NMI backtrace for cpu",
            "Sending NMI from CPU",
            "Sched Debug Version:",
            "Showing busy workqueues and worker pools",
            "Showing backtraces of running workers",
            "Showing all locks held in the system",
            "Kernel Offset:",
            "\"echo 0 > /proc/sys/kernel/hung_task_timeout_secs\"",
            "runnable tasks:",
            "rt_rq[",
            "dl_rq[",
            "cfs_rq[",
            "cpu#",
            "sysctl_sched",
            "ktime  ",
            "sched_clk  ",
            "cpu_clk  ",
            "jiffies  ",
            "sched_clock_stable()",
            "x86-64 cpu");

    private static final List<Pattern> SHAPES = List.of(
            // <TASK> </TASK> <IRQ> <EOI> <<EOE>> ...
            Pattern.compile("^<{1,2}/?[A-Z#0-9]{2,12}>{1,2}$"),
            // RIP: 0033:0x441d08    RAX: ffffffffffffffda RBX: ...    ORIG_RAX: ...   CS: 0010 DS: ...
            Pattern.compile("^(?:RIP|RSP|EIP|ESP|ORIG_RAX|EFLAGS|EAX|CS|CR[0-9]|DR[0-9]|FS|GS|DS|PKRU"
                    + "|R[A-Z0-9]{1,2}): ?\\[?[<0-9a-fx][0-9a-fxA-Z_:<>\\[\\]() .+/]{0,240}$"),
            // arm: r10:c0c531a4 r9:00000002   9fa0:    00000000 00000000
            Pattern.compile("^(?:r\\d{1,2}:[0-9a-f]{8} ?){1,8}$"),
            Pattern.compile("^[0-9a-f]{4}: {1,64}(?:[0-9a-f]{8,16} {0,9}){1,8}$"),
            // arm64, riscv: pc : ...  x29: ... x28: ...   epc : ... ra : ...
            Pattern.compile("^(?:pc|lr|sp|pstate|epc|ra|gp|tp|status|[xats]\\d{1,2}) ?: ?[0-9a-f]{8,16}[^\"]{0,200}$"),
            // Words of the stack: ffff8804347f7c20 0000000000000046 ...
            Pattern.compile("^(?:[0-9a-f]{8}|[0-9a-f]{16})(?: (?:[0-9a-f]{8}|[0-9a-f]{16})){0,8}$"),
            Pattern.compile("^\\.{3}$|^={5,80}$|^-{5,200}$|^:{8,20}$"),
            // Above the columns of 2.6 to 5.7, and of older ones
            Pattern.compile("^task {1,40}PC {1,20}stack {1,10}pid {1,10}father.{0,60}$"),
            Pattern.compile("^(?:free {1,40}sibling|sibling)$"),
            // What decoders of stacks print for inlined functions
            Pattern.compile("^\\S{1,256} \\S{1,512}:\\d{1,9} \\[inline\\]$"),
            // sched_debug:   .nr_running                    : 3
            Pattern.compile("^\\.[a-zA-Z_][\\w.>-]{0,60} *: .{0,80}$"),
            //  >R            main   151      4773.538957   N ...
            Pattern.compile("^(?:[SRDTIXZWPKt]|>R|R>)? {0,20}\\S.{0,15} {1,16}\\d{1,10} {1,20}-?\\d{1,20}\\.\\d{6}"
                    + "(?: .{0,240})?$"),
            Pattern.compile("^(?:S {1,12})?task {1,12}PID .{0,240}$"),
            // Workqueues:  workqueue events: flags=0x0;  pwq 2: cpus=1 ...;  in-flight: 24:fn;  pool 2: cpus=1 ...
            Pattern.compile("^workqueue \\S{1,40}: flags=0x[0-9a-f]{1,8}$"),
            Pattern.compile("^pwq \\d{1,6}: .{0,120}$|^pool \\d{1,6}: .{0,240}$"),
            Pattern.compile("^(?:in-flight|pending|inactive|delayed): .{0,400}$"),
            // lockdep: 2 locks held by touch/173:   #0: ffff888... (sb_writers#3){.+.+}-{0:0}, at:
            // mnt_want_write+0x8f/0xc0
            Pattern.compile("^(?:no|\\d{1,3}) locks? held by .{1,64}\\.?$"),
            Pattern.compile("^#\\d{1,3}: [0-9a-f]{8,16} \\(.{1,200}$"));

    private SideLine() {}

    /** @param text stripped */
    static boolean is(String text) {
        for (String beginning : BEGINNINGS) {
            if (text.startsWith(beginning)) {
                return true;
            }
        }
        for (Pattern shape : SHAPES) {
            if (shape.matcher(text).matches()) {
                return true;
            }
        }
        return false;
    }
}
