package io.loadmonitor.web;

import io.loadmonitor.fleet.FleetStore;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Function;

/** Answers of the fleet's store as the API tells them: times in RFC 3339, and what is not known is left out. */
final class FleetJson {
    private FleetJson() {}

    static <T> List<Map<String, Object>> all(List<T> items, Function<T, Map<String, Object>> row) {
        return items.stream().map(row).toList();
    }

    static Map<String, Object> of(FleetStore.Spread one) {
        Map<String, Object> row = new LinkedHashMap<>();
        put(row, "signature", one.signature());
        put(row, "cause", one.cause());
        put(row, "title", one.title());
        put(row, "frames", one.frames());
        put(row, "hosts", one.hosts());
        put(row, "hostsBefore", one.hostsBefore());
        put(row, "tasks", one.tasks());
        put(row, "since", one.since());
        put(row, "latest", one.latest());
        put(row, "firstSeen", one.firstSeen());
        return row;
    }

    static Map<String, Object> of(FleetStore.LoadPoint one) {
        Map<String, Object> row = new LinkedHashMap<>();
        put(row, "at", one.at());
        put(row, "cause", one.cause());
        put(row, "title", one.title());
        put(row, "load1", one.load1());
        return row;
    }

    static Map<String, Object> of(FleetStore.Place one) {
        Map<String, Object> row = new LinkedHashMap<>();
        put(row, "id", one.signature());
        put(row, "cause", one.cause());
        put(row, "title", one.title());
        put(row, "frames", one.frames());
        put(row, "firstSeen", one.firstSeen());
        return row;
    }

    static Map<String, Object> of(FleetStore.NewPlace one) {
        Map<String, Object> row = of(one.place());
        put(row, "kernels", one.kernels());
        return row;
    }

    /** Of a search the numbers of dumps are not known. */
    static Map<String, Object> of(FleetStore.Sighting one) {
        Map<String, Object> row = new LinkedHashMap<>();
        put(row, "host", one.host());
        put(row, "url", one.url());
        put(row, "kernel", one.kernel());
        put(row, "first", one.first());
        put(row, "last", one.last());
        put(row, "dumps", one.dumps() == 0 ? Optional.empty() : one.dumps());
        put(row, "tasks", one.tasks());
        return row;
    }

    static Map<String, Object> of(FleetStore.Kernel one) {
        Map<String, Object> row = new LinkedHashMap<>();
        put(row, "release", one.release());
        put(row, "hosts", one.hosts());
        put(row, "firstSeen", one.firstSeen());
        return row;
    }

    static Map<String, Object> of(FleetStore.FleetIncident one) {
        Map<String, Object> row = new LinkedHashMap<>();
        put(row, "host", one.host());
        put(row, "id", one.id());
        put(row, "url", one.url().map(url -> url + "/incidents/" + one.id()));
        put(row, "startedAt", one.began());
        put(row, "endedAt", one.ended());
        put(row, "alerts", one.alerts());
        put(row, "causes", one.causes());
        put(row, "headline", one.headline());
        put(row, "dumps", one.dumps());
        return row;
    }

    static Map<String, Object> of(FleetStore.Shared one) {
        Map<String, Object> row = new LinkedHashMap<>();
        put(row, "cause", one.cause());
        put(row, "title", one.title());
        put(row, "hosts", one.hosts());
        put(row, "incidents", one.incidents());
        put(row, "startedAt", one.began());
        put(row, "endedAt", one.ended());
        put(row, "names", one.names());
        return row;
    }

    static Map<String, Object> of(
            FleetStore.Host one, List<FleetStore.FleetDump> dumps, List<FleetStore.FleetIncident> incidents) {
        Map<String, Object> row = new LinkedHashMap<>();
        put(row, "name", one.name());
        put(row, "url", one.url());
        put(row, "kernel", one.kernel());
        put(row, "version", one.version());
        put(row, "firstSeen", one.firstSeen());
        put(row, "lastSeen", one.lastSeen());
        put(row, "clockAheadSeconds", one.clockAheadSeconds());
        put(row, "nameIsShared", one.nameIsShared());
        put(row, "formerNames", one.formerNames());
        put(row, "wentBack", one.wentBack());
        put(row, "dumps", all(dumps, FleetJson::of));
        put(row, "incidents", all(incidents, FleetJson::of));
        return row;
    }

    private static Map<String, Object> of(FleetStore.FleetDump one) {
        Map<String, Object> row = new LinkedHashMap<>();
        put(row, "id", one.number());
        put(row, "takenAt", one.takenAt());
        put(row, "trigger", one.trigger());
        put(row, "load1", one.load1());
        put(row, "tasks", one.tasks());
        put(row, "headline", one.headline());
        return row;
    }

    private static void put(Map<String, Object> row, String name, Object value) {
        if (value instanceof Optional<?> optional) {
            optional.ifPresent(there -> put(row, name, there));
        } else if (value instanceof OptionalDouble number) {
            number.ifPresent(there -> row.put(name, there));
        } else if (value instanceof OptionalInt number) {
            number.ifPresent(there -> row.put(name, there));
        } else if (value instanceof Instant time) {
            row.put(name, time.toString());
        } else {
            row.put(name, value);
        }
    }
}
