package io.loadmonitor.desk;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveSettings;
import io.loadmonitor.archive.DumpTexts;
import io.loadmonitor.archive.Retention;
import io.loadmonitor.archive.TestClock;
import io.loadmonitor.dump.LoadSample;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LoadRecorderTest {
    private static final Instant NOON = DumpTexts.NOON;

    private Archive archive;
    private LoadRecorder recorder;

    @BeforeEach
    void open(@TempDir Path folder) throws Exception {
        archive = Archive.open(new ArchiveSettings(folder.resolve("a.db"), "vm", Retention.DEFAULT), new TestClock());
        recorder = new LoadRecorder(archive);
    }

    @AfterEach
    void close() {
        archive.close();
    }

    @Test
    void remembersTwoHours() {
        add(NOON, 2000);

        List<LoadSample> all = recorder.between(Instant.EPOCH, NOON.plus(Duration.ofDays(1)));
        assertEquals(LoadRecorder.CAPACITY, all.size());
        assertEquals(NOON.plusSeconds(5 * 1999), all.get(all.size() - 1).at());
    }

    @Test
    void keepsWhatLiesBeforeAnIncidentThatBeginsLater() throws Exception {
        add(NOON.minusSeconds(1200), 240);
        recorder.keep();
        assertEquals(0, kept());

        archive.storeFound(DumpTexts.automatic(1, NOON));
        recorder.keep();
        assertEquals(120, kept(), "ten minutes");

        add(NOON, 3);
        recorder.keep();
        recorder.keep();
        assertEquals(123, kept());
    }

    @Test
    void remembersTimesAsTheArchiveKeepsThem() throws Exception {
        archive.storeFound(DumpTexts.automatic(1, NOON));
        add(NOON.plusNanos(789), 3);
        recorder.keep();

        assertEquals(
                archive.ticks("vm", NOON, NOON.plusSeconds(60)).own(), recorder.between(NOON, NOON.plusSeconds(60)));
    }

    @Test
    void beginsAnewWhenTheClockIsSetBack() {
        add(NOON, 10);
        add(NOON.minusSeconds(3600), 2);
        assertEquals(2, recorder.between(Instant.EPOCH, NOON.plusSeconds(100)).size());
        // By a moment only: that sample alone is dropped.
        add(NOON.minusSeconds(3600), 1);
        assertEquals(2, recorder.between(Instant.EPOCH, NOON.plusSeconds(100)).size());
    }

    private int kept() throws Exception {
        return archive.ticks("vm", Instant.EPOCH, NOON.plus(Duration.ofDays(1)))
                .own()
                .size();
    }

    private void add(Instant from, int count) {
        for (int i = 0; i < count; i++) {
            recorder.add(LoadSample.tick(from.plusSeconds(5L * i), 3, OptionalDouble.of(1)));
        }
    }
}
