package io.loadmonitor.kernellog;

import io.loadmonitor.dump.StackDump;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One report of a text: the tasks that make up load, as a dump, and apart from them the tasks that it lists as well.
 * What the text does not say is absent in the dump. Two flags of its tasks stand for what a dump cannot leave out:
 * {@code pid_unknown} (pid is 0) and {@code comm_unknown} (comm is {@code ?}). Immutable.
 *
 * @param kind who wrote it
 * @param firstLine its first line's number, from 1
 * @param stamp the time that stands before its first line, as it stands there but printable
 * @param dump without unread lines, for those are the text's; a {@link LogKind#DUMP} is as its parser read it
 * @param listed tasks that make up no load
 * @param warnings what to know before believing it
 * @param context what it says beside its tasks
 */
public record LogReport(
        LogKind kind,
        int firstLine,
        Optional<String> stamp,
        StackDump dump,
        List<ListedTask> listed,
        List<String> warnings,
        ReportContext context) {
    public LogReport {
        listed = List.copyOf(listed);
        warnings = List.copyOf(warnings);
    }

    /** The same, seen again later. */
    LogReport repeated(ReportContext.Repeats times) {
        return new LogReport(kind, firstLine, stamp, dump, listed, warnings, context.repeated(times));
    }

    /** With more to know. */
    LogReport warned(List<String> more) {
        List<String> all = new ArrayList<>(warnings);
        all.addAll(more);
        return new LogReport(kind, firstLine, stamp, dump, listed, all, context);
    }

    /** The newest of several that are alike, at the place of the first. */
    LogReport inPlaceOf(LogReport first) {
        return new LogReport(kind, first.firstLine, first.stamp, dump, listed, warnings, context);
    }
}
