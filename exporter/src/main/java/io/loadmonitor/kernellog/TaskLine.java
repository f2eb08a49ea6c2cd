package io.loadmonitor.kernellog;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The line of sched_show_task (kernel/sched/core.c) that begins a task:
 *
 * <pre>{@code
 * task:act             state:D stack:    0 pid:   93 ppid:    90 flags:0x00004000              5.8
 * task:act             state:D stack:0     pid:154   tgid:154   ppid:151    flags:0x00004002   6.3
 * task:main            state:R  running task     stack:0     pid:97    ppid:1      flags:0x00000008
 * kworker/u8:0    D    0     5      2 0x00000000                                               4.14 to 5.7
 * jbd2/dewba1-8   D ffff88107fc54440     0 22455      2 0x00000000                             2.6.24 to 4.13
 * bash            R  running task        0   149    121 0x00000008
 * kjournald     D ffffffff80064167     0  1234     25          1250  1233 (L-TLB)              up to 2.6.23
 * }</pre>
 *
 * @param comm one character a byte, 15 at most: TASK_COMM_LEN without its end
 * @param state the kernel's letter
 * @param named whether the line is of the form with {@code task:}
 */
record TaskLine(String comm, char state, long pid, OptionalLong tgid, OptionalLong ppid, boolean named) {
    private static final int LONGEST = 256;
    private static final Pattern NAMED = Pattern.compile(
            "^task:(.{0,15}) {0,3}state:([A-Za-z?]) {0,8}(?:running task {1,8})?stack: {0,16}-?\\d{1,10} {1,16}"
                    + "pid: {0,16}(\\d{1,10}) {1,16}"
                    + "(?:tgid: {0,16}(\\d{1,10}) {1,16})?ppid: {0,16}(\\d{1,10})(?: .*)?$");
    private static final Pattern COLUMNS = Pattern.compile("^([^\\s>|\"].{0,14}) {1,16}([RSDTtXZxKWPI]) {1,8}"
            + "(?:running task {1,16}|[0-9a-f]{8,16} {1,16}|running {1,16}|current {1,16})?"
            + "\\d{1,10} {1,16}(\\d{1,10}) {1,16}(\\d{1,10})"
            + "(?: {1,24}\\d{1,10}){0,3}(?: {1,24}0x[0-9a-f]{1,16}| {1,24}\\((?:L-TLB|NOTLB)\\))$");

    /** Empty for a line that begins no task. */
    static Optional<TaskLine> of(String message) {
        if (message.length() > LONGEST) {
            return Optional.empty();
        }
        Matcher named = NAMED.matcher(message);
        if (named.find()) {
            return Optional.of(new TaskLine(
                    named.group(1).stripTrailing(),
                    named.group(2).charAt(0),
                    Long.parseLong(named.group(3)),
                    named.group(4) == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(named.group(4))),
                    OptionalLong.of(Long.parseLong(named.group(5))),
                    true));
        }
        Matcher columns = COLUMNS.matcher(message);
        if (columns.find()) {
            return Optional.of(new TaskLine(
                    columns.group(1).stripTrailing(),
                    columns.group(2).charAt(0),
                    Long.parseLong(columns.group(3)),
                    OptionalLong.empty(),
                    OptionalLong.of(Long.parseLong(columns.group(4))),
                    false));
        }
        return Optional.empty();
    }
}
