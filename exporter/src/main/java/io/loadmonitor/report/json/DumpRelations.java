package io.loadmonitor.report.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.loadmonitor.archive.ArchivedDump;
import io.loadmonitor.archive.SeenSignature;
import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.dump.ChangeCount;
import io.loadmonitor.dump.ComparedTask;
import io.loadmonitor.dump.DumpComparison;
import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.GroupKind;
import io.loadmonitor.dump.StackDump;
import io.loadmonitor.dump.TaskChange;
import io.loadmonitor.dump.TaskGroup;
import io.loadmonitor.dump.TaskGroups;
import io.loadmonitor.dump.TimeInState;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the tasks of a dump have in common, with each other and with earlier dumps. Lists are cut at {@value #MOST};
 * what was cut off is counted. Of a dump that is a fair sample the tasks of groups and signatures are scaled up; those
 * of changes are counted in the dumps.
 */
public record DumpRelations(
        Map<String, Groups> groups, @Nullable Compared compared, List<Signature> signatures) {
    private static final int MOST = 200;

    /**
     * @param before the same host's dump before it, of the same boot
     * @param seen the dump's signatures
     */
    public static DumpRelations of(
            StackDump dump, Optional<ArchivedDump> before, List<SeenSignature> seen, CauseCatalogue causes) {
        Set<String> chronic = seen.stream()
                .filter(SeenSignature::chronic)
                .map(one -> one.signature().id())
                .collect(Collectors.toSet());
        return new DumpRelations(
                groups(TaskGroups.of(dump, causes, chronic)),
                before.flatMap(earlier -> earlier.dump()
                                .map(content ->
                                        Compared.of(earlier.summary().id(), DumpComparison.of(content, dump, causes))))
                        .orElse(null),
                seen.stream().limit(MOST).map(Signature::of).toList());
    }

    static Map<String, Groups> groups(TaskGroups found) {
        Map<String, Groups> groups = new TreeMap<>();
        for (GroupKind kind : GroupKind.values()) {
            groups.put(kind.name().toLowerCase(Locale.ROOT), Groups.of(found.by(kind), found.tasks()));
        }
        return groups;
    }

    /** The groups of one way, the largest first: they and the others sum to the dump's tasks. */
    public record Groups(
            List<Group> groups,
            @Nullable Integer otherGroups,
            @Nullable Integer otherTasks) {
        static Groups of(List<TaskGroup> groups, int whole) {
            List<TaskGroup> shown = groups.subList(0, Math.min(MOST, groups.size()));
            int tasks = shown.stream().mapToInt(TaskGroup::tasks).sum();
            boolean all = shown.size() == groups.size();
            return new Groups(
                    shown.stream().map(group -> Group.of(group, whole)).toList(),
                    all ? null : groups.size() - shown.size(),
                    all ? null : whole - tasks);
        }
    }

    /** Tasks that have something in common. */
    public record Group(
            @Nullable String key,
            String title,
            int tasks,
            double share,
            @Nullable Long longestMillis,
            @Nullable InD uninterruptible,
            @Nullable Integer chronicTasks,
            @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean chronic,
            Example example) {
        static Group of(TaskGroup group, int whole) {
            return new Group(
                    group.key().isEmpty() ? null : group.key(),
                    group.title(),
                    group.tasks(),
                    Share.of(group.tasks(), whole),
                    group.time().map(TimeInState::maxMillis).orElse(null),
                    group.uninterruptible() == 0 ? null : InD.of(group),
                    group.chronic() == 0 ? null : group.chronic(),
                    group.chronic() == group.tasks(),
                    Example.of(group.example()));
        }
    }

    /** Those that are in D, and for how long at most. */
    public record InD(
            int tasks, @Nullable Long maxMillis, @Nullable Long medianMillis) {
        static InD of(TaskGroup group) {
            return new InD(
                    group.uninterruptible(),
                    group.timeInD().map(TimeInState::maxMillis).orElse(null),
                    group.timeInD().map(TimeInState::medianMillis).orElse(null));
        }
    }

    /** A task of taskList. */
    public record Example(
            long pid, @Nullable Long tgid, @Nullable String leader, String comm) {
        static Example of(StackDump.Task task) {
            return new Example(
                    task.pid(),
                    Absent.orNull(task.tgid()),
                    task.leader().map(EscapedText::escaped).orElse(null),
                    task.comm().escaped());
        }
    }

    /**
     * What became of each task since the dump before.
     *
     * @param dumpId not there where the dump before is not of an archive
     */
    public record Compared(
            @Nullable Long dumpId,
            @Nullable Long elapsedMillis,
            boolean complete,
            @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean sampled,
            Map<String, Integer> counts,
            List<Change> causes,
            List<Change> signatures,
            Map<String, List<Example>> tasks) {
        static Compared of(@Nullable Long dumpId, DumpComparison comparison) {
            Map<String, Integer> counts = new TreeMap<>();
            Map<String, List<Example>> tasks = new TreeMap<>();
            for (TaskChange change : TaskChange.values()) {
                counts.put(name(change), comparison.of(change));
                tasks.put(
                        name(change),
                        comparison.tasks(change).stream()
                                .limit(MOST)
                                .map(ComparedTask::task)
                                .map(Example::of)
                                .toList());
            }
            return new Compared(
                    dumpId,
                    comparison.elapsed().map(Compared::millis).orElse(null),
                    comparison.complete(),
                    comparison.sampled(),
                    counts,
                    comparison.byCause().stream().limit(MOST).map(Change::of).toList(),
                    comparison.bySignature().stream()
                            .limit(MOST)
                            .map(Change::of)
                            .toList(),
                    tasks);
        }

        /** A damaged text may name any time. */
        private static long millis(Duration time) {
            return time.toSeconds() > Long.MAX_VALUE / 2000 ? Long.MAX_VALUE : time.toMillis();
        }
    }

    /** How many tasks of a cause or of a signature came, stayed and went. */
    public record Change(String key, String title, Map<String, Integer> counts) {
        static Change of(ChangeCount count) {
            Map<String, Integer> counts = new TreeMap<>();
            for (TaskChange change : TaskChange.values()) {
                if (count.of(change) > 0) {
                    counts.put(name(change), count.of(change));
                }
            }
            return new Change(count.key(), count.title(), counts);
        }
    }

    private static String name(TaskChange change) {
        return change.name().toLowerCase(Locale.ROOT);
    }

    /** A place in the kernel, and what this host's earlier dumps had of it. */
    public record Signature(
            String id,
            List<String> frames,
            int tasks,
            @Nullable SeenBefore seenBefore,
            @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean chronic) {
        static Signature of(SeenSignature seen) {
            return new Signature(
                    seen.signature().id(),
                    seen.signature().frames(),
                    seen.tasks(),
                    seen.before().map(SeenBefore::of).orElse(null),
                    seen.chronic());
        }
    }

    /** The dumps before that had it. */
    public record SeenBefore(long dumps, String first, String last) {
        static SeenBefore of(SeenSignature.Earlier earlier) {
            return new SeenBefore(
                    earlier.dumps(), earlier.first().toString(), earlier.last().toString());
        }
    }
}
