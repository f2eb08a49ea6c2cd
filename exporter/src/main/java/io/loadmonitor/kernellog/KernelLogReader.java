package io.loadmonitor.kernellog;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Recognises by itself what a text holds, line by line: dumps of this project, the original module's lines, reports of
 * sysrq, of hung tasks, lockups and RCU stalls, stacks of /proc, and what other tools print of tasks and stacks, in any
 * order and several of each. It never throws on content. What stands before the kernel's messages it learns from the
 * text itself ({@link Prefixes}), for which it looks {@value #AHEAD} lines ahead. Lines of several CPUs or tasks that
 * were printed at the same time are told apart by the caller's id (CONFIG_PRINTK_CALLER); without it, frames go to the
 * task that was named last.
 *
 * <p>Limits: lines of 1,024 characters (64 KiB inside a dump), 10,000 reports, 100,000 tasks, 1,000,000 frames, 512
 * frames a task, 256 callers at a time; of a text that is newest first 100,000 lines of the kernel. What is beyond them
 * is unread. Of the unread lines the first 1,000 are kept, all are counted. A text may have 2,147,483,647 lines. Time
 * is linear in the text; memory does not grow with it, but with what it tells. Safe for use by several threads.
 */
public final class KernelLogReader {
    static final int AHEAD = 300;

    private static final int AHEAD_CHARACTERS = 1 << 20;
    private static final int MOST_CALLERS = 256;
    private static final long PROGRESS_BYTES = 1 << 20;

    private final LogBook book = new LogBook();
    private final LineCount count = new LineCount();
    private final Unwrapping unwrapping = new Unwrapping();
    private final PartialLine partial = new PartialLine();
    private final Tail tail = new Tail();
    private final Prefixes prefixes = new Prefixes();
    private final OtherPrograms others = new OtherPrograms();
    private final Copies copies = new Copies();
    private final ReadingOrder order = new ReadingOrder();
    private final Map<String, CallerLines> callers = new LinkedHashMap<>();
    private final Deque<Part> ahead = new ArrayDeque<>();
    private int aheadCharacters;
    /** A line that may go on in the next. */
    private @Nullable String begun;

    private KernelLogReader() {}

    /** Is told now and then how far the reading has come. */
    public interface Progress {
        /**
         * @param bytes that were read
         * @param lines that were read
         */
        void at(long bytes, int lines);
    }

    /** Reads what can be read of {@code text}. */
    public static KernelLog read(byte[] text) {
        try {
            return read(new ByteArrayInputStream(text), (bytes, lines) -> {});
        } catch (IOException e) {
            throw new UncheckedIOException("bytes in memory cannot be read", e);
        }
    }

    /**
     * Reads {@code text} to its end, whatever its size.
     *
     * @throws IOException when the text itself cannot be read
     */
    public static KernelLog read(InputStream text, Progress progress) throws IOException {
        KernelLogReader reader = new KernelLogReader();
        TextLines lines = new TextLines(text);
        long told = 0;
        for (String line = lines.next(); line != null; line = lines.next()) {
            reader.line(line, lines.terminated());
            if (lines.bytes() - told >= PROGRESS_BYTES) {
                told = lines.bytes();
                progress.at(told, reader.count.lines());
            }
        }
        return reader.finish();
    }

    private record Part(LineCount.Line line, String text, int anchor, boolean terminated) {}

    private void line(String text, boolean terminated) {
        Optional<String> line = partial.take(text);
        if (line.isEmpty()) {
            count.next(text, 0);
        } else {
            line(text, line.get(), terminated);
        }
    }

    /**
     * @param shown as it stands there
     * @param text with its parts above
     */
    private void line(String shown, String text, boolean terminated) {
        if (begun != null) {
            String before = begun;
            begun = null;
            Optional<String> joined = WrappedLine.joined(before, text);
            whole(before, joined.orElse(before), true);
            if (joined.isPresent()) {
                count.next(shown, 0);
                return;
            }
        }
        if (WrappedLine.begins(text)) {
            begun = text;
        } else {
            whole(shown, text, terminated);
        }
    }

    /**
     * @param text as it stands there
     * @param joined with what belongs to it of the next line
     */
    private void whole(String text, String joined, boolean terminated) {
        List<String> parts = unwrapping.of(joined).stream().map(tail::cut).toList();
        LineCount.Line line = count.next(text, parts.size());
        for (String part : parts) {
            int anchor = Anchor.of(part);
            int frame = anchor >= 0 ? Anchor.NONE : Anchor.ofFrame(part);
            if (anchor < 0 && frame < 0 && others.know(part)) {
                line.settle(Fate.SKIPPED);
                order.look(part, anchor, frame);
                continue;
            }
            prefixes.learn(part, anchor, frame);
            order.look(part, anchor, frame);
            ahead.add(new Part(line, part, anchor, terminated));
            aheadCharacters += part.length();
        }
        while (ahead.size() > AHEAD || aheadCharacters > AHEAD_CHARACTERS) {
            take();
        }
    }

    private void take() {
        Part part = ahead.remove();
        aheadCharacters -= part.text.length();
        NumberedLine line = new NumberedLine(part.line, part.text, logLine(part), part.terminated);
        if (!order.newestFirst()) {
            read(line);
        } else if (!line.log().foreign() && !line.log().message().isBlank()) {
            if (!order.hold(line)) {
                line.settle(Fate.UNREAD);
            }
        } else {
            line.settle(Fate.SKIPPED);
        }
    }

    private LogLine logLine(Part part) {
        int begin = part.anchor < 0 ? prefixes.length(part.text) : part.anchor;
        LogLine line = begin > 0 ? LogLine.at(part.text, begin) : LogLine.of(part.text);
        if (line.foreign() && part.anchor < 0) {
            others.add(part.text);
        }
        return line;
    }

    private void read(NumberedLine line) {
        if (line.log().foreign() || copies.isCopy(line)) {
            line.settle(Fate.SKIPPED);
            return;
        }
        CallerLines caller = callers.get(line.log().caller());
        if (caller == null) {
            if (callers.size() == MOST_CALLERS) {
                Iterator<CallerLines> eldest = callers.values().iterator();
                eldest.next().end();
                eldest.remove();
            }
            caller = new CallerLines(book);
            callers.put(line.log().caller(), caller);
        }
        caller.read(line);
    }

    private KernelLog finish() {
        if (begun != null) {
            whole(begun, begun, true);
        }
        while (!ahead.isEmpty()) {
            take();
        }
        order.oldestFirst(this::read);
        callers.values().forEach(CallerLines::end);
        List<LogReport> reports = book.finish(order.remarks());
        return count.log(reports, reports.isEmpty() ? book.remarks() : List.of());
    }

    /** What became of a line. */
    enum Fate {
        UNDERSTOOD,
        SKIPPED,
        UNREAD
    }

    /**
     * A line, or one of those that it holds.
     *
     * @param text without what was wrapped around it, and without its end
     * @param terminated whether its end is there
     */
    record NumberedLine(LineCount.Line line, String text, LogLine log, boolean terminated) {
        /** From 1. */
        int number() {
            return line.number();
        }

        /** To be called once. */
        void settle(Fate fate) {
            line.settle(fate);
        }
    }
}
