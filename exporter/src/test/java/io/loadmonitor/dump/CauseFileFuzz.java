package io.loadmonitor.dump;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;

/** For a fuzzer: what holds for any text in a user's file of causes. */
public final class CauseFileFuzz {
    private CauseFileFuzz() {}

    /** Called by its name. */
    public static void fuzzerTestOneInput(byte[] text) {
        try {
            CauseCatalogue both =
                    CauseCatalogue.standard().with(new String(text, StandardCharsets.UTF_8), "causes.txt");
            assertTrue(
                    both.causes().size() >= CauseCatalogue.standard().causes().size());
        } catch (CauseFileException e) {
            String.valueOf(e.getMessage())
                    .lines()
                    .forEach(line -> assertTrue(
                            line.startsWith("causes.txt:") && line.chars().noneMatch(Character::isISOControl), line));
        }
    }
}
