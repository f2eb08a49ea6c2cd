package io.loadmonitor.web.view;

import io.loadmonitor.archive.DumpSummary;
import io.loadmonitor.dump.FairSample;
import io.loadmonitor.flame.StackChange;
import io.loadmonitor.flame.StackDiff;
import io.loadmonitor.report.Quantity;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What changed from one dump to another.
 *
 * @param incidentId that the later one belongs to
 * @param title one sentence
 * @param flame empty graph and rows when nothing changed
 * @param more changed stacks that have no row
 * @param compare to choose others
 * @param estimates which numbers are scaled up from a sample, a sentence a dump
 */
public record DiffPage(
        DumpRow before,
        DumpRow after,
        Optional<Long> incidentId,
        String title,
        FlameView flame,
        List<Row> rows,
        int more,
        CompareForm compare,
        List<String> estimates)
        implements PageModel {
    private static final int MAX_ROWS = 30;

    public DiffPage {
        rows = List.copyOf(rows);
        estimates = List.copyOf(estimates);
    }

    /**
     * A stack that changed.
     *
     * @param change {@code +3} or {@code −2}
     * @param comm of the program
     * @param where its innermost function
     */
    public record Row(String change, int before, int after, String comm, String where, String fill) {}

    /**
     * @param samples of the dumps that are fair samples, by their numbers
     * @param choices other dumps that may be compared, oldest first
     */
    public static DiffPage of(
            DumpSummary before,
            DumpSummary after,
            StackDiff diff,
            Map<Long, FairSample> samples,
            List<DumpSummary> choices) {
        List<StackChange> changed = diff.changed();
        List<Row> rows = changed.stream()
                .sorted(Comparator.comparingInt((StackChange change) -> -Math.abs(change.difference())))
                .limit(MAX_ROWS)
                .map(DiffPage::row)
                .toList();
        List<DumpSummary> offered = Stream.concat(Stream.of(before, after), choices.stream())
                .collect(Collectors.toMap(DumpSummary::id, Function.identity(), (one, same) -> one, TreeMap::new))
                .values()
                .stream()
                .sorted(Comparator.comparing(DumpSummary::takenAt).thenComparing(DumpSummary::id))
                .toList();
        return new DiffPage(
                DumpRow.of(before),
                DumpRow.of(after),
                after.incidentId().isPresent() ? Optional.of(after.incidentId().getAsLong()) : Optional.empty(),
                title(diff, changed),
                FlameView.of(diff, FlameView.MAX_IN_PAGE),
                rows,
                changed.size() - rows.size(),
                CompareForm.of(offered, before.id(), after.id()),
                new TreeMap<>(samples)
                        .entrySet().stream()
                                .map(dump -> "The numbers of dump " + dump.getKey() + " are "
                                        + dump.getValue().estimate() + ".")
                                .toList());
    }

    private static String title(StackDiff diff, List<StackChange> changed) {
        if (changed.isEmpty()) {
            return "No difference: the same " + Quantity.count(diff.after(), "task", "tasks") + " at the same places";
        }
        int came = changed.stream()
                .mapToInt(change -> Math.max(0, change.difference()))
                .sum();
        int went = changed.stream()
                .mapToInt(change -> Math.max(0, -change.difference()))
                .sum();
        return Quantity.count(diff.before(), "task", "tasks") + " before, " + diff.after() + " after: " + came
                + " arrived, " + went + " left";
    }

    private static Row row(StackChange change) {
        return new Row(
                FlameView.sign(change.difference()),
                change.before(),
                change.after(),
                change.path().get(0).text(),
                change.path().get(change.path().size() - 1).text(),
                change.difference() > 0 ? "more-3" : "less-3");
    }

    @Override
    public String template() {
        return "diff.jte";
    }
}
