package io.loadmonitor.archive;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * That a limit allows no capture now.
 *
 * @param subject what is limited, the same text for each refusal of the same limit: {@code rule load}
 * @param words why, as a part of a sentence: {@code rule load had its 20 dumps within 1 h}
 * @param next when it would allow one if nothing else asks; empty where that depends on how fast dumps are taken
 * @param newest the dump that it allowed last
 * @param per the limit's time; zero where it has none
 */
public record Refusal(
        LimitKind limit, String subject, String words, Optional<Instant> next, OptionalLong newest, Duration per) {
    /** The end of the subject where it is dumps of an incident that has one already. */
    public static final String FURTHER = " for further dumps";

    /** The time in seconds: {@code 30}, {@code 0.5}; without zeros at the end. */
    public String every() {
        return BigDecimal.valueOf(per.toMillis(), 3).stripTrailingZeros().toPlainString();
    }

    /** With the time: {@code ...; the next may be taken at 2026-11-22T12:31:02Z}. */
    public String explanation() {
        return words + next.map(at -> "; the next may be taken at " + at).orElse("");
    }
}
