package io.loadmonitor.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.alert.Alert;
import io.loadmonitor.archive.DumpTrigger;
import io.loadmonitor.archive.IntakeOutcome;
import io.loadmonitor.archive.IntakeOutcome.WithoutDump;
import io.loadmonitor.archive.LimitKind;
import io.loadmonitor.archive.TestAlerts;
import io.loadmonitor.desk.CaptureObserver.FailureReason;
import io.loadmonitor.guard.Denial;
import io.prometheus.client.exporter.common.TextFormat;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class MetricsPageTest {
    private static final String OPENMETRICS = "application/openmetrics-text";

    private final AtomicInteger loadReads = new AtomicInteger();
    private final FamilyReader load = new FakeReader("load", Set.of(Family.LOAD1, Family.LOAD5)) {
        @Override
        public void read(Samples samples) {
            loadReads.incrementAndGet();
            samples.add(Family.LOAD1, 4.42).add(Family.LOAD5, 1);
        }
    };
    private final FamilyReader broken = new FakeReader("broken", Set.of(Family.CPUS, Family.THREADS)) {
        @Override
        public void read(Samples samples) throws IOException {
            samples.add(Family.CPUS, 2);
            throw new IOException("no such file");
        }
    };
    private final EventCounts events = new EventCounts();

    @Test
    void writesText() {
        Exposition page = new MetricsPage(List.of(load)).render(Set.of("load_monitor_load1"), "");
        assertEquals("text/plain; version=0.0.4; charset=utf-8", page.contentType());
        assertEquals("""
                # HELP load_monitor_load1 Load average over 1 minute, in tasks (first field of /proc/loadavg).
                # TYPE load_monitor_load1 gauge
                load_monitor_load1 4.42
                """, text(page));
    }

    @Test
    void writesOpenMetrics() {
        Exposition page =
                new MetricsPage(List.of(load, events)).render(Set.of("load_monitor_dumps_total"), OPENMETRICS);
        assertEquals("application/openmetrics-text; version=1.0.0; charset=utf-8", page.contentType());
        assertEquals("""
                # TYPE load_monitor_dumps counter
                # HELP load_monitor_dumps Dumps archived since the exporter was started, by what asked for them.
                load_monitor_dumps_total{trigger="active"} 0.0
                load_monitor_dumps_total{trigger="alert"} 0.0
                load_monitor_dumps_total{trigger="follow_up"} 0.0
                load_monitor_dumps_total{trigger="manual"} 0.0
                load_monitor_dumps_total{trigger="pressure"} 0.0
                load_monitor_dumps_total{trigger="threshold"} 0.0
                load_monitor_dumps_total{trigger="unknown"} 0.0
                # EOF
                """, sortedSamples(text(page)));
    }

    /** The client library's own writer says what the text is to be. */
    @Test
    void writesWhatTheClientLibraryWrites() throws Exception {
        Samples samples = new Samples();
        events.denied(Denial.values()[0]);
        events.read(samples);
        OwnReader.jvm().read(samples);
        new ProcessReader().read(samples);
        double[] values = {0, -0.0, 1, -7, 4.42, 1e7, 9_999_999, 1e-9, 1.7e300, Double.NaN, 1 / 0.0, -1 / 0.0, 0.1};
        for (double value : values) {
            samples.add(Family.LOAD1, value);
            samples.add(Family.LOAD1_BY_CAUSE, value, "a \"quoted\\\nü\u2028" + value);
        }
        for (String type : List.of(TextFormat.CONTENT_TYPE_004, TextFormat.CONTENT_TYPE_OPENMETRICS_100)) {
            NameFilter all = new NameFilter(Set.of());
            StringWriter wanted = new StringWriter();
            TextFormat.writeFormat(type, wanted, Collections.enumeration(samples.families(all)));
            PageText written = new PageText(
                    type.equals(TextFormat.CONTENT_TYPE_004) ? ExpositionFormat.TEXT : ExpositionFormat.OPENMETRICS);
            samples.forEach(all, written::add);
            assertEquals(wanted.toString(), new String(written.bytes(), StandardCharsets.UTF_8));
        }
    }

    /** The second one asks while the first one reads, and the reader lets go only then. */
    @Test
    void scrapesThatMeetShareOneReading() throws Exception {
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger reads = new AtomicInteger();
        FamilyReader slow = new FakeReader("slow", Set.of(Family.CPUS)) {
            @Override
            public void read(Samples samples) throws InterruptedException {
                reads.incrementAndGet();
                reading.countDown();
                go.await();
                samples.add(Family.CPUS, 2);
            }
        };
        MetricsPage page = new MetricsPage(List.of(slow));
        CompletableFuture<String> first = CompletableFuture.supplyAsync(() -> text(page.render(Set.of(), "")));
        reading.await();
        AtomicReference<String> second = new AtomicReference<>();
        Thread other = new Thread(() -> second.set(text(page.render(Set.of(), ""))));
        other.start();
        while (other.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        go.countDown();
        other.join();
        assertEquals(first.get(), second.get());
        assertEquals(1, reads.get());
        page.render(Set.of(), "");
        assertEquals(2, reads.get());
    }

    @Test
    void oneFailedCollectorCostsItsOwnFamiliesOnly() {
        String page = text(new MetricsPage(List.of(broken, load)).render(Set.of(), ""));
        assertTrue(page.contains("\nload_monitor_load1 4.42\n"), page);
        assertFalse(page.contains("load_monitor_cpus"), "what was read before the failure is thrown away");
        assertTrue(page.contains("load_monitor_scrape_collector_success{collector=\"broken\",} 0.0\n"), page);
        assertTrue(page.contains("load_monitor_scrape_collector_success{collector=\"load\",} 1.0\n"), page);
        assertTrue(page.contains("load_monitor_scrape_collector_duration_seconds{collector=\"broken\",} "), page);
    }

    @Test
    void doesNotReadWhatNobodyAsksFor() {
        MetricsPage page = new MetricsPage(List.of(load, events));
        assertEquals("", text(page.render(Set.of("load_monitor_nonsense"), "")));
        String alerts = text(page.render(Set.of("load_monitor_alerts_total"), ""));
        assertTrue(alerts.contains("load_monitor_alerts_total{outcome=\"no_rule\",} 0.0\n"), alerts);
        assertEquals(0, loadReads.get());
        page.render(Set.of("load_monitor_scrape_collector_success"), "");
        assertEquals(1, loadReads.get());
    }

    @Test
    void namesMayBeOfSamplesOrOfFamilies() {
        MetricsPage page = new MetricsPage(List.of(events));
        String sum = text(page.render(Set.of("load_monitor_dump_duration_seconds_sum"), ""));
        assertEquals(List.of("load_monitor_dump_duration_seconds_sum 0.0"), samples(sum));
        String family = text(page.render(Set.of("load_monitor_dump_duration_seconds"), ""));
        assertTrue(samples(family).size() > 10, family);
    }

    @Test
    void everyLabelValueOfACounterIsThereFromTheStart() {
        String page = text(new MetricsPage(List.of(events)).render(Set.of(), ""));
        for (DumpTrigger trigger : DumpTrigger.values()) {
            assertTrue(
                    page.contains("load_monitor_dumps_total{trigger=\""
                            + trigger.name().toLowerCase() + "\",} 0.0\n"),
                    page);
        }
        for (FailureReason reason : FailureReason.values()) {
            assertTrue(page.contains(
                    "load_monitor_dump_failures_total{reason=\"" + reason.name().toLowerCase() + "\",} 0.0\n"));
        }
        assertTrue(page.contains("load_monitor_webhook_requests_total{code=\"503\",} 0.0\n"), page);
    }

    @Test
    void countsNewAlertsThatGetNoDumpOfTheirOwn() {
        Alert alert = TestAlerts.firing(1, Instant.EPOCH);
        for (Optional<WithoutDump> why : List.of(
                Optional.<WithoutDump>empty(), Optional.of(WithoutDump.COOLDOWN), Optional.of(WithoutDump.COOLDOWN))) {
            events.takenIn(List.of(new IntakeOutcome(
                    alert,
                    IntakeOutcome.Outcome.NEW,
                    OptionalLong.of(1),
                    OptionalLong.empty(),
                    why,
                    "",
                    Optional.empty())));
        }
        String page = text(new MetricsPage(List.of(events)).render(Set.of(), ""));
        assertTrue(page.contains("load_monitor_alerts_total{outcome=\"new\",} 3.0\n"), page);
        assertTrue(page.contains("load_monitor_alerts_without_dump_total{reason=\"cooldown\",} 2.0\n"), page);
        assertTrue(page.contains("load_monitor_alerts_without_dump_total{reason=\"shared\",} 0.0\n"), page);
    }

    @Test
    void countsRefusedDumpsByTheLimit() {
        events.refused(DumpTrigger.FOLLOW_UP, LimitKind.HOST);
        events.refused(DumpTrigger.ALERT, LimitKind.HOST);
        String page = text(new MetricsPage(List.of(events)).render(Set.of(), ""));
        for (LimitKind limit : LimitKind.values()) {
            String label = limit.name().toLowerCase(Locale.ROOT);
            String value = limit == LimitKind.HOST ? "2.0" : "0.0";
            assertTrue(
                    page.contains("load_monitor_dumps_refused_total{limit=\"" + label + "\",} " + value + "\n"), page);
        }
    }

    @Test
    void saysNothingOfCreationTimes() {
        MetricsPage page = new MetricsPage(List.of(events));
        assertFalse(text(page.render(Set.of(), "")).contains("_created"));
        assertFalse(text(page.render(Set.of(), OPENMETRICS)).contains("_created"));
    }

    @Test
    void countsUnknownStatusCodesTogether() {
        events.webhookAnswered(202);
        events.webhookAnswered(418);
        events.webhookAnswered(499);
        events.failed(DumpTrigger.ALERT, FailureReason.TIMEOUT);
        String page = text(new MetricsPage(List.of(events)).render(Set.of(), ""));
        assertTrue(page.contains("load_monitor_webhook_requests_total{code=\"202\",} 1.0\n"), page);
        assertTrue(page.contains("load_monitor_webhook_requests_total{code=\"other\",} 2.0\n"), page);
        assertTrue(page.contains("load_monitor_dump_failures_total{reason=\"timeout\",} 1.0\n"), page);
        assertFalse(page.contains("418"), page);
    }

    private static String text(Exposition page) {
        return new String(page.text(), StandardCharsets.UTF_8);
    }

    private static List<String> samples(String page) {
        return page.lines().filter(line -> !line.startsWith("#")).toList();
    }

    /** The client library keeps children in no order. */
    private static String sortedSamples(String page) {
        List<String> lines = page.lines().toList();
        return lines.subList(0, 2).stream().collect(Collectors.joining("\n", "", "\n"))
                + samples(page).stream().sorted().collect(Collectors.joining("\n", "", "\n"))
                + lines.get(lines.size() - 1) + "\n";
    }

    private abstract static class FakeReader implements FamilyReader {
        private final String name;
        private final Set<Family> families;

        FakeReader(String name, Set<Family> families) {
            this.name = name;
            this.families = families;
        }

        @Override
        public String collector() {
            return name;
        }

        @Override
        public Set<Family> families() {
            return families;
        }
    }
}
