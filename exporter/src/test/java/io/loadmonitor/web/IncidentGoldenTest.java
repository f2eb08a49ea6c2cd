package io.loadmonitor.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.loadmonitor.Golden;
import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveSettings;
import io.loadmonitor.archive.Retention;
import io.loadmonitor.archive.TestClock;
import io.loadmonitor.desk.LoadRecorder;
import io.loadmonitor.desk.PartsRecorder;
import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.dump.LoadSample;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.report.IncidentReport;
import io.loadmonitor.report.IncidentReporter;
import io.loadmonitor.sample.LoadTickParts;
import io.loadmonitor.web.json.IncidentAnswer;
import io.loadmonitor.web.view.IncidentMarkdown;
import io.loadmonitor.web.view.Site;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An incident of real dumps: what one guest's module took by itself and on request within 20 s, from the crossing of
 * the threshold on, with names that try to break out.
 */
final class IncidentGoldenTest {
    private static final Path CAPTURES = Path.of("../kmod/tests/captures/6.1.0-56-cloud-amd64");
    private static final Golden GOLDEN = new Golden(IncidentGoldenTest.class, "web/golden");
    private static final List<String> IN_ORDER = List.of(
            "threshold-busy-vfork",
            "manual-busy-vfork",
            "active-busy-vfork",
            "hostile-names",
            "frozen-filesystem",
            "on-cpu-kernel");

    /** The last one was taken after the load had fallen; its history tells when. */
    private static final List<String> SHOWN = IN_ORDER.subList(0, 5);

    private static final Instant LATER = Instant.parse("2026-11-22T15:10:00Z");

    private final TestClock clock = new TestClock();
    private Archive archive;
    private IncidentReport report;

    @BeforeEach
    void makeIncident(@TempDir Path folder) throws Exception {
        clock.set(LATER);
        archive = Archive.open(new ArchiveSettings(folder.resolve("a.db"), "guest", Retention.DEFAULT), clock);
        for (String name : IN_ORDER) {
            archive.storeFound(RawDump.of(Files.readAllBytes(CAPTURES.resolve(name + ".dump"))));
        }
        LoadRecorder recorder = new LoadRecorder(archive);
        // As the exporter would have seen it beside the module, a moment after the ticks.
        recorder.add(new LoadSample(
                Instant.parse("2026-11-22T14:50:03.2Z"),
                OptionalInt.of(10),
                OptionalDouble.of(4.87),
                OptionalInt.of(8),
                OptionalInt.of(2)));
        recorder.add(new LoadSample(
                Instant.parse("2026-11-22T14:50:23Z"),
                OptionalInt.of(0),
                OptionalDouble.of(3.95),
                OptionalInt.of(0),
                OptionalInt.empty()));
        recorder.keep();
        PartsRecorder parts = new PartsRecorder(
                archive,
                () -> List.of(
                        parts("2026-11-22T14:50:02.312Z", 10, 4.87, Map.of("vfork", 2, "runnable", 8), 3.5, 0.5),
                        parts("2026-11-22T14:50:07.316Z", 1, 4.56, Map.of("frozen-filesystem", 1), 3.22, 0.47)));
        parts.keep();
        report = new IncidentReporter(archive, recorder, parts, clock).report(1).orElseThrow();
    }

    private static LoadTickParts parts(
            String at, int active, double load, Map<String, Integer> tasks, double runnable, double unseen) {
        return new LoadTickParts(
                Instant.parse(at),
                OptionalInt.of(active),
                load,
                tasks,
                Map.of("vfork", 0.87, "runnable", runnable, "unseen", unseen),
                true);
    }

    @AfterEach
    void close() {
        archive.close();
    }

    @Test
    void tellsItAsJson() throws Exception {
        ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        byte[] answer = new Json().write(IncidentAnswer.of(report, Site.UNKNOWN, CauseCatalogue.standard()));
        GOLDEN.compare("incident.json", mapper.writeValueAsString(mapper.readTree(answer)) + "\n", "the incident");
    }

    @Test
    void tellsItAsMarkdown() throws Exception {
        String markdown = IncidentMarkdown.write(report, Site.UNKNOWN, CauseCatalogue.standard(), LATER);
        GOLDEN.compare("incident.md", markdown, "the incident");
        String outsideCode = Pattern.compile("`[^`\n]*`").matcher(markdown).replaceAll("");
        assertTrue(outsideCode.chars().noneMatch(c -> "`<>&".indexOf(c) >= 0), outsideCode);
        assertTrue(
                markdown.startsWith("# `11 active tasks at 14:49:57 (load 4.43) = 2 waiting for a vfork child"),
                markdown);
    }

