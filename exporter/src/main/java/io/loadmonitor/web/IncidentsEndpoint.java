package io.loadmonitor.web;

import io.javalin.http.Context;
import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveException;
import io.loadmonitor.web.json.IncidentAnswer;
import io.loadmonitor.web.json.IncidentItem;
import io.loadmonitor.web.json.ListAnswer;
import java.util.Set;

/** {@code /api/v1/incidents} and what is below it. */
final class IncidentsEndpoint {
    private final Archive archive;
    private final Json json;

    IncidentsEndpoint(Archive archive, Json json) {
        this.archive = archive;
        this.json = json;
    }

    void list(Context context) throws ArchiveException {
        QueryParameters parameters = ListFilter.incidentParameters(context.queryString());
        json.answer(context, 200, ListAnswer.of(
                Cursors.checked(parameters, () -> archive.incidents(ListFilter.incidents(parameters))),
                IncidentItem::of));
    }

    void detail(Context context) throws ArchiveException {
        QueryParameters.only(context.queryString(), Set.of());
        long id = DumpsEndpoint.id(context);
        json.answer(context, 200, IncidentAnswer.of(archive.incident(id).orElseThrow(() -> unknown(id))));
    }

    static Refusal unknown(long id) {
        return new Refusal(404, "not_found", "There is no incident " + id + ".");
    }
}
