package io.loadmonitor.web.view;

import io.loadmonitor.report.Quantity;
import io.loadmonitor.sample.LoadParts;
import io.loadmonitor.sample.LoadTickParts;
import java.util.List;
import java.util.OptionalInt;

/**
 * The load at this moment and in the last two hours.
 *
 * @param counts how many tasks make it up now, and how many of them sleep in D, for people
 */
public record LoadNow(LoadArea area, String counts) {
    /** @param ticks the oldest first */
    public static LoadNow of(LoadArea area, LoadParts now, List<LoadTickParts> ticks) {
        OptionalInt active = ticks.isEmpty()
                ? OptionalInt.empty()
                : ticks.get(ticks.size() - 1).active();
        int seen = now.seen().sum();
        int sleeping = now.seen().uninterruptible();
        return new LoadNow(
                area,
                Quantity.count(active.orElse(seen), "active task", "active tasks") + " at the last load tick, "
                        + sleeping + " in uninterruptible sleep (D)");
    }
}
