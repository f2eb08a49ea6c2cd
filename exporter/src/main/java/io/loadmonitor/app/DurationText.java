package io.loadmonitor.app;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as Prometheus writes them: {@code 30s}, {@code 1h30m}, {@code 7d}, {@code 500ms}. */
final class DurationText {
    private static final Pattern FORM = Pattern.compile("(?:([0-9]{1,6})w)?(?:([0-9]{1,6})d)?(?:([0-9]{1,6})h)?"
            + "(?:([0-9]{1,6})m)?(?:([0-9]{1,9})s)?(?:([0-9]{1,9})ms)?");
    private static final long[] UNIT_MILLIS = {604_800_000L, 86_400_000L, 3_600_000L, 60_000L, 1_000L, 1L};

    private DurationText() {}

    /** @throws IllegalArgumentException with the text in quotes */
    static Duration parse(String text) {
        Matcher form = FORM.matcher(text);
        if (text.equals("0")) {
            return Duration.ZERO;
        }
        if (text.isEmpty() || !form.matches()) {
            throw new IllegalArgumentException(
                    '"' + text + "\" is no duration: expected one like \"30s\", \"1h30m\" or \"7d\"");
        }
        long millis = 0;
        for (int i = 0; i < UNIT_MILLIS.length; i++) {
            if (form.group(i + 1) != null) {
                millis += Long.parseLong(form.group(i + 1)) * UNIT_MILLIS[i];
            }
        }
        return Duration.ofMillis(millis);
    }
}
