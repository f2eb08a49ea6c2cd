package io.loadmonitor.web.json;

import io.loadmonitor.alert.AlertMessage;
import io.loadmonitor.archive.IntakeOutcome;
import io.loadmonitor.report.json.Absent;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What became of the alerts of a message.
 *
 * @param alerts those that could be read, in the message's order
 * @param malformed what is wrong with each of the others
 */
public record AlertsTaken(int stored, List<Outcome> alerts, List<String> malformed) {
    public AlertsTaken {
        malformed = List.copyOf(malformed);
        alerts = List.copyOf(alerts);
    }

    /** What became of one alert. */
    public record Outcome(
            String fingerprint,
            String alertName,
            String status,
            String outcome,
            @Nullable Long incidentId,
            @Nullable Long dumpId,
            String detail) {}

    public static AlertsTaken of(List<IntakeOutcome> outcomes, List<AlertMessage.Malformed> malformed) {
        return new AlertsTaken(
                (int) outcomes.stream().filter(IntakeOutcome::stored).count(),
                outcomes.stream().map(AlertsTaken::outcome).toList(),
                malformed.stream().map(AlertMessage.Malformed::problem).toList());
    }

    private static Outcome outcome(IntakeOutcome outcome) {
        return new Outcome(
                outcome.alert().fingerprint(),
                outcome.alert().name(),
                outcome.alert().status().name().toLowerCase(Locale.ROOT),
                outcome.outcome().name().toLowerCase(Locale.ROOT),
                Absent.orNull(outcome.incidentId()),
                Absent.orNull(outcome.dumpId()),
                outcome.detail());
    }
}
