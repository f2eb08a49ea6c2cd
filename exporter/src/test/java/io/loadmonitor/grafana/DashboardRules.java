package io.loadmonitor.grafana;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.loadmonitor.grafana.Dashboard.Expression;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What every dashboard of the project has to keep. The rules are those that Grafana's dashboard linter documents, and a
 * few that the eye would otherwise have to check: nothing overlaps, links lead to the incidents.
 */
final class DashboardRules {
    /** What gives a mark the label url: what its exporter says of itself, else its address. */
    private static final String SITE = " * on (job, instance) group_left (url)"
            + " (load_monitor_external_url_info{job=~\"$job\",instance=~\"$instance\"} or on (job, instance)"
            + " label_replace(load_monitor_cpus{job=~\"$job\",instance=~\"$instance\"} ^ 0, \"url\","
            + " \"$scheme://$1\", \"instance\", \"(.*)\"))";

    /** The units of Grafana (packages/grafana-data/src/valueFormats/categories.ts) that a host's load can have. */
    private static final Set<String> UNITS =
            Set.of("none", "short", "percent", "percentunit", "s", "ms", "bytes", "reqps", "ops", "dateTimeFromNow");

    private static final String DATA_SOURCE = "${datasource}";
    private static final String INCIDENTS = "${incidents}";
    private static final String STORE = "${fleet}";
    private static final int GRID_WIDTH = 24;
    /** The oldest schema of Grafana 10. */
    private static final int OLDEST_SCHEMA = 38;

    private static final Pattern METRIC =
            Pattern.compile("\\b((?:load_monitor|process)_[a-z0-9_]+|up|ALERTS)\\b(\\{[^}]*})?");
    private static final Pattern RATE_RANGE = Pattern.compile("\\b(?:rate|irate|increase)\\([^()]*\\[([^]]*)]");
    private static final Pattern COUNTER_READ = Pattern.compile("\\b(?:rate|irate|increase)\\(\\w+_total\\b");
    private static final Pattern COUNTER = Pattern.compile("\\b\\w+_total\\b");

    private final Dashboard dashboard;
    private final List<String> problems = new ArrayList<>();

    private DashboardRules(Dashboard dashboard) {
        this.dashboard = dashboard;
    }

    /** One sentence for each fault, empty when there is none. */
    static List<String> problems(Dashboard dashboard) {
        DashboardRules rules = new DashboardRules(dashboard);
        rules.checkDashboard();
        rules.checkVariables();
        rules.checkPanels();
        rules.checkLinks(dashboard.json().path("panels"));
        rules.checkGrid();
        rules.checkAnnotations();
        dashboard.expressions().forEach(rules::checkExpression);
        return List.copyOf(rules.problems);
    }

    private void require(boolean kept, String problem) {
        if (!kept) {
            problems.add(dashboard.name() + ": " + problem);
        }
    }

    private void checkDashboard() {
        JsonNode json = dashboard.json();
        require(!json.path("editable").asBoolean(true), "can be edited in the browser");
        require(json.path("id").isNull(), "has the id of one Grafana");
        require(dashboard.name().equals(json.path("uid").asText() + ".json"), "has another uid than its file");
        require(!json.path("title").asText().isBlank(), "has no title");
        require(!json.path("description").asText().isBlank(), "has no description");
        require(json.path("schemaVersion").asInt() >= OLDEST_SCHEMA, "has an old schema");
    }

    private void checkVariables() {
        JsonNode source = variable("datasource");
        require(source.path("type").asText().equals("datasource"), "variable datasource is no data source");
        require(source.path("query").asText().equals("prometheus"), "variable datasource is not of Prometheus");
        require(source.path("label").asText().equals("Data source"), "variable datasource has the wrong label");
        require(variable("scheme").path("query").asText().equals("http,https"), "variable scheme is no choice of two");
        checkChoice("job", "Job");
        checkChoice("instance", "Instance");
    }

