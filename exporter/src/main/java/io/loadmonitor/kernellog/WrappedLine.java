package io.loadmonitor.kernellog;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Kernel lines that a mail program or a narrow terminal broke in two, told by what the kernel always prints on:
 *
 * <pre>{@code
 * > [132001.300765] INFO: task nfsd:2308 blocked for more than 120
 * > seconds.
 * > [132001.302766] nfsd            D ffff88043fd13180     0  2308      2
 * > 0x00000000
 * > [132001.302781]  [<ffffffff81729189>]
 * > schedule_preempt_disabled+0x29/0x70
 * }</pre>
 *
 * Stateless.
 */
final class WrappedLine {
    private static final int LONGEST = 300;
    private static final String SYMBOL = "[A-Za-z_.:][\\w.:]{0,200}\\+0x[0-9a-f]{1,16}/0x[0-9a-f]{1,16}";

    private static final Pattern HUNG =
            Pattern.compile("INFO: task .{1,64}?:\\d{1,10} blocked(?: for(?: more(?: than(?: \\d{1,10})?)?)?)?$");
    private static final Pattern WHOLE_HUNG =
            Pattern.compile("INFO: task .{1,64}?:\\d{1,10} blocked for more than \\d{1,10} seconds\\.?$");
    private static final Pattern COLUMNS =
            Pattern.compile(" [RSDTtXZ] {1,8}(?:[0-9a-f]{8,16} {1,16})?\\d{1,10} {1,16}\\d{1,10} {1,16}\\d{1,10}$");
    private static final Pattern NAMED =
            Pattern.compile("task:.{0,16} ?state:[A-Za-z?] .{0,80}?(?:stack|pid): *\\d{1,10}$");
    private static final Pattern ADDRESS = Pattern.compile("(?:^|[\\s>|])\\[<[0-9a-f]{8,16}>\\]$");
    private static final Pattern ARM =
            Pattern.compile("(?:^|[\\s>|])\\[<[0-9a-f]{8,16}>\\] \\([^()]{1,200}\\) from(?: \\[<[0-9a-f]{8,16}>\\])?$");

    private static final Pattern FLAGS = Pattern.compile("0x[0-9a-f]{8,16}");
    private static final Pattern FIELDS = Pattern.compile("(?:tgid|ppid|task_flags|flags): ?[0-9a-fx].{0,120}");
    private static final Pattern FRAME = Pattern.compile("(?:\\? )?" + SYMBOL + "(?: \\[[^\\s\\[\\]]{1,64}\\])?");
    private static final Pattern ARM_REST =
            Pattern.compile("(?:\\[<[0-9a-f]{8,16}>\\] )?\\(" + SYMBOL + "[^()]{0,70}\\)");
    private static final Pattern QUOTE = Pattern.compile("^[>|\\s]{0,20}");

    private WrappedLine() {}

    /** Whether it may go on in the next one. */
    static boolean begins(String line) {
        if (line.isEmpty() || line.length() > LONGEST) {
            return false;
        }
        char last = line.charAt(line.length() - 1);
        if (last >= '0' && last <= '9') {
            return HUNG.matcher(line).find()
                    || NAMED.matcher(line).find()
                    || COLUMNS.matcher(line).find();
        }
        if (last == ']') {
            return line.endsWith(">]")
                    && (ADDRESS.matcher(line).find() || ARM.matcher(line).find());
        }
        return last == 'm' && line.endsWith(" from") && ARM.matcher(line).find()
                || line.contains("INFO: task ") && HUNG.matcher(line).find();
    }

    /**
     * Both as one.
     *
     * @param line of which {@link #begins} is true
     * @param next the line below it
     * @return empty where they do not belong together
     */
    static Optional<String> joined(String line, String next) {
        if (next.length() > LONGEST) {
            return Optional.empty();
        }
        String rest = QUOTE.matcher(next).replaceFirst("").strip();
        boolean fits = HUNG.matcher(line).find()
                        && WHOLE_HUNG.matcher(line + ' ' + rest).find()
                || COLUMNS.matcher(line).find() && FLAGS.matcher(rest).matches()
                || NAMED.matcher(line).find() && FIELDS.matcher(rest).matches()
                || ADDRESS.matcher(line).find() && FRAME.matcher(rest).matches()
                || ARM.matcher(line).find() && ARM_REST.matcher(rest).matches();
        return fits ? Optional.of(line + ' ' + rest) : Optional.empty();
    }
}
