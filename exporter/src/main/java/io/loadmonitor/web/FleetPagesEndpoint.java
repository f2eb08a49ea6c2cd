package io.loadmonitor.web;

import io.javalin.http.Context;
import io.loadmonitor.fleet.FleetException;
import io.loadmonitor.fleet.FleetStore;
import io.loadmonitor.web.view.FleetArea;
import io.loadmonitor.web.view.FleetHostPage;
import io.loadmonitor.web.view.FleetPage;
import io.loadmonitor.web.view.FleetSearchPage;
import io.loadmonitor.web.view.FleetSignaturePage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The pages of a fleet. */
final class FleetPagesEndpoint {
    private static final Duration SHOWN = Duration.ofHours(3);

    private final FleetParts parts;
    private final FleetStore store;
    private final PageRenderer renderer;

    FleetPagesEndpoint(FleetParts parts, PageRenderer renderer) {
        this.parts = parts;
        this.store = parts.store();
        this.renderer = renderer;
    }

    void front(Context context) throws FleetException {
        QueryParameters.only(context.queryString(), Set.of());
        Instant now = parts.clock().instant();
        FleetTime time = new FleetTime(now.minus(SHOWN), now);
        renderer.answer(
                context,
                200,
                FleetPage.of(
                        store.hostsSince(now.minus(Duration.ofMinutes(15))),
                        store.spreading(now, FleetEndpoint.WINDOW, FleetEndpoint.LEAST_HOSTS),
                        FleetArea.of(
                                store.load(time.from(), time.to(), time.stepMinutes()),
                                time.from(),
                                time.to(),
                                parts.causes()),
                        store.shared(now.minus(Duration.ofDays(1)), now),
                        store.incidents(now, now, true),
                        now));
    }

    void signature(Context context) throws FleetException {
        QueryParameters parameters = QueryParameters.only(context.queryString(), Set.of("from", "to"));
        Instant now = parts.clock().instant();
        FleetTime time = FleetTime.of(parameters, now, Duration.ofDays(1));
        FleetStore.Place place = FleetEndpoint.place(store, context);
        renderer.answer(
                context,
                200,
                FleetSignaturePage.of(
                        place,
                        store.hosts(place.signature(), time.from(), time.to()),
                        store.kernels(place.signature()),
                        time.from(),
                        time.to()));
    }

    void host(Context context) throws FleetException {
        QueryParameters parameters = QueryParameters.only(context.queryString(), Set.of("from", "to"));
        FleetTime time = FleetTime.of(parameters, parts.clock().instant(), Duration.ofDays(7));
        List<FleetHostPage.OneHost> hosts = new ArrayList<>();
        for (FleetStore.Host host : FleetEndpoint.hosts(store, context.pathParam("name"))) {
            hosts.add(FleetHostPage.OneHost.of(
                    host, store.dumps(host.id(), time.from(), time.to()), store.incidentsOf(host.id())));
        }
        renderer.answer(context, 200, new FleetHostPage(context.pathParam("name"), hosts));
    }

    void search(Context context) throws FleetException {
        QueryParameters parameters =
                QueryParameters.only(context.queryString(), Set.of("from", "to", "function", "program", "cgroup"));
        FleetTime time = FleetTime.of(parameters, parts.clock().instant(), Duration.ofHours(1));
        Optional<FleetEndpoint.Wanted> wanted = FleetEndpoint.Wanted.of(parameters);
        List<FleetStore.Sighting> found = wanted.isPresent()
                ? store.search(wanted.get().by(), wanted.get().words(), time.from(), time.to())
                : List.of();
        renderer.answer(
                context,
                200,
                FleetSearchPage.of(
                        wanted.map(one -> one.by().word()).orElse(""),
                        wanted.map(FleetEndpoint.Wanted::words).orElse(""),
                        found,
                        time.from(),
                        time.to()));
    }
}
