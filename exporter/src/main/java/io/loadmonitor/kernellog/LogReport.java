package io.loadmonitor.kernellog;

import io.loadmonitor.dump.StackDump;
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
 */
public record LogReport(
        LogKind kind,
        int firstLine,
        Optional<String> stamp,
        StackDump dump,
        List<ListedTask> listed,
        List<String> warnings) {
    public LogReport {
        listed = List.copyOf(listed);
        warnings = List.copyOf(warnings);
    }
}
