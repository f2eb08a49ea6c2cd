package io.loadmonitor.kernellog;

import io.loadmonitor.kernellog.KernelLogReader.Fate;
import io.loadmonitor.kernellog.KernelLogReader.NumberedLine;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Text of /proc/PID/stack, and of status, stat, wchan, comm and cgroup beside it, as head, tail, more, grep, a loop or
 * somebody at a prompt shows them. Not thread-safe.
 */
final class ProcLines implements LineReader {
    // head, tail, more
    private static final Pattern FILE = Pattern.compile(
            "^(?:==> )?(?:[!-~]{0,200}/)?(?:proc/)?(\\d{1,10})/(?:task/(\\d{1,10})/)?([a-z_]{2,20})(?: <==|:)?$");
    private static final Pattern GREP =
            Pattern.compile("^[!-~]{0,200}/(\\d{1,10})/(?:task/(\\d{1,10})/)?stack:(\\[<.*)$");
    private static final Pattern REFUSED =
            Pattern.compile("^(?:cat|head|tail|grep|more): .{0,40}/proc/\\d{1,10}/.{1,200}"
                    + "(?:No such|Permission|not permitted|No such process).{0,60}$");
    // admin@box:~$ sudo cat /proc/3236/stack; the output of wchan ends without a newline, so a prompt may follow it.
    private static final Pattern COMMAND = Pattern.compile("^(.{0,120}?(?:[$#%>]|\\]#) ?)?(?:sudo (?:-\\S{1,20} )?)?"
            + "(?:cat|head|tail|more|less|grep)(?: [^/|;]{1,40})?(?: \\.)? /proc/(\\d{1,10})/(?:task/(\\d{1,10})/)?"
            + "(?:\\{[a-z_,]{1,80}\\}|([a-z_]{2,20})).{0,200}$");
    // root@box:/proc/2001/task# cat 2002/stack
    private static final Pattern RELATIVE = Pattern.compile("^.{0,120}[$#%>] ?(?:sudo )?(?:cat|head|tail|more|less)"
            + " (\\d{1,10})/(?:task/(\\d{1,10})/)?(stack|status|stat|comm|wchan|cgroup)$");
    private static final Pattern BARE_PID =
            Pattern.compile("^(?:=+ ?)?(?:PID:? ?|pid:? ?)?(\\d{1,10})(?:[: ] ?([!-~][ -~]{0,62}))?$");
    private static final Pattern STATE = Pattern.compile("^State:\\s{1,8}([A-Za-z]) \\(.{1,40}\\)$");
    private static final Pattern STATUS = Pattern.compile("^[A-Z][A-Za-z_]{1,30}:(?:\\s.{0,200})?$");
    // /proc/PID/stat: 3236 (df) D 3200 ...
    private static final Pattern STAT =
            Pattern.compile("^(\\d{1,10}) \\((.{0,64})\\) ([A-Za-z]) (\\d{1,10}) -?\\d.{0,600}$");
    private static final Pattern CGROUP = Pattern.compile("^\\d{1,4}:[\\w,=-]{0,64}:(/.{0,400})$");
    private static final Pattern FUNCTION = Pattern.compile("^([A-Za-z_.][\\w.]{1,127})$");

    private final OpenReport open;
    private static final Pattern FILE_IN_COMMAND =
            Pattern.compile("/proc/(\\d{1,10})/(?:task/(\\d{1,10})/)?([a-z_]{2,20})\\b");

    /** A file that a command shows. */
    private record Shown(String process, @Nullable String thread, String name) {}

    private long pid;
    /** Those that the command shows after the one that is being read. */
    private final Deque<Shown> following = new ArrayDeque<>();
    /** A line that is a heading if a stack follows. */
    private @Nullable NumberedLine bare;

    ProcLines(OpenReport open) {
        this.open = open;
    }

    private boolean in() {
        return open.is(LogKind.PROC_STACK);
    }

