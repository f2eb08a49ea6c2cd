package io.loadmonitor.kernellog;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where in a line the kernel's own message begins, told by the words that the kernel always prints there, whatever
 * loggers, terminals and people put before it. Stateless.
 */
final class Anchor {
    static final int NONE = -1;

    /** As long as a name can be: TASK_COMM_LEN without its end, include/linux/sched.h. */
    static final int LONGEST_NAME = 15;

    /** Longer lines are no kernel's: a record of printk has 1,024 characters, and what is put before it has its own. */
    private static final int LONGEST = 2048;

    /** One of these is in every line that {@link #WORDS} finds; looking for them first is ten times faster. */
    private static final String[] TELLING = {
        "INFO:",
        "ockup",
        "LOCKUP",
        "panic",
        "task:",
        "race:",
        "ysRq",
        "ysrq",
        "echo 0",
        "Comm:",
        "NMI",
        "Workqueue:",
        "Task dump",
        "load_monitor",
        "task, comm:",
        "K>",
        "Q>",
        "==>"
    };

    // kernel/hung_task.c, kernel/watchdog.c, kernel/rcu/tree_stall.h, kernel/workqueue.c, kernel/sched/core.c,
    // drivers/tty/sysrq.c, lib/dump_stack.c, lib/nmi_backtrace.c, 2.6 to 7.x
    private static final Pattern WORDS =
            Pattern.compile("INFO: task .{1,64}?:\\d{1,10} (?:<\\w{1,8}> )?(?:is )?blocked "
                    + "|(?:rcu: )?INFO: rcu\\w{0,32} (?:self-)?detected "
                    + "|(?:NMI )?(?:watchdog: )?BUG: (?:soft|workqueue) lockup"
                    + "|(?:NMI )?watchdog: (?:Watchdog detected hard LOCKUP|CPU \\d{1,5} (?:self-)?detect"
                    + "ed hard LOCKUP)"
                    + "|Watchdog detected hard LOCKUP|Watchdog CPU:\\d{1,5} "
                    + "|Kernel panic - not syncing: "
                    + "|task:.{0,16} ?state:[A-Za-z?] "
                    + "|Call [Tt]race:$|Backtrace:$"
                    + "|(?:sysrq: ?)?SysRq ?: \\w|sysrq: \\w"
                    + "|</?(?:TASK|IRQ)>$"
                    + "|\"echo 0 > /proc/sys/kernel/hung_task_timeout_secs\""
                    + "|CPU: \\d{1,5} (?:UID: \\d{1,10} )?PID: \\d{1,10} Comm: "
                    + "|(?:NMI backtrace for cpu|Sending NMI from CPU|Task dump for CPU) \\d"
                    + "|Workqueue: \\S{1,64} [A-Za-z_]"
                    + "|load_monitor: |load_monitor dump version="
                    + "|(?:running|uninterrupted) task, comm: "
                    + "|==> (?:[!-~]{0,200}/)?\\d{1,10}/(?:task/\\d{1,10}/)?[a-z_]{2,20} <==$");

    /** What comes behind the name in the columns of kernels up to 5.7. */
    private static final Pattern COLUMNS = Pattern.compile(" ([RSDTtXZxKWPI]) {1,8}"
            + "(?:running task {1,16}|[0-9a-f]{8,16} {1,16}|running {1,16}|current {1,16})?"
            + "\\d{1,10} {1,16}\\d{1,10} {1,16}\\d{1,10}(?: {1,24}\\d{1,10}){0,3} {1,24}0x[0-9a-f]{1,16}$");

    /** The frame at a line's end with what kernels put before its function. */
    private static final Pattern FRAME = Pattern.compile("(?<=^|[\\s\\]>|:\"])"
            + "(?:\\(?\\[(?:<[^<>]{1,24}>|(?:0x)?[0-9a-f]{1,16})\\] {1,2}){0,2}(?:\\? )?"
            + "(?:\\(?[A-Za-z_.$][\\w.$]{0,200}(?:\\+0x[0-9a-f]{1,16}/0x[0-9a-f]{1,16})?(?: \\[\\w{1,64}\\])?\\)? from "
            + "(?:\\[<[0-9a-f]{8,16}>\\] )?)?"
            + "\\(?(?::[\\w-]{1,64}:)?[A-Za-z_.$][\\w.$]{0,200}\\+0x[0-9a-f]{1,16}/0x[0-9a-f]{1,16}"
            + "(?: \\[[^\\s\\[\\]]{1,64}(?: [0-9a-f]{8,64})?\\])?\\)?(?: \\([A-Za-z]{1,12}\\))?$");

    /** Words before a function that are the kernel's own: registers, and where a lock was taken. */
    private static final Pattern OWN_WORDS =
            Pattern.compile("\\b(?:pc|lr|ra|epc|at|PC|LR|RIP|EIP|NIP|IP|Stopper|func)\\b[\\s:]{0,4}(?:00\\d\\d:)?$");

    /** A record of this project's dump: what stands in its quotes is others' text. */
    private static final Pattern RECORD =
            Pattern.compile("(?:^|\\s)(?:trigger kind=|task pid=|cgroup id=|pod uid=|lock id=|message level="
                    + "|message text=|disk dev=|devices? )");

    private Anchor() {}

    /** Where the kernel's words begin; {@link #NONE} for a line without any. */
    static int of(String line) {
        if (line.length() > LONGEST) {
            return NONE;
        }
        String text = line.stripTrailing();
        if (telling(text)) {
            Matcher words = WORDS.matcher(text);
            if (words.find() && !inRecord(text.substring(0, words.start()))) {
                return words.start();
            }
        }
        return columns(text);
    }

    /**
     * Where a frame begins that ends the line; {@link #NONE} for none. Kernels write frames behind other words, too
     * ({@code pc : f+0x1/0x2}), so this says what stands before frames only where lines agree about it.
     */
    static int ofFrame(String line) {
        if (line.length() > LONGEST || !line.contains("+0x")) {
            return NONE;
        }
        Matcher frame = FRAME.matcher(line.stripTrailing());
        return frame.find()
                        && !OWN_WORDS.matcher(line.substring(0, frame.start())).find()
                ? frame.start()
                : NONE;
    }

    /** Whether it is a record of this project's dump, which is to stay as it is. */
    static boolean inRecord(String line) {
        return line.indexOf('=') > 0 && RECORD.matcher(line).find();
    }

    /** The name is printed with {@code %-15.15s}, so it begins 16 places before the state's letter. */
    private static int columns(String text) {
        if (!text.contains(" 0x")) {
            return NONE;
        }
        Matcher columns = COLUMNS.matcher(text);
        if (!columns.find()) {
            return NONE;
        }
        int state = columns.start(1);
        int begin = state - LONGEST_NAME - 1;
        boolean padded = begin >= 0 && text.charAt(state - 2) == ' ' && text.charAt(begin) != ' ';
        return padded && (begin == 0 || " ]:>|\"".indexOf(text.charAt(begin - 1)) >= 0) ? begin : NONE;
    }

    private static boolean telling(String text) {
        for (String words : TELLING) {
            if (text.contains(words)) {
                return true;
            }
        }
        return false;
    }
}
