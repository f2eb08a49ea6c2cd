package io.loadmonitor.kernel;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * {@code /sys/kernel/load_monitor/last_id}, held open to wait for its change: {@link #read}, {@link #await}, read
 * again. A sysfs file reports a change as POLLPRI and POLLERR until it is read from its start
 * (Documentation/filesystems/ sysfs.rst). Being held open it does not keep the module from being unloaded. For one
 * thread at a time.
 */
public final class LastId implements Closeable {
    private final OpenFile file;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(64);

    private LastId(OpenFile file) {
        this.file = file;
    }

    static LastId open(Path path) throws IOException {
        return new LastId(OpenFile.toRead(path));
    }

    /**
     * The id of the newest finished dump, 0 when there is none yet.
     *
     * @throws SystemCallException ENODEV when the module was unloaded, also when it was loaded again since
     */
    public long read() throws IOException {
        byte[] text = new byte[file.readFromStart(buffer)];
        buffer.get(0, text);
        return parse(new String(text, StandardCharsets.US_ASCII));
    }

    /** Waits until the file may have changed since the last {@link #read}; false when the time was up first. */
    public boolean await(int timeoutMillis) throws SystemCallException {
        return file.poll((short) (LibC.POLLPRI | LibC.POLLERR), timeoutMillis);
    }

    @Override
    public void close() {
        file.close();
    }

    /** Parses the file's text, such as {@code 17} and a newline. */
    static long parse(String text) throws IOException {
        try {
            long id = Long.parseLong(text.strip());
            if (id >= 0) {
                return id;
            }
        } catch (NumberFormatException malformed) {
            // Falls through to the one message.
        }
        throw new IOException("last_id: not a number of 0 or more: \"" + text.strip() + '"');
    }
}
