package io.loadmonitor.kernellog;

import io.loadmonitor.dump.DumpParser;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.dump.StackDump;
import io.loadmonitor.dump.StackDump.Load;
import io.loadmonitor.dump.StackDump.UnreadLine;
import io.loadmonitor.kernellog.KernelLogReader.Fate;
import io.loadmonitor.kernellog.KernelLogReader.NumberedLine;
import io.loadmonitor.kernellog.KernelLogReader.Settlement;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Lines that one caller printed, one after the other (all of them where the log does not name callers). Not
 * thread-safe.
 */
final class CallerLines {
    private static final int LONGEST_LINE = 1024;
    private static final int LONGEST_DUMP_LINE = 64 * 1024;
    /** khungtaskd names all tasks of a round at once; rounds are as far apart as its time limit. */
    private static final double ROUND_SECONDS = 3;

    // kernel/hung_task.c, 2.6.25 to 7.x
    private static final Pattern HUNG = Pattern.compile(
            "^INFO: task (.{0,64}):(\\d{1,10}) blocked (?:in I/O wait )?for more than (\\d{1,10}) seconds\\.?$");
    private static final Pattern HUNG_NOTE =
            Pattern.compile("^INFO: task .{0,64}:\\d{1,10}.{0,16} is blocked on .{1,200}$"
                    + "|^(?:Future|INFO: future) hung task reports are suppressed.{0,200}$");
    private static final Pattern TAINT =
            Pattern.compile("^(?:Not tainted|Tainted: .{1,60}?) (\\d[!-~]{1,63})(?: #.{0,200}| {0,4})$");
    // drivers/tty/sysrq.c: "SysRq : Show Blocked State" up to 4.8, "sysrq: SysRq : ..." up to 4.20, "sysrq: ..." since
    private static final Pattern SYSRQ = Pattern.compile("^(?:sysrq: ?)?(?:SysRq ?: ?)?Show (Blocked )?State$");
    private static final Pattern OTHER_SYSRQ = Pattern.compile("^(?:sysrq: ?(?:SysRq ?: ?)?|SysRq ?: ?).{1,200}$");
    // The original module
    private static final Pattern BANNER = Pattern.compile("^!{10,80}$");
    private static final Pattern LOAD =
            Pattern.compile("^Load: (\\d{1,9}\\.\\d{1,2}), (\\d{1,9}\\.\\d{1,2}), (\\d{1,9}\\.\\d{1,2})$");
    private static final Pattern PHASE = Pattern.compile("^dump (running|uninterrupted) task\\.$");
    private static final Pattern ORIGINAL =
            Pattern.compile("^(running|uninterrupted) task, comm: (.{0,64}), pid (\\d{1,10})$");
    private static final Pattern DROPPED = Pattern.compile("^\\*\\* \\d{1,10} printk messages dropped \\*\\*$");
    // Reports of another kind with a stack: their frames belong to no task of a list
    private static final Pattern OTHER_TRACE = Pattern.compile(
            "^CPU: \\d{1,5} (?:UID: \\d{1,10} )?PID: \\d{1,10} Comm: .{1,200}$|^Pid: \\d{1,10}, comm: .{1,200}$");
    // head, tail, more, grep
    private static final Pattern PROC_FILE = Pattern.compile(
            "^(?:==> )?(?:[!-~]{0,200}/)?(?:proc/)?(\\d{1,10})/(?:task/(\\d{1,10})/)?([a-z_]{2,20})(?: <==|:)?$");
    private static final Pattern GREP =
            Pattern.compile("^[!-~]{0,200}/(\\d{1,10})/(?:task/(\\d{1,10})/)?stack:(\\[<.*)$");
    private static final Pattern REFUSED =
            Pattern.compile("^(?:cat|head|tail|grep|more): .{0,40}/proc/\\d{1,10}/.{1,200}"
                    + "(?:No such|Permission|not permitted|No such process).{0,60}$");
    /** What the module puts before each line that it prints. */
    private static final String PRINTED = "load_monitor: ";

    private static final Pattern BARE_PID =
            Pattern.compile("^(?:=+ ?)?(?:PID:? ?|pid:? ?)?(\\d{1,10})(?:[: ] ?([!-~][ -~]{0,62}))?$");

