package io.loadmonitor.kernellog;

import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.StackDump.UnreadLine;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Recognises by itself what a text holds, line by line: dumps of this project, the original module's lines, sysrq-w,
 * sysrq-t and hung-task reports, stacks of /proc, in any order and several of each. It never throws on content. Lines
 * of several CPUs or tasks that were printed at the same time are told apart by the caller's id (CONFIG_PRINTK_CALLER);
 * without it, frames go to the task that was named last.
 *
 * <p>Limits: lines of 1,024 characters (64 KiB inside a dump), 10,000 reports, 100,000 tasks, 1,000,000 frames, 512
 * frames a task, 256 callers at a time. What is beyond them is unread. Of the unread lines the first 1,000 are kept,
 * all are counted. Time and memory are linear in the text. Safe for use by several threads.
 */
public final class KernelLogReader {
    private static final int MOST_UNREAD_LINES = 1_000;
    private static final int MOST_CALLERS = 256;
    private static final int SHOWN_BYTES = 200;

    private final LogBook book = new LogBook();
    private final Map<String, CallerLines> callers = new LinkedHashMap<>();
    private final List<UnreadLine> unreadLines = new ArrayList<>();
    private int lines;
    private int understood;
    private int skipped;
    private int unread;

    private KernelLogReader() {}

    /** Reads what can be read of {@code text}. */
    public static KernelLog read(byte[] text) {
        KernelLogReader reader = new KernelLogReader();
        int start = 0;
        while (start < text.length) {
            int end = start;
            while (end < text.length && text[end] != '\n') {
                end++;
            }
            int last = end > start && text[end - 1] == '\r' ? end - 1 : end;
            reader.line(new String(text, start, last - start, StandardCharsets.ISO_8859_1), end < text.length);
            start = end + 1;
        }
        return reader.finish();
    }

    private void line(String text, boolean terminated) {
        lines++;
        LogLine line = LogLine.of(text);
        if (line.foreign()) {
            skipped++;
            return;
        }
        CallerLines caller = callers.get(line.caller());
        if (caller == null) {
            if (callers.size() == MOST_CALLERS) {
                Iterator<CallerLines> eldest = callers.values().iterator();
                eldest.next().end();
                eldest.remove();
            }
            caller = new CallerLines(book, this::settle);
            callers.put(line.caller(), caller);
        }
        caller.read(new NumberedLine(lines, text, line, terminated));
    }

    private void settle(NumberedLine line, Fate fate) {
        switch (fate) {
            case UNDERSTOOD -> understood++;
            case SKIPPED -> skipped++;
            case UNREAD -> {
                unread++;
                if (unreadLines.size() < MOST_UNREAD_LINES) {
                    String shown = line.text().substring(0, Math.min(line.text().length(), SHOWN_BYTES));
                    unreadLines.add(new UnreadLine(
                            line.number(),
                            EscapedText.of(shown.getBytes(StandardCharsets.ISO_8859_1))
                                    .escaped()));
                }
            }
        }
    }

    private KernelLog finish() {
        callers.values().forEach(CallerLines::end);
        unreadLines.sort(Comparator.comparingInt(UnreadLine::number));
        return new KernelLog(book.finish(), lines, understood, skipped, unread, unreadLines);
    }

    /** What became of a line. */
    enum Fate {
        UNDERSTOOD,
        SKIPPED,
        UNREAD
    }

    /**
     * @param number from 1
     * @param text as it stands in the log, without its end
     * @param terminated whether its end is there
     */
    record NumberedLine(int number, String text, LogLine log, boolean terminated) {}

    /** Is told of each line what became of it, once. */
    interface Settlement {
        void settle(NumberedLine line, Fate fate);
    }
}
