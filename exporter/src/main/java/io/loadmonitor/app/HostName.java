package io.loadmonitor.app;

import io.loadmonitor.procfs.ProcFs;
import java.io.IOException;

/**
 * The name under which the archive keeps this host's alerts and dumps.
 *
 * @param text never empty
 */
record HostName(String text) {
    /** {@code sys/kernel/hostname}, without asking any name service; {@code localhost} where it cannot be read. */
    static HostName read(ProcFs procFs) {
        try {
            String text = procFs.read("sys/kernel/hostname").strip();
            return new HostName(text.isEmpty() ? "localhost" : text);
        } catch (IOException unreadable) {
            return new HostName("localhost");
        }
    }
}
