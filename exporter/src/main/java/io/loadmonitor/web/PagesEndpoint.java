package io.loadmonitor.web;

import io.javalin.http.Context;
import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveException;
import io.loadmonitor.archive.ArchivedDump;
import io.loadmonitor.archive.DumpNames;
import io.loadmonitor.archive.DumpQuery;
import io.loadmonitor.archive.DumpState;
import io.loadmonitor.archive.DumpSummary;
import io.loadmonitor.archive.Incident;
import io.loadmonitor.archive.IncidentQuery;
import io.loadmonitor.archive.Page;
import io.loadmonitor.dump.FairSample;
import io.loadmonitor.dump.StackDump;
import io.loadmonitor.flame.StackDiff;
import io.loadmonitor.guard.Role;
import io.loadmonitor.report.IncidentReport;
import io.loadmonitor.web.view.CompareForm;
import io.loadmonitor.web.view.DiffPage;
import io.loadmonitor.web.view.DumpListPage;
import io.loadmonitor.web.view.DumpPage;
import io.loadmonitor.web.view.DumpRow;
import io.loadmonitor.web.view.DumpView;
import io.loadmonitor.web.view.GroupTable;
import io.loadmonitor.web.view.IncidentListPage;
import io.loadmonitor.web.view.IncidentPage;
import io.loadmonitor.web.view.IncidentRow;
import io.loadmonitor.web.view.RemarksView;
import io.loadmonitor.web.view.SearchForm;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The pages. */
final class PagesEndpoint {
    private static final Map<String, GroupTable.By> GROUPS = Arrays.stream(GroupTable.By.values())
            .collect(Collectors.toUnmodifiableMap(GroupTable.By::word, Function.identity()));

    private final WebSettings settings;
    private final WebParts parts;
    private final AccessRule access;
    private final PageRenderer renderer;
    private final Archive archive;
    private final CauseChoice choice;
    private final DumpViews views;

    PagesEndpoint(WebSettings settings, WebParts parts, AccessRule access, PageRenderer renderer) {
        this.settings = settings;
        this.parts = parts;
        this.access = access;
        this.renderer = renderer;
        this.archive = parts.archive();
        this.choice = new CauseChoice(parts.archive(), parts.causes());
        this.views = new DumpViews(parts.archive(), parts.causes());
    }

    void styles(Context context) {
        renderer.styles().answer(context);
    }

    void icon(Context context) {
        renderer.icon().answer(context);
    }

    void pageScript(Context context) {
        renderer.pageScript().answer(context);
    }

    void flameStyles(Context context) {
        renderer.flameStyles().answer(context);
    }

    void flameScript(Context context) {
        renderer.flameScript().answer(context);
    }

    void incidents(Context context) throws ArchiveException {
        QueryParameters parameters = ListFilter.incidentParameters(context.queryString());
        choice.check(parameters);
        IncidentQuery query = ListFilter.incidents(parameters);
        Page<Incident> page = Cursors.checked(parameters, () -> archive.incidents(query));
        Instant now = parts.clock().instant();
        renderer.answer(
                context,
                200,
                new IncidentListPage(
                        form(
                                "/incidents",
                                parameters,
                                ListFilter.INCIDENT_FILTERS,
                                query.names(),
                                query.from(),
                                query.to()),
                        page.items().stream()
                                .map(incident -> IncidentRow.of(incident, now))
                                .toList(),
                        next("/incidents", parameters, ListFilter.INCIDENT_FILTERS, page.next())));
    }

    /** With {@code dump}, that one of its dumps; else the newest while it is open, and then the one that tells most. */
    void incident(Context context) throws ArchiveException {
        QueryParameters parameters = QueryParameters.only(context.queryString(), Set.of("dump", "by"));
        GroupTable.By by = by(parameters);
        Optional<Long> wanted = parameters.text("dump").map(DumpsEndpoint::id);
        long id = DumpsEndpoint.id(context);
        IncidentReport report = parts.reporter().report(id).orElseThrow(() -> IncidentsEndpoint.unknown(id));
        List<Long> ids =
                report.dumps().stream().map(dump -> dump.summary().id()).toList();
        wanted.filter(dump -> !ids.contains(dump)).ifPresent(dump -> {
            throw new Refusal(404, "not_found", "Incident " + id + " has no dump " + dump + ".");
        });
        Optional<ArchivedDump> dump = Optional.empty();
        Optional<Long> chosen = wanted.or(() -> telling(report));
        if (chosen.isPresent()) {
            dump = archive.dump(chosen.get());
        }
        Optional<DumpView> view = Optional.empty();
        if (dump.isPresent()) {
            view = Optional.of(views.of(dump.get(), "/incidents/" + id + "?dump=" + chosen.get(), by));
        }
        renderer.answer(
                context,
                200,
                IncidentPage.of(
                        report,
                        view,
                        IncidentPage.cpus(dump.flatMap(ArchivedDump::dump)),
                        parts.causes().get(),
                        wanted.isEmpty(),
                        RemarksView.of(
                                archive.remarks(id), report.incident().id(), access.wouldAnswer(Role.TRIGGER, context)),
                        parts.clock().instant()));
    }

    /**
     * While it is open the newest with a text; then the one of the alert, or without a text of it the newest that has
     * one.
     */
    private static Optional<Long> telling(IncidentReport report) {
        List<IncidentReport.Dump> dumps = report.dumps();
        return dumps.stream()
                .filter(dump -> report.incident().open() && dump.breakdown().isPresent())
                .reduce((one, later) -> later)
                .or(() -> at(dumps))
                .or(() -> dumps.stream()
                        .filter(dump -> dump.summary().rawBytes() > 0)
                        .reduce((one, later) -> later))
                .or(() -> dumps.stream().findFirst())
                .map(dump -> dump.summary().id());
    }

