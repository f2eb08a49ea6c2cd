package io.loadmonitor.desk;

import io.loadmonitor.alert.Alert;
import io.loadmonitor.alert.LabelCondition;
import io.loadmonitor.archive.RoutedAlert;
import io.loadmonitor.incident.DumpWindow;
import io.loadmonitor.incident.FollowUp;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which alerts ask for a dump, and how often.
 *
 * @param name names the rule in status, incidents and the archive; 1 to 64 letters, digits, {@code _}, {@code -}
 * @param conditions all must hold; 1 or more
 * @param cooldown least time between two captures of this rule, zero to a day
 * @param limit how many dumps its incidents may have within a time; those of another host's alerts are counted for
 *     each such host by itself. Empty for any number
 * @param followUp which further dumps an incident of it gets while it lasts
 */
public record Rule(
        String name,
        List<LabelCondition> conditions,
        Duration cooldown,
        Optional<DumpWindow> limit,
        FollowUp followUp) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final Duration MAX_COOLDOWN = Duration.ofDays(1);

    public Rule {
        conditions = List.copyOf(conditions);
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "a rule's name must be 1 to 64 letters, digits, _ or -, but is \"" + name + '"');
        }
        if (conditions.isEmpty()) {
            throw new IllegalArgumentException("rule " + name + " asks for no label, so it would match every alert");
        }
        if (cooldown.isNegative() || cooldown.compareTo(MAX_COOLDOWN) > 0) {
            throw new IllegalArgumentException(
                    "rule " + name + ": cooldown is " + cooldown + ", but must be 0 to 1 day");
        }
    }

    /** Without a limit and with the usual follow-ups. */
    public Rule(String name, List<LabelCondition> conditions, Duration cooldown) {
        this(name, conditions, cooldown, Optional.empty(), FollowUp.DEFAULT);
    }

    /** What of it the archive has to know. */
    RoutedAlert.Route route() {
        return new RoutedAlert.Route(name, cooldown, limit);
    }

    boolean wants(Alert alert) {
        return conditions.stream().allMatch(condition -> condition.holds(alert.labels()));
    }
}
