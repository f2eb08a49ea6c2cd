package io.loadmonitor.web.view;

import io.loadmonitor.archive.ArchiveTotals;
import io.loadmonitor.archive.Incident;
import io.loadmonitor.desk.RuleStatus;
import io.loadmonitor.report.Quantity;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What the archive knows, for the start page.
 *
 * @param open incidents that last, the newest first; a few
 * @param ended those before, the newest first; a few
 * @param newestAlert when it came; empty before the first
 * @param archive how full it is, for people
 * @param held why a dump would not be taken now, a sentence each; empty when one would
 */
public record KeptState(
        List<IncidentRow> open,
        List<IncidentRow> ended,
        Optional<Moment> newestAlert,
        String archive,
        List<String> held) {
    public KeptState {
        open = List.copyOf(open);
        ended = List.copyOf(ended);
        held = List.copyOf(held);
    }

    /** @param now for how long an incident has lasted */
    public static KeptState of(
            List<Incident> open,
            List<Incident> ended,
            ArchiveTotals totals,
            Optional<Instant> newestAlert,
            List<RuleStatus> rules,
            Instant now) {
        return new KeptState(
                open.stream().map(incident -> IncidentRow.of(incident, now)).toList(),
                ended.stream().map(incident -> IncidentRow.of(incident, now)).toList(),
                newestAlert.map(Moment::of),
                archive(totals),
                rules.stream()
                        .filter(rule -> rule.state() != RuleStatus.State.READY)
                        .map(rule -> VisibleText.of(rule.why()))
                        // One dump keeps every rule from another one.
                        .distinct()
                        .toList());
    }

    /** Whether there was none yet. */
    public boolean isNew() {
        return open.isEmpty() && ended.isEmpty();
    }

    private static String archive(ArchiveTotals totals) {
        return Quantity.count(totals.dumps(), "dump", "dumps")
                + totals.oldest()
                        .map(oldest -> " since " + Moment.of(oldest).date())
                        .orElse("")
                + ", " + Quantity.ofBytes(totals.bytes())
                + (totals.waiting() == 0 ? "" : ", " + totals.waiting() + " more are asked for");
    }
}
