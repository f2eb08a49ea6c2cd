package io.loadmonitor.kernellog;

import io.loadmonitor.dump.Frame;
import io.loadmonitor.kernellog.KernelLogReader.Fate;
import io.loadmonitor.kernellog.KernelLogReader.NumberedLine;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Stacks of sleeping tasks as offcputime prints them without {@code -f}: innermost first, then whose they are, then how
 * long it slept, microseconds.
 *
 * <pre>{@code
 *     finish_task_switch
 *     schedule
 *     rpc_wait_bit_killable
 *     entry_SYSCALL_64_after_hwframe
 *     -                df (448)
 *         12100000
 * }</pre>
 *
 * Not thread-safe.
 */
final class OffCpuLines implements LineReader {
    private static final int MOST_FRAMES = 256;
    private static final Pattern FIRST =
            Pattern.compile("^(?:b')?(?:finish_task_switch|__schedule|schedule)\\b[\\w.+]{0,40}'?$");
    private static final Pattern FUNCTION =
            Pattern.compile("^(?:b')?([A-Za-z_.$][\\w.$]{0,200})(?:\\+0x[0-9a-f]{1,8})?(?: \\[\\w{1,64}\\])?'?$");
    private static final Pattern OWNER = Pattern.compile("^-\\s{1,40}(?:b')?(.{1,64}?)'? \\((\\d{1,10})\\)$");
    private static final Pattern MICROS = Pattern.compile("^\\d{1,15}$");

    private final OpenReport open;
    private final List<Frame> frames = new ArrayList<>();
    private boolean kernelOver;
    private String comm = "";
    private long pid;

    OffCpuLines(OpenReport open) {
        this.open = open;
    }

    @Override
    public Optional<Fate> read(NumberedLine line, String text) {
        Matcher function = FUNCTION.matcher(text);
        if (frames.isEmpty() || FIRST.matcher(text).matches() && !comm.isEmpty()) {
            clear();
            if (!line.log().stamp().isEmpty() || !FIRST.matcher(text).matches() || !function.matches()) {
                return Optional.empty();
            }
            add(function.group(1));
            return Optional.of(Fate.UNDERSTOOD);
        }
        Matcher owner = OWNER.matcher(text);
        if (owner.matches()) {
            comm = owner.group(1);
            pid = Long.parseLong(owner.group(2));
            return Optional.of(Fate.UNDERSTOOD);
        }
        if (!comm.isEmpty()) {
            Optional<Fate> fate = MICROS.matcher(text).matches() ? Optional.of(task(line, text)) : Optional.empty();
            clear();
            return fate;
        }
        if (text.equals("--") || text.equals("[unknown]")) {
            kernelOver = true;
            return Optional.of(Fate.SKIPPED);
        }
        if (!function.matches()) {
            clear();
            return Optional.empty();
        }
        add(function.group(1));
        return Optional.of(Fate.UNDERSTOOD);
    }

    private void add(String function) {
        if (kernelOver || frames.size() == MOST_FRAMES) {
            return;
        }
        Frame frame = new Frame(function, OptionalLong.empty(), OptionalLong.empty(), Optional.empty());
        frames.add(frame);
        kernelOver = KnownFunctions.outermost(frame);
    }

    private Fate task(NumberedLine line, String text) {
        if (open.ensure(LogKind.OFF_CPU, line) == Fate.UNREAD) {
            return Fate.UNREAD;
        }
        long micros = Long.parseLong(text);
        Fate begun = open.begin(OptionalLong.of(pid), task -> {
            task.comm = Optional.of(comm);
            task.micros = OptionalLong.of(micros);
        });
        return begun == Fate.UNREAD
                ? Fate.UNREAD
                : open.take(new FrameLine(Optional.empty(), List.copyOf(frames), true));
    }

    private void clear() {
        frames.clear();
        kernelOver = false;
        comm = "";
    }
}