    private void checkChoice(String name, String label) {
        JsonNode variable = variable(name);
        require(variable.path("type").asText().equals("query"), "variable " + name + " is no query");
        require(variable.path("label").asText().equals(label), "variable " + name + " has the wrong label");
        require(usesDataSource(variable), "variable " + name + " does not use the chosen data source");
        require(variable.path("multi").asBoolean(), "variable " + name + " takes one value only");
        require(variable.path("includeAll").asBoolean(), "variable " + name + " cannot mean all");
        require(variable.path("allValue").asText().equals(".+"), "variable " + name + " means other than .+ by all");
        require(variable.path("refresh").asInt() == 2, "variable " + name + " is not renewed with the time range");
    }

    private JsonNode variable(String name) {
        return dashboard.variables().stream()
                .filter(variable -> variable.path("name").asText().equals(name))
                .findFirst()
                .orElseGet(MissingNode::getInstance);
    }

    private static boolean usesDataSource(JsonNode node) {
        JsonNode source = node.path("datasource");
        return source.path("type").asText().equals("prometheus")
                && source.path("uid").asText().equals(DATA_SOURCE);
    }

    private void checkPanels() {
        Set<Integer> ids = new HashSet<>();
        Set<String> titles = new HashSet<>();
        for (JsonNode panel : dashboard.panels()) {
            String name = "panel \"" + panel.path("title").asText() + "\"";
            require(!panel.path("title").asText().isBlank(), "a panel has no title");
            require(titles.add(panel.path("title").asText()), "two panels are called " + name);
            require(ids.add(panel.path("id").asInt()), name + " has the id of another");
            if (panel.path("type").asText().equals("row")) {
                continue;
            }
            require(!panel.path("description").asText().isBlank(), name + " has no description");
            if (Dashboard.asksTheExporter(panel)) {
                checkRequests(panel, name);
                continue;
            }
            if (Dashboard.asksTheStore(panel)) {
                checkStore(panel, name);
                continue;
            }
            require(usesDataSource(panel), name + " does not use the chosen data source");
            String unit =
                    panel.path("fieldConfig").path("defaults").path("unit").asText();
            require(UNITS.contains(unit), name + " has no valid unit: \"" + unit + "\"");
            require(!panel.path("targets").isEmpty(), name + " has no query");
            Set<String> queries = new HashSet<>();
            for (JsonNode target : panel.path("targets")) {
                require(usesDataSource(target), name + " has a query that does not use the chosen data source");
                require(queries.add(target.path("refId").asText()), name + " has two queries of one name");
            }
        }
    }

    /** A panel that asks the exporter for JSON: one exporter at a time, and only for the dashboard's time range. */
    private void checkRequests(JsonNode panel, String name) {
        JsonNode source = variable("incidents");
        require(
                source.path("query").asText().equals("yesoreyeram-infinity-datasource"),
                "variable incidents is not of Infinity");
        require(
                panel.path("datasource").path("uid").asText().equals(INCIDENTS),
                name + " does not use the chosen data source");
        require(panel.path("repeat").asText().equals("instance"), name + " is not repeated for each instance");
        require(panel.path("title").asText().contains("$instance"), name + " does not name its instance");
        require(!panel.path("targets").isEmpty(), name + " has no query");
        for (JsonNode target : panel.path("targets")) {
            String url = target.path("url").asText();
            require(
                    target.path("datasource").path("uid").asText().equals(INCIDENTS),
                    name + " has a query that does not use the chosen data source");
            require(
                    url.startsWith("${scheme}://${instance}/api/v1/"),
                    name + " asks something else than the exporter: " + url);
            require(
                    url.contains("from=${__from:date:seconds}&to=${__to:date:seconds}"),
                    name + " asks for all time: " + url);
            require(!target.path("columns").isEmpty(), name + " has no columns");
        }
    }

