package io.loadmonitor.kernellog;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** For a fuzzer: what holds for any text that may be a kernel's log. */
public final class KernelLogFuzz {
    private KernelLogFuzz() {}

    /** Called by its name. */
    public static void fuzzerTestOneInput(byte[] text) {
        KernelLog log = KernelLogReader.read(text);
        assertEquals(log.lines(), log.understood() + log.skipped() + log.unread());
    }
}
