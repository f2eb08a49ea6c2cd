package io.loadmonitor.web.view;

import io.loadmonitor.archive.DumpSummary;
import io.loadmonitor.report.Quantity;
import java.util.List;
import java.util.Locale;

/**
 * Two lists of dumps, to choose which to compare.
 *
 * @param choices oldest first; those without a text are not among them
 */
public record CompareForm(List<Choice> choices, long before, long after) {
    public CompareForm {
        choices = List.copyOf(choices);
    }

    public record Choice(long id, String label) {}

    /** @param before and after, what is chosen at first */
    public static CompareForm of(List<DumpSummary> dumps, long before, long after) {
        return new CompareForm(
                dumps.stream()
                        .filter(dump -> dump.rawBytes() > 0)
                        .map(dump -> new Choice(dump.id(), label(dump)))
                        .toList(),
                before,
                after);
    }

    /** With this one and the one before it; of the first, the one after it. */
    static CompareForm around(List<DumpSummary> dumps, long chosen) {
        List<Long> ids = dumps.stream()
                .filter(dump -> dump.rawBytes() > 0)
                .map(DumpSummary::id)
                .toList();
        int at = Math.max(0, ids.indexOf(chosen));
        if (ids.size() < 2) {
            return of(dumps, chosen, chosen);
        }
        return at == 0 ? of(dumps, ids.get(0), ids.get(1)) : of(dumps, ids.get(at - 1), ids.get(at));
    }

    private static String label(DumpSummary dump) {
        Moment taken = Moment.of(dump.takenAt());
        return dump.id() + ": " + taken.date() + " " + taken.time()
                + (dump.load1().isPresent()
                        ? String.format(Locale.ROOT, ", load %.2f", dump.load1().getAsDouble())
                        : "")
                + (dump.tasks().isPresent() ? ", " + Quantity.count(dump.tasks().getAsInt(), "task", "tasks") : "");
    }

    /** There is nothing to compare with fewer than two. */
    public boolean possible() {
        return choices.size() > 1;
    }
}