    private final LogBook book;
    private final Settlement settlement;

    private @Nullable ReportDraft report;
    private @Nullable RawTask task;
    private boolean otherTrace;
    private boolean ownerExpected;
    /** The file of /proc whose text is being read; empty for none. */
    private String procFile = "";

    private long procPid;
    /** A line that is a heading if a stack follows. */
    private @Nullable NumberedLine bare;

    private final ByteArrayOutputStream dump = new ByteArrayOutputStream();
    /** The dump that is being read was printed by the module, and so each of its lines begins. */
    private boolean dumpPrinted;

    private final List<NumberedLine> dumpLines = new ArrayList<>();

    CallerLines(LogBook book, Settlement settlement) {
        this.book = book;
        this.settlement = settlement;
    }

    void read(NumberedLine line) {
        String message = line.log().message();
        boolean printed = message.startsWith(PRINTED);
        String own = printed ? message.substring(PRINTED.length()) : message;
        if (dumpLines.isEmpty() ? beginsDump(own) : printed == dumpPrinted && continuesDump(own)) {
            dumpLine(line, own, printed);
            return;
        }
        // Others print into the log meanwhile, too; only in a file a strange line ends the dump.
        if (printed || !dumpPrinted) {
            endDump();
        }
        String text = message.strip();
        boolean heading = bare != null && line.log().stamp().isEmpty() && text.startsWith("[<");
        if (bare != null) {
            settlement.settle(bare, heading && bareHeading(bare) ? Fate.UNDERSTOOD : Fate.UNREAD);
            bare = null;
        }
        if (text.length() <= LONGEST_LINE
                && line.log().stamp().isEmpty()
                && procFile.isEmpty()
                && (report == null || inProc())
                && BARE_PID.matcher(text).matches()
                && !SideLine.is(text)) {
            bare = line;
            return;
        }
        settlement.settle(line, fate(line, message, text));
    }

    /** No more lines will come. */
    void end() {
        endDump();
        if (bare != null) {
            settlement.settle(bare, Fate.UNREAD);
            bare = null;
        }
    }

    private Fate fate(NumberedLine line, String message, String text) {
        if (text.isEmpty()) {
            if (report != null && report.kind == LogKind.PROC_STACK) {
                task = null;
                procFile = "";
            }
            return Fate.SKIPPED;
        }
        if (text.length() > LONGEST_LINE) {
            return SideLine.is(text.substring(0, LONGEST_LINE)) ? Fate.SKIPPED : Fate.UNREAD;
        }
        Optional<Fate> known = heading(line, message, text).or(() -> ofProc(line, text));
        if (known.isPresent()) {
            return known.get();
        }
        Optional<FrameLine> frame = book.frame(text);
        if (frame.isPresent()) {
            return frame(line, text, frame.get());
        }
        if (text.equals("</TASK>") && task != null) {
            task.closed = true;
        }
        return SideLine.is(text) ? Fate.SKIPPED : Fate.UNREAD;
    }

    private Optional<Fate> heading(NumberedLine line, String message, String text) {
        Matcher sysrq = SYSRQ.matcher(text);
        if (sysrq.matches()) {
            return Optional.of(open(sysrq.group(1) == null ? LogKind.SYSRQ_ALL : LogKind.SYSRQ_BLOCKED, line));
        }
        if (OTHER_SYSRQ.matcher(text).matches()) {
            return Optional.of(Fate.SKIPPED);
        }
        Matcher hung = HUNG.matcher(text);
        if (hung.matches()) {
            return Optional.of(hung(line, hung));
        }
        if (HUNG_NOTE.matcher(text).matches() && report != null && report.kind == LogKind.HUNG_TASK) {
            report.note(text);
            ownerExpected = text.contains(" is blocked on ");
            return Optional.of(Fate.UNDERSTOOD);
        }
        Matcher taint = TAINT.matcher(text);
        if (taint.matches() && report != null && report.kind == LogKind.HUNG_TASK) {
            report.release = Optional.of(taint.group(1)).filter(CallerLines::word);
            return Optional.of(Fate.UNDERSTOOD);
        }
        Optional<TaskLine> shown = TaskLine.of(message.stripLeading());
        if (shown.isPresent()) {
            return Optional.of(shown(line, shown.get()));
        }
        if (DROPPED.matcher(text).matches()) {
            book.gap();
            return Optional.of(Fate.UNDERSTOOD);
        }
        if (OTHER_TRACE.matcher(text).matches()) {
            task = null;
            otherTrace = true;
            return Optional.of(Fate.SKIPPED);
        }
        return original(line, text);
    }

