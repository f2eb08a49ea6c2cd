package io.loadmonitor.kernellog;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a report says beside its tasks. All texts are printable ASCII. Immutable.
 *
 * @param events what made the kernel write it, where that is no task: {@code soft lockup of CPU 0 for 26 s}
 * @param blockers who holds the locks that its tasks wait for
 * @param works by pid, what kernel workers work on: {@code vnic_reset_task [vnic] of workqueue events_long}
 * @param repeats empty for a report that the text has once
 * @param offCpuMicros of stacks folded over time: for each task of the dump, in its order, how long it slept; or
 *     empty
 */
public record ReportContext(
        List<String> events,
        List<Blocker> blockers,
        Map<Long, String> works,
        Optional<Repeats> repeats,
        List<Long> offCpuMicros) {
    public ReportContext {
        events = List.copyOf(events);
        blockers = List.copyOf(blockers);
        works = Map.copyOf(works);
        offCpuMicros = List.copyOf(offCpuMicros);
    }

    /** Nothing. */
    static ReportContext none() {
        return new ReportContext(List.of(), List.of(), Map.of(), Optional.empty(), List.of());
    }

    ReportContext repeated(Repeats times) {
        return new ReportContext(events, blockers, works, Optional.of(times), offCpuMicros);
    }

    /**
     * The same tasks at the same places, time and again.
     *
     * @param times at least 2
     * @param first the stamp of the first; empty where it has none
     * @param last the stamp of the last
     */
    public record Repeats(int times, Optional<String> first, Optional<String> last) {}
}
