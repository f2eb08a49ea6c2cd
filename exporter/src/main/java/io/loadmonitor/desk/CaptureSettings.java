package io.loadmonitor.desk;

import java.time.Duration;

/**
 * How patient the capture desk is.
 *
 * @param giveUpAfter for how long a source that is busy or throttled is asked again
 * @param firstPause before the second try; doubles from try to try
 * @param longestPause between two tries
 * @param holdFor for how long a text that the archive does not take is tried again
 */
public record CaptureSettings(Duration giveUpAfter, Duration firstPause, Duration longestPause, Duration holdFor) {
    /** A minute of tries, 100 ms to 5 s apart; a text in hand is held for 10 minutes. */
    public static final CaptureSettings DEFAULT = new CaptureSettings(
            Duration.ofSeconds(60), Duration.ofMillis(100), Duration.ofSeconds(5), Duration.ofMinutes(10));

    public CaptureSettings {
        require(!holdFor.isNegative(), "holdFor is " + holdFor + ", but must be 0 or more");
        require(!giveUpAfter.isNegative(), "giveUpAfter is " + giveUpAfter + ", but must be 0 or more");
        require(firstPause.toMillis() >= 1, "firstPause is " + firstPause + ", but must be 1 ms or more");
        require(longestPause.compareTo(firstPause) >= 0, "longestPause is shorter than firstPause: " + longestPause);
    }

    private static void require(boolean held, String otherwise) {
        if (!held) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
