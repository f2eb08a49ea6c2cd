package io.loadmonitor.incident;

import java.time.Duration;

/**
 * How many dumps may be asked for within any time of this length. A fourth of them, one at least where there are two or
 * more, is kept for incidents that have no dump yet, so that the further dumps of one never cost another its first.
 *
 * @param most 1 or more
 * @param per longer than 0
 */
public record DumpWindow(int most, Duration per) {
    private static final int SHARE_OF_FIRSTS = 4;

    public DumpWindow {
        if (most < 1) {
            throw new IllegalArgumentException("most is " + most + ", but must be 1 or more");
        }
        if (per.isNegative() || per.isZero()) {
            throw new IllegalArgumentException("per is " + per + ", but must be longer than 0");
        }
    }

    /** How many of them are kept for the first dumps of incidents. */
    public int kept() {
        return most == 1 ? 0 : Math.max(1, most / SHARE_OF_FIRSTS);
    }

    /**
     * How many there may be before one more is refused.
     *
     * @param first whether the one more is the first dump of an incident
     */
    public int room(boolean first) {
        return first ? most : most - kept();
    }

    /** {@code 20 dumps within 1 h}. */
    @Override
    public String toString() {
        return most + (most == 1 ? " dump within " : " dumps within ") + shown(per);
    }

    private static String shown(Duration time) {
        if (time.toMillis() % 3_600_000 == 0) {
            return time.toHours() + " h";
        }
        return time.toMillis() % 60_000 == 0
                ? time.toMinutes() + " min"
                : time.toMillis() % 1000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
    }
}
