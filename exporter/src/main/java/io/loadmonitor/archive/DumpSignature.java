package io.loadmonitor.archive;

import io.loadmonitor.dump.FairSample;
import io.loadmonitor.dump.SignatureFinder;
import io.loadmonitor.dump.StackDump;
import io.loadmonitor.dump.StackDump.State;
import io.loadmonitor.dump.StackDump.Task;
import io.loadmonitor.dump.StackSignature;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a dump has of one signature.
 *
 * @param tasks at least 1; of a dump that is a fair sample scaled up, for later dumps are held against them
 * @param sleeping how many of them are in D
 * @param eldest boot id, pid and start of the one that was started first; empty where the dump does not say them
 */
record DumpSignature(StackSignature signature, int tasks, int sleeping, Optional<String> eldest) {
    /** Of a dump so many are remembered, those of the most tasks. */
    static final int MOST = 1_000;

    private static final long START_STEP_NANOS = 10_000_000;

    private static final class Tally {
        int tasks;
        int sleeping;
        Optional<Task> eldest = Optional.empty();

        void add(Task task) {
            tasks++;
            sleeping += task.state() == State.UNINTERRUPTIBLE ? 1 : 0;
            if (task.startNanos().isPresent() && (eldest.isEmpty() || before(task, eldest.get()))) {
                eldest = Optional.of(task);
            }
        }

        private static boolean before(Task task, Task other) {
            int start = Long.compare(step(task), step(other));
            return start < 0 || start == 0 && task.pid() < other.pid();
        }
    }

    private static long step(Task task) {
        return task.startNanos().orElse(0) / START_STEP_NANOS;
    }

    /** Those of the most tasks first, {@link #MOST} at most. */
    static List<DumpSignature> of(StackDump dump) {
        SignatureFinder finder = new SignatureFinder(dump);
        Map<StackSignature, Tally> tallies = new LinkedHashMap<>();
        for (Task task : dump.tasks()) {
            tallies.computeIfAbsent(finder.find(task), signature -> new Tally()).add(task);
        }
        Optional<String> boot = dump.header().flatMap(StackDump.Header::bootId);
        Map<StackSignature, Integer> counts = new LinkedHashMap<>();
        tallies.forEach((signature, tally) -> counts.put(signature, tally.tasks));
        Map<StackSignature, Integer> meant = FairSample.apportion(counts, dump.tasksMeant(), StackSignature::id);
        List<DumpSignature> all = new ArrayList<>(tallies.size());
        tallies.forEach((signature, tally) -> all.add(new DumpSignature(
                signature,
                meant.getOrDefault(signature, tally.tasks),
                FairSample.part(tally.sleeping, tally.tasks, meant.getOrDefault(signature, tally.tasks)),
                boot.flatMap(id -> tally.eldest.map(task -> id + ' ' + task.pid() + ' ' + step(task))))));
        all.sort(Comparator.comparingInt(DumpSignature::tasks)
                .reversed()
                .thenComparing(found -> found.signature().id()));
        return List.copyOf(all.subList(0, Math.min(MOST, all.size())));
    }
}
