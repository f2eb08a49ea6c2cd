package io.loadmonitor.grafana;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * One dashboard file.
 *
 * @param name of the file
 * @param json the whole dashboard
 */
public record Dashboard(String name, JsonNode json) {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** A variable of Grafana; {@code $1} is a group of PromQL's label_replace. */
    private static final Pattern VARIABLE = Pattern.compile("\\$(?!\\d)");

    private static final Pattern LABEL_VALUES = Pattern.compile("label_values\\((.+),\\s*\\w+\\)");

    /**
     * A PromQL expression and where it stands.
     *
     * @param place in words, for messages
     * @param text as in the file, with Grafana's variables
     */
    public record Expression(String place, String text) {
        /** What Grafana would send to Prometheus when everything is chosen and the interval is a minute. */
        public String runnable() {
            String runnable = text.replace("$__rate_interval", "1m")
                    .replace("$__from", "0")
                    .replace("$job", ".+")
                    .replace("$instance", ".+")
                    .replace("$scheme", "http");
            if (VARIABLE.matcher(runnable).find()) {
                throw new IllegalStateException(place + ": a variable is left in " + runnable);
            }
            return runnable;
        }
    }

    /**
     * A request to the exporter's API, as the Infinity data source makes it.
     *
     * @param place in words, for messages
     * @param url with Grafana's variables
     * @param root field of the answer that holds the rows
     * @param columns fields of a row, each a path with dots
     */
    public record Request(String place, String url, String root, List<String> columns) {
        public Request {
            columns = List.copyOf(columns);
        }

        /** Path and query that Grafana would ask the exporter for, over all time. */
        public String runnable() {
            String runnable = url.replace("${scheme}://${instance}", "")
                    .replace("${__from:date:seconds}", "0")
                    .replace("${__to:date:seconds}", "4102444800");
            if (runnable.contains("$")) {
                throw new IllegalStateException(place + ": a variable is left in " + runnable);
            }
            return runnable;
        }
    }

    /** The source tree; the tests run in {@code exporter/}. */
    static Path tree() {
        return Path.of(System.getProperty("load-monitor.root", ".."))
                .toAbsolutePath()
                .normalize();
    }

    /** Every dashboard of the project, by name; never empty. */
    public static List<Dashboard> all() {
        Path folder = tree().resolve("grafana/dashboards");
        try (Stream<Path> files = Files.list(folder)) {
            List<Dashboard> all = files.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .map(Dashboard::read)
                    .toList();
            if (all.isEmpty()) {
                throw new AssertionError("no dashboard in " + folder);
            }
            return all;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Dashboard read(Path file) {
        try {
            return new Dashboard(file.getFileName().toString(), JSON.readTree(file.toFile()));
        } catch (IOException e) {
            throw new UncheckedIOException(file + " is not JSON", e);
        }
    }

    /** Whether it has its rows from a fleet's store. */
    static boolean asksTheStore(JsonNode node) {
        return node.path("datasource").path("type").asText().equals("grafana-postgresql-datasource");
    }

    /** All panels, those inside of collapsed rows included; rows are panels of type {@code row}. */
    public List<JsonNode> panels() {
        return elements(json.path("panels"))
                .flatMap(panel -> Stream.concat(Stream.of(panel), elements(panel.path("panels"))))
                .toList();
    }

    public List<JsonNode> variables() {
        return elements(json.path("templating").path("list")).toList();
    }

    /** The annotations that are queries, without Grafana's own. */
    public List<JsonNode> annotations() {
        return elements(json.path("annotations").path("list"))
                .filter(annotation -> annotation.path("builtIn").asInt() != 1)
                .toList();
    }

    /** Expressions of the panels. */
    public List<Expression> panelExpressions() {
        List<Expression> expressions = new ArrayList<>();
        for (JsonNode panel : panels()) {
            elements(panel.path("targets"))
                    .filter(target -> !asksTheExporter(target) && !asksTheStore(target))
                    .forEach(target -> expressions.add(new Expression(
                            place(panel, target), target.path("expr").asText())));
        }
        return expressions;
    }

    /** What the panels ask the exporter itself for. */
    public List<Request> requests() {
        List<Request> requests = new ArrayList<>();
        for (JsonNode panel : panels()) {
            elements(panel.path("targets"))
                    .filter(Dashboard::asksTheExporter)
                    .forEach(target -> requests.add(new Request(
                            place(panel, target),
                            target.path("url").asText(),
                            target.path("root_selector").asText(),
                            elements(target.path("columns"))
                                    .map(column -> column.path("selector").asText())
                                    .toList())));
        }
        return requests;
    }

    private String place(JsonNode panel, JsonNode target) {
        return name + ", panel \"" + panel.path("title").asText() + "\", query "
                + target.path("refId").asText();
    }

    /** By the Infinity data source, Grafana's own reader of JSON. */
    static boolean asksTheExporter(JsonNode node) {
        return node.path("datasource").path("type").asText().equals("yesoreyeram-infinity-datasource");
    }

    /** Expressions of the annotations. The one of the load alerts has data only while such an alert fires. */
    public List<Expression> annotationExpressions() {
        return annotations().stream()
                .map(annotation -> new Expression(
                        name + ", annotation \"" + annotation.path("name").asText() + "\"",
                        annotation.path("expr").asText()))
                .toList();
    }

    /** The selectors that the variables take their values from. */
    public List<Expression> variableExpressions() {
        List<Expression> expressions = new ArrayList<>();
        for (JsonNode variable : variables()) {
            if (variable.path("type").asText().equals("query")) {
                String place = name + ", variable " + variable.path("name").asText();
                String query = variable.path("query").path("query").asText();
                Matcher matcher = LABEL_VALUES.matcher(query);
                if (!matcher.matches()) {
                    throw new AssertionError(place + " is no label_values: " + query);
                }
                expressions.add(new Expression(place, matcher.group(1)));
            }
        }
        return expressions;
    }

    /** Every expression that Grafana would run for this dashboard. */
    public List<Expression> expressions() {
        return Stream.of(variableExpressions(), annotationExpressions(), panelExpressions())
                .flatMap(List::stream)
                .toList();
    }

    static Stream<JsonNode> elements(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }
}