    /** Whether the line waits for the next one, which says what it is. */
    boolean waits(NumberedLine line, String text) {
        if (bare != null) {
            boolean heading = line.log().stamp().isEmpty() && text.startsWith("[<");
            bare.settle(heading && bareHeading(bare) ? Fate.UNDERSTOOD : Fate.UNREAD);
            bare = null;
        }
        if (text.length() <= CallerLines.LONGEST_LINE
                && line.log().stamp().isEmpty()
                && open.procFile.isEmpty()
                && (open.report == null || in())
                && BARE_PID.matcher(text).matches()
                && !STAT.matcher(text).matches()
                && !SideLine.is(text)) {
            bare = line;
            return true;
        }
        return false;
    }

    void end() {
        if (bare != null) {
            bare.settle(Fate.UNREAD);
            bare = null;
        }
    }

    /** An empty line is the end of a file. */
    void gap() {
        if (in()) {
            open.task = null;
            open.procFile = "";
        }
    }

    @Override
    public Optional<Fate> read(NumberedLine line, String text) {
        if (!line.log().stamp().isEmpty()) {
            return Optional.empty();
        }
        Matcher grep = GREP.matcher(text);
        if (grep.matches()) {
            return Optional.of(grep(line, grep));
        }
        Matcher file = FILE.matcher(text);
        if (file.matches() && (text.startsWith("==> ") || text.startsWith("/proc/"))) {
            return Optional.of(file(line, file.group(1), file.group(2), file.group(3)));
        }
        Matcher command = COMMAND.matcher(text);
        if (command.matches()) {
            Fate fate = file(
                    line, command.group(2), command.group(3), command.group(4) == null ? "several" : command.group(4));
            Matcher more = FILE_IN_COMMAND.matcher(text);
            while (more.find()) {
                following.add(new Shown(more.group(1), more.group(2), more.group(3)));
            }
            following.poll(); // the one that was begun
            return Optional.of(fate);
        }
        Matcher relative = RELATIVE.matcher(text);
        if (relative.matches()) {
            return Optional.of(file(line, relative.group(1), relative.group(2), relative.group(3)));
        }
        if (REFUSED.matcher(text).matches()) {
            Fate fate = open.ensure(LogKind.PROC_STACK, line);
            if (fate == Fate.UNDERSTOOD) {
                open.opened().refused++;
            }
            return Optional.of(fate);
        }
        return in() && !open.procFile.isEmpty() && !text.startsWith("[<") ? beside(text) : Optional.empty();
    }

    private Fate grep(NumberedLine line, Matcher grep) {
        Optional<FrameLine> frame = open.book().frame(grep.group(3).strip());
        if (frame.isEmpty()) {
            return Fate.UNREAD;
        }
        OptionalLong of = OptionalLong.of(Long.parseLong(grep.group(2) == null ? grep.group(1) : grep.group(2)));
        if (!in() || open.task == null || !open.task.pid.equals(of)) {
            if (open.ensure(LogKind.PROC_STACK, line) == Fate.UNREAD || open.begin(of, begun -> {}) == Fate.UNREAD) {
                return Fate.UNREAD;
            }
        }
        return open.take(frame.get());
    }

    private Fate file(NumberedLine line, String process, @Nullable String thread, String name) {
        if (open.ensure(LogKind.PROC_STACK, line) == Fate.UNREAD) {
            return Fate.UNREAD;
        }
        following.clear();
        return begin(process, thread, name);
    }

    private Fate begin(String process, @Nullable String thread, String name) {
        pid = Long.parseLong(thread == null ? process : thread);
        open.procFile = name;
        open.task = null;
        open.otherTrace = false;
        return name.equals("stack") ? open.begin(OptionalLong.of(pid), begun -> {}) : Fate.UNDERSTOOD;
    }

    /** A file of one line is over, or a stack: what comes is of the next one that the command shows. */
    private void next() {
        Shown shown = following.poll();
        if (shown != null) {
            begin(shown.process, shown.thread, shown.name);
        }
    }

