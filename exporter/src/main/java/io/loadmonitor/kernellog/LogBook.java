package io.loadmonitor.kernellog;

import io.loadmonitor.dump.StackDump;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The reports of a text, while it is read, and how much of them there may be. Not thread-safe. */
final class LogBook {
    private static final int MOST_REPORTS = 10_000;
    private static final int MOST_TASKS = 100_000;
    private static final int MOST_FRAMES = 1_000_000;
    private static final int MOST_FRAMES_KEPT = 20_000;

    private final List<ReportDraft> drafts = new ArrayList<>();
    private final List<LogReport> dumps = new ArrayList<>();
    /** Most frames of a log are there many times. */
    private final Map<String, Optional<FrameLine>> framesByText = new HashMap<>();

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
        dumps.add(new LogReport(LogKind.DUMP, firstLine, printable, dump, List.of(), List.of()));
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

    /** In the order of the text. */
    List<LogReport> finish() {
        List<LogReport> reports = new ArrayList<>(dumps);
        int number = 0;
        for (ReportDraft draft : drafts) {
            reports.add(draft.finish(++number));
        }
        reports.sort(Comparator.comparingInt(LogReport::firstLine));
        return reports;
    }
}