    @Test
    void isOneFileWithEverything() throws Exception {
        byte[] zip = bundle();
        Map<String, byte[]> files = unzip(zip);

        assertEquals(3 + 5 * SHOWN.size(), files.size(), files.keySet().toString());
        assertEquals("incident-1/README.txt", files.keySet().iterator().next());
        for (int i = 0; i < SHOWN.size(); i++) {
            String dump = "incident-1/dumps/dump-" + (i + 1);
            byte[] raw = Files.readAllBytes(CAPTURES.resolve(SHOWN.get(i) + ".dump"));
            assertTrue(Arrays.equals(raw, files.get(dump + ".txt")), dump + " is byte for byte as it came");
            String folded = new String(files.get(dump + ".folded"), StandardCharsets.UTF_8);
            int tasks = folded.lines()
                    .mapToInt(line -> Integer.parseInt(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
            assertEquals(report.dumps().get(i).breakdown().orElseThrow().tasks(), tasks);
            assertEquals(
                    "sampled",
                    new ObjectMapper()
                            .readTree(files.get(dump + ".speedscope.json"))
                            .path("profiles")
                            .path(0)
                            .path("type")
                            .asText());
            assertEquals(0x8b1f, (files.get(dump + ".pb.gz")[0] & 0xff) | (files.get(dump + ".pb.gz")[1] & 0xff) << 8);
            assertTrue(new String(files.get(dump + ".html"), StandardCharsets.UTF_8).startsWith("<!doctype html>"));
        }
        assertEquals(
                IncidentMarkdown.write(report, Site.UNKNOWN, CauseCatalogue.standard(), report.to()),
                new String(files.get("incident-1/incident.md"), StandardCharsets.UTF_8));
        assertEquals(
                1,
                new ObjectMapper()
                        .readTree(files.get("incident-1/incident.json"))
                        .path("id")
                        .asInt());
    }

    @Test
    void theSameIncidentGivesTheSameFile() throws Exception {
        assertTrue(Arrays.equals(bundle(), bundle()));
    }

    /** What it told with its texts, it tells without them. */
    @Test
    void tellsTheSameWhenItsDumpsAreDeleted() throws Exception {
        archive.keep(new Retention(1, Duration.ofDays(30), 1 << 30, 0));

        IncidentReport later = new IncidentReporter(
                        archive, new LoadRecorder(archive), new PartsRecorder(archive, List::of), clock)
                .report(1)
                .orElseThrow();

        assertEquals(report.headline(), later.headline());
        assertEquals(report.changes(), later.changes());
        assertEquals(report.timeline(), later.timeline());
        assertEquals(report.parts(), later.parts());
        assertEquals(2, later.parts().seen());
        for (int i = 0; i < SHOWN.size(); i++) {
            assertEquals(report.dumps().get(i).breakdown(), later.dumps().get(i).breakdown());
        }
        String words = "Its 5 dumps were deleted on 2026-11-22 (retention: max_dumps); what they told is kept";
        String markdown = IncidentMarkdown.write(later, Site.UNKNOWN, CauseCatalogue.standard(), LATER);
        assertTrue(markdown.contains("| Dumps | " + words + " |"), markdown);
        assertEquals(
                IncidentMarkdown.write(report, Site.UNKNOWN, CauseCatalogue.standard(), LATER),
                markdown.replace("| Dumps | " + words + " |\n", "").replace(", deleted.", ", complete."),
                "the ticket's text is the same but for that");
        JsonNode json = new ObjectMapper()
                .readTree(new Json().write(IncidentAnswer.of(later, Site.UNKNOWN, CauseCatalogue.standard())));
        assertEquals(5, json.path("deletedDumpCount").asInt());
        JsonNode dump = json.path("dumps").path(0);
        assertEquals("deleted", dump.path("state").asText());
        assertEquals("max_dumps", dump.path("deletedBy").asText());
        assertEquals(LATER.toString(), dump.path("deletedAt").asText());
        int sum = 0;
        for (JsonNode group : dump.path("groups").path("processes")) {
            sum += group.path("tasks").asInt();
        }
        assertEquals(dump.path("tasks").asInt(), sum);
        Map<String, byte[]> files = unzip(bundle(later));
        assertEquals(3, files.size(), files.keySet().toString());
        String readme = new String(files.get("incident-1/README.txt"), StandardCharsets.UTF_8);
        assertTrue(readme.contains("Dump 1 was deleted on 2026-11-22 (retention: max_dumps)"), readme);
    }

    private byte[] bundle() throws IOException {
        return bundle(report);
    }

    private byte[] bundle(IncidentReport report) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new IncidentBundle(
                        archive,
                        new Json(),
                        new PageRenderer(Site.UNKNOWN),
                        Site.UNKNOWN,
                        "1.2.3",
                        report,
                        CauseCatalogue.standard(),
                        new Builds())
                .write(out);
        return out.toByteArray();
    }

    static Map<String, byte[]> unzip(byte[] zip) throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                files.put(entry.getName(), in.readAllBytes());
            }
        }
        return files;
    }
}
