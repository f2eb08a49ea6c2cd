package io.loadmonitor.web;

import io.javalin.http.Context;
import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveException;
import io.loadmonitor.archive.DumpNames;
import io.loadmonitor.archive.Incident;
import io.loadmonitor.archive.IncidentQuery;
import io.loadmonitor.archive.Reservation;
import io.loadmonitor.desk.TriggerStatus;
import io.loadmonitor.dump.Reason;
import io.loadmonitor.guard.Role;
import io.loadmonitor.sample.LoadParts;
import io.loadmonitor.sample.LoadTickParts;
import io.loadmonitor.web.StatusSource.ServiceStatus;
import io.loadmonitor.web.view.KeptState;
import io.loadmonitor.web.view.LandingPage;
import io.loadmonitor.web.view.LoadArea;
import io.loadmonitor.web.view.LoadNow;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The start page, and the button on it. */
final class LandingEndpoint {
    private static final Logger LOG = LoggerFactory.getLogger(LandingEndpoint.class);
    private static final Reason FROM_THE_PAGE = new Reason("page");
    private static final int LISTED = 5;

    private final WebSettings settings;
    private final WebParts parts;
    private final AccessRule access;
    private final PageRenderer renderer;
    private final Archive archive;

    LandingEndpoint(WebSettings settings, WebParts parts, AccessRule access, PageRenderer renderer) {
        this.settings = settings;
        this.parts = parts;
        this.access = access;
        this.renderer = renderer;
        this.archive = parts.archive();
    }

    void landing(Context context) {
        ServiceStatus status = parts.status().status();
        boolean mayRead = access.wouldAnswer(Role.READ, context);
        renderer.answer(
                context,
                200,
                new LandingPage(
                        mayRead ? load() : null,
                        mayRead ? kept() : null,
                        mayRead && access.wouldAnswer(Role.TRIGGER, context),
                        status.version(),
                        status.host(),
                        status.source(),
                        status.sourceReason(),
                        status.notReady().orElse(""),
                        status.stacksRemedy().orElse(""),
                        status.triggers().stream()
                                .filter(trigger -> trigger.by() != TriggerStatus.By.NOBODY || trigger.hindered())
                                .map(TriggerStatus::words)
                                .toList(),
                        status.notes(),
                        settings.telemetryPath(),
                        access.allowsRemote()
                                || Visitor.of(context.req())
                                        .filter(visitor -> visitor.proven()
                                                || visitor.access().isPresent())
                                        .isPresent()));
    }

    /** Asks for a dump now, as the API does, and leads to its page. */
    void take(Context context) throws ArchiveException {
        QueryParameters.only(context.queryString(), Set.of());
        PostAudit.detail(context, FROM_THE_PAGE.text());
        Reservation reservation = parts.captureDesk().request(FROM_THE_PAGE);
        if (reservation instanceof Reservation.Granted granted) {
            PostAudit.detail(context, FROM_THE_PAGE.text() + ", dump " + granted.dumpId());
            lead(context, granted.dumpId());
        } else if (reservation instanceof Reservation.Busy busy) {
            // The one that is being taken is of now as well.
            lead(context, busy.dumpId());
        } else if (reservation instanceof Reservation.Refused refused) {
            throw Refusal.throttled(
                    DumpsEndpoint.why(refused), refused.refusal().next().orElseThrow(), parts.clock());
        }
    }

    private void lead(Context context, long dump) {
        context.status(303).header("Location", settings.site().base() + WebServer.DUMPS_PAGE + "/" + dump);
    }

    private @Nullable LoadNow load() {
        try {
            LoadParts now = parts.load().now().parts();
            List<LoadTickParts> ticks = parts.load().ticks();
            return LoadNow.of(LoadArea.of(now, ticks, parts.causes().get()), now, ticks);
        } catch (IOException unreadable) {
            LOG.debug("the start page is shown without the load", unreadable);
            return null;
        }
    }

    private @Nullable KeptState kept() {
        Instant now = parts.clock().instant();
        try {
            List<Incident> open = incidents(Optional.of(true));
            List<Incident> ended = incidents(Optional.of(false));
            return KeptState.of(
                    open,
                    ended,
                    archive.totals(),
                    archive.newestAlert(),
                    parts.captureDesk().status(),
                    now);
        } catch (ArchiveException silent) {
            LOG.debug("the start page is shown without the archive", silent);
            return null;
        }
    }

    private List<Incident> incidents(Optional<Boolean> open) throws ArchiveException {
        return archive.incidents(new IncidentQuery(
                        Optional.empty(),
                        Optional.empty(),
                        open,
                        Optional.empty(),
                        Optional.empty(),
                        DumpNames.ANY,
                        Optional.empty(),
                        LISTED))
                .items();
    }
}
