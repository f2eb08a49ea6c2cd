package io.loadmonitor.web;

import io.loadmonitor.archive.DumpQuery;
import io.loadmonitor.archive.DumpTrigger;
import io.loadmonitor.archive.IncidentQuery;
import io.loadmonitor.dump.EscapedText;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The filters of lists, the same for the API and the pages. */
final class ListFilter {
    static final int DEFAULT_LIMIT = 50;

    private static final Set<String> DUMP_PARAMETERS =
            Set.of("from", "to", "trigger", "comm", "cgroup", "function", "cursor", "limit");

    private static final Set<String> INCIDENT_PARAMETERS = Set.of("from", "to", "open", "alert", "cursor", "limit");

    private static final Map<String, DumpTrigger> TRIGGERS = Arrays.stream(DumpTrigger.values())
            .collect(Collectors.toUnmodifiableMap(trigger -> trigger.name().toLowerCase(Locale.ROOT), Function.identity()));

    private ListFilter() {}

    static Set<String> triggers() {
        return TRIGGERS.keySet();
    }

    static QueryParameters dumpParameters(@Nullable String query) {
        return QueryParameters.only(query, DUMP_PARAMETERS);
    }

    static QueryParameters incidentParameters(@Nullable String query) {
        return QueryParameters.only(query, INCIDENT_PARAMETERS);
    }

    static DumpQuery dumps(QueryParameters parameters) {
        return new DumpQuery(
                parameters.time("from"),
                parameters.time("to"),
                parameters.word("trigger", TRIGGERS),
                parameters.text("comm").map(ListFilter::escaped),
                parameters.text("cgroup").map(ListFilter::escaped),
                parameters.text("function"),
                parameters.text("cursor"),
                limit(parameters));
    }

    static IncidentQuery incidents(QueryParameters parameters) {
        return new IncidentQuery(
                parameters.time("from"),
                parameters.time("to"),
                parameters.flag("open"),
                parameters.text("alert"),
                parameters.text("cursor"),
                limit(parameters));
    }

    /** Names are given as pages and JSON show them, in escaped form; what cannot be that is escaped. */
    private static String escaped(String name) {
        boolean printable = name.chars().allMatch(c -> c >= 0x20 && c <= 0x7e);
        return printable ? name : EscapedText.of(name).escaped();
    }

    private static int limit(QueryParameters parameters) {
        return parameters.number("limit", DEFAULT_LIMIT, 1, DumpQuery.MAX_LIMIT);
    }
}
