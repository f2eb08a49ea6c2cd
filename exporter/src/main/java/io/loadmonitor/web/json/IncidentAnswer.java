package io.loadmonitor.web.json;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.loadmonitor.archive.DumpStory;
import io.loadmonitor.archive.RefusedDump;
import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.dump.LoadBreakdown;
import io.loadmonitor.dump.LoadChange;
import io.loadmonitor.dump.LoadSample;
import io.loadmonitor.report.CauseTurn;
import io.loadmonitor.report.IncidentReport;
import io.loadmonitor.report.LoadTimeline;
import io.loadmonitor.report.PartsTimeline;
import io.loadmonitor.report.json.Absent;
import io.loadmonitor.report.json.DumpContent;
import io.loadmonitor.web.view.Site;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An incident with all that is shown of it: the load over its time, by cause where that was kept, its dumps (oldest
 * first), what changed between them, when the cause did, and which dumps limits refused.
 */
public record IncidentAnswer(
        @JsonUnwrapped IncidentItem incident,
        Timeline timeline,
        @Nullable LoadByCause loadByCause,
        List<Dump> dumps,
        List<Change> changes,
        List<Turn> turns,
        List<Refused> refused) {
    public IncidentAnswer {
        dumps = List.copyOf(dumps);
        changes = List.copyOf(changes);
        turns = List.copyOf(turns);
        refused = List.copyOf(refused);
    }

    /** @param omitted ticks that are known and left out, because they are too many */
    public record Timeline(String from, String to, int omitted, List<Tick> ticks) {
        public Timeline {
            ticks = List.copyOf(ticks);
        }

        static Timeline of(IncidentReport report) {
            LoadTimeline line = report.timeline();
            return new Timeline(
                    report.from().toString(),
                    report.to().toString(),
                    line.seen() - line.ticks().size(),
                    line.ticks().stream().map(Tick::of).toList());
        }
    }

    /**
     * What the load consisted of over the same time.
     *
     * @param omitted ticks that are known and left out, because they are too many
     * @param causes what the ids stand for, of all that are in the ticks
     * @param ticks as {@code GET /api/v1/load} has them
     */
    public record LoadByCause(int omitted, Map<String, String> causes, List<LoadAnswer.Tick> ticks) {
        public LoadByCause {
            causes = new TreeMap<>(causes);
            ticks = List.copyOf(ticks);
        }

        static LoadByCause of(PartsTimeline parts, CauseCatalogue catalogue) {
            Set<String> ids = new HashSet<>();
            parts.ticks().forEach(tick -> {
                ids.addAll(tick.load1ByCause().keySet());
                ids.addAll(tick.tasks().keySet());
            });
            return new LoadByCause(
                    parts.seen() - parts.ticks().size(),
                    LoadAnswer.titles(ids, catalogue),
                    parts.ticks().stream().map(LoadAnswer.Tick::of).toList());
        }
    }

    /** The load at one moment. */
    public record Tick(
            String time,
            @Nullable Integer active,
            @Nullable Double load1,
            @Nullable Integer running,
            @Nullable Integer uninterruptible) {
        static Tick of(LoadSample sample) {
            return new Tick(
                    sample.at().truncatedTo(ChronoUnit.MILLIS).toString(),
                    Absent.orNull(sample.active()),
                    Absent.orNull(sample.load1()),
                    Absent.orNull(sample.running()),
                    Absent.orNull(sample.uninterruptible()));
        }
    }

    /** @param phase {@code before}, {@code at}, {@code after} */
    public record Dump(
            @JsonUnwrapped DumpItem dump,
            String phase,
            List<String> warnings,
            List<String> hostState,
            List<String> kernelLog,
            DumpContent.@Nullable Devices devices,
            DumpContent.@Nullable Breakdown breakdown,
            @Nullable Groups groups) {
        public Dump {
            warnings = List.copyOf(warnings);
            hostState = List.copyOf(hostState);
            kernelLog = List.copyOf(kernelLog);
        }

        static Dump of(IncidentReport.Dump dump, Site site) {
            return new Dump(
                    DumpItem.of(dump.summary(), site),
                    dump.phase().name().toLowerCase(Locale.ROOT),
                    dump.warnings(),
                    dump.host(),
                    dump.log(),
                    dump.breakdown()
                            .flatMap(LoadBreakdown::devices)
                            .map(DumpContent.Devices::of)
                            .orElse(null),
                    dump.breakdown()
                            .<DumpContent.Breakdown>map(DumpContent.Breakdown::of)
                            .orElse(null),
                    dump.story().map(Groups::of).orElse(null));
        }
    }

    /** Who the tasks of a deleted dump were; of any other dump its own address tells. */
    public record Groups(List<Group> processes, List<Group> cgroups) {
        public Groups {
            processes = List.copyOf(processes);
            cgroups = List.copyOf(cgroups);
        }

        static Groups of(DumpStory story) {
            return new Groups(
                    story.processes().stream().map(Group::of).toList(),
                    story.cgroups().stream().map(Group::of).toList());
        }
    }

    /** Tasks of one process or cgroup, and how many of them sleep in D. */
    public record Group(String title, int tasks, int uninterruptible) {
        static Group of(DumpStory.Group group) {
            return new Group(group.title(), group.tasks(), group.uninterruptible());
        }
    }

    /** When most of the load came to have another cause: the last dump before it and the first after it. */
    public record Turn(Sight before, Sight after) {
        static Turn of(CauseTurn turn) {
            return new Turn(Sight.of(turn.before()), Sight.of(turn.after()));
        }
    }

    /** The largest part of a dump. */
    public record Sight(long dump, String at, String cause, String title, int tasks) {
        static Sight of(CauseTurn.Sight sight) {
            return new Sight(sight.dump(), sight.at().toString(), sight.cause(), sight.title(), sight.tasks());
        }
    }

    /**
     * A dump that a limit refused.
     *
     * @param what it was asked for: an alert's name, or why a further dump was due
     * @param why as a part of a sentence
     * @param next when the limit would allow one, as was known then
     */
    public record Refused(
            String at,
            String trigger,
            String what,
            String limit,
            String why,
            @Nullable String next) {
        static Refused of(RefusedDump refused) {
            return new Refused(
                    refused.at().toString(),
                    refused.trigger().name().toLowerCase(Locale.ROOT),
                    refused.what(),
                    refused.limit().name().toLowerCase(Locale.ROOT),
                    refused.words(),
                    refused.next().map(Instant::toString).orElse(null));
        }
    }

    /** What changed from one dump to the next one. */
    public record Change(long from, long to, int tasksBefore, int tasksAfter, List<PartChange> parts, String diff) {
        public Change {
            parts = List.copyOf(parts);
        }

        static Change of(IncidentReport.Change change, Site site) {
            return new Change(
                    change.before(),
                    change.after(),
                    change.tasksBefore(),
                    change.tasksAfter(),
                    change.parts().stream().map(PartChange::of).toList(),
                    site.link("/dumps/" + change.before() + "/diff/" + change.after()));
        }
    }

    /** How many tasks a part had before and after. */
    public record PartChange(String cause, String detail, String title, int before, int after) {
        static PartChange of(LoadChange change) {
            return new PartChange(
                    change.cause().id(), change.detail(), change.title(), change.before(), change.after());
        }
    }

    /** @param catalogue by which the parts of the load are named */
    public static IncidentAnswer of(IncidentReport report, Site site, CauseCatalogue catalogue) {
        return new IncidentAnswer(
                IncidentItem.of(report.incident(), report.headline(), site),
                Timeline.of(report),
                report.parts().ticks().isEmpty() ? null : LoadByCause.of(report.parts(), catalogue),
                report.dumps().stream().map(dump -> Dump.of(dump, site)).toList(),
                report.changes().stream().map(change -> Change.of(change, site)).toList(),
                report.turns().stream().map(Turn::of).toList(),
                report.refused().stream().map(Refused::of).toList());
    }
}
