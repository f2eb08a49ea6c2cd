package io.loadmonitor.grafana;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.loadmonitor.grafana.Dashboard.Expression;
import io.loadmonitor.grafana.Dashboard.Request;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

final class DashboardTest {
    private static final String MATCHERS = "{job=~\"$job\",instance=~\"$instance\"}";

    static Stream<Dashboard> dashboards() {
        return Dashboard.all().stream();
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void keepsEveryRule(Dashboard dashboard) {
        assertEquals(List.of(), DashboardRules.problems(dashboard));
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void leavesNoVariableInAnExpression(Dashboard dashboard) {
        List<Expression> expressions = dashboard.expressions();
        assertTrue(expressions.containsAll(dashboard.panelExpressions())
                && !dashboard.panelExpressions().isEmpty());
        for (Expression expression : expressions) {
            assertFalse(expression.runnable().isBlank(), expression.place());
        }
        for (Request request : dashboard.requests()) {
            assertTrue(request.runnable().startsWith("/api/v1/"), request.place());
        }
    }

    @Test
    void refusesAVariableThatItDoesNotKnow() {
        Expression expression = new Expression("here", "up{cluster=\"$cluster\"}");
        IllegalStateException e = assertThrows(IllegalStateException.class, expression::runnable);
        assertEquals("here: a variable is left in up{cluster=\"$cluster\"}", e.getMessage());
    }

    @Test
    void keepsTheGroupsOfALabelReplace() {
        String text = "label_replace(up{job=~\"$job\"}, \"host\", \"$1\", \"instance\", \"(.*):[0-9]+\")";
        assertTrue(new Expression("here", text).runnable().contains("\"$1\""));
    }

    @Test
    void refusesAVariableInARequestThatItDoesNotKnow() {
        Request request =
                new Request("here", "${scheme}://${instance}/api/v1/incidents?host=$host", "items", List.of("id"));
        IllegalStateException e = assertThrows(IllegalStateException.class, request::runnable);
        assertEquals("here: a variable is left in /api/v1/incidents?host=$host", e.getMessage());
    }

    @Test
    void marksTheAlertsThatTakeADump() throws IOException {
        String rules = Files.readString(Dashboard.tree().resolve("alerts/load-monitor.rules.yml"));
        int start = rules.indexOf("name: load-monitor-load");
        String group = rules.substring(start, rules.indexOf("name: load-monitor-parts"));
        List<String> alerts = Pattern.compile("- alert: (\\w+)")
                .matcher(group)
                .results()
                .map(match -> match.group(1))
                .toList();
        String selector = "alertname=~\"" + String.join("|", alerts) + "\"";
        for (Dashboard dashboard : Dashboard.all()) {
            Expression annotation = dashboard.annotationExpressions().stream()
                    .filter(expression -> expression.text().startsWith("ALERTS{"))
                    .findFirst()
                    .orElseThrow();
            assertTrue(
                    annotation.text().contains(selector),
                    annotation.place() + ": " + annotation.text() + " has no " + selector);
        }
    }

    @Test
    void hasProvisioningFilesThatNameItsFolderAndBothDataSources() throws IOException {
        JsonNode provider = provisioning("dashboards").path("providers").path(0);
        assertEquals("file", provider.path("type").asText());
        assertTrue(provider.path("options").path("path").asText().startsWith("/"), provider.toString());
        JsonNode sources = provisioning("datasources").path("datasources");
        assertEquals("prometheus", sources.path(0).path("type").asText());
        assertEquals("proxy", sources.path(0).path("access").asText());
        assertEquals(
                "yesoreyeram-infinity-datasource", sources.path(1).path("type").asText());
        // Infinity asks no host that is not named here.
        assertFalse(
                sources.path(1).path("jsonData").path("allowedHosts").isEmpty(),
                sources.path(1).toString());
    }

    private static JsonNode provisioning(String kind) throws IOException {
        Path file = Dashboard.tree().resolve("grafana/provisioning/" + kind + "/load-monitor.yml");
        Object settings = new Yaml(new SafeConstructor(new LoaderOptions())).load(Files.readString(file));
        return new ObjectMapper().valueToTree(settings);
    }

    /** Each rule is shown a dashboard with one fault, so that no rule passes because it looks nowhere. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void seesAFault(String problem, Consumer<ObjectNode> fault) {
        Dashboard whole = mainDashboard();
        ObjectNode json = whole.json().deepCopy();
        fault.accept(json);
        List<String> problems = DashboardRules.problems(new Dashboard(whole.name(), json));
        assertTrue(problems.stream().anyMatch(found -> found.contains(problem)), problem + " is not among " + problems);
    }

    private static Dashboard mainDashboard() {
        return Dashboard.all().stream()
                .filter(dashboard -> dashboard.name().equals("load-monitor.json"))
                .findFirst()
                .orElseThrow();
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                fault("can be edited in the browser", json -> json.put("editable", true)),
                fault("has the id of one Grafana", json -> json.put("id", 7)),
                fault("has another uid than its file", json -> json.put("uid", "other")),
                fault("has no description", json -> json.remove("description")),
                fault("has an old schema", json -> json.put("schemaVersion", 16)),
                fault(
                        "variable datasource is not of Prometheus",
                        json -> variable(json, 0).put("query", "loki")),
                fault("variable job is no query", json -> variable(json, 1).put("name", "jobs")),
                fault(
                        "variable job takes one value only",
                        json -> variable(json, 1).put("multi", false)),
                fault(
                        "variable instance cannot mean all",
                        json -> variable(json, 2).put("includeAll", false)),
                fault(
                        "variable instance means other than .+ by all",
                        json -> variable(json, 2).put("allValue", ".*")),
                fault(
                        "variable instance is not renewed",
                        json -> variable(json, 2).put("refresh", 1)),
                fault(
                        "variable job does not use the chosen data source",
                        json -> variable(json, 1).put("datasource", "Prometheus")),
                fault("a panel has no title", json -> panel(json).put("title", "")),
                fault("two panels are called", json -> panel(json).put("title", "Active tasks")),
                fault("has the id of another", json -> panel(json).put("id", 3)),
                fault(
                        "\"Load (1 minute)\" has no description",
                        json -> panel(json).remove("description")),
                fault(
                        "\"Load (1 minute)\" does not use the chosen data source",
                        json -> panel(json).remove("datasource")),
                fault(
                        "has no valid unit: \"tasks\"",
                        json -> ((ObjectNode) panel(json).at("/fieldConfig/defaults")).put("unit", "tasks")),
                fault("has no query", json -> panel(json).putArray("targets")),
                fault(
                        "has a query that does not use the chosen data source",
                        json -> target(json).remove("datasource")),
                fault("does not fit the grid", json -> place(json).put("w", 25)),
                fault("covers another", json -> place(json).put("w", 6)),
                fault(
                        "does not link to its dump or to the incidents",
                        json -> annotation(json).put("textFormat", "Dump on {{instance}}")),
                fault(
                        "takes its time from the wrong place",
                        json -> annotation(json).put("useValueForTime", false)),
                fault(
                        "not in milliseconds",
                        json -> annotation(json).put("expr", "load_monitor_last_dump_timestamp_seconds" + MATCHERS)),
                fault(
                        "variable incidents is not of Infinity",
                        json -> variable(json, 3).put("query", "json")),
                fault(
                        "\"Recent incidents of $instance\" does not use the chosen data source",
                        json -> ((ObjectNode) incidents(json).path("datasource")).put("uid", "infinity")),
                fault(
                        "is not repeated for each instance",
                        json -> incidents(json).remove("repeat")),
                fault("does not name its instance", json -> incidents(json).put("title", "Recent incidents")),
                fault(
                        "asks something else than the exporter",
                        json -> ((ObjectNode) incidents(json).at("/targets/0"))
                                .put("url", "http://db1:9817/api/v1/incidents")),
                fault(
                        "asks for all time",
                        json -> ((ObjectNode) incidents(json).at("/targets/0"))
                                .put("url", "${scheme}://${instance}/api/v1/incidents")),
                fault(
                        "a link leads to the incidents of all time",
                        json -> link(json).put("url", "${scheme}://${__field.labels.instance}/incidents")),
                fault(
                        "a link does not ask how the exporters speak",
                        json -> link(json)
                                .put("url", link(json).path("url").asText().replace("${scheme}", "http"))),
                fault(
                        "variable scheme is no choice of two",
                        json -> variable(json, 4).put("query", "http")),
                fault(
                        "variable fleet is not of PostgreSQL",
                        json -> variable(json, 5).put("query", "mysql")),
                fault(
                        "does not use the chosen store",
                        json -> ((ObjectNode) stored(json).path("datasource")).put("uid", "postgres")),
                fault(
                        "in the fleet's store\" asks for all time",
                        json -> ((ObjectNode) stored(json).at("/targets/0"))
                                .put("rawSql", "SELECT 1 WHERE '${instance:regex}' = 'x' LIMIT 1")),
                fault(
                        "asks for all instances",
                        json -> ((ObjectNode) stored(json).at("/targets/0"))
                                .put("rawSql", "SELECT $__timeFrom(), $__timeTo() LIMIT 1")),
                fault("has no columns", json -> ((ObjectNode) incidents(json).at("/targets/0")).putArray("columns")),
                fault(
                        "has no matcher for job",
                        json -> target(json).put("expr", "load_monitor_load1{instance=~\"$instance\"}")),
                fault(
                        "has no matcher for instance",
                        json -> target(json).put("expr", "load_monitor_load1{job=~\"$job\"}")),
                fault(
                        "load_monitor_cpus has no matcher for job",
                        json -> target(json).put("expr", "load_monitor_load1" + MATCHERS + " / load_monitor_cpus")),
                fault("reads no metric of load-monitor", json -> target(json).put("expr", "node_load1")),
                fault(
                        "has a rate over [5m]",
                        json -> target(json).put("expr", "rate(load_monitor_dumps_total" + MATCHERS + "[5m])")),
                fault(
                        "reads a counter without rate",
                        json -> target(json).put("expr", "load_monitor_dumps_total" + MATCHERS)));
    }

    private static Arguments fault(String problem, Consumer<ObjectNode> fault) {
        return Arguments.of(problem, fault);
    }

    private static ObjectNode variable(ObjectNode json, int index) {
        return (ObjectNode) json.at("/templating/list/" + index);
    }

    /** The first panel after the first row. */
    private static ObjectNode panel(ObjectNode json) {
        return (ObjectNode) json.at("/panels/1");
    }

    private static ObjectNode incidents(ObjectNode json) {
        for (JsonNode panel : json.path("panels")) {
            if (Dashboard.asksTheExporter(panel)) {
                return (ObjectNode) panel;
            }
        }
        throw new AssertionError("no panel asks the exporter");
    }

    /** What is folded away in the last row. */
    private static ObjectNode stored(ObjectNode json) {
        return (ObjectNode)
                json.path("panels").path(json.path("panels").size() - 1).at("/panels/0");
    }

    private static ObjectNode target(ObjectNode json) {
        return (ObjectNode) json.at("/panels/1/targets/0");
    }

    private static ObjectNode link(ObjectNode json) {
        return (ObjectNode) json.at("/panels/1/fieldConfig/defaults/links/0");
    }

    private static ObjectNode place(ObjectNode json) {
        return (ObjectNode) json.at("/panels/1/gridPos");
    }

    private static ObjectNode annotation(ObjectNode json) {
        return (ObjectNode) json.at("/annotations/list/1");
    }
}
