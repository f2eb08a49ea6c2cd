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
                    .replace("$instance", ".+");
            if (runnable.contains("$")) {
                throw new IllegalStateException(place + ": a variable is left in " + runnable);
            }
            return runnable;
        }
    }

    /** The source tree; the tests run in {@code exporter/}. */
    static Path tree() {
        return Path.of(System.getProperty("load-monitor.root", "..")).toAbsolutePath().normalize();
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
            elements(panel.path("targets")).forEach(target -> expressions.add(new Expression(
                    name + ", panel \"" + panel.path("title").asText() + "\", query " + target.path("refId").asText(),
                    target.path("expr").asText())));
        }
        return expressions;
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
