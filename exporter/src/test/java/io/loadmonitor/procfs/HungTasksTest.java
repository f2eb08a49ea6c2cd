package io.loadmonitor.procfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HungTasksTest {
    @Test
    void readsTheCount() throws Exception {
        assertEquals(0, HungTasks.parse("0\n"), "captured on 6.18.44, x86-64");
        assertEquals(17, HungTasks.parse("17\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "many", "-1"})
    void refusesOtherTextAndQuotesIt(String text) {
        MalformedKernelText refused = assertThrows(MalformedKernelText.class, () -> HungTasks.parse(text));
        assertTrue(refused.getMessage().endsWith('"' + text + '"'), refused.getMessage());
    }

    @Test
    void anOlderKernelHasNone(@TempDir Path root) throws Exception {
        assertEquals(OptionalLong.empty(), HungTasks.detected(new ProcFs(root)));
    }
}
