package io.loadmonitor.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveSettings;
import io.loadmonitor.archive.DumpTexts;
import io.loadmonitor.archive.Retention;
import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.dump.RawDump;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LastDumpReaderTest {
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
            MetricsPage page = new MetricsPage(List.of(new LastDumpReader(archive, new EventCounts(), causes::get)));

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
            String counted = contributions(
                    new MetricsPage(List.of(new LastDumpReader(archive, new EventCounts(), CauseCatalogue::standard))));
            assertTrue(counted.contains("{cause=\"waiting-for-cpu\",} 27.0\n"), counted);
            assertTrue(counted.contains("{cause=\"delayed-sleep\",} 13.0\n"), counted);
        }
    }

    private static String contributions(MetricsPage page) {
        return new String(
                page.render(Set.of("load_monitor_load_contribution"), "").text(), StandardCharsets.UTF_8);
    }
}