    private Optional<Fate> original(NumberedLine line, String text) {
        boolean in = report != null && report.kind == LogKind.ORIGINAL;
        if (BANNER.matcher(text).matches()) {
            return Optional.of(open(LogKind.ORIGINAL, line));
        }
        Matcher load = LOAD.matcher(text);
        if (load.matches()) {
            if (!in || opened().load.isPresent()) {
                Fate fate = open(LogKind.ORIGINAL, line);
                if (fate == Fate.UNREAD) {
                    return Optional.of(fate);
                }
            }
            opened().load = Optional.of(new Load(
                    Double.parseDouble(load.group(1)),
                    Double.parseDouble(load.group(2)),
                    Double.parseDouble(load.group(3)),
                    OptionalInt.empty(),
                    OptionalInt.empty()));
            return Optional.of(Fate.UNDERSTOOD);
        }
        Matcher phase = PHASE.matcher(text);
        Matcher named = ORIGINAL.matcher(text);
        boolean isPhase = phase.matches();
        if (!isPhase && !named.matches()) {
            return Optional.empty();
        }
        boolean blocked = (isPhase ? phase.group(1) : named.group(1)).equals("uninterrupted");
        if (!in || opened().blockedListed && !blocked) {
            if (open(LogKind.ORIGINAL, line) == Fate.UNREAD) {
                return Optional.of(Fate.UNREAD);
            }
        }
        opened().blockedListed = blocked;
        task = null;
        if (isPhase) {
            return Optional.of(Fate.UNDERSTOOD);
        }
        return Optional.of(begin(OptionalLong.of(Long.parseLong(named.group(3))), begun -> {
            begun.comm = Optional.of(named.group(2));
            begun.state = Optional.of(blocked ? 'D' : 'R');
        }));
    }

    private Fate hung(NumberedLine line, Matcher hung) {
        long pid = Long.parseLong(hung.group(2));
        OptionalDouble now = line.log().seconds();
        boolean same = report != null
                && report.kind == LogKind.HUNG_TASK
                && !report.lists(pid)
                && (now.isEmpty()
                        || report.seconds.isEmpty()
                        || Math.abs(now.getAsDouble() - report.seconds.getAsDouble()) <= ROUND_SECONDS);
        if (!same && open(LogKind.HUNG_TASK, line) == Fate.UNREAD) {
            return Fate.UNREAD;
        }
        opened().seconds = now;
        return begin(OptionalLong.of(pid), begun -> {
            begun.comm = Optional.of(hung.group(1));
            begun.state = Optional.of('D');
            begun.blockedSeconds = OptionalLong.of(Long.parseLong(hung.group(3)));
        });
    }

    private Fate shown(NumberedLine line, TaskLine shown) {
        if (task != null
                && !task.headed
                && task.blockedSeconds.isPresent()
                && task.pid.equals(OptionalLong.of(shown.pid()))) {
            task.take(shown);
            task.state = Optional.of('D'); // It may have moved on since; khungtaskd saw it in D.
            return Fate.UNDERSTOOD;
        }
        boolean owner = ownerExpected && report != null && report.kind == LogKind.HUNG_TASK;
        boolean listing = report != null
                && switch (report.kind) {
                    case SYSRQ, SYSRQ_ALL, SYSRQ_BLOCKED -> true;
                    case DUMP, ORIGINAL, HUNG_TASK, PROC_STACK -> false;
                };
        if (!owner && !listing && open(LogKind.SYSRQ, line) == Fate.UNREAD) {
            return Fate.UNREAD;
        }
        ownerExpected = false;
        return begin(OptionalLong.of(shown.pid()), begun -> begun.take(shown));
    }

