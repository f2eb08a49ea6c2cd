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
 * Stack traces of drgn:
 *
 * <pre>{@code
 * >>> prog.stack_trace(115)
 * #0  context_switch (./kernel/sched/core.c:4683:2)
 * #1  __schedule (./kernel/sched/core.c:5940:8)
 * }</pre>
 *
 * and of drgn-tools, with who the task is above:
 *
 * <pre>{@code
 * PID: 19513    TASK: ffff8f6e30ecdac0 [D] CPU: 3   COMMAND: "ls"
 * #2  rpc_wait_bit_killable (net/sunrpc/sched.c:280:2) [sunrpc]
 * }</pre>
 *
 * Numbered frames with user addresses are those of pstack, eu-stack and gdb: of them only that is said. Not
 * thread-safe.
 */
final class DrgnLines implements LineReader {
    private static final String USER_STACKS = "Some stacks are those of programs in user mode (pstack, eu-stack, gdb):"
            + " they do not say what the kernel waits for. /proc/PID/stack does.";

    private static final Pattern COMMAND =
            Pattern.compile("^(?:>>> )?(?:\\w{1,40} = |print\\()?(?:prog\\.)?stack_trace\\("
                    + "(?:find_task\\((?:prog, ?)?)?(\\d{1,10})\\){1,3}$");
    private static final Pattern FRAME = Pattern.compile("^#(\\d{1,4}) {1,4}([A-Za-z_.$][\\w.$]{0,200})"
            + "(?:\\+0x[0-9a-f]{1,8}/0x[0-9a-f]{1,8})?(?: \\[([\\w-]{1,64})\\])?"
            + "(?: \\([^\\s()]{1,400}:\\d{1,9}(?::\\d{1,9})?\\))?(?: \\[([\\w-]{1,64})\\])?(?: \\(inlined\\))?$");
    private static final Pattern HEAD = Pattern.compile("^PID: {1,4}(\\d{1,10}) {1,8}TASK: {1,4}[0-9a-f]{8,16}"
            + " \\[([A-Z])\\] {1,8}CPU: {1,4}(\\d{1,5}) {1,8}COMMAND: \"(.{0,15})\"$");
    private static final Pattern WITHOUT_SYMBOL = Pattern.compile("^#\\d{1,4} {1,4}(?:\\?\\?|0xf{4,8}[0-9a-f]{8,12})$");
    private static final Pattern USER = Pattern.compile("^#\\d{1,4} {1,4}0x[0-9a-f]{4,16} (?:in )?\\S.{0,400}$"
            + "|^Thread \\d{1,6} \\(.{0,80}LWP \\d{1,10}.{0,40}\\):$|^TID \\d{1,10}:$|^PID \\d{1,"
            + "10} - (?:process|core)$");

    private final OpenReport open;
    private OptionalLong pid = OptionalLong.empty();
    /** Who the task is was said; its frames come. */
    private boolean headed;

    DrgnLines(OpenReport open) {
        this.open = open;
    }

    @Override
    public Optional<Fate> read(NumberedLine line, String text) {
        Matcher command = COMMAND.matcher(text);
        if (command.matches()) {
            pid = OptionalLong.of(Long.parseLong(command.group(1)));
            open.task = null;
            return Optional.of(open.ensure(LogKind.DRGN, line));
        }
        Matcher head = HEAD.matcher(text);
        if (head.matches()) {
            return Optional.of(open.ensure(LogKind.DRGN, line) == Fate.UNREAD ? Fate.UNREAD : begin(head));
        }
        if (!text.startsWith("#") && !text.startsWith("T") && !text.startsWith("PID ")) {
            return Optional.empty();
        }
        if (USER.matcher(text).matches()) {
            open.book().remark(USER_STACKS);
            open.close();
            return Optional.of(Fate.SKIPPED);
        }
        Matcher frame = FRAME.matcher(text);
        if (frame.matches()) {
            return frame(line, text, frame);
        }
        return open.is(LogKind.DRGN) && WITHOUT_SYMBOL.matcher(text).matches()
                ? Optional.of(Fate.SKIPPED)
                : Optional.empty();
    }

    private Fate begin(Matcher head) {
        Fate fate = open.begin(OptionalLong.of(Long.parseLong(head.group(1))), begun -> {
            begun.state = Optional.of(head.group(2).charAt(0));
            begun.cpu = OptionalInt.of(Integer.parseInt(head.group(3)));
            begun.comm = Optional.of(head.group(4));
        });
        headed = fate == Fate.UNDERSTOOD;
        return fate;
    }

    private Optional<Fate> frame(NumberedLine line, String text, Matcher frame) {
        boolean first = frame.group(1).equals("0");
        boolean placed = text.endsWith(")") || text.contains("+0x");
        if (!open.is(LogKind.DRGN) && !(first && placed)) {
            return Optional.empty();
        }
        boolean ofHead = first && headed && open.task != null && open.is(LogKind.DRGN);
        headed = false;
        if (!ofHead && (first || open.task == null)) {
            if (!open.is(LogKind.DRGN)) {
                pid = OptionalLong.empty();
            }
            if (open.ensure(LogKind.DRGN, line) == Fate.UNREAD || open.begin(pid, begun -> {}) == Fate.UNREAD) {
                return Optional.of(Fate.UNREAD);
            }
            pid = OptionalLong.empty();
        }
        return Optional.of(open.take(new FrameLine(
                Optional.empty(),
                List.of(new Frame(
                        frame.group(2),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        Optional.ofNullable(frame.group(3) == null ? frame.group(4) : frame.group(3)))),
                true)));
    }
}
