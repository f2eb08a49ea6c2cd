package io.loadmonitor.kernel;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/**
 * One file of /proc/pressure, held open: from the opening on the kernel watches the pressure for it, and tells at most
 * once in the window (Documentation/accounting/psi.rst). For one thread at a time.
 */
final class PressureTrigger implements Closeable {
    private final Path path;
    private final OpenFile file;

    private PressureTrigger(Path path, OpenFile file) {
        this.path = path;
        this.file = file;
    }

    /**
     * @param share {@code some}: at least one task stalls, {@code full}: all do
     * @param stall longer than 0, at most the window
     * @param window 500 ms to 10 s; without CAP_SYS_RESOURCE a multiple of 2 s
     * @throws SystemCallException ENOENT and EOPNOTSUPP where the kernel tells no pressure, EACCES and EPERM without
     *     the right, EROFS, EINVAL
     */
    static PressureTrigger open(Path path, String share, Duration stall, Duration window) throws SystemCallException {
        OpenFile file = OpenFile.toReadAndWrite(path);
        try {
            // kernel/sched/psi.c, psi_write: the last byte is taken for the end of the text, whatever it is.
            file.write((share + ' ' + micros(stall) + ' ' + micros(window) + '\0').getBytes(StandardCharsets.US_ASCII));
        } catch (SystemCallException refused) {
            file.close();
            throw refused;
        }
        return new PressureTrigger(path, file);
    }

    private static long micros(Duration time) {
        return time.toNanos() / 1_000;
    }

    /** Waits until the kernel tells of a stall; false when the time was up first. */
    boolean await(int timeoutMillis) throws IOException {
        int events = file.polled(LibC.POLLPRI, timeoutMillis);
        if ((events & LibC.POLLERR) != 0) {
            throw new IOException(path + ": the kernel watches no more");
        }
        return (events & LibC.POLLPRI) != 0;
    }

    @Override
    public void close() {
        file.close();
    }
}
