package io.loadmonitor.web;

import io.loadmonitor.archive.DumpNames;
import io.loadmonitor.archive.DumpQuery;
import io.loadmonitor.archive.DumpTrigger;
import io.loadmonitor.archive.IncidentQuery;
import io.loadmonitor.archive.SoughtName;
import io.loadmonitor.dump.EscapedText;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The filters of lists, the same for the API and the pages. */
final class ListFilter {
    static final int DEFAULT_LIMIT = 50;

    /** What the lists of dumps and of incidents are filtered by, in the order of addresses. */
    static final List<String> DUMP_FILTERS =
            List.of("cause", "function", "comm", "cgroup", "container", "trigger", "from", "to");

    static final List<String> INCIDENT_FILTERS =
            List.of("cause", "function", "comm", "cgroup", "container", "alert", "tag", "open", "from", "to");

    private static final Set<String> DUMP_PARAMETERS = parameters(DUMP_FILTERS);
    private static final Set<String> INCIDENT_PARAMETERS = parameters(INCIDENT_FILTERS);

    private static final Map<String, DumpTrigger> TRIGGERS = Arrays.stream(DumpTrigger.values())
            .collect(Collectors.toUnmodifiableMap(
                    trigger -> trigger.name().toLowerCase(Locale.ROOT), Function.identity()));

    private static final Pattern CAUSE = Pattern.compile("[a-z][a-z0-9-]{0,39}");
    /** What people call an incident. */
    static final Pattern TAG = Pattern.compile("[a-z0-9][a-z0-9._:/-]{0,39}");

    static final String TAG_IN_WORDS = "at most 40 small letters, digits and . _ : / -";

    private static final Pattern CONTAINER = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    /** What stands behind the function in a frame: {@code +0x10c/0x140 [jbd2]}. */
    private static final Pattern OFFSET = Pattern.compile("\\+0x[0-9a-f]+/0x[0-9a-f]+( \\[[^\\]]*\\])?$");

    private ListFilter() {}

    private static Set<String> parameters(List<String> filters) {
        Set<String> parameters = new TreeSet<>(filters);
        parameters.addAll(List.of("cursor", "limit"));
        return Set.copyOf(parameters);
    }

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
        Optional<Instant> from = parameters.time("from");
        return new DumpQuery(
                from,
                to(parameters, from),
                parameters.word("trigger", TRIGGERS),
                names(parameters),
                parameters.text("cursor"),
                limit(parameters));
    }

    static IncidentQuery incidents(QueryParameters parameters) {
        Optional<Instant> from = parameters.time("from");
        return new IncidentQuery(
                from,
                to(parameters, from),
                parameters.flag("open"),
                parameters.text("alert"),
                parameters.matching("tag", TAG, "one tag: " + TAG_IN_WORDS),
                names(parameters),
                parameters.text("cursor"),
                limit(parameters));
    }

    private static DumpNames names(QueryParameters parameters) {
        return new DumpNames(
                parameters.matching("cause", CAUSE, "the id of a cause, as causes.md lists them"),
                parameters.text("comm").map(ListFilter::escaped).map(SoughtName::typed),
                parameters.text("cgroup").map(ListFilter::escaped),
                parameters.matching(
                        "container", CONTAINER, "a container's id or its beginning, or the name of an LXC container"),
                parameters.text("function").map(ListFilter::function));
    }

    /** A whole frame names a whole function. */
    private static SoughtName function(String text) {
        String function = escaped(text.strip());
        Matcher offset = OFFSET.matcher(function);
        return offset.find() ? new SoughtName(function.substring(0, offset.start()), true) : SoughtName.typed(function);
    }

    /** A list of nothing would look as if there was nothing. */
    private static Optional<Instant> to(QueryParameters parameters, Optional<Instant> from) {
        Optional<Instant> to = parameters.time("to");
        if (from.isPresent() && to.isPresent() && !to.get().isAfter(from.get())) {
            throw QueryParameters.bad("to", parameters.text("to").orElse(""), "later than \"from\"");
        }
        return to;
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
