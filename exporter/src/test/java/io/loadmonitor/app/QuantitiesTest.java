package io.loadmonitor.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class QuantitiesTest {
    @ParameterizedTest
    @CsvSource({"30s, PT30S", "1h30m, PT1H30M", "7d, P7D", "500ms, PT0.5S", "2w1d, P15D", "1m1ms, PT1M0.001S", "0, PT0S"
    })
    void readsDurations(String text, Duration duration) {
        assertEquals(duration, DurationText.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "30", "s", "1.5h", "-1s", "30 s", "1m1h", "30parsecs", "9999999999s"})
    void quotesWhatIsNoDuration(String text) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> DurationText.parse(text));
        assertTrue(String.valueOf(e.getMessage()).startsWith('"' + text + "\" is no duration"), e.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"4096, 4096", "512MB, 536870912", "1.5GB, 1610612736", "1KiB, 1024", "0, 0", "2TB, 2199023255552"})
    void readsSizes(String text, long bytes) {
        assertEquals(bytes, SizeText.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "MB", "1 MB", "-1", "1e9", "512mb", "1.2345GB", "9999999TB"})
    void quotesWhatIsNoSize(String text) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> SizeText.parse(text));
        assertTrue(String.valueOf(e.getMessage()).startsWith('"' + text + "\" is "), e.getMessage());
    }
}
