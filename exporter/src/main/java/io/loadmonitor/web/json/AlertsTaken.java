package io.loadmonitor.web.json;

import io.loadmonitor.archive.IntakeOutcome;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What became of the alerts of a message, in its order. */
public record AlertsTaken(int stored, List<Outcome> alerts) {
    public AlertsTaken {
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

    public static AlertsTaken of(List<IntakeOutcome> outcomes) {
        return new AlertsTaken(
                (int) outcomes.stream().filter(IntakeOutcome::stored).count(),
                outcomes.stream().map(AlertsTaken::outcome).toList());
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
