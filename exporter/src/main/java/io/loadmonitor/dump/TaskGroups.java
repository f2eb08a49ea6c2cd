package io.loadmonitor.dump;

import io.loadmonitor.dump.StackDump.State;
import io.loadmonitor.dump.StackDump.Task;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The tasks of a dump in groups, in five ways. Each task is in one group of each way, so the groups of a way sum to the
 * tasks; of a dump that is a fair sample, to those that it stands for. Immutable.
 */
public final class TaskGroups {
    private final Map<GroupKind, List<TaskGroup>> groups;
    private final Map<String, StackSignature> signatures;
    private final int tasks;

    private TaskGroups(Map<GroupKind, List<TaskGroup>> groups, Map<String, StackSignature> signatures, int tasks) {
        this.groups = groups;
        this.signatures = Map.copyOf(signatures);
        this.tasks = tasks;
    }

    private record Member(Task task, LoadCause cause) {}

    private static final class Tally {
        final String title;
        final List<Member> members = new ArrayList<>();
        int chronic;

        Tally(String title) {
            this.title = title;
        }

        void add(Member member, boolean always) {
            members.add(member);
            chronic += always ? 1 : 0;
        }
    }

    /**
     * Time grows with the dump, memory with its tasks.
     *
     * @param chronic ids of the signatures that the host always has
     */
    public static TaskGroups of(StackDump dump, CauseCatalogue catalogue, Set<String> chronic) {
        CauseFinder causes = new CauseFinder(catalogue, dump);
        SignatureFinder finder = new SignatureFinder(dump);
        Map<String, StackSignature> signatures = new HashMap<>();
        Map<GroupKind, Map<String, Tally>> tallies = new EnumMap<>(GroupKind.class);
        for (GroupKind kind : GroupKind.values()) {
            tallies.put(kind, new LinkedHashMap<>());
        }
        GroupNames names = new GroupNames(dump.podsByUid());
        for (Task task : dump.tasks()) {
            StackSignature signature = finder.find(task);
            signatures.put(signature.id(), signature);
            boolean always = chronic.contains(signature.id()) && !dump.isExporter(task);
            LoadCause cause = causes.find(task).cause();
            Member member = new Member(task, cause);
            tallies.forEach((kind, byKey) -> byKey.computeIfAbsent(
                            names.key(kind, task, cause, signature),
                            missing -> new Tally(names.title(kind, task, cause, signature)))
                    .add(member, always));
        }
        Map<GroupKind, List<TaskGroup>> groups = new EnumMap<>(GroupKind.class);
        tallies.forEach((kind, byKey) -> groups.put(kind, groups(kind, byKey, dump.tasksMeant())));
        return new TaskGroups(groups, signatures, dump.tasksMeant());
    }

    /** What the groups of each way sum to. */
    public int tasks() {
        return tasks;
    }

    /** Largest first. */
    public List<TaskGroup> by(GroupKind kind) {
        List<TaskGroup> found = groups.get(kind);
        return found == null ? List.of() : found;
    }

    /** The signatures of the dump's tasks, by their ids. */
    public Map<String, StackSignature> signatures() {
        return signatures;
    }

    /** @param whole that the tasks stand for */
    private static List<TaskGroup> groups(GroupKind kind, Map<String, Tally> byKey, int whole) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        byKey.forEach((key, tally) -> counts.put(key, tally.members.size()));
        Map<String, Integer> meant = FairSample.apportion(counts, whole, Function.identity());
        List<TaskGroup> all = new ArrayList<>(byKey.size());
        byKey.forEach((key, tally) -> all.add(group(
                key,
                kind == GroupKind.PROCESS ? processTitle(tally.members) : tally.title,
                tally,
                meant.getOrDefault(key, tally.members.size()))));
        all.sort(Comparator.comparingInt(TaskGroup::tasks).reversed().thenComparing(TaskGroup::key));
        return List.copyOf(all);
    }

    private static TaskGroup group(String key, String title, Tally tally, int meant) {
        List<Task> tasks = tally.members.stream().map(Member::task).toList();
        List<Task> inD = tasks.stream()
                .filter(task -> task.state() == State.UNINTERRUPTIBLE)
                .toList();
        Member example = tally.members.get(0);
        for (Member member : tally.members) {
            if (member.task().stateMillis().orElse(-1)
                    > example.task().stateMillis().orElse(-1)) {
                example = member;
            }
        }
        int counted = tasks.size();
        return new TaskGroup(
                key,
                title,
                meant,
                FairSample.part(tally.chronic, counted, meant),
                time(tasks),
                FairSample.part(inD.size(), counted, meant),
                time(inD),
                programs(tasks, meant),
                example.task(),
                example.cause());
    }

    private static List<ProcessCount> programs(List<Task> tasks, int meant) {
        Map<EscapedText, Integer> counts = new LinkedHashMap<>();
        tasks.forEach(task -> counts.merge(task.program(), 1, Integer::sum));
        return FairSample.apportion(counts, meant, EscapedText::escaped).entrySet().stream()
                .map(program -> new ProcessCount(program.getKey(), program.getValue()))
                .sorted(Comparator.comparingInt(ProcessCount::tasks)
                        .reversed()
                        .thenComparing(program -> program.comm().escaped()))
                .toList();
    }

    private static Optional<TimeInState> time(List<Task> tasks) {
        return TimeInState.of(tasks.stream()
                .filter(task -> task.stateMillis().isPresent())
                .mapToLong(task -> task.stateMillis().getAsLong())
                .toArray());
    }

    /** By the main thread; where no task says it, by the name that most of the threads have. */
    private static String processTitle(List<Member> members) {
        Task first = members.get(0).task();
        Map<EscapedText, Integer> names = new LinkedHashMap<>();
        for (Member member : members) {
            Task task = member.task();
            if (first.tgid().isPresent() && task.pid() == first.tgid().getAsLong()) {
                return GroupNames.process(task.comm(), first);
            }
            names.merge(task.program(), 1, Integer::sum);
        }
        EscapedText name = names.entrySet().stream()
                .min(Map.Entry.<EscapedText, Integer>comparingByValue()
                        .reversed()
                        .thenComparing(entry -> entry.getKey().escaped()))
                .orElseThrow()
                .getKey();
        return GroupNames.process(name, first);
    }
}