    /** A line of a file that is no stack. */
    private Optional<Fate> beside(String text) {
        ReportDraft.ProcName known = open.opened().name(pid);
        Matcher state = STATE.matcher(text);
        Matcher stat = STAT.matcher(text);
        Matcher cgroup = CGROUP.matcher(text);
        switch (open.procFile) {
            case "comm" -> {
                open.opened().name(pid, known.withComm(text));
                open.procFile = "done";
                next();
            }
            case "stat" -> {
                if (!stat.matches()) {
                    return Optional.of(Fate.SKIPPED);
                }
                open.opened()
                        .name(
                                pid,
                                known.withComm(stat.group(2))
                                        .withState(stat.group(3).charAt(0)));
            }
            case "wchan" -> {
                Matcher function = FUNCTION.matcher(text);
                if (!function.matches()) {
                    return Optional.of(Fate.SKIPPED);
                }
                open.opened().name(pid, known.withWaitChannel(text));
            }
            case "cgroup" -> {
                if (!cgroup.matches()) {
                    return Optional.of(Fate.SKIPPED);
                }
                open.opened().name(pid, known.withCgroup(cgroup.group(1)));
            }
            case "status", "several" -> {
                if (text.startsWith("Name:")) {
                    open.opened().name(pid, known.withComm(text.substring(5).strip()));
                } else if (state.matches()) {
                    open.opened().name(pid, known.withState(state.group(1).charAt(0)));
                } else if (cgroup.matches()) {
                    open.opened().name(pid, known.withCgroup(cgroup.group(1)));
                } else if (stat.matches()) {
                    open.opened()
                            .name(
                                    pid,
                                    known.withComm(stat.group(2))
                                            .withState(stat.group(3).charAt(0)));
                } else if (open.procFile.equals("several")
                        && !STATUS.matcher(text).matches()) {
                    return Optional.empty();
                } else {
                    return Optional.of(Fate.SKIPPED);
                }
            }
            case "stack", "done" -> {
                return Optional.empty();
            }
            default -> {
                return Optional.of(Fate.SKIPPED);
            }
        }
        return Optional.of(Fate.UNDERSTOOD);
    }

    /** A frame that may be of a file of /proc; empty where it belongs to what is being read. */
    Optional<Fate> frame(NumberedLine line, String text, FrameLine frame) {
        boolean proc = text.startsWith("[<") && line.log().stamp().isEmpty();
        boolean anonymous = in() && open.procFile.isEmpty();
        if (open.otherTrace) {
            return Optional.empty();
        }
        if (in() && open.procFile.equals("several")) {
            open.procFile = "stack";
            open.begin(OptionalLong.of(pid), begun -> {});
        }
        boolean over = open.task != null
                && open.task.lastFrame().map(KnownFunctions::outermost).orElse(false)
                && !frame.frames().isEmpty()
                && !KnownFunctions.outermost(frame.frames().get(0));
        if (in() && over && !following.isEmpty()) {
            next();
        }
        if (open.task != null && anonymous && over) {
            open.task = null;
        }
        if (open.task == null && proc) {
            if (frame.frames().isEmpty()) {
                return Optional.of(Fate.SKIPPED);
            }
            if (open.ensure(LogKind.PROC_STACK, line) == Fate.UNREAD
                    || open.begin(OptionalLong.empty(), begun -> {}) == Fate.UNREAD) {
                return Optional.of(Fate.UNREAD);
            }
        }
        Fate fate = open.take(frame);
        if (frame.frames().isEmpty() && in() && open.procFile.isEmpty()) {
            open.task = null;
        }
        return Optional.of(fate);
    }

    /** {@code 123} or {@code 123 name} above a stack: what {@code echo} in a loop puts there. */
    private boolean bareHeading(NumberedLine line) {
        Matcher matcher = BARE_PID.matcher(line.log().message().strip());
        if (!matcher.matches() || open.ensure(LogKind.PROC_STACK, line) == Fate.UNREAD) {
            return false;
        }
        pid = Long.parseLong(matcher.group(1));
        open.procFile = "";
        if (matcher.group(2) != null) {
            open.opened().name(pid, open.opened().name(pid).withComm(matcher.group(2)));
        }
        return open.begin(OptionalLong.of(pid), begun -> {}) == Fate.UNDERSTOOD;
    }
}
