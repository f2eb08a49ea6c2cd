package io.loadmonitor.report.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.dump.DumpComparison;
import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.Frame;
import io.loadmonitor.dump.LoadBreakdown;
import io.loadmonitor.dump.StackDump;
import io.loadmonitor.dump.TaskGroups;
import io.loadmonitor.kernellog.Blocker;
import io.loadmonitor.kernellog.KernelLog;
import io.loadmonitor.kernellog.ListedTask;
import io.loadmonitor.kernellog.LogReport;
import io.loadmonitor.kernellog.ReportContext;
import io.loadmonitor.kernellog.UnreadKind;
import io.loadmonitor.report.LogHeadline;
import io.loadmonitor.report.LogWarnings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What {@code explain --json} says of a text: its reports, and what became of each of its lines. What a report tells of
 * a dump has the names of the HTTP API. {@code exporter/docs/explain.md} describes it.
 */
public record ExplainAnswer(List<Report> reports, Lines lines, Unread unread) {
    public ExplainAnswer {
        reports = List.copyOf(reports);
    }

    /** @param before the dump with which the first report is compared */
    public static ExplainAnswer of(KernelLog log, CauseCatalogue causes, Optional<StackDump> before) {
        List<Report> reports = new ArrayList<>();
        for (LogReport report : log.reports()) {
            reports.add(Report.of(report, causes, reports.isEmpty() ? before : Optional.empty()));
        }
        return new ExplainAnswer(reports, Lines.of(log), Unread.of(log));
    }

    /**
     * One report.
     *
     * @param tasks in it; of a fair sample those that were drawn
     * @param compared with the text of {@code --before}
     * @param seen how often the text has the report; not there for once
     */
    public record Report(
            String kind,
            @Nullable String source,
            int firstLine,
            @Nullable String stamp,
            @Nullable String takenAt,
            String headline,
            boolean complete,
            int tasks,
            @JsonUnwrapped DumpContent content,
            Map<String, DumpRelations.Groups> groups,
            DumpRelations.@Nullable Compared compared,
            List<Listed> listedButNoLoad,
            List<String> events,
            List<LockHolder> lockHolders,
            @Nullable Seen seen) {
        public Report {
            groups = Map.copyOf(groups);
            listedButNoLoad = List.copyOf(listedButNoLoad);
            events = List.copyOf(events);
            lockHolders = List.copyOf(lockHolders);
        }

        static Report of(LogReport report, CauseCatalogue causes, Optional<StackDump> before) {
            StackDump dump = report.dump();
            ReportContext context = report.context();
            LoadBreakdown load = LogHeadline.load(report, causes);
            return new Report(
                    report.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                    dump.header().map(StackDump.Header::source).orElse(null),
                    report.firstLine(),
                    report.stamp().orElse(null),
                    dump.time()
                            .flatMap(StackDump.Time::wall)
                            .map(Object::toString)
                            .orElse(null),
                    LogHeadline.of(report, load, causes),
                    dump.complete(),
                    dump.tasks().size(),
                    DumpContent.of(dump, load, LogWarnings.of(report), context.works(), context.offCpuMicros()),
                    DumpRelations.groups(TaskGroups.of(dump, causes, Set.of())),
                    before.map(earlier -> DumpRelations.Compared.of(null, DumpComparison.of(earlier, dump, causes)))
                            .orElse(null),
                    report.listed().stream().map(Listed::of).toList(),
                    context.events(),
                    context.blockers().stream().map(LockHolder::of).toList(),
                    context.repeats().map(Seen::of).orElse(null));
        }
    }

    /** A task that the text lists and that is no load. */
    public record Listed(
            @Nullable Long pid,
            @Nullable String comm,
            @Nullable String state,
            String reason,
            @Nullable String function) {
        static Listed of(ListedTask task) {
            return new Listed(
                    task.pid() == 0 ? null : task.pid(),
                    task.comm().map(EscapedText::escaped).orElse(null),
                    task.state().orElse(null),
                    task.reason().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                    task.function().orElse(null));
        }
    }

    /**
     * Who holds a lock that a task waits for, as the kernel says it.
     *
     * @param lastKnown whether it is only the last holder that is known: a semaphore has no owner
     */
    public record LockHolder(
            long waiterPid,
            String waiter,
            String lock,
            @Nullable String holder,
            @Nullable Long holderPid,
            @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean lastKnown,
            @Nullable String holderState,
            List<String> frames) {
        public LockHolder {
            frames = List.copyOf(frames);
        }

        static LockHolder of(Blocker blocker) {
            return new LockHolder(
                    blocker.waiterPid(),
                    blocker.waiter().escaped(),
                    blocker.lock(),
                    blocker.holder().map(EscapedText::escaped).orElse(null),
                    Absent.orNull(blocker.holderPid()),
                    blocker.formerly(),
                    blocker.holderState().orElse(null),
                    blocker.frames().stream().map(Frame::toString).toList());
        }
    }

    /** How often the text has a report, and the stamps of the first and the last. */
    public record Seen(
            int times, @Nullable String first, @Nullable String last) {
        static Seen of(ReportContext.Repeats repeats) {
            return new Seen(
                    repeats.times(),
                    repeats.first().orElse(null),
                    repeats.last().orElse(null));
        }
    }

    /** Lines of the text: those understood, skipped and unread sum to the total. */
    public record Lines(int total, int understood, int skipped, int unread) {
        static Lines of(KernelLog log) {
            return new Lines(log.lines(), log.understood(), log.skipped(), log.unread());
        }
    }

    /**
     * What was not understood, or only in part.
     *
     * @param lines the first 1,000
     * @param kinds of those that differ in numbers alone, one for all of them; the most frequent first
     */
    public record Unread(List<Line> lines, List<Kind> kinds) {
        public Unread {
            lines = List.copyOf(lines);
            kinds = List.copyOf(kinds);
        }

        static Unread of(KernelLog log) {
            return new Unread(
                    log.unreadLines().stream().map(Line::of).toList(),
                    log.unreadKinds().stream().map(Kind::of).toList());
        }
    }

    /** @param number from 1 */
    public record Line(int number, String text) {
        static Line of(StackDump.UnreadLine line) {
            return new Line(line.number(), line.text());
        }
    }

    /** @param lines how many there are */
    public record Kind(int firstLine, String text, int lines) {
        static Kind of(UnreadKind kind) {
            return new Kind(kind.firstLine(), kind.text(), kind.lines());
        }
    }
}
