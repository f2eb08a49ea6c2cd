package io.loadmonitor.kernellog;

import io.loadmonitor.dump.Frame;
import io.loadmonitor.kernellog.KernelLogReader.Fate;
import io.loadmonitor.kernellog.KernelLogReader.NumberedLine;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Backtraces of the crash utility ({@code bt}, {@code foreach UN bt}):
 *
 * <pre>{@code
 * crash> foreach UN bt
 * PID: 1881   TASK: ffff8f6e30ecdac0  CPU: 8   COMMAND: "rsync"
 *  #0 [ffffa6218ab6bc68] __schedule at ffffffff95a00af6
 *  #5 [ffffa6218ab6be98] xfs_file_fsync at ffffffffc05751db [xfs]
 * }</pre>
 *
 * Not thread-safe.
 */
final class CrashLines implements LineReader {
    private static final Pattern COMMAND =
            Pattern.compile("^crash(?:64)?> (?:foreach (?:(UN|RU|DE|IN) )?(?:.{0,80} )?bt|bt)(?: .{0,100})?$");
    private static final Pattern HEAD = Pattern.compile(
            "^PID: {1,8}(\\d{1,10}) {1,12}TASK: {1,4}[0-9a-f]{8,16} {1,8}CPU: {1,4}(\\d{1,5}) {1,8}COMMAN"
                    + "D: \"(.{0,15})\"$");
    // foreach UN ps -m, with how long it has not run
    private static final Pattern WITH_TIME =
            Pattern.compile("^\\[ {0,8}\\d{1,6} \\d\\d:\\d\\d:\\d\\d\\.\\d{3}\\] {1,2}\\[([A-Z]{2})\\] "
                    + "{1,4}PID: {1,8}(\\d{1,10}) {1,12}TASK: {1,4}[0-9a-f]{8,16} {1,8}CPU: {1,4}(\\d{1,5}) {1,8}COMMAN"
                    + "D: \"(.{0,15})\"$");
    private static final Pattern FRAME = Pattern.compile("^#\\d{1,3} \\[[0-9a-f]{8,16}\\] ([A-Za-z_.$][\\w.$]{0,200})"
            + "(?:\\+\\d{1,9}|\\+0x[0-9a-f]{1,8})? (?:at [0-9a-f]{8,16}|\\(via [\\w.]{1,200}\\) at [0-9a-f]{8,16})"
            + "(?: \\[([\\w-]{1,64})\\])?$");
    private static final Pattern OTHER =
            Pattern.compile("^(?:--- <.{1,40}> ---|\\[exception RIP: .{1,200}\\]|bt: .{1,200}"
                    + "|RIP: [0-9a-f]{8,16}  RSP: .{1,100}|ORIG_RAX: .{1,100})$");

    private final OpenReport open;
    private Optional<Character> state = Optional.empty();

    CrashLines(OpenReport open) {
        this.open = open;
    }

    @Override
    public Optional<Fate> read(NumberedLine line, String text) {
        Matcher command = COMMAND.matcher(text);
        if (command.matches()) {
            String only = command.group(1) == null ? "" : command.group(1);
            state = only.equals("UN") ? Optional.of('D') : only.equals("RU") ? Optional.of('R') : Optional.empty();
            return Optional.of(open.open(LogKind.CRASH, line));
        }
        Matcher head = HEAD.matcher(text);
        if (head.matches()) {
            if (!open.is(LogKind.CRASH)) {
                state = Optional.empty();
            }
            return Optional.of(open.ensure(LogKind.CRASH, line) == Fate.UNREAD ? Fate.UNREAD : begin(head));
        }
        Matcher timed = WITH_TIME.matcher(text);
        if (timed.matches()) {
            return Optional.of(open.ensure(LogKind.CRASH, line) == Fate.UNREAD ? Fate.UNREAD : withTime(timed));
        }
        if (!open.is(LogKind.CRASH)) {
            return Optional.empty();
        }
        Matcher frame = FRAME.matcher(text);
        if (frame.matches()) {
            return Optional.of(open.take(new FrameLine(
                    Optional.empty(),
                    List.of(new Frame(
                            frame.group(1),
                            OptionalLong.empty(),
                            OptionalLong.empty(),
                            Optional.ofNullable(frame.group(2)))),
                    true)));
        }
        return OTHER.matcher(text).matches() ? Optional.of(Fate.SKIPPED) : Optional.empty();
    }

    private Fate withTime(Matcher timed) {
        return open.begin(OptionalLong.of(Long.parseLong(timed.group(2))), begun -> {
            begun.comm = Optional.of(timed.group(4));
            begun.state = switch (timed.group(1)) {
                case "UN" -> Optional.of('D');
                case "RU" -> Optional.of('R');
                default -> Optional.of('S');
            };
            begun.cpu = OptionalInt.of(Integer.parseInt(timed.group(3)));
        });
    }

    private Fate begin(Matcher head) {
        return open.begin(OptionalLong.of(Long.parseLong(head.group(1))), begun -> {
            begun.comm = Optional.of(head.group(3));
            begun.state = state;
            begun.cpu = OptionalInt.of(Integer.parseInt(head.group(2)));
        });
    }
}
