package io.loadmonitor.web;

import io.javalin.http.Context;
import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveException;
import io.loadmonitor.archive.ArchivedDump;
import io.loadmonitor.archive.DumpQuery;
import io.loadmonitor.archive.DumpSummary;
import io.loadmonitor.archive.Incident;
import io.loadmonitor.archive.IncidentDetail;
import io.loadmonitor.archive.Page;
import io.loadmonitor.web.StatusSource.ServiceStatus;
import io.loadmonitor.web.view.DumpListPage;
import io.loadmonitor.web.view.DumpPage;
import io.loadmonitor.web.view.DumpRow;
import io.loadmonitor.web.view.IncidentListPage;
import io.loadmonitor.web.view.IncidentPage;
import io.loadmonitor.web.view.IncidentPage.Card;
import io.loadmonitor.web.view.IncidentRow;
import io.loadmonitor.web.view.LandingPage;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The pages. */
final class PagesEndpoint {
    /** Dumps of an incident that are shown with their parts, and how much text is read for that; the rest are links. */
    private static final int MAX_CARDS = 50;

    private static final int MAX_LOOK_BACK = 5;
    private static final int MAX_READ = 12;
    private static final long MAX_READ_BYTES = 8L << 20;

    private final WebSettings settings;
    private final WebParts parts;
    private final AccessRule access;
    private final PageRenderer renderer;
    private final Archive archive;

    PagesEndpoint(WebSettings settings, WebParts parts, AccessRule access, PageRenderer renderer) {
        this.settings = settings;
        this.parts = parts;
        this.access = access;
        this.renderer = renderer;
        this.archive = parts.archive();
    }

    void landing(Context context) {
        ServiceStatus status = parts.status().status();
        renderer.answer(context, 200, new LandingPage(status.version(), status.host(), status.source(),
                status.sourceReason(), status.notReady().orElse(""), settings.telemetryPath(), access.allowsRemote()));
    }

    void styles(Context context) {
        renderer.styles().answer(context);
    }

    void icon(Context context) {
        renderer.icon().answer(context);
    }

    void flameStyles(Context context) {
        renderer.flameStyles().answer(context);
    }

    void flameScript(Context context) {
        renderer.flameScript().answer(context);
    }

    void incidents(Context context) throws ArchiveException {
        QueryParameters parameters = ListFilter.incidentParameters(context.queryString());
        Page<Incident> page = Cursors.checked(parameters, () -> archive.incidents(ListFilter.incidents(parameters)));
        Instant now = parts.clock().instant();
        renderer.answer(context, 200, new IncidentListPage(
                parameters.text("open").orElse(""),
                page.items().stream().map(incident -> IncidentRow.of(incident, now)).toList(),
                next("/incidents", parameters, List.of("from", "to", "open", "alert", "limit"), page.next())));
    }

    void incident(Context context) throws ArchiveException {
        long id = DumpsEndpoint.id(context);
        IncidentDetail detail = archive.incident(id).orElseThrow(() -> IncidentsEndpoint.unknown(id));
        renderer.answer(context, 200, IncidentPage.of(detail, cards(detail), parts.clock().instant()));
    }

    void dumps(Context context) throws ArchiveException {
        QueryParameters parameters = ListFilter.dumpParameters(context.queryString());
        Page<DumpSummary> page = Cursors.checked(parameters, () -> archive.dumps(ListFilter.dumps(parameters)));
        List<String> names = List.of("from", "to", "trigger", "comm", "cgroup", "function");
        Map<String, String> filters = names.stream()
                .collect(Collectors.toMap(name -> name, name -> parameters.text(name).orElse("")));
        List<String> kept = new ArrayList<>(names);
        kept.add("limit");
        renderer.answer(context, 200, new DumpListPage(filters, new TreeSet<>(ListFilter.triggers()),
                page.items().stream().map(DumpRow::of).toList(), next("/dumps", parameters, kept, page.next())));
    }

    /** With {@code compare}, what the form of the page asks for: leads to the comparison with that dump. */
    void dump(Context context) throws ArchiveException {
        Optional<String> compare = QueryParameters.only(context.queryString(), Set.of("compare")).text("compare");
        long id = DumpsEndpoint.id(context);
        if (compare.isPresent()) {
            context.status(303).header("Location", "/dumps/" + DumpsEndpoint.id(compare.get()) + "/diff/" + id);
            return;
        }
        ArchivedDump dump = archive.dump(id).orElseThrow(() -> DumpsEndpoint.unknown(id));
        renderer.answer(context, 200, DumpPage.of(dump, parts.causes().get(), previous(dump.summary())));
    }

    /** Looks at a few only: those without a text are rare. */
    private Optional<Long> previous(DumpSummary dump) throws ArchiveException {
        return archive.dumps(new DumpQuery(
                        Optional.empty(), Optional.of(dump.takenAt()), Optional.empty(), Optional.empty(), Optional.empty(),
                        Optional.empty(), Optional.empty(), MAX_LOOK_BACK)).items().stream()
                .filter(earlier -> earlier.rawBytes() > 0)
                .map(DumpSummary::id)
                .findFirst();
    }

    private List<Card> cards(IncidentDetail detail) throws ArchiveException {
        List<Card> cards = new ArrayList<>();
        int read = 0;
        long bytes = 0;
        for (DumpSummary dump : detail.dumps().subList(0, Math.min(MAX_CARDS, detail.dumps().size()))) {
            bytes += dump.rawBytes();
            boolean reads = dump.rawBytes() > 0 && read < MAX_READ && (read == 0 || bytes <= MAX_READ_BYTES);
            Optional<ArchivedDump> archived = reads ? archive.dump(dump.id()) : Optional.empty();
            read += reads ? 1 : 0;
            cards.add(Card.of(dump, archived, parts.causes().get(), detail.incident().startedAt()));
        }
        return cards;
    }

    private static String next(
            String path, QueryParameters parameters, List<String> kept, Optional<String> cursor) {
        if (cursor.isEmpty()) {
            return "";
        }
        Map<String, String> query = new LinkedHashMap<>();
        kept.forEach(name -> parameters.text(name).ifPresent(value -> query.put(name, value)));
        query.put("cursor", cursor.get());
        return path + "?" + query.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }
}
