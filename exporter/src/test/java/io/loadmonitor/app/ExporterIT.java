package io.loadmonitor.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged jar, run as its users run it. */
final class ExporterIT {
    private static final String LISTEN = "--web.listen-address=127.0.0.1:0";
    private static final String QUIET = "triggers: {load: off}\n";
    private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
    private static final String OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    private static final Path GOLDEN = Path.of("src/test/resources/io/loadmonitor/app/families.txt");

    /** Not every kernel counts hung tasks, and not on every host a task stays in uninterruptible sleep. */
    private static final Pattern HOSTS_OWN =
            Pattern.compile("load_monitor_(hung_tasks(_total)?|oldest_uninterruptible_seconds"
                    + "|sample_interval_seconds|uninterruptible_by_cgroup)\\b");

    @TempDir
    Path folder;

    @Test
    void publishesItsFamiliesInBothFormats() throws Exception {
        try (RunningExporter exporter = serve()) {
            HttpResponse<String> asked = exporter.post("/api/v1/dumps", "{\"reason\":\"test\"}");
            assertEquals(202, asked.statusCode(), asked.body());
            exporter.metrics(metrics -> metrics.contains("\nload_monitor_dumps_total{trigger=\"manual\",} 1.0\n")
                    && metrics.contains("\nload_monitor_active_tasks "));

            HttpResponse<String> text = exporter.get("/metrics", "*/*");
            assertEquals(TEXT, text.headers().firstValue("Content-Type").orElse(""));
            List<String> described = text.body()
                    .lines()
                    .filter(line ->
                            line.startsWith("# ") && !HOSTS_OWN.matcher(line).find())
                    .sorted()
                    .toList();
            if (Boolean.getBoolean("golden.rewrite")) {
                Files.write(GOLDEN, described);
            }
            assertEquals(Files.readString(GOLDEN), String.join("\n", described) + "\n");
            assertTrue(text.body().contains("\nload_monitor_dump_duration_seconds_count 1.0\n"), text.body());
            assertFalse(text.body().contains("load_monitor_scrape_collector_success{collector=\"tasks\",} 0.0"));
            assertEquals(
                    List.of(),
                    text.body()
                            .lines()
                            .filter(line ->
                                    line.startsWith("load_monitor_scrape_collector_success") && line.endsWith(" 0.0"))
                            .toList());

            HttpResponse<String> open =
                    exporter.get("/metrics", "application/openmetrics-text;version=1.0.0,text/plain;q=0.5");
            assertEquals(OPENMETRICS, open.headers().firstValue("Content-Type").orElse(""));
            assertTrue(open.body().endsWith("\n# EOF\n"));
            assertEquals(families(text.body()), families(open.body()));

            HttpResponse<String> one =
                    exporter.get("/metrics?name[]=load_monitor_load1".replace("[]", "%5B%5D"), "*/*");
            assertTrue(Pattern.matches("# HELP .*\n# TYPE .*\nload_monitor_load1 [0-9.]+\n", one.body()), one.body());
        }
    }

    @Test
    void prometheusOwnToolsReadBothFormats() throws Exception {
        Promtool promtool = new Promtool(folder);
        try (RunningExporter exporter = serve()) {
            exporter.post("/api/v1/dumps", "{\"reason\":\"test\"}");
            String text = exporter.metrics(
                    metrics -> metrics.contains("\nload_monitor_dumps_total{trigger=\"manual\",} 1.0\n"));
            promtool.checkMetrics(text);
            promtool.readOpenMetrics(
                    exporter.get("/metrics", "application/openmetrics-text").body());
        }
    }

    @Test
    void anAlertLeadsToADumpThatSurvivesARestart() throws Exception {
        Path archive = folder.resolve("state/archive.db");
        String alert = """
                {"version":"4","groupKey":"{}:{}","truncatedAlerts":0,"status":"firing","receiver":"load-monitor",
                 "groupLabels":{},"commonLabels":{},"commonAnnotations":{},"externalURL":"http://localhost",
                 "alerts":[{"status":"firing","labels":{"alertname":"LoadHigh","instance":"here"},"annotations":{},
                 "startsAt":"2026-11-22T12:04:10.123456789Z","endsAt":"0001-01-01T00:00:00Z",
                 "generatorURL":"http://localhost/g","fingerprint":"0123456789abcdef"}]}
                """;
        try (RunningExporter exporter = serve("--archive.path=" + archive)) {
            assertEquals(202, exporter.post("/api/v1/alerts", alert).statusCode());
            assertEquals(200, exporter.post("/api/v1/alerts", alert).statusCode(), "known by now");
            assertEquals(400, exporter.post("/api/v1/alerts", "{").statusCode());
            String metrics =
                    exporter.metrics(text -> text.contains("\nload_monitor_dumps_total{trigger=\"alert\",} 1.0\n"));
            for (String sample : List.of(
                    "load_monitor_webhook_requests_total{code=\"202\",} 1.0",
                    "load_monitor_webhook_requests_total{code=\"200\",} 1.0",
                    "load_monitor_webhook_requests_total{code=\"400\",} 1.0",
                    "load_monitor_alerts_total{outcome=\"new\",} 1.0",
                    "load_monitor_alerts_total{outcome=\"known\",} 1.0",
                    "load_monitor_archive_dumps 1.0",
                    "load_monitor_queue_length 0.0",
                    "load_monitor_queue_capacity 1000.0",
                    "load_monitor_dump_source_info{source=\"procfs\",} 1.0",
                    "load_monitor_kernel_module_up 0.0")) {
                assertTrue(metrics.contains("\n" + sample + "\n"), sample + " is missing in\n" + metrics);
            }
            exporter.end();
            assertEquals(143, exporter.exitCode());
            assertTrue(exporter.log().endsWith("msg=ended\n"), exporter.log());
            assertFalse(exporter.log().contains("level=error"), exporter.log());
        }
        try (RunningExporter exporter = serve("--archive.path=" + archive)) {
            String metrics = exporter.metrics(text -> true);
            assertTrue(metrics.contains("\nload_monitor_last_dump_timestamp_seconds "), metrics);
            assertTrue(metrics.contains("\nload_monitor_load_contribution{cause=\"unknown\",} "), metrics);
            assertEquals(200, exporter.post("/api/v1/alerts", alert).statusCode(), "known across restarts");
        }
    }

