package io.loadmonitor.procfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class UptimeTest {
    @Test
    void readsHundredths() throws IOException {
        assertEquals(new Uptime(199_972), Uptime.parse(Capture.read("uptime")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1999.72", "1999 3064.04", "1999.7 3064.04", "x.72 3064.04"})
    void refusesOtherTextAndQuotesIt(String text) {
        MalformedKernelText refused = assertThrows(MalformedKernelText.class, () -> Uptime.parse(text));
        assertTrue(refused.getMessage().endsWith('"' + text + '"'), refused.getMessage());
    }

    @Test
    void neverGoesBackOnThisHost() throws IOException {
        long before = Uptime.read(ProcFs.ofThisHost()).hundredths();
        assertTrue(Uptime.read(ProcFs.ofThisHost()).hundredths() >= before);
    }
}
