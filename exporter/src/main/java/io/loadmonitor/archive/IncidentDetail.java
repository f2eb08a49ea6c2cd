package io.loadmonitor.archive;

import java.util.List;

/**
 * An incident with its dumps, oldest first: the automatic ones from before it, the one that it triggered, the later
 * ones.
 */
public record IncidentDetail(Incident incident, List<DumpSummary> dumps) {
    public IncidentDetail {
        dumps = List.copyOf(dumps);
    }
}
