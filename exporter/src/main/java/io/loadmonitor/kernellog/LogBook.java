package io.loadmonitor.kernellog;

import io.loadmonitor.dump.CallStack;
import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.Frame;
import io.loadmonitor.dump.StackDump;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/** The reports of a text, while it is read, and how much of them there may be. Not thread-safe. */
final class LogBook {
    private static final int MOST_REPORTS = 10_000;
    private static final int MOST_TASKS = 100_000;
    private static final int MOST_FRAMES = 1_000_000;
    private static final int MOST_REMARKS = 10;
    private static final int MOST_FRAMES_KEPT = 20_000;

    private final List<ReportDraft> drafts = new ArrayList<>();
    private final List<LogReport> dumps = new ArrayList<>();
    /** Most frames of a log are there many times. */
    private final Map<String, Optional<FrameLine>> framesByText = new HashMap<>();

    private final Set<String> remarks = new LinkedHashSet<>();
    private int tasks;
    private int frames;

    /** Empty when there are too many reports. */
    Optional<ReportDraft> open(LogKind kind, KernelLogReader.NumberedLine line) {
        if (drafts.size() + dumps.size() >= MOST_REPORTS) {
            return Optional.empty();
        }
        ReportDraft draft = new ReportDraft(kind, line.number(), line.log());
        drafts.add(draft);
        return Optional.of(draft);
    }

    /** False when there are too many reports. */
    boolean add(int firstLine, String stamp, StackDump dump) {
        if (drafts.size() + dumps.size() >= MOST_REPORTS) {
            return false;
        }
        Optional<String> printable = stamp.isEmpty()
                ? Optional.empty()
                : Optional.of(ReportDraft.escaped(stamp).escaped());
        dumps.add(new LogReport(LogKind.DUMP, firstLine, printable, dump, List.of(), List.of(), ReportContext.none()));
        return true;
    }

    /** May another task come in? Counts it, if so. */
    boolean roomForTask() {
        return tasks < MOST_TASKS && tasks++ >= 0;
    }

    /** May so many more frames come in? Counts them, if so. */
    boolean roomForFrames(int count) {
        if (frames + count > MOST_FRAMES) {
            return false;
        }
        frames += count;
        return true;
    }

    /** As {@link FrameLine#of}. */
    Optional<FrameLine> frame(String text) {
        Optional<FrameLine> known = framesByText.get(text);
        if (known != null) {
            return known;
        }
        Optional<FrameLine> frame = FrameLine.of(text);
        if (frame.isPresent() && framesByText.size() < MOST_FRAMES_KEPT) {
            framesByText.put(text, frame);
        }
        return frame;
    }

    /** Messages were lost here; which report they belonged to is not known, so the newest one has a gap. */
    void gap() {
        if (!drafts.isEmpty()) {
            drafts.get(drafts.size() - 1).gaps = true;
        }
    }

    /** What else is in the text, once. */
    void remark(String text) {
        if (remarks.size() < MOST_REMARKS) {
            remarks.add(ReportDraft.escaped(text).escaped());
        }
    }

    /** What else is in the text. */
    List<String> remarks() {
        return List.copyOf(remarks);
    }

    /**
     * In the order of the text; what is there several times is there once.
     *
     * @param ofText what to know of the whole text
     */
    List<LogReport> finish(List<String> ofText) {
        List<LogReport> reports = new ArrayList<>(dumps);
        Map<Object, Round> rounds = new LinkedHashMap<>();
        int number = 0;
        for (ReportDraft draft : drafts) {
            LogReport report = draft.finish(number + 1);
            Object likeness = Round.likeness(report);
            Round round = rounds.get(likeness);
            if (round == null) {
                number++;
                rounds.put(likeness, new Round(report, draft.clock()));
            } else {
                round.again(report, draft.clock());
            }
        }
        rounds.values().forEach(round -> reports.add(round.report()));
        reports.sort(Comparator.comparingInt(LogReport::firstLine));
        List<String> all = new ArrayList<>(ofText);
        remarks.forEach(remark -> all.add("In the same text: " + remark));
        if (!all.isEmpty() && !reports.isEmpty()) {
            reports.set(0, reports.get(0).warned(all));
        }
        return reports;
    }

    /** Reports of the same tasks at the same places. */
    private static final class Round {
        private final LogReport first;
        private LogReport newest;
        private OptionalDouble clock;
        private int times = 1;

        Round(LogReport report, OptionalDouble clock) {
            this.first = report;
            this.newest = report;
            this.clock = clock;
        }

        /** Two loggers may have written it down: then the kernel's clock is the same, or only one of them has it. */
        void again(LogReport report, OptionalDouble at) {
            if (at.isPresent() && at.equals(clock) || at.isPresent() != clock.isPresent()) {
                return;
            }
            times++;
            newest = report;
            clock = at;
        }

        LogReport report() {
            return times == 1
                    ? first
                    : newest.inPlaceOf(first).repeated(new ReportContext.Repeats(times, first.stamp(), newest.stamp()));
        }

        private record Place(long pid, EscapedText comm, List<String> functions) {}

        /** Of reports whose rounds come by themselves; another is like itself alone, or like its own copy. */
        static Object likeness(LogReport report) {
            List<Object> places = new ArrayList<>();
            places.add(report.kind());
            places.add(report.context().events().size());
            boolean rounds = report.kind() == LogKind.HUNG_TASK || report.kind() == LogKind.LOCKUP;
            if (!rounds || report.dump().tasks().isEmpty()) {
                places.add(report.stamp().map(Object.class::cast).orElse(report.firstLine()));
            }
            Map<Integer, CallStack> stacks = report.dump().stacksById();
            for (StackDump.Task task : report.dump().tasks()) {
                CallStack stack = stacks.get(task.stackId());
                places.add(new Place(
                        task.pid(),
                        task.comm(),
                        stack == null
                                ? List.of()
                                : stack.frames().stream().map(Frame::function).toList()));
            }
            return places;
        }
    }
}
