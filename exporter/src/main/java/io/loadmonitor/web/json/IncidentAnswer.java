package io.loadmonitor.web.json;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.loadmonitor.archive.IncidentDetail;
import java.util.List;

/** An incident with its dumps, oldest first. */
public record IncidentAnswer(@JsonUnwrapped IncidentItem incident, List<DumpItem> dumps) {
    public IncidentAnswer {
        dumps = List.copyOf(dumps);
    }

    public static IncidentAnswer of(IncidentDetail detail) {
        return new IncidentAnswer(
                IncidentItem.of(detail.incident()), detail.dumps().stream().map(DumpItem::of).toList());
    }
}
