package io.loadmonitor.desk;

import static io.loadmonitor.archive.DumpTexts.NOON;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveException;
import io.loadmonitor.archive.ArchiveSettings;
import io.loadmonitor.archive.DumpTexts;
import io.loadmonitor.archive.Retention;
import io.loadmonitor.archive.TestClock;
import io.loadmonitor.log.Log;
import io.loadmonitor.log.LogFormat;
import io.loadmonitor.log.LogLevel;
import io.loadmonitor.sample.LoadTickParts;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PartsRecorderTest {
    private final List<LoadTickParts> remembered = new ArrayList<>();
    private Path file;
    private Archive archive;

    @BeforeEach
    void open(@TempDir Path folder) throws Exception {
        file = folder.resolve("a.db");
        archive = open();
    }

    private Archive open() throws ArchiveException {
        return Archive.open(new ArchiveSettings(file, "vm", Retention.DEFAULT), new TestClock());
    }

    @AfterEach
    void close() {
        Log.send(LogLevel.INFO, LogFormat.LOGFMT, System.err);
        archive.close();
    }

    @Test
    void keepsWhatLiesBeforeAnIncidentThatBeginsLater() throws Exception {
        PartsRecorder recorder = new PartsRecorder(archive, () -> List.copyOf(remembered));
        remember(NOON.minusSeconds(3600), 720);
        recorder.keep();
        assertEquals(0, kept());

        archive.storeFound(DumpTexts.automatic(1, NOON));
        recorder.keep();
        assertEquals(180, kept(), "a quarter of an hour");

        remember(NOON, 3);
        recorder.keep();
        recorder.keep();
        assertEquals(183, kept());
    }

    @Test
    void bringsLaterWhatAnArchiveDidNotTake() throws Exception {
        archive.storeFound(DumpTexts.automatic(1, NOON));
        remember(NOON, 3);
        archive.close();
        PartsRecorder recorder = new PartsRecorder(archive, () -> List.copyOf(remembered));
        assertThrows(ArchiveException.class, recorder::keep);
        assertEquals(3, recorder.between(NOON, NOON.plusSeconds(60)).size(), "it is told all the same");

        archive = open();
        new PartsRecorder(archive, () -> List.copyOf(remembered)).keep();
        assertEquals(3, kept());
    }

    @Test
    void saysWhatWasForgottenBeforeTheArchiveTookIt() throws Exception {
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        Log.send(LogLevel.INFO, LogFormat.LOGFMT, new PrintStream(lines, true, StandardCharsets.UTF_8));
        PartsRecorder recorder = new PartsRecorder(archive, () -> List.copyOf(remembered));
        remember(NOON, 3);
        recorder.keep();
        remember(NOON.plusSeconds(15), 3);
        recorder.keep();
        assertEquals("", lines.toString(StandardCharsets.UTF_8));

        remembered.clear();
        remember(NOON.plusSeconds(9000), 3);
        recorder.keep();
        recorder.keep();

        String said = lines.toString(StandardCharsets.UTF_8);
        assertEquals(1, said.lines().count(), said);
        assertTrue(said.contains("from 2026-11-22T12:04:35.123456Z to 2026-11-22T14:34:10.123456Z"), said);
    }

    private void remember(Instant from, int count) {
        for (int i = 0; i < count; i++) {
            remembered.add(new LoadTickParts(
                    from.plusSeconds(5L * i), OptionalInt.of(1), 1.5, Map.of("nfs", 1), Map.of("nfs", 1.5), true));
        }
    }

    private int kept() throws ArchiveException {
        return archive.parts("vm", Instant.EPOCH, NOON.plusSeconds(3600)).size();
    }
}