    /** A panel that asks the fleet's store: only for the chosen instances and the dashboard's time range. */
    private void checkStore(JsonNode panel, String name) {
        require(
                variable("fleet").path("query").asText().equals("grafana-postgresql-datasource"),
                "variable fleet is not of PostgreSQL");
        require(panel.path("datasource").path("uid").asText().equals(STORE), name + " does not use the chosen store");
        require(!panel.path("targets").isEmpty(), name + " has no query");
        for (JsonNode target : panel.path("targets")) {
            String sql = target.path("rawSql").asText();
            require(
                    target.path("datasource").path("uid").asText().equals(STORE),
                    name + " has a query of another store");
            require(
                    sql.contains("$__timeFrom()") && sql.contains("$__timeTo()") && sql.contains(" LIMIT "),
                    name + " asks for all time: " + sql);
            require(sql.contains("${instance:regex}"), name + " asks for all instances: " + sql);
        }
    }

    /** To an exporter in the way that the user chose, and to the incidents of the time that the user looks at. */
    private void checkLinks(JsonNode node) {
        String url = node.path("url").asText();
        if (url.contains("instance}")) {
            require(url.startsWith("${scheme}://"), "a link does not ask how the exporters speak: " + url);
            require(
                    !url.contains("/incidents") || url.contains("from=${__from:date:seconds}&to=${__to:date:seconds}"),
                    "a link leads to the incidents of all time: " + url);
        }
        node.forEach(this::checkLinks);
    }

    private void checkGrid() {
        Set<String> taken = new HashSet<>();
        for (JsonNode panel : dashboard.panels()) {
            String name = "panel \"" + panel.path("title").asText() + "\"";
            JsonNode place = panel.path("gridPos");
            int left = place.path("x").asInt(-1);
            int top = place.path("y").asInt(-1);
            int width = place.path("w").asInt();
            int height = place.path("h").asInt();
            boolean fits = left >= 0 && top >= 0 && width > 0 && height > 0 && left + width <= GRID_WIDTH;
            require(fits, name + " does not fit the grid");
            boolean free = true;
            for (int x = left; x < left + width; x++) {
                for (int y = top; y < top + height; y++) {
                    free &= taken.add(x + "," + y);
                }
            }
            require(free, name + " covers another");
        }
    }

    private void checkAnnotations() {
        for (JsonNode annotation : dashboard.annotations()) {
            String name = "annotation \"" + annotation.path("name").asText() + "\"";
            require(usesDataSource(annotation), name + " does not use the chosen data source");
            require(!annotation.path("titleFormat").asText().isBlank(), name + " has no title");
            // Grafana wants a time that is a value in milliseconds; the metric is in seconds.
            String text = annotation.path("expr").asText();
            String page = text.contains("(id)") ? "dumps/{{id}}" : "incidents";
            require(
                    annotation.path("textFormat").asText().contains("<a href=\"{{url}}/" + page + "\"")
                            && text.endsWith(SITE),
                    name + " does not link to its dump or to the incidents");
            boolean timeIsValue = annotation.path("useValueForTime").asBoolean();
            require(timeIsValue == text.contains("_timestamp_seconds"), name + " takes its time from the wrong place");
            require(!timeIsValue || text.contains("* 1000"), name + " has a time that is not in milliseconds");
        }
    }

    private void checkExpression(Expression expression) {
        String text = expression.text();
        require(!text.isBlank(), expression.place() + " is empty");
        boolean variable = expression.place().contains(", variable ");
        Matcher metric = METRIC.matcher(text);
        boolean any = false;
        while (metric.find()) {
            any = true;
            String selector = metric.group(2) == null ? "" : metric.group(2);
            String name = expression.place() + ": " + metric.group(1);
            require(variable || selector.contains("job=~\"$job\""), name + " has no matcher for job");
            require(variable || selector.contains("instance=~\"$instance\""), name + " has no matcher for instance");
        }
        require(any, expression.place() + " reads no metric of load-monitor: " + text);
        Matcher range = RATE_RANGE.matcher(text);
        while (range.find()) {
            String over = range.group(1);
            require(over.equals("$__rate_interval"), expression.place() + " has a rate over [" + over + "]");
        }
        require(
                COUNTER.matcher(text).results().count()
                        == COUNTER_READ.matcher(text).results().count(),
                expression.place() + " reads a counter without rate: " + text);
    }
}
