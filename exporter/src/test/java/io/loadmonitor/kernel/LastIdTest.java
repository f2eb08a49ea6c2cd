package io.loadmonitor.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LastIdTest {
    @TempDir
    private Path directory;

    @Test
    void readsTheIdAnewEachTime() throws IOException {
        Path file = Files.writeString(directory.resolve("last_id"), "9\n");
        try (LastId lastId = LastId.open(file)) {
            assertEquals(9, lastId.read());
            Files.writeString(file, "10\n");
            assertEquals(10, lastId.read());
            assertFalse(lastId.await(20));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "-1\n", "ten", "1 2", "99999999999999999999"})
    void refusesOtherTextAndQuotesIt(String text) {
        IOException refused = assertThrows(IOException.class, () -> LastId.parse(text));
        assertTrue(refused.getMessage().endsWith('"' + text.strip() + '"'), refused.getMessage());
    }
}
