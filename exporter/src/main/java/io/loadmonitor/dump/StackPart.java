package io.loadmonitor.dump;

import io.loadmonitor.dump.StackDump.State;
import io.loadmonitor.dump.StackDump.Task;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * Tasks of one dump at the same place in the kernel, for the same reason, of the same program in the same control
 * group. Of a dump that is a fair sample the numbers are scaled up. Immutable.
 *
 * @param program its name; of a kernel thread that there is once a CPU or for each queue, without the number
 * @param cgroup empty where the dump does not say
 * @param tasks at least 1
 * @param uninterruptible how many of them are in D
 * @param oldestMillis how long the longest has been in its state; empty where none says
 */
public record StackPart(
        StackSignature signature,
        LoadCause cause,
        String program,
        Optional<String> cgroup,
        int tasks,
        int uninterruptible,
        OptionalLong oldestMillis) {
    /** {@code kworker/3:1-events}, {@code kworker/u16:2}, {@code ksoftirqd/0}, {@code jbd2/dm-0-8} stays. */
    private static final Pattern ONE_OF_MANY = Pattern.compile("([a-z_]+)/u?[0-9].*");

    private record Key(StackSignature signature, LoadCause cause, String program, Optional<String> cgroup) {
        String text() {
            return signature.id() + ' ' + cause.id() + ' ' + program + ' ' + cgroup.orElse("");
        }
    }

    private static final class Tally {
        int tasks;
        int uninterruptible;
        OptionalLong oldest = OptionalLong.empty();

        void add(Task task) {
            tasks++;
            uninterruptible += task.state() == State.UNINTERRUPTIBLE ? 1 : 0;
            OptionalLong millis = task.stateMillis();
            if (millis.isPresent() && millis.getAsLong() > oldest.orElse(-1)) {
                oldest = millis;
            }
        }
    }

    /** All parts of a dump, those of the most tasks first; they sum to the tasks that it means. */
    public static List<StackPart> of(StackDump dump, CauseCatalogue catalogue) {
        CauseFinder causes = new CauseFinder(catalogue, dump);
        SignatureFinder signatures = new SignatureFinder(dump);
        Map<Key, Tally> tallies = new LinkedHashMap<>();
        for (Task task : dump.tasks()) {
            Key key = new Key(
                    signatures.find(task),
                    causes.find(task).cause(),
                    program(task.program().escaped()),
                    task.cgroup().map(EscapedText::escaped));
            tallies.computeIfAbsent(key, missing -> new Tally()).add(task);
        }
        Map<Key, Integer> counts = new LinkedHashMap<>();
        tallies.forEach((key, tally) -> counts.put(key, tally.tasks));
        Map<Key, Integer> meant = FairSample.apportion(counts, dump.tasksMeant(), Key::text);
        List<StackPart> parts = new ArrayList<>(tallies.size());
        tallies.forEach((key, tally) -> {
            int tasks = meant.getOrDefault(key, tally.tasks);
            parts.add(new StackPart(
                    key.signature,
                    key.cause,
                    key.program,
                    key.cgroup,
                    tasks,
                    FairSample.part(tally.uninterruptible, tally.tasks, tasks),
                    tally.oldest));
        });
        parts.sort(Comparator.comparingInt(StackPart::tasks)
                .reversed()
                .thenComparing(part -> part.signature().id())
                .thenComparing(part -> part.cause().id())
                .thenComparing(StackPart::program)
                .thenComparing(part -> part.cgroup().orElse("")));
        return List.copyOf(parts);
    }

    private static String program(String name) {
        return ONE_OF_MANY.matcher(name).replaceFirst("$1");
    }
}
