package io.loadmonitor.web.view;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/**
 * A point in time, for machines and for people; always UTC, because an incident is compared with logs of other places.
 *
 * @param iso RFC 3339
 */
public record Moment(String iso, String date, String time) {
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("d MMM uuuu", Locale.ENGLISH).withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ENGLISH).withZone(ZoneOffset.UTC);

    public static Moment of(Instant instant) {
        return new Moment(
                instant.truncatedTo(ChronoUnit.MILLIS).toString(), DATE.format(instant), TIME.format(instant));
    }
}
