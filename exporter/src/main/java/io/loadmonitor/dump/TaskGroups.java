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
    private static final int LONGEST_NAME = 100;

    private final Map<GroupKind, List<TaskGroup>> groups;
    private final Map<String, StackSignature> signatures;
    private final int tasks;

    private TaskGroups(Map<GroupKind, List<TaskGroup>> groups, Map<String, StackSignature> signatures, int tasks) {
        this.groups = groups;
        this.signatures = Map.copyOf(signatures);
        this.tasks = tasks;
    }

    private static final class Tally {
        final String title;
        final List<Task> tasks = new ArrayList<>();
        int chronic;

        Tally(String title) {
            this.title = title;
        }

        void add(Task task, boolean always) {
            tasks.add(task);
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
        Map<EscapedText, Optional<ContainerId>> containers = new HashMap<>();
        Map<String, Pod> pods = dump.podsByUid();
        for (Task task : dump.tasks()) {
            StackSignature signature = finder.find(task);
            signatures.put(signature.id(), signature);
            boolean always = chronic.contains(signature.id()) && !dump.isExporter(task);
            LoadCause cause = causes.find(task).cause();
            Optional<ContainerId> container =
                    task.cgroup().flatMap(path -> containers.computeIfAbsent(path, ContainerId::of));
            tally(tallies, GroupKind.CAUSE, cause.id(), cause.title()).add(task, always);
            tally(tallies, GroupKind.SIGNATURE, signature.id(), title(signature))
                    .add(task, always);
            tally(tallies, GroupKind.PROCESS, process(task), "").add(task, always);
            tally(
                            tallies,
                            GroupKind.CGROUP,
                            task.cgroup().map(EscapedText::escaped).orElse(""),
                            task.cgroup().map(path -> cut(path.escaped())).orElse("cgroup not in the dump"))
                    .add(task, always);
            tally(
                            tallies,
                            GroupKind.CONTAINER,
                            container.map(ContainerId::full).orElse(""),
                            container
                                    .map(in -> title(in, task.cgroup().flatMap(Pod::uidOf), pods))
                                    .orElse("in no container"))
                    .add(task, always);
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

    private static Tally tally(Map<GroupKind, Map<String, Tally>> tallies, GroupKind kind, String key, String title) {
        return tallies.getOrDefault(kind, Map.of()).computeIfAbsent(key, missing -> new Tally(title));
    }

    /** @param whole that the tasks stand for */
    private static List<TaskGroup> groups(GroupKind kind, Map<String, Tally> byKey, int whole) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        byKey.forEach((key, tally) -> counts.put(key, tally.tasks.size()));
        Map<String, Integer> meant = FairSample.apportion(counts, whole, Function.identity());
        List<TaskGroup> all = new ArrayList<>(byKey.size());
        byKey.forEach((key, tally) -> all.add(group(
                key,
                kind == GroupKind.PROCESS ? processTitle(tally.tasks) : tally.title,
                tally,
                meant.getOrDefault(key, tally.tasks.size()))));
        all.sort(Comparator.comparingInt(TaskGroup::tasks).reversed().thenComparing(TaskGroup::key));
        return List.copyOf(all);
    }

    private static TaskGroup group(String key, String title, Tally tally, int meant) {
        List<Task> inD = tally.tasks.stream()
                .filter(task -> task.state() == State.UNINTERRUPTIBLE)
                .toList();
        Task example = tally.tasks.get(0);
        for (Task task : tally.tasks) {
            if (task.stateMillis().orElse(-1) > example.stateMillis().orElse(-1)) {
                example = task;
            }
        }
        int counted = tally.tasks.size();
        return new TaskGroup(
                key,
                title,
                meant,
                FairSample.part(tally.chronic, counted, meant),
                time(tally.tasks),
                FairSample.part(inD.size(), counted, meant),
                time(inD),
                example);
    }

    private static Optional<TimeInState> time(List<Task> tasks) {
        return TimeInState.of(tasks.stream()
                .filter(task -> task.stateMillis().isPresent())
                .mapToLong(task -> task.stateMillis().getAsLong())
                .toArray());
    }

    private static String process(Task task) {
        return task.tgid().isPresent()
                ? Long.toString(task.tgid().getAsLong())
                : "comm " + task.program().escaped();
    }

    /**
     * {@code java (812)}: the name of the main thread; where no task says it, the one that most of the threads have.
     */
    private static String processTitle(List<Task> tasks) {
        Task first = tasks.get(0);
        if (first.tgid().isEmpty()) {
            return cut(first.program().escaped());
        }
        Map<String, Integer> names = new LinkedHashMap<>();
        for (Task task : tasks) {
            if (task.pid() == first.tgid().getAsLong()) {
                return cut(task.comm().escaped()) + " (" + first.tgid().getAsLong() + ')';
            }
            names.merge(task.program().escaped(), 1, Integer::sum);
        }
        String name = names.entrySet().stream()
                .min(Map.Entry.<String, Integer>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
                .orElseThrow()
                .getKey();
        return cut(name) + " (" + first.tgid().getAsLong() + ')';
    }

    /** The innermost frames. */
    static String title(StackSignature signature) {
        List<String> frames = signature.frames();
        String inner = String.join(" < ", frames.subList(0, Math.min(3, frames.size())));
        return cut(inner);
    }

    /** {@code containerd 8f0c5a1e90b2}, {@code containerd 8f0c5a1e90b2 of shop/web-5d4c8}. */
    private static String title(ContainerId container, Optional<String> podUid, Map<String, Pod> pods) {
        return container.runtime().map(runtime -> runtime + ' ').orElse("")
                + container.shortened()
                + podUid.flatMap(uid -> Optional.ofNullable(pods.get(uid)))
                        .map(pod -> " of " + cut(pod.label()))
                        .orElse("");
    }

    private static String cut(String text) {
        return text.length() <= LONGEST_NAME ? text : text.substring(0, LONGEST_NAME) + "...";
    }
}
