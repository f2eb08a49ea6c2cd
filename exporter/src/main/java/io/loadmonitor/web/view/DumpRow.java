package io.loadmonitor.web.view;

import io.loadmonitor.archive.DumpState;
import io.loadmonitor.archive.DumpSummary;
import io.loadmonitor.report.Quantity;
import java.util.Locale;

/**
 * A dump in a list.
 *
 * @param stateClass for its badge
 */
public record DumpRow(
        long id,
        Moment taken,
        String trigger,
        String state,
        String stateClass,
        String headline,
        String load,
        String tasks) {
    public static DumpRow of(DumpSummary dump) {
        return new DumpRow(
                dump.id(),
                Moment.of(dump.takenAt()),
                DumpFacts.trigger(dump.trigger()),
                DumpFacts.state(dump.state()),
                dump.state().name().toLowerCase(Locale.ROOT),
                headline(dump),
                dump.load1().isPresent()
                        ? String.format(Locale.ROOT, "%.2f", dump.load1().getAsDouble())
                        : "",
                dump.tasks().isPresent() ? Quantity.count(dump.tasks().getAsInt(), "task", "tasks") : "");
    }

    /** Says in every state what there is to say. */
    static String headline(DumpSummary dump) {
        if (dump.state() == DumpState.FAILED) {
            return VisibleText.of(dump.failure().orElse("No dump: the reason is not known"));
        }
        return dump.headline().isEmpty() ? "Dump " + dump.id() : VisibleText.of(dump.headline());
    }
}