    @Test
    void readsItsRulesAgain() throws Exception {
        Path config =
                Files.writeString(folder.resolve("c.yml"), QUIET + "rules: [{name: one, match: {alertname: A}}]\n");
        try (RunningExporter exporter = serve("--config.file=" + config)) {
            assertTrue(exporter.get("/api/v1/status", "*/*").body().contains("\"one\""));
            Files.writeString(
                    config, QUIET + "rules: [{name: two, match: {alertname: A}}]\nlimits: {waiting_captures: 7}\n");
            assertEquals(200, exporter.post("/-/reload", "").statusCode());
            assertTrue(exporter.get("/api/v1/status", "*/*").body().contains("\"two\""));
            assertTrue(exporter.metrics(text -> true).contains("\nload_monitor_queue_capacity 7.0\n"));
            Files.writeString(config, "rules: 1\n");
            HttpResponse<String> refused = exporter.post("/-/reload", "");
            assertEquals(500, refused.statusCode());
            assertTrue(refused.body().contains("c.yml:1: rules: "), refused.body());
            assertTrue(exporter.get("/api/v1/status", "*/*").body().contains("\"two\""));
        }
    }

    @Test
    void readsItsRulesAgainOnAHangup() throws Exception {
        Path config =
                Files.writeString(folder.resolve("c.yml"), QUIET + "rules: [{name: one, match: {alertname: A}}]\n");
        try (RunningExporter exporter = serve("--config.file=" + config)) {
            exporter.metrics(metrics -> metrics.contains("\nload_monitor_config_last_reload_successful 1.0\n"));
            Files.writeString(config, QUIET + "limits: {waiting_captures: 7}\n");
            exporter.hangUp();
            exporter.metrics(metrics -> metrics.contains("\nload_monitor_queue_capacity 7.0\n"));
            Files.writeString(config, "rules: 1\n");
            exporter.hangUp();
            exporter.metrics(metrics -> metrics.contains("\nload_monitor_config_last_reload_successful 0.0\n")
                    && metrics.contains("\nload_monitor_queue_capacity 7.0\n")
                    && exporter.log().contains("c.yml:1: rules: "));
        }
    }

    @Test
    void logsJsonWhenAsked() throws Exception {
        try (RunningExporter exporter =
                RunningExporter.start(folder, LISTEN, "--log.format=json", "--web.telemetry-path=/api")) {
            assertEquals(1, exporter.exitCode());
            List<String> levels = new ArrayList<>();
            for (String line : exporter.log().lines().toList()) {
                levels.add(new ObjectMapper().readTree(line).get("level").asText());
            }
            assertTrue(levels.contains("error"), exporter.log());
        }
    }

