package io.loadmonitor.archive;

import java.util.List;

/**
 * An incident with its dumps, oldest first: the automatic ones from before it, the one that it triggered, the later
 * ones; and those that limits refused.
 *
 * @param refused the oldest first, 1,000 at most
 */
public record IncidentDetail(Incident incident, List<DumpSummary> dumps, List<RefusedDump> refused) {
    public IncidentDetail {
        dumps = List.copyOf(dumps);
        refused = List.copyOf(refused);
    }
}
