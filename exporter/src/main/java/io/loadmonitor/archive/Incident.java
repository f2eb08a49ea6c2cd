package io.loadmonitor.archive;

import io.loadmonitor.incident.EndReason;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * One event of a host: alerts and loads whose times meet.
 *
 * @param id in the archive
 * @param alerts the earliest first; none of a load that no alert told of
 * @param startedAt when the first of its alerts or loads began
 * @param endedAt when the last of them ended; empty while one lasts
 * @param endReason how that is known
 * @param foreign whether its alerts name another host: then its dumps, which are of this host, tell nothing of it
 * @param dumps how many belong to it, those included whose texts were deleted
 * @param deletedDumps how many those are
 * @param headline of the dump that tells most: the first that an alert asked for, else the one with the most active
 *     tasks; empty before there is one
 */
public record Incident(
        long id,
        String host,
        List<IncidentAlert> alerts,
        Instant startedAt,
        Optional<Instant> endedAt,
        Optional<EndReason> endReason,
        boolean foreign,
        int dumps,
        int deletedDumps,
        Optional<String> headline) {

    public Incident {
        alerts = List.copyOf(alerts);
    }

    public IncidentKind kind() {
        return alerts.isEmpty() ? IncidentKind.LOAD : IncidentKind.ALERT;
    }

    public boolean open() {
        return endedAt.isEmpty();
    }

    /** The names of its alerts, each once, the earliest first; empty of a load without one. */
    public String alertNames() {
        return alerts.stream().map(IncidentAlert::name).distinct().collect(Collectors.joining(", "));
    }
}