    @Test
    void aPortInUseIsOneClearLine() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                RunningExporter exporter = RunningExporter.start(
                        folder,
                        "--web.listen-address=127.0.0.1:" + taken.getLocalPort(),
                        "--archive.path=" + folder.resolve("a.db"))) {
            assertEquals(1, exporter.exitCode());
            assertRefused(exporter, "127.0.0.1 port " + taken.getLocalPort());
        }
    }

    @Test
    void servesMetricsWithoutAnArchiveThatMayNotBeWrittenAndSaysSoInOneLine() throws Exception {
        try (RunningExporter exporter = RunningExporter.start(folder, LISTEN, "--archive.path=/proc/no/archive.db")) {
            exporter.metrics(metrics ->
                    metrics.contains("\nload_monitor_archive_up 0.0\n") && metrics.contains("\nload_monitor_load1 "));
            assertEquals(
                    1,
                    exporter.log()
                            .lines()
                            .filter(line -> line.contains("The archive is not open")
                                    && line.contains("cannot open the archive /proc/no/archive.db"))
                            .count(),
                    exporter.log());
        }
    }

    @Test
    void aTelemetryPathThatIsTakenIsOneClearLine() throws Exception {
        try (RunningExporter exporter = RunningExporter.start(
                folder, LISTEN, "--web.telemetry-path=/api", "--archive.path=" + folder.resolve("a.db"))) {
            assertEquals(1, exporter.exitCode());
            assertRefused(exporter, "\\\"/api\\\"");
        }
    }

    @Test
    void aBadConfigurationIsALineForEachProblem() throws Exception {
        Path config = Files.writeString(folder.resolve("c.yml"), "rules: 7\nretention: {max_age: soon}\nlimit: {}\n");
        try (RunningExporter exporter = RunningExporter.start(folder, LISTEN, "--config.file=" + config)) {
            assertEquals(1, exporter.exitCode());
            List<String> lines = exporter.log()
                    .lines()
                    .filter(line -> line.contains("level=error"))
                    .toList();
            assertEquals(3, lines.size(), exporter.log());
            assertTrue(
                    exporter.log().contains("c.yml:2: retention.max_age: \\\"soon\\\" is no duration"), exporter.log());
        }
    }

    @Test
    void wrongUseExits2() throws Exception {
        try (RunningExporter exporter = RunningExporter.start(folder, "--nonsense")) {
            assertEquals(2, exporter.exitCode());
            assertTrue(exporter.log().contains("Unknown option: '--nonsense'"), exporter.log());
        }
    }

    @Test
    void saysItsVersion() throws Exception {
        try (RunningExporter exporter = RunningExporter.start(folder, "--version")) {
            assertEquals(0, exporter.exitCode());
            assertTrue(
                    exporter.out()
                            .matches("load-monitor-exporter, version [0-9]+\\.[0-9]+\\.[0-9]+.* \\(java .*\\)\n"
                                    + "revision ([0-9a-f]{40}(-dirty)? of [0-9TZ:-]{20}|unknown of unknown)\n"),
                    exporter.out());
        }
    }

    @Test
    void dumpWritesWhatExplainReads() throws Exception {
        try (RunningExporter dump = RunningExporter.start(folder, "dump", "--source=procfs", "--reason=by hand")) {
            assertEquals(0, dump.exitCode(), dump.log());
            assertTrue(dump.out().startsWith("load_monitor dump version=1 "), dump.out());
            assertTrue(dump.out().contains("reason=\"by hand\""), dump.out());
            Path file = Files.writeString(folder.resolve("dump.txt"), dump.out());
            try (RunningExporter explain = RunningExporter.start(folder, "explain", file.toString())) {
                assertEquals(0, explain.exitCode(), explain.log());
                assertTrue(explain.out().contains("tasks in the dump"), explain.out());
                assertFalse(explain.out().contains("not understood"), explain.out());
                assertFalse(explain.out().contains("cut off"), explain.out());
            }
        }
    }

    @Test
    void dumpWithoutTheModuleSaysWhatIsMissing() throws Exception {
        try (RunningExporter dump = RunningExporter.start(folder, "dump", "--source=kmod", "--path.sysfs=" + folder)) {
            assertEquals(1, dump.exitCode());
            assertTrue(dump.log().contains("the kernel module is not loaded"), dump.log());
            assertEquals("", dump.out());
        }
    }

    @Test
    void aDumpThatDoesNotFitOnTheDiskIsAFailure() throws Exception {
        try (RunningExporter dump = RunningExporter.startInto(
                folder, Path.of("/dev/full"), "dump", "--source=procfs", "--log.level=error")) {
            assertEquals(1, dump.exitCode());
            assertEquals(
                    "load-monitor-exporter: cannot write to standard output: No space left on device\n", dump.log());
        }
    }

    private static void assertRefused(RunningExporter exporter, String complaint) {
        List<String> lines = exporter.log()
                .lines()
                .filter(line -> line.contains("level=error"))
                .toList();
        assertEquals(1, lines.size(), exporter.log());
        assertTrue(lines.get(0).contains(complaint), exporter.log());
        assertFalse(exporter.log().contains("\tat "), exporter.log());
    }

    /** On this host's /proc; without the module, wherever the test runs. */
    private RunningExporter serve(String... more) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(LISTEN, "--path.sysfs=" + folder));
        if (List.of(more).stream().noneMatch(argument -> argument.startsWith("--archive.path"))) {
            arguments.add("--archive.path=" + folder.resolve("archive.db"));
        }
        if (List.of(more).stream().noneMatch(argument -> argument.startsWith("--config.file"))) {
            // Whatever else this host does must not add a dump to those that a test counts.
            arguments.add("--config.file=" + Files.writeString(folder.resolve("quiet.yml"), QUIET));
        }
        arguments.addAll(List.of(more));
        return RunningExporter.start(folder, arguments.toArray(String[]::new));
    }

    private static List<String> families(String metrics) {
        return metrics.lines()
                .filter(line ->
                        line.startsWith("# TYPE") && !HOSTS_OWN.matcher(line).find())
                .map(line -> line.split(" ")[2].replaceAll("_total$", ""))
                .sorted()
                .toList();
    }
}
