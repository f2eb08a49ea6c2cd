package io.loadmonitor.desk;

import io.loadmonitor.alert.Alert;
import io.loadmonitor.incident.FollowUp;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Which alerts ask for a dump, and how often.
 *
 * @param name names the rule in status, incidents and the archive; 1 to 64 letters, digits, {@code _}, {@code -}
 * @param match label to pattern: every pattern must match the whole value; a label that the alert lacks counts as
 *     empty text, as in Alertmanager
 * @param cooldown least time between two captures of this rule, zero to a day
 * @param followUp which further dumps an incident of it gets while it lasts
 */
public record Rule(String name, Map<String, Pattern> match, Duration cooldown, FollowUp followUp) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final Duration MAX_COOLDOWN = Duration.ofDays(1);

    public Rule {
        match = Map.copyOf(match);
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "a rule's name must be 1 to 64 letters, digits, _ or -, but is \"" + name + '"');
        }
        if (match.isEmpty()) {
            throw new IllegalArgumentException("rule " + name + " matches no label, so it would match every alert");
        }
        if (cooldown.isNegative() || cooldown.compareTo(MAX_COOLDOWN) > 0) {
            throw new IllegalArgumentException(
                    "rule " + name + ": cooldown is " + cooldown + ", but must be 0 to 1 day");
        }
    }

    /** With the usual follow-ups. */
    public Rule(String name, Map<String, Pattern> match, Duration cooldown) {
        this(name, match, cooldown, FollowUp.DEFAULT);
    }

    boolean wants(Alert alert) {
        return match.entrySet().stream()
                .allMatch(entry -> entry.getValue()
                        .matcher(alert.labels().getOrDefault(entry.getKey(), ""))
                        .matches());
    }
}