    private Optional<Fate> ofProc(NumberedLine line, String text) {
        if (!line.log().stamp().isEmpty()) {
            return Optional.empty();
        }
        Matcher grep = GREP.matcher(text);
        if (grep.matches()) {
            Optional<FrameLine> frame = book.frame(grep.group(3).strip());
            if (frame.isEmpty()) {
                return Optional.of(Fate.UNREAD);
            }
            OptionalLong pid = OptionalLong.of(Long.parseLong(grep.group(2) == null ? grep.group(1) : grep.group(2)));
            if (!inProc() || task == null || !task.pid.equals(pid)) {
                if (openProc(line) == Fate.UNREAD || begin(pid, begun -> {}) == Fate.UNREAD) {
                    return Optional.of(Fate.UNREAD);
                }
            }
            return Optional.of(take(frame.get()));
        }
        Matcher file = PROC_FILE.matcher(text);
        if (file.matches() && (text.startsWith("==> ") || text.startsWith("/proc/"))) {
            if (openProc(line) == Fate.UNREAD) {
                return Optional.of(Fate.UNREAD);
            }
            procPid = Long.parseLong(file.group(2) == null ? file.group(1) : file.group(2));
            procFile = file.group(3);
            task = null;
            otherTrace = false;
            return Optional.of(
                    procFile.equals("stack") ? begin(OptionalLong.of(procPid), begun -> {}) : Fate.UNDERSTOOD);
        }
        if (REFUSED.matcher(text).matches()) {
            if (openProc(line) == Fate.UNREAD) {
                return Optional.of(Fate.UNREAD);
            }
            opened().refused++;
            return Optional.of(Fate.UNDERSTOOD);
        }
        return inProc() && !procFile.isEmpty() && !procFile.equals("stack")
                ? Optional.of(besideStack(text))
                : Optional.empty();
    }

    /** Text of /proc/PID/comm and status; of other files nothing is used. */
    private Fate besideStack(String text) {
        ReportDraft.ProcName known =
                opened().names.getOrDefault(procPid, new ReportDraft.ProcName(Optional.empty(), Optional.empty()));
        if (procFile.equals("comm") || procFile.equals("status") && text.startsWith("Name:")) {
            String name = procFile.equals("comm") ? text : text.substring(5).strip();
            opened().names
                    .put(
                            procPid,
                            new ReportDraft.ProcName(
                                    Optional.of(name.substring(0, Math.min(name.length(), 64))), known.state()));
            return Fate.UNDERSTOOD;
        }
        if (procFile.equals("status") && text.matches("State:\\s+[A-Za-z] \\(.{1,40}\\)")) {
            char state = text.substring(6).strip().charAt(0);
            opened().names.put(procPid, new ReportDraft.ProcName(known.comm(), Optional.of(state)));
            return Fate.UNDERSTOOD;
        }
        return Fate.SKIPPED;
    }

    private Fate frame(NumberedLine line, String text, FrameLine frame) {
        if (otherTrace) {
            return Fate.SKIPPED;
        }
        boolean proc = text.startsWith("[<") && line.log().stamp().isEmpty();
        boolean anonymous = inProc() && procFile.isEmpty();
        if (task != null
                && anonymous
                && task.lastFrame().map(KnownFunctions::outermost).orElse(false)
                && !frame.frames().isEmpty()
                && !KnownFunctions.outermost(frame.frames().get(0))) {
            task = null;
        }
        if (task == null && proc) {
            if (frame.frames().isEmpty()) {
                return Fate.SKIPPED;
            }
            if (openProc(line) == Fate.UNREAD || begin(OptionalLong.empty(), begun -> {}) == Fate.UNREAD) {
                return Fate.UNREAD;
            }
        }
        Fate fate = take(frame);
        if (frame.frames().isEmpty() && inProc() && procFile.isEmpty()) {
            task = null;
        }
        return fate;
    }

    private Fate take(FrameLine frame) {
        if (task == null || task.closed) {
            return Fate.UNREAD;
        }
        return book.roomForFrames(frame.frames().size() + 1) && task.take(frame) ? Fate.UNDERSTOOD : Fate.UNREAD;
    }

