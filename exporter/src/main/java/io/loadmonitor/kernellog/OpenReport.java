package io.loadmonitor.kernellog;

import io.loadmonitor.kernellog.KernelLogReader.Fate;
import io.loadmonitor.kernellog.KernelLogReader.NumberedLine;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The report and the task that one caller's lines belong to, while they are read. Not thread-safe. */
final class OpenReport {
    private static final String MIXED =
            "Lines of several CPUs are mixed: a stack goes on after its end. Without the caller's"
                    + " id (printk.caller=1) frames go to the task that was named last.";

    private final LogBook book;

    @Nullable
    ReportDraft report;

    @Nullable
    RawTask task;
    /** A trace is being printed that belongs to no task of a list: a warning's, an oops'. */
    boolean otherTrace;
    /** The file of /proc whose text is being read; empty for none. */
    String procFile = "";

    OpenReport(LogBook book) {
        this.book = book;
    }

    boolean is(LogKind kind) {
        return report != null && report.kind == kind;
    }

    /** Where it is known that one is: whoever opens one goes on only if that succeeded. */
    ReportDraft opened() {
        return Objects.requireNonNull(report, "no report was opened");
    }

    Fate open(LogKind kind, NumberedLine line) {
        task = null;
        otherTrace = false;
        procFile = "";
        report = book.open(kind, line).orElse(null);
        return report != null ? Fate.UNDERSTOOD : Fate.UNREAD;
    }

    /** A report of this kind: the one that is being read, or a new one. */
    Fate ensure(LogKind kind, NumberedLine line) {
        return is(kind) ? Fate.UNDERSTOOD : open(kind, line);
    }

    Fate begin(OptionalLong pid, Consumer<RawTask> fill) {
        task = null;
        otherTrace = false;
        if (report == null || !book.roomForTask()) {
            return Fate.UNREAD;
        }
        task = report.add(pid);
        fill.accept(task);
        return Fate.UNDERSTOOD;
    }

    Fate take(FrameLine frame) {
        if (task == null || task.closed) {
            return Fate.UNREAD;
        }
        if (report != null && report.kind != LogKind.PROC_STACK && beyondTheEnd(task, frame)) {
            report.noteOnce(MIXED);
        }
        return book.roomForFrames(frame.frames().size() + 1) && task.take(frame) ? Fate.UNDERSTOOD : Fate.UNREAD;
    }

    private static boolean beyondTheEnd(RawTask task, FrameLine frame) {
        return frame.reliable()
                && !frame.frames().isEmpty()
                && !KnownFunctions.outermost(frame.frames().get(0))
                && task.lastReliable().map(KnownFunctions::outermost).orElse(false);
    }

    /** What comes belongs to nothing. */
    void close() {
        report = null;
        task = null;
        otherTrace = false;
        procFile = "";
    }

    LogBook book() {
        return book;
    }
}
