package io.loadmonitor.app;

import java.io.IOException;

/** For a fuzzer: what holds for any text that people give to {@code explain}. */
public final class ExplainFuzz {
    private ExplainFuzz() {}

    /** Called by its name. */
    public static void fuzzerTestOneInput(byte[] text) throws IOException {
        ExplainPropertyTest.consistent(text);
    }
}
