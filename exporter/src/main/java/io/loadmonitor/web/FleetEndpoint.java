package io.loadmonitor.web;

import io.javalin.http.Context;
import io.loadmonitor.fleet.FleetException;
import io.loadmonitor.fleet.FleetStore;
import io.loadmonitor.fleet.FleetStore.Search;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/** The questions about a fleet, answered as JSON. */
final class FleetEndpoint {
    static final Duration WINDOW = Duration.ofMinutes(10);
    static final int LEAST_HOSTS = 3;

    private static final Pattern SIGNATURE = Pattern.compile("[0-9a-f]{16}");
    private static final Pattern RELEASE = Pattern.compile("[0-9]{1,6}(\\.[0-9]{1,6}){0,3}[A-Za-z0-9.+~_-]{0,100}");

    private final FleetParts parts;
    private final FleetStore store;
    private final Json json;

    FleetEndpoint(FleetParts parts, Json json) {
        this.parts = parts;
        this.store = parts.store();
        this.json = json;
    }

    void healthy(Context context) {
        context.contentType("text/plain; charset=utf-8").result("load-monitor fleet is healthy.\n");
    }

    void ready(Context context) {
        store.obstacle().ifPresent(why -> {
            throw new Refusal(503, "not_ready", why, Map.of("Retry-After", "5"));
        });
        context.contentType("text/plain; charset=utf-8").result("load-monitor fleet is ready.\n");
    }

    void spreading(Context context) throws FleetException {
        QueryParameters parameters = QueryParameters.only(context.queryString(), Set.of("at", "minutes", "hosts"));
        Instant at = parameters.time("at").orElseGet(parts.clock()::instant);
        Duration within = Duration.ofMinutes(parameters.number("minutes", (int) WINDOW.toMinutes(), 1, 1440));
        items(
                context,
                store.spreading(at, within, parameters.number("hosts", LEAST_HOSTS, 1, 1_000_000)),
                FleetJson::of);
    }

    void load(Context context) throws FleetException {
        QueryParameters parameters = QueryParameters.only(context.queryString(), Set.of("from", "to", "minutes"));
        FleetTime time = time(parameters, Duration.ofHours(3));
        int step = parameters.number("minutes", time.stepMinutes(), time.stepMinutes(), 1440);
        items(context, store.load(time.from(), time.to(), step), FleetJson::of);
    }

    void incidents(Context context) throws FleetException {
        QueryParameters parameters = QueryParameters.only(context.queryString(), Set.of("from", "to", "open"));
        FleetTime time = time(parameters, Duration.ofDays(1));
        items(
                context,
                store.incidents(time.from(), time.to(), parameters.flag("open").orElse(false)),
                FleetJson::of);
    }

    void shared(Context context) throws FleetException {
        QueryParameters parameters = QueryParameters.only(context.queryString(), Set.of("from", "to"));
        FleetTime time = time(parameters, Duration.ofDays(1));
        items(context, store.shared(time.from(), time.to()), FleetJson::of);
    }

    void hosts(Context context) throws FleetException {
        QueryParameters parameters =
                QueryParameters.only(context.queryString(), Set.of("from", "to", "function", "program", "cgroup"));
        Wanted wanted = Wanted.of(parameters)
                .orElseThrow(() -> Refusal.badParameter("One of function, program and cgroup is needed."));
        FleetTime time = time(parameters, Duration.ofHours(1));
        items(context, store.search(wanted.by(), wanted.words(), time.from(), time.to()), FleetJson::of);
    }

    /** What is searched for. */
    record Wanted(Search by, String words) {
        static Optional<Wanted> of(QueryParameters parameters) {
            Wanted found = null;
            for (Search by : Search.values()) {
                Optional<String> words = parameters.text(by.word());
                if (words.isPresent() && found != null) {
                    throw Refusal.badParameter("Only one of function, program and cgroup can be searched for.");
                }
                if (words.isPresent()) {
                    if (words.get().length() > 1000) {
                        throw Refusal.badParameter("\"" + by.word() + "\" has more than 1000 characters.");
                    }
                    found = new Wanted(by, words.get());
                }
            }
            return Optional.ofNullable(found);
        }
    }

    void host(Context context) throws FleetException {
        QueryParameters parameters = QueryParameters.only(context.queryString(), Set.of("from", "to"));
        FleetTime time = time(parameters, Duration.ofDays(1));
        List<FleetStore.Host> hosts = hosts(store, context.pathParam("name"));
        List<Map<String, Object>> all = new ArrayList<>();
        for (FleetStore.Host host : hosts) {
            all.add(FleetJson.of(host, store.dumps(host.id(), time.from(), time.to()), store.incidentsOf(host.id())));
        }
        items(context, all, row -> row);
    }

    static List<FleetStore.Host> hosts(FleetStore store, String name) throws FleetException {
        List<FleetStore.Host> hosts = store.named(name);
        if (hosts.isEmpty()) {
            throw new Refusal(404, "not_found", "There is no host " + QuotedText.of(name) + " in the store.");
        }
        return hosts;
    }

    void newSince(Context context) throws FleetException {
        QueryParameters parameters = QueryParameters.only(context.queryString(), Set.of("new_since"));
        String release = parameters
                .matching("new_since", RELEASE, "the release of a kernel such as 6.12.9")
                .orElseThrow(
                        () -> Refusal.badParameter("Parameter \"new_since\" is missing: the release of a kernel."));
        items(context, store.newSince(release), FleetJson::of);
    }

    void signature(Context context) throws FleetException {
        QueryParameters parameters = QueryParameters.only(context.queryString(), Set.of("from", "to"));
        FleetTime time = time(parameters, Duration.ofDays(1));
        FleetStore.Place place = place(store, context);
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("signature", FleetJson.of(place));
        answer.put("hosts", FleetJson.all(store.hosts(place.signature(), time.from(), time.to()), FleetJson::of));
        answer.put("kernels", FleetJson.all(store.kernels(place.signature()), FleetJson::of));
        json.answer(context, 200, answer);
    }

    static FleetStore.Place place(FleetStore store, Context context) throws FleetException {
        String id = context.pathParam("id");
        if (!SIGNATURE.matcher(id).matches()) {
            throw Refusal.badParameter(QuotedText.of(id) + " is no signature: 16 hexadecimal digits.");
        }
        return store.place(id)
                .orElseThrow(() -> new Refusal(404, "not_found", "There is no signature " + id + " in the store."));
    }

    private FleetTime time(QueryParameters parameters, Duration usual) {
        return FleetTime.of(parameters, parts.clock().instant(), usual);
    }

    private <T> void items(Context context, List<T> items, Function<T, Map<String, Object>> row) {
        json.answer(context, 200, Map.of("items", FleetJson.all(items, row)));
    }
}
