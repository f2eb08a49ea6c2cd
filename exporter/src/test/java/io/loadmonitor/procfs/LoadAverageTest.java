package io.loadmonitor.procfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LoadAverageTest {
    @Test
    void readsEveryField() throws IOException {
        assertEquals(new LoadAverage(0.89, 0.89, 0.75, 1, 94, 5584), LoadAverage.parse(Capture.read("loadavg")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0.89 0.89 0.75 1/94",
                "0.89 0.89 0.75 194 5584",
                "NaN 0.89 0.75 1/94 5584",
                "-1.00 0.89 0.75 1/94 5584",
                "0x1p3 0.89 0.75 1/94 5584",
                "0.89 0.89 1e3 1/94 5584",
                "0.89 0.89 0.75 1/x 5584",
                "0.8.9 0.89 0.75 1/94 5584"
            })
    void refusesOtherTextAndQuotesIt(String text) {
        MalformedKernelText refused = assertThrows(MalformedKernelText.class, () -> LoadAverage.parse(text));
        assertTrue(refused.getMessage().startsWith("loadavg: "), refused.getMessage());
        assertTrue(refused.getMessage().endsWith('"' + text + '"'), refused.getMessage());
    }

    @Test
    void readsThisHost() throws IOException {
        LoadAverage load = LoadAverage.read(ProcFs.ofThisHost());
        assertTrue(load.running() >= 1 && load.threads() > load.running(), load.toString());
    }
}
