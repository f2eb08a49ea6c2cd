package io.loadmonitor.web;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveException;
import io.loadmonitor.archive.Remarks;
import io.loadmonitor.report.IncidentReport;
import io.loadmonitor.web.json.IncidentAnswer;
import io.loadmonitor.web.json.IncidentItem;
import io.loadmonitor.web.json.ListAnswer;
import io.loadmonitor.web.json.RemarkedIncident;
import io.loadmonitor.web.view.IncidentMarkdown;
import io.loadmonitor.web.view.RemarksMarkdown;
import io.loadmonitor.web.view.Site;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code /api/v1/incidents} and what is below it. */
final class IncidentsEndpoint {
    private static final Logger LOG = LoggerFactory.getLogger(IncidentsEndpoint.class);

    /** Files that are on their way at a time. */
    private static final int MOST_BUNDLES = 2;

    private final WebParts parts;
    private final Archive archive;
    private final Json json;
    private final Site site;
    private final PageRenderer renderer;
    private final CauseChoice choice;
    private final Builds builds;
    private final Semaphore bundles = new Semaphore(MOST_BUNDLES);

    IncidentsEndpoint(WebParts parts, Site site, Json json, PageRenderer renderer, Builds builds) {
        this.parts = parts;
        this.archive = parts.archive();
        this.json = json;
        this.site = site;
        this.renderer = renderer;
        this.builds = builds;
        this.choice = new CauseChoice(parts.archive(), parts.causes());
    }

    void list(Context context) throws ArchiveException {
        QueryParameters parameters = ListFilter.incidentParameters(context.queryString());
        choice.check(parameters);
        json.answer(
                context,
                200,
                ListAnswer.of(
                        Cursors.checked(parameters, () -> archive.incidents(ListFilter.incidents(parameters))),
                        incident -> IncidentItem.of(incident, site)));
    }

    void detail(Context context) throws ArchiveException {
        IncidentReport report = report(context);
        json.answer(
                context,
                200,
                RemarkedIncident.of(
                        IncidentAnswer.of(report, site, parts.causes().get()), remarks(report)));
    }

    /** For a ticket. */
    void markdown(Context context) throws ArchiveException {
        IncidentReport report = report(context);
        context.contentType("text/markdown; charset=utf-8")
                .header(
                        "Content-Disposition",
                        "inline; filename=\""
                                + IncidentBundle.name(report.incident().id()) + ".md\"")
                .result(IncidentMarkdown.write(
                                report,
                                site,
                                parts.causes().get(),
                                parts.clock().instant())
                        + RemarksMarkdown.write(remarks(report)));
    }

    private Remarks remarks(IncidentReport report) throws ArchiveException {
        return archive.remarks(report.incident().id()).orElse(Remarks.NONE);
    }

    /** Everything as one file, written as it is made. */
    void bundle(Context context) throws ArchiveException {
        if (!bundles.tryAcquire()) {
            throw new Refusal(
                    503,
                    "busy",
                    MOST_BUNDLES + " files of incidents are on their way, and no more are made at a time.",
                    Map.of("Retry-After", "5"));
        }
        try {
            IncidentReport report = builds.run(() -> report(context));
            context.contentType("application/zip")
                    .header(
                            "Content-Disposition",
                            "attachment; filename=\""
                                    + IncidentBundle.name(report.incident().id()) + ".zip\"");
            if (context.method().equals(HandlerType.HEAD)) {
                return;
            }
            String version = parts.status().status().version();
            new IncidentBundle(
                            archive,
                            json,
                            renderer,
                            site,
                            version,
                            report,
                            parts.causes().get(),
                            builds)
                    .write(context.outputStream());
        } catch (IOException gone) {
            // What was sent ends without the zip's directory, so nobody takes it for whole.
            LOG.debug("the client went away while the file of an incident was sent", gone);
        } finally {
            bundles.release();
        }
    }

    static Refusal unknown(long id) {
        return new Refusal(404, "not_found", "There is no incident " + id + ".");
    }

    private IncidentReport report(Context context) throws ArchiveException {
        QueryParameters.only(context.queryString(), Set.of());
        long id = DumpsEndpoint.id(context);
        return parts.reporter().report(id).orElseThrow(() -> unknown(id));
    }
}
