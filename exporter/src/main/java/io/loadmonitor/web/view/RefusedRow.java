package io.loadmonitor.web.view;

import io.loadmonitor.archive.RefusedDump;
import java.util.List;
import java.util.Optional;

/**
 * A dump of an incident that a limit refused: why did no dump come?
 *
 * @param what asked for it
 * @param why with the first letter of a sentence and without its full stop
 * @param next when the limit would allow one, as was known then
 */
public record RefusedRow(Moment at, String what, String why, Optional<Moment> next) {
    /** The rest is told as a number. */
    public static final int MOST = 20;

    static RefusedRow of(RefusedDump refused) {
        String why = VisibleText.of(refused.words());
        return new RefusedRow(
                Moment.of(refused.at()),
                switch (refused.trigger()) {
                    case ALERT -> "alert " + VisibleText.of(refused.what());
                    case FOLLOW_UP -> "a further dump (" + VisibleText.of(refused.what()) + ")";
                    case THRESHOLD, ACTIVE, PRESSURE, MANUAL, UNKNOWN -> VisibleText.of(refused.what());
                },
                why.isEmpty() ? why : Character.toUpperCase(why.charAt(0)) + why.substring(1),
                refused.next().map(Moment::of));
    }

    static List<RefusedRow> of(List<RefusedDump> all) {
        return all.stream().limit(MOST).map(RefusedRow::of).toList();
    }
}