    private static Optional<IncidentReport.Dump> at(List<IncidentReport.Dump> dumps) {
        return dumps.stream()
                .filter(dump -> dump.phase() == IncidentReport.Phase.AT
                        && (dump.summary().rawBytes() > 0
                                || dump.summary().deleted().isPresent()))
                .findFirst();
    }

    private static GroupTable.By by(QueryParameters parameters) {
        return parameters.word("by", GROUPS).orElse(GroupTable.By.CAUSE);
    }

    void dumps(Context context) throws ArchiveException {
        QueryParameters parameters = ListFilter.dumpParameters(context.queryString());
        choice.check(parameters);
        DumpQuery query = ListFilter.dumps(parameters);
        Page<DumpSummary> page = Cursors.checked(parameters, () -> archive.dumps(query));
        renderer.answer(
                context,
                200,
                new DumpListPage(
                        form("/dumps", parameters, ListFilter.DUMP_FILTERS, query.names(), query.from(), query.to()),
                        page.items().stream().map(DumpRow::of).toList(),
                        next("/dumps", parameters, ListFilter.DUMP_FILTERS, page.next())));
    }

    /** Shows what was understood rather than what was typed; both find the same, but for parts of a second. */
    private SearchForm form(
            String path,
            QueryParameters parameters,
            List<String> filters,
            DumpNames names,
            Optional<Instant> from,
            Optional<Instant> to)
            throws ArchiveException {
        Map<String, String> values = new LinkedHashMap<>();
        filters.forEach(name -> parameters.text(name).ifPresent(value -> values.put(name, value)));
        names.comm().ifPresent(comm -> values.put("comm", comm.shown()));
        names.cgroup().ifPresent(cgroup -> values.put("cgroup", cgroup));
        names.function().ifPresent(function -> values.put("function", function.shown()));
        from.ifPresent(time -> values.put("from", SearchForm.time(time)));
        to.ifPresent(time -> values.put("to", SearchForm.time(time)));
        List<String> triggers =
                filters.contains("trigger") ? List.copyOf(new TreeSet<>(ListFilter.triggers())) : List.of();
        return new SearchForm(path, values, choice.options(parameters), triggers);
    }

    /** With {@code compare}, leads to the comparison with that dump. */
    void dump(Context context) throws ArchiveException {
        QueryParameters parameters = QueryParameters.only(context.queryString(), Set.of("compare", "by"));
        Optional<String> compare = parameters.text("compare");
        long id = DumpsEndpoint.id(context);
        if (compare.isPresent()) {
            lead(context, DumpsEndpoint.id(compare.get()), id);
            return;
        }
        ArchivedDump dump = DumpsEndpoint.find(archive, id);
        if (dump.summary().state() == DumpState.CAPTURING) {
            // Who asked for it a moment ago waits for it; no script is needed for that.
            context.header("Refresh", "1");
        }
        Optional<Long> previous = views.previous(dump.summary());
        renderer.answer(
                context,
                200,
                DumpPage.of(
                        dump,
                        views.of(dump, "/dumps/" + id, by(parameters)),
                        previous,
                        CompareForm.of(views.comparable(dump.summary()), previous.orElse(id), id)));
    }

    /** What a form with two lists of dumps asks for. */
    void compare(Context context) {
        QueryParameters parameters = QueryParameters.only(context.queryString(), Set.of("before", "after"));
        lead(context, needed(parameters, "before"), needed(parameters, "after"));
    }

    private static long needed(QueryParameters parameters, String name) {
        return parameters
                .text(name)
                .map(DumpsEndpoint::id)
                .orElseThrow(
                        () -> Refusal.badParameter("Parameter \"" + name + "\" is missing: the number of a dump."));
    }

    private void lead(Context context, long before, long after) {
        context.status(303).header("Location", settings.site().base() + "/dumps/" + before + "/diff/" + after);
    }

    void diff(Context context) throws ArchiveException {
        QueryParameters.only(context.queryString(), Set.of());
        ArchivedDump before = withText(DumpsEndpoint.id(context));
        ArchivedDump after = withText(DumpsEndpoint.id(context.pathParam("other")));
        StackDiff diff = StackDiff.of(before.dump().orElseThrow(), after.dump().orElseThrow());
        List<DumpSummary> choices = views.comparable(after.summary());
        Map<Long, FairSample> samples = new LinkedHashMap<>();
        for (ArchivedDump dump : List.of(before, after)) {
            dump.dump()
                    .flatMap(StackDump::sample)
                    .ifPresent(sample -> samples.put(dump.summary().id(), sample));
        }
        renderer.answer(context, 200, DiffPage.of(before.summary(), after.summary(), diff, samples, choices));
    }

    private ArchivedDump withText(long id) throws ArchiveException {
        ArchivedDump dump = DumpsEndpoint.find(archive, id);
        if (dump.dump().isEmpty()) {
            throw DumpsEndpoint.withoutText(id);
        }
        return dump;
    }

    private static String next(String path, QueryParameters parameters, List<String> kept, Optional<String> cursor) {
        if (cursor.isEmpty()) {
            return "";
        }
        Map<String, String> query = new LinkedHashMap<>();
        Stream.concat(kept.stream(), Stream.of("limit"))
                .forEach(name -> parameters.text(name).ifPresent(value -> query.put(name, value)));
        query.put("cursor", cursor.get());
        return path + "?"
                + query.entrySet().stream()
                        .map(entry ->
                                entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
                        .collect(Collectors.joining("&"));
    }
}
