package io.loadmonitor.kernellog;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What some loggers put behind every message, learned from a line of which the kernel's own end is known:
 *
 * <pre>{@code
 * 2026 Mar  3 04:05:06 sw1 %KERN-3-SYSTEM_MSG: [  812.4] INFO: task cp:930 blocked for more than 120 seconds. - kernel
 * }</pre>
 *
 * Not thread-safe.
 */
final class Tail {
    private static final int LONGEST = 60;
    // kernel/hung_task.c, drivers/tty/sysrq.c; 2.6.25 to 7.x
    private static final Pattern KNOWN_END = Pattern.compile(
            "(?: blocked (?:in I/O wait )?for more than \\d{1,10} seconds\\.|sysrq: Show (?:Blocked )?State"
                    + "|SysRq : Show (?:Blocked )?State)(.{1," + LONGEST + "})$");

    private String tail = "";

    /** The line without the tail, if it has it. */
    String cut(String line) {
        if (Anchor.inRecord(line)) {
            return line;
        }
        if (line.contains(" for more than ") || line.contains(" Show ")) {
            learn(line);
        }
        return !tail.isEmpty() && line.endsWith(tail) ? line.substring(0, line.length() - tail.length()) : line;
    }

    private void learn(String line) {
        Matcher end = KNOWN_END.matcher(line);
        if (end.find() && !end.group(1).isBlank() && Anchor.of(end.group(1)) < 0) {
            tail = end.group(1);
        }
    }
}
