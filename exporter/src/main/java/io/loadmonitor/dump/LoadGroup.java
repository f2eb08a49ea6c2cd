package io.loadmonitor.dump;

import io.loadmonitor.dump.StackDump.Task;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Tasks of one dump that are alike in cause, stack, name and cgroup. Immutable.
 *
 * @param detail as in {@link LoadPart}
 * @param stackId 0 for none
 * @param containerId that the cgroup's path names
 * @param processes how many; tasks whose process the dump does not say count as one each
 * @param tasks at least 1
 * @param longestMillis the longest that one of them has been in its state, as far as the dump says
 */
public record LoadGroup(
        LoadCause cause,
        String detail,
        int stackId,
        EscapedText comm,
        Optional<EscapedText> cgroup,
        Optional<String> containerId,
        int processes,
        int tasks,
        OptionalLong longestMillis) {

    public LoadGroup {
        if (tasks < 1 || processes < 1 || processes > tasks) {
            throw new IllegalArgumentException(
                    "a group named \"" + comm + "\" of " + tasks + " tasks in " + processes + " processes");
        }
    }

    private record Key(LoadCause cause, String detail, int stackId, EscapedText comm, Optional<EscapedText> cgroup) {}

    /** The groups of a dump, the largest first; their tasks sum to those of the dump. */
    public static List<LoadGroup> of(StackDump dump, CauseCatalogue catalogue) {
        CauseFinder finder = new CauseFinder(catalogue, dump);
        Map<Key, List<Task>> tasks = new LinkedHashMap<>();
        for (Task task : dump.tasks()) {
            CauseFinder.Finding found = finder.find(task);
            Key key = new Key(found.cause(), found.function(), task.stackId(), task.comm(), task.cgroup());
            tasks.computeIfAbsent(key, empty -> new ArrayList<>()).add(task);
        }
        List<LoadGroup> groups = new ArrayList<>(tasks.size());
        tasks.forEach((key, alike) -> groups.add(group(key, alike)));
        groups.sort(Comparator.comparingInt(LoadGroup::tasks).reversed()
                .thenComparing(group -> group.cause().id())
                .thenComparing(LoadGroup::detail)
                .thenComparing(group -> group.comm().escaped())
                .thenComparingInt(LoadGroup::stackId));
        return List.copyOf(groups);
    }

    private static LoadGroup group(Key key, List<Task> alike) {
        Set<Long> known = new HashSet<>();
        int unknown = 0;
        OptionalLong longest = OptionalLong.empty();
        for (Task task : alike) {
            if (task.tgid().isPresent()) {
                known.add(task.tgid().getAsLong());
            } else {
                unknown++;
            }
            if (task.sinceMillis().isPresent()) {
                longest = OptionalLong.of(Math.max(longest.orElse(0), task.sinceMillis().getAsLong()));
            }
        }
        return new LoadGroup(
                key.cause, key.detail, key.stackId, key.comm, key.cgroup, key.cgroup.flatMap(ContainerId::of).map(ContainerId::full),
                known.size() + unknown, alike.size(), longest);
    }
}
