package io.loadmonitor.kernel;

import io.loadmonitor.dump.RawDump;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;

/**
 * An open {@code /dev/load_monitor}, from the oldest dump on. While it is open the module cannot be unloaded, so it is
 * opened to read and closed again. For one thread at a time.
 */
public final class DumpDevice implements Closeable {
    /** Ten times what 10,000 tasks may take; a device that never ends may not fill the memory. */
    private static final int MAX_DUMP_BYTES = 40 << 20;

    private static final int BUFFER_BYTES = 64 << 10;

    /** The module says EPIPE once each time; one that says it for ever may not hold a thread. */
    private static final long MAX_OVERTAKEN = 1000;

    private final Stream file;
    private final ByteBuffer direct = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private final DumpSplitter splitter = new DumpSplitter(MAX_DUMP_BYTES);
    private long overtaken;

    DumpDevice(Stream file) {
        this.file = file;
    }

    static DumpDevice open(Path path) throws IOException {
        return new DumpDevice(OpenFile.toRead(path));
    }

    /** What is read: the device. */
    interface Stream extends Closeable {
        /** As {@link OpenFile#read}. */
        int read(ByteBuffer direct) throws SystemCallException;

        /** What is read next is what comes from now on. */
        void seekToEnd() throws SystemCallException;

        @Override
        void close();
    }

    /**
     * The next dump; empty when there is none now. After that it may be asked again for newer ones.
     *
     * @throws SystemCallException what the system answered, other than EPIPE, which is counted
     */
    public Optional<RawDump> next() throws IOException {
        while (true) {
            Optional<RawDump> dump = splitter.next();
            if (dump.isPresent()) {
                return dump;
            }
            int count = read();
            if (count == 0) {
                splitter.cut();
                return splitter.next();
            }
            direct.get(0, buffer, 0, count);
            splitter.feed(buffer, count);
        }
    }

    /** Passes over every dump that is there now. To be called before the first {@link #next}. */
    public void skipToEnd() throws SystemCallException {
        file.seekToEnd();
    }

    /** How often the module said that dumps were overwritten before they could be read here (EPIPE). */
    public long overtaken() {
        return overtaken;
    }

    /** Bytes that belong to no dump; a module that keeps its contract gives none. */
    public long strayBytes() {
        return splitter.strayBytes();
    }

    @Override
    public void close() {
        file.close();
    }

    private int read() throws IOException {
        while (true) {
            try {
                return file.read(direct);
            } catch (SystemCallException failed) {
                if (failed.is(Errno.EAGAIN)) {
                    return 0;
                }
                if (!failed.is(Errno.EPIPE) || overtaken >= MAX_OVERTAKEN) {
                    throw failed;
                }
                overtaken++;
                splitter.cut();
            }
        }
    }
}
