package io.loadmonitor.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveSettings;
import io.loadmonitor.archive.DumpTexts;
import io.loadmonitor.archive.Retention;
import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.dump.DumpParser;
import io.loadmonitor.dump.RawDump;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LastDumpReaderTest {
    private static final Clock NOON = Clock.fixed(DumpTexts.NOON, ZoneOffset.UTC);

    @Test
    void saysForFiveMinutesWhatTheLoadConsistedOfAndForEverWhenItWas(@TempDir Path folder) throws Exception {
        ArchiveSettings settings = new ArchiveSettings(folder.resolve("a.db"), "vm", Retention.DEFAULT);
        try (Archive archive = Archive.open(settings, Clock.systemUTC())) {
            archive.storeFound(DumpTexts.manual(1, DumpTexts.NOON));
            AtomicReference<Instant> now = new AtomicReference<>(DumpTexts.NOON.plusSeconds(299));
            Clock clock = new Clock() {
                @Override
                public Instant instant() {
                    return now.get();
                }

                @Override
                public ZoneId getZone() {
                    return ZoneOffset.UTC;
                }

                @Override
                public Clock withZone(ZoneId zone) {
                    return this;
                }
            };
            MetricsPage page = new MetricsPage(
                    List.of(new LastDumpReader(archive, new EventCounts(), CauseCatalogue::standard, clock)));
            assertTrue(contributions(page).contains("{cause=\"vfork\",} "), contributions(page));
            now.set(DumpTexts.NOON.plusSeconds(300));
            assertEquals("", contributions(page));
            String last = text(page, "load_monitor_last_dump_id");
            assertTrue(last.endsWith("\nload_monitor_last_dump_id 1.0\n"), last);
            now.set(DumpTexts.NOON.minusSeconds(7));
            assertFalse(contributions(page).isEmpty(), "the clock was set back: the dump is no older for it");
            now.set(DumpTexts.NOON.minusSeconds(3600));
            assertEquals("", contributions(page), "by an hour: nobody knows how old it is");
        }
    }

    @Test
    void takesNoDumpOfTheFutureForTheNewest(@TempDir Path folder) throws Exception {
        ArchiveSettings settings = new ArchiveSettings(folder.resolve("a.db"), "vm", Retention.DEFAULT);
        try (Archive archive = Archive.open(settings, Clock.systemUTC())) {
            archive.storeFound(DumpTexts.manual(1, DumpTexts.NOON.plus(Duration.ofDays(40))));
            archive.storeFound(DumpTexts.manual(2, DumpTexts.NOON.plusSeconds(1)));
            MetricsPage page = new MetricsPage(
                    List.of(new LastDumpReader(archive, new EventCounts(), CauseCatalogue::standard, NOON)));

            String last = text(page, "load_monitor_last_dump_id");
            assertTrue(last.endsWith("\nload_monitor_last_dump_id 2.0\n"), last);
        }
    }

    /** A dump that cannot be explained must not leave the former one's causes standing as if they were its own. */
    @Test
    void aFaultOfTheParserIsAFailureAtEachScrapeUntilItIsGone(@TempDir Path folder) throws Exception {
        ArchiveSettings settings = new ArchiveSettings(folder.resolve("a.db"), "vm", Retention.DEFAULT);
        try (Archive archive = Archive.open(settings, Clock.systemUTC())) {
            archive.storeFound(DumpTexts.manual(1, DumpTexts.NOON));
            EventCounts events = new EventCounts();
            AtomicBoolean broken = new AtomicBoolean();
            MetricsPage page =
                    new MetricsPage(List.of(new LastDumpReader(archive, events, CauseCatalogue::standard, NOON, raw -> {
                        if (broken.get()) {
                            throw new IllegalStateException("a fault of the parser");
                        }
                        return DumpParser.parse(raw);
                    })));
            assertFalse(contributions(page).isEmpty());

            broken.set(true);
            events.found(archive.storeFound(DumpTexts.manual(2, DumpTexts.NOON)).orElseThrow());
            for (int scrape = 1; scrape <= 2; scrape++) {
                assertEquals("", contributions(page), "at scrape " + scrape);
                String success = text(page, "load_monitor_scrape_collector_success");
                assertTrue(success.endsWith("{collector=\"last_dump\",} 0.0\n"), success);
            }
            broken.set(false);
            assertTrue(text(page, "load_monitor_last_dump_id").endsWith(" 2.0\n"));
            assertFalse(contributions(page).isEmpty());
        }
    }

    @Test
    void countsByTheCausesInForceWithoutANewDump(@TempDir Path folder) throws Exception {
        CauseCatalogue own = CauseCatalogue.standard().with(Files.writeString(folder.resolve("own.txt"), """
                cause vendor-card
                  title waiting for the vendor's card
                  explanation The card has not answered.
                  check Its lamp.
                  frames 99 kernel_clone
                """));
        AtomicReference<CauseCatalogue> causes = new AtomicReference<>(CauseCatalogue.standard());
        ArchiveSettings settings = new ArchiveSettings(folder.resolve("a.db"), "vm", Retention.DEFAULT);
        try (Archive archive = Archive.open(settings, Clock.systemUTC(), causes::get)) {
            archive.storeFound(DumpTexts.manual(1, DumpTexts.NOON));
            MetricsPage page =
                    new MetricsPage(List.of(new LastDumpReader(archive, new EventCounts(), causes::get, NOON)));

            assertFalse(contributions(page).contains("vendor-card"));
            causes.set(own);
            String counted = contributions(page);
            assertTrue(counted.contains("{cause=\"vendor-card\",} 1.0\n"), counted);
            assertEquals(
                    own.causes().size(),
                    counted.lines()
                            .filter(line -> line.startsWith("load_monitor"))
                            .count());
            causes.set(CauseCatalogue.standard());
            assertFalse(contributions(page).contains("vendor-card"), "a cause that is no longer known is gone");
        }
    }

    /** The text is made up: no module that draws samples has been captured yet. */
    @Test
    void sumsToTheActiveTasksOfADumpThatIsAFairSample(@TempDir Path folder) throws Exception {
        ArchiveSettings settings = new ArchiveSettings(folder.resolve("a.db"), "vm", Retention.DEFAULT);
        try (Archive archive = Archive.open(settings, Clock.systemUTC())) {
            archive.storeFound(RawDump.of("""
                    load_monitor dump version=1 id=1 source=kmod boot_id=b release=6.12.0
                    time wall=2026-11-22T12:04:10Z monotonic_ns=5
                    load avg1=40.00 avg5=1.00 avg15=1.00 active=40 cpus=2
                    count running=30 uninterruptible=10 captured=3 sampled=3 of=40
                    task pid=1 state=R on=queue comm="a"
                    task pid=2 state=R on=queue comm="a"
                    task pid=3 state=R on=sleep flags=delayed comm="b"
                    end id=1 tasks=3
                    """.getBytes(StandardCharsets.US_ASCII)));
            String counted = contributions(new MetricsPage(
                    List.of(new LastDumpReader(archive, new EventCounts(), CauseCatalogue::standard, NOON))));
            assertTrue(counted.contains("{cause=\"waiting-for-cpu\",} 27.0\n"), counted);
            assertTrue(counted.contains("{cause=\"delayed-sleep\",} 13.0\n"), counted);
        }
    }

    private static String contributions(MetricsPage page) {
        return text(page, "load_monitor_load_contribution");
    }

    private static String text(MetricsPage page, String name) {
        return new String(page.render(Set.of(name), "").text(), StandardCharsets.UTF_8);
    }
}
