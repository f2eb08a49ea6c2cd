package io.loadmonitor.kernellog;

import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.Frame;
import io.loadmonitor.kernellog.KernelLogReader.Fate;
import io.loadmonitor.kernellog.KernelLogReader.NumberedLine;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Folded stacks of sleeping tasks with the time that they slept, microseconds, as offcputime prints them:
 * {@code rsync;entry_SYSCALL_64_after_hwframe;do_syscall_64;...;schedule;finish_task_switch 12345}. Folded stacks of
 * what ran are not load that waits, and are not taken. Not thread-safe.
 */
final class FoldedLines implements LineReader {
    private static final int LEAST_FRAMES = 3;
    private static final int MOST_FRAMES = 256;
    private static final int LONGEST_FRAME = 200;
    private static final int MOST_DIGITS = 15;

    private final OpenReport open;

    FoldedLines(OpenReport open) {
        this.open = open;
    }

    static boolean is(String text) {
        int blank = text.lastIndexOf(' ');
        int semicolon = text.indexOf(';');
        return semicolon > 0
                && blank > semicolon
                && text.length() - blank - 1 <= MOST_DIGITS
                && blank + 1 < text.length()
                && text.chars().skip(blank + 1).allMatch(c -> c >= '0' && c <= '9');
    }

    @Override
    public Optional<Fate> read(NumberedLine line, String text) {
        if (!is(text)) {
            return Optional.empty();
        }
        int blank = text.lastIndexOf(' ');
        String[] pieces = text.substring(0, blank).split(";", -1);
        List<Frame> frames = new ArrayList<>();
        for (int i = pieces.length - 1; i > 0 && frames.size() < MOST_FRAMES; i--) {
            String function = pieces[i].strip().replaceAll("(?:_\\[[kj]\\]|\\+0x[0-9a-f]+)$", "");
            if (function.isEmpty() || function.equals("-") || function.length() > LONGEST_FRAME) {
                break; // Between the kernel's frames and the program's offcputime can put a mark.
            }
            Frame frame = new Frame(
                    EscapedText.of(function.getBytes(StandardCharsets.ISO_8859_1))
                            .escaped(),
                    OptionalLong.empty(),
                    OptionalLong.empty(),
                    Optional.empty());
            frames.add(frame);
            if (KnownFunctions.outermost(frame)) {
                break;
            }
        }
        if (frames.size() < LEAST_FRAMES || !KnownFunctions.asleep(frames)) {
            return Optional.empty();
        }
        if (open.ensure(LogKind.OFF_CPU, line) == Fate.UNREAD) {
            return Optional.of(Fate.UNREAD);
        }
        long micros = Long.parseLong(text.substring(blank + 1));
        if (open.begin(OptionalLong.empty(), begun -> {
                    String comm = pieces[0].strip();
                    begun.comm = Optional.of(comm.substring(0, Math.min(comm.length(), 64)));
                    begun.micros = OptionalLong.of(micros);
                })
                == Fate.UNREAD) {
            return Optional.of(Fate.UNREAD);
        }
        return Optional.of(open.take(new FrameLine(Optional.empty(), Collections.unmodifiableList(frames), true)));
    }
}
