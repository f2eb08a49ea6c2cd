package io.loadmonitor.report;

import io.loadmonitor.dump.LoadBreakdown;
import io.loadmonitor.dump.LoadCause;
import io.loadmonitor.dump.LoadPart;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * That most of an incident's load had another cause in one dump than in the next one that counts. Immutable.
 *
 * @param before the last dump that shows the former cause
 * @param after the first that shows the other one
 */
public record CauseTurn(Sight before, Sight after) {
    private static final int MOST = 8;

    /** A load that has gone by more than this of the incident's highest has no cause worth a turn. */
    private static final int EBB = 4;

    private static final int LEAST_TASKS = 2;

    /**
     * The largest part of a dump.
     *
     * @param title in words: {@code waiting for the ext4 journal}
     * @param tasks of that part
     */
    public record Sight(long dump, Instant at, String cause, String title, int tasks) {}

    /**
     * The first eight.
     *
     * @param dumps oldest first; those that are not explained are passed over
     */
    static List<CauseTurn> of(List<IncidentReport.Dump> dumps) {
        int highest = dumps.stream()
                .flatMap(dump -> dump.breakdown().stream())
                .mapToInt(LoadBreakdown::tasks)
                .max()
                .orElse(0);
        List<CauseTurn> turns = new ArrayList<>();
        Optional<IncidentReport.Dump> last = Optional.empty();
        for (IncidentReport.Dump dump : dumps) {
            Optional<LoadPart> lead = lead(dump, highest);
            if (lead.isEmpty()) {
                continue;
            }
            Optional<LoadPart> former = last.flatMap(before -> lead(before, highest));
            if (former.isPresent() && !kind(former.get()).equals(kind(lead.get())) && turns.size() < MOST) {
                turns.add(new CauseTurn(sight(last.get(), former.get()), sight(dump, lead.get())));
            }
            last = Optional.of(dump);
        }
        return turns;
    }

    private static Optional<LoadPart> lead(IncidentReport.Dump dump, int highest) {
        return dump.breakdown()
                .filter(breakdown -> breakdown.tasks() * EBB >= highest)
                .flatMap(breakdown -> breakdown.largest(1).stream().findFirst())
                .filter(part -> !part.chronic() && part.cause().kind() != LoadCause.Kind.ITSELF)
                .filter(part -> part.tasks() >= LEAST_TASKS);
    }

    /** Between running and waiting for a CPU a load goes to and fro: that is no turn. */
    private static String kind(LoadPart part) {
        return switch (part.cause().kind()) {
            case CPU, CPU_KERNEL, CPU_USER, QUEUE, RUNNABLE, DELAYED -> "runs";
            default -> part.cause().id();
        };
    }

    private static Sight sight(IncidentReport.Dump dump, LoadPart part) {
        return new Sight(
                dump.summary().id(), dump.summary().takenAt(), part.cause().id(), part.title(), part.tasks());
    }
}
