package io.loadmonitor.kernellog;

import io.loadmonitor.dump.StackDump.UnreadLine;
import java.util.List;

/**
 * What stands in a text. Each of its lines is understood, skipped (it belongs to a report but says nothing about load:
 * registers, headings, empty lines, other programs' messages) or unread. Immutable.
 *
 * @param reports in the order of the text
 * @param remarks what to know of the text where it has no report; else the first report's warnings say it
 * @param lines of the text
 * @param understood lines that the reports are made of
 * @param skipped lines that were recognised and left out
 * @param unread lines that were not understood, or only in part
 * @param unreadLines the first of them
 * @param unreadKinds all of them, those together that differ in numbers alone, the most frequent first; up to 1,000
 */
public record KernelLog(
        List<LogReport> reports,
        List<String> remarks,
        int lines,
        int understood,
        int skipped,
        int unread,
        List<UnreadLine> unreadLines,
        List<UnreadKind> unreadKinds) {
    public KernelLog {
        reports = List.copyOf(reports);
        remarks = List.copyOf(remarks);
        unreadLines = List.copyOf(unreadLines);
        unreadKinds = List.copyOf(unreadKinds);
        if (understood + skipped + unread != lines || unread < unreadLines.size()) {
            throw new IllegalArgumentException(understood + " lines understood, " + skipped + " skipped, " + unread
                    + " unread, of which " + unreadLines.size() + " are kept, of " + lines);
        }
    }
}