    /** {@code 123} or {@code 123 name} above a stack: what {@code echo} in a loop puts there. */
    private boolean bareHeading(NumberedLine line) {
        Matcher matcher = BARE_PID.matcher(line.log().message().strip());
        if (!matcher.matches() || openProc(line) == Fate.UNREAD) {
            return false;
        }
        procPid = Long.parseLong(matcher.group(1));
        procFile = "";
        return begin(OptionalLong.of(procPid), begun -> {
                    if (matcher.group(2) != null && report != null) {
                        report.names.put(
                                procPid, new ReportDraft.ProcName(Optional.of(matcher.group(2)), Optional.empty()));
                    }
                })
                == Fate.UNDERSTOOD;
    }

    private boolean inProc() {
        return report != null && report.kind == LogKind.PROC_STACK;
    }

    /** Where it is known that one is: whoever opens one goes on only if that succeeded. */
    private ReportDraft opened() {
        return Objects.requireNonNull(report, "no report was opened");
    }

    private Fate openProc(NumberedLine line) {
        return inProc() ? Fate.UNDERSTOOD : open(LogKind.PROC_STACK, line);
    }

    private Fate open(LogKind kind, NumberedLine line) {
        task = null;
        otherTrace = false;
        ownerExpected = false;
        procFile = "";
        Optional<ReportDraft> opened = book.open(kind, line);
        report = opened.orElse(null);
        return opened.isPresent() ? Fate.UNDERSTOOD : Fate.UNREAD;
    }

    private Fate begin(OptionalLong pid, Consumer<RawTask> fill) {
        task = null;
        otherTrace = false;
        if (report == null || !book.roomForTask()) {
            return Fate.UNREAD;
        }
        task = report.add(pid);
        fill.accept(task);
        return Fate.UNDERSTOOD;
    }

    private static boolean word(String text) {
        return text.indexOf('"') < 0 && text.indexOf('\\') < 0;
    }

    // This project's own dumps, from a file or by printk=1

    private static boolean beginsDump(String message) {
        return message.startsWith("load_monitor dump ")
                || message.startsWith("task pid=")
                || message.startsWith("stack id=");
    }

    /** A dump without its footer ends where something else begins. */
    private static boolean continuesDump(String message) {
        return message.length() <= LONGEST_DUMP_LINE
                && !message.startsWith("INFO: task ")
                && !message.startsWith("task:")
                && !message.startsWith("==> ")
                && !message.startsWith("[<")
                && !message.startsWith("!!!!!!!!!!")
                && !SYSRQ.matcher(message.length() > 64 ? "" : message.strip()).matches();
    }

    private void dumpLine(NumberedLine line, String message, boolean printed) {
        if (message.startsWith("load_monitor dump ")) {
            endDump();
            report = null;
            task = null;
        }
        dumpPrinted = printed;
        dumpLines.add(line);
        dump.writeBytes(message.getBytes(StandardCharsets.ISO_8859_1));
        if (line.terminated()) {
            dump.write('\n');
        }
        if (message.startsWith("end id=")) {
            endDump();
        }
    }

    private void endDump() {
        if (dumpLines.isEmpty()) {
            return;
        }
        StackDump parsed = DumpParser.parse(RawDump.of(dump.toByteArray()));
        NumberedLine first = dumpLines.get(0);
        boolean kept = (parsed.header().isPresent()
                        || !parsed.tasks().isEmpty()
                        || !parsed.stacks().isEmpty())
                && book.add(first.number(), first.log().stamp(), parsed);
        Set<Integer> unread = new HashSet<>();
        for (UnreadLine line : parsed.unreadLines()) {
            unread.add(line.number());
        }
        // The parser keeps the numbers of the first unread lines alone; the others come after them.
        int beyond = parsed.unreadCount() - unread.size();
        for (int i = dumpLines.size(); i > 0 && beyond > 0; i--) {
            if (!dumpLines.get(i - 1).log().message().isBlank() && unread.add(i)) {
                beyond--;
            }
        }
        for (int i = 0; i < dumpLines.size(); i++) {
            NumberedLine line = dumpLines.get(i);
            settlement.settle(
                    line,
                    line.log().message().isBlank()
                            ? Fate.SKIPPED
                            : kept && !unread.contains(i + 1) ? Fate.UNDERSTOOD : Fate.UNREAD);
        }
        dumpLines.clear();
        dump.reset();
        dumpPrinted = false;
    }
}
