package io.loadmonitor.kernellog;

import io.loadmonitor.kernellog.KernelLogReader.Fate;
import io.loadmonitor.kernellog.KernelLogReader.NumberedLine;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Lines that one caller printed, one after the other (all of them where the log does not name callers). Not
 * thread-safe.
 */
final class CallerLines {
    static final int LONGEST_LINE = 1024;

    // What else is in a log that a reader of the load has to know: mm/oom_kill.c, arch/*/mm/fault.c, kernel/panic.c
    private static final Pattern OUT_OF_MEMORY = Pattern.compile(
            "^(?:.{1,40} invoked oom-killer: .{1,300}|(?:Memory cgroup out|Out) of memory: Kill(?:ed)? pr"
                    + "ocess .{1,300})$");
    private static final Pattern OOPS = Pattern.compile("^(?:BUG: (?:unable to handle|kernel NULL pointer|Bad page)"
            + ".{1,200}|kernel BUG at .{1,200}|Oops: .{1,100}|general protection fault.{0,200}|Kernel panic - .{1,200}"
            + "|Unable to handle kernel .{1,200}|Internal error: .{1,200})$");

    private final OpenReport open;
    private final OwnDump dump;
    private final ProcLines proc;
    private final KernelLines kernel;
    private final FoldedLines folded;
    private final List<LineReader> readers;

    CallerLines(LogBook book) {
        this.open = new OpenReport(book);
        this.dump = new OwnDump(open);
        this.proc = new ProcLines(open);
        this.kernel = new KernelLines(open);
        this.folded = new FoldedLines(open);
        this.readers = List.of(
                kernel,
                new CpuLines(open),
                new OriginalLines(open),
                new CrashLines(open),
                new DrgnLines(open),
                new PsLines(open),
                folded,
                new OffCpuLines(open),
                proc);
    }

    void read(NumberedLine line) {
        if (dump.take(line)) {
            return;
        }
        String text = line.log().message().strip();
        if (!proc.waits(line, text)) {
            line.settle(fate(line, text));
        }
    }

    /** No more lines will come. */
    void end() {
        dump.end();
        proc.end();
    }

    private Fate fate(NumberedLine line, String text) {
        if (text.isEmpty()) {
            proc.gap();
            return Fate.SKIPPED;
        }
        if (text.length() > LONGEST_LINE) {
            return folded.read(line, text)
                    .orElse(SideLine.is(text.substring(0, LONGEST_LINE)) ? Fate.SKIPPED : Fate.UNREAD);
        }
        for (LineReader reader : readers) {
            Optional<Fate> fate = reader.read(line, text);
            if (fate.isPresent()) {
                return fate.get();
            }
        }
        Optional<FrameLine> frame = open.book().frame(text);
        if (frame.isPresent()) {
            return proc.frame(line, text, frame.get()).orElseGet(() -> kernel.frame(frame.get()));
        }
        if (OUT_OF_MEMORY.matcher(text).matches() || OOPS.matcher(text).matches()) {
            open.book().remark(text);
            open.task = null;
            open.otherTrace = true;
            return Fate.UNDERSTOOD;
        }
        if (text.equals("</TASK>") && open.task != null) {
            open.task.closed = true;
        }
        return SideLine.is(text) ? Fate.SKIPPED : Fate.UNREAD;
    }
}
