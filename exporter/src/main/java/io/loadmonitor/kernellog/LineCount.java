package io.loadmonitor.kernellog;

import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.StackDump.UnreadLine;
import io.loadmonitor.kernellog.KernelLogReader.Fate;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Counts what became of a text's lines, so that the sums add up. Not thread-safe. */
final class LineCount {
    private static final int MOST_UNREAD_LINES = 1_000;
    private static final int MOST_KINDS = 1_000;
    private static final int SHOWN_BYTES = 200;
    private static final int KIND_CHARACTERS = 60;
    private static final Pattern NUMBER = Pattern.compile("[0-9a-fA-F]*[0-9][0-9a-fA-F]*");

    private final List<UnreadLine> unreadLines = new ArrayList<>();
    private final Map<String, Kind> kinds = new LinkedHashMap<>();
    private int lines;
    private int understood;
    private int skipped;
    private int unread;

    /** Lines that differ in their numbers alone. */
    private static final class Kind {
        final UnreadLine first;
        int lines;

        Kind(UnreadLine first) {
            this.first = first;
        }
    }

    /** A line of the text, until it is known what became of it. */
    final class Line {
        private final int number;
        private final String text;
        private int open;
        private Fate fate = Fate.SKIPPED;

        private Line(int number, String text, int parts) {
            this.number = number;
            this.text = text;
            this.open = parts;
        }

        int number() {
            return number;
        }

        /** Of one of its parts: what is understood in part is understood. */
        void settle(Fate of) {
            if (fate == Fate.SKIPPED || of == Fate.UNDERSTOOD) {
                fate = of;
            }
            open--;
            if (open <= 0) {
                counted(this);
            }
        }
    }

    /** @param parts how many times it will be settled; with none it is skipped */
    Line next(String text, int parts) {
        lines++;
        Line line = new Line(lines, text, parts);
        if (parts == 0) {
            line.settle(Fate.SKIPPED);
        }
        return line;
    }

    int lines() {
        return lines;
    }

    private void counted(Line line) {
        switch (line.fate) {
            case UNDERSTOOD -> understood++;
            case SKIPPED -> skipped++;
            case UNREAD -> {
                unread++;
                unread(line);
            }
        }
    }

    private void unread(Line line) {
        String text = line.text;
        String shape = NUMBER.matcher(text.substring(0, Math.min(text.length(), SHOWN_BYTES)))
                .replaceAll("0");
        shape = shape.substring(0, Math.min(shape.length(), KIND_CHARACTERS));
        Kind kind = kinds.get(shape);
        if (unreadLines.size() < MOST_UNREAD_LINES || kind == null && kinds.size() < MOST_KINDS) {
            String shown = text.substring(0, Math.min(text.length(), SHOWN_BYTES));
            UnreadLine first = new UnreadLine(
                    line.number,
                    EscapedText.of(shown.getBytes(StandardCharsets.ISO_8859_1)).escaped());
            if (unreadLines.size() < MOST_UNREAD_LINES) {
                unreadLines.add(first);
            }
            if (kind == null && kinds.size() < MOST_KINDS) {
                kind = new Kind(first);
                kinds.put(shape, kind);
            }
        }
        if (kind != null) {
            kind.lines++;
        }
    }

    KernelLog log(List<LogReport> reports, List<String> remarks) {
        unreadLines.sort(Comparator.comparingInt(UnreadLine::number));
        List<UnreadKind> counted = kinds.values().stream()
                .map(kind -> new UnreadKind(kind.first.number(), kind.first.text(), kind.lines))
                .sorted(Comparator.comparingInt(UnreadKind::lines).reversed().thenComparingInt(UnreadKind::firstLine))
                .toList();
        return new KernelLog(reports, remarks, lines, understood, skipped, unread, unreadLines, counted);
    }
}
