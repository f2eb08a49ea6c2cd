package io.loadmonitor.web.view;

import io.loadmonitor.report.Quantity;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The form above a list, with what the list is searched by.
 *
 * @param path of the list
 * @param values name of a parameter to what is asked for; those that are not asked for are missing
 * @param causes that can be chosen
 * @param triggers that can be chosen; none where the list has no such filter
 */
public record SearchForm(String path, Map<String, String> values, List<Cause> causes, List<String> triggers) {
    private static final List<String> RARE = List.of("container", "alert", "tag", "trigger", "from", "to");
    private static final DateTimeFormatter FIELD =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss").withZone(ZoneOffset.UTC);

    public SearchForm {
        values = Map.copyOf(values);
        causes = List.copyOf(causes);
        triggers = List.copyOf(triggers);
    }

    /** @param dumps in the archive that hold it */
    public record Cause(String id, String title, int dumps) {
        public Cause {
            title = VisibleText.of(title);
        }

        public String label() {
            return title + " (" + Quantity.count(dumps, "dump", "dumps") + ")";
        }
    }

    /** A time as the browser's field for it shows it, in UTC. */
    public static String time(Instant time) {
        return FIELD.format(time.truncatedTo(ChronoUnit.SECONDS));
    }

    /** Empty text for what is not asked for. */
    public String value(String name) {
        return VisibleText.of(values.getOrDefault(name, ""));
    }

    public boolean incidents() {
        return path.equals("/incidents");
    }

    public boolean searched() {
        return !values.isEmpty();
    }

    /** Whether one of the fields that are folded away is used. */
    public boolean rarely() {
        return RARE.stream().anyMatch(values::containsKey);
    }

    /** What is asked for, each in words; their values stand apart, for they are somebody else's text. */
    public List<Fact> terms() {
        List<Fact> terms = new ArrayList<>();
        term(
                terms,
                "cause",
                "cause",
                causes.stream()
                        .filter(cause -> cause.id().equals(values.get("cause")))
                        .map(Cause::title)
                        .findFirst());
        term(terms, "function", "function", Optional.empty());
        term(terms, "comm", "task", Optional.empty());
        term(terms, "cgroup", "cgroup", Optional.empty());
        term(terms, "container", "container", Optional.empty());
        term(terms, "alert", "alert", Optional.empty());
        term(terms, "tag", "tag", Optional.empty());
        term(terms, "trigger", "trigger", Optional.empty());
        term(terms, "open", "state", Optional.of(value("open").equals("true") ? "open" : "ended"));
        term(terms, "from", "from", Optional.of(value("from").replace('T', ' ') + " UTC"));
        term(terms, "to", "before", Optional.of(value("to").replace('T', ' ') + " UTC"));
        return terms;
    }

    private void term(List<Fact> terms, String name, String word, Optional<String> shown) {
        if (values.containsKey(name)) {
            terms.add(new Fact(word, shown.orElse(value(name))));
        }
    }
}
