package io.loadmonitor.app;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Standard output that remembers its first failure. Whoever prints through a {@link java.io.PrintStream} or {@link
 * java.io.PrintWriter} never hears of one, and a dump that did not fit on a full disk would look like one that did.
 * After a failure nothing more is written: half a line in the middle of a text is worse than its end.
 *
 * <p>Not safe for use by several threads.
 */
final class StandardOutput extends OutputStream {
    private final OutputStream out;
    private @Nullable IOException failure;

    /** @param out never closed */
    StandardOutput(OutputStream out) {
        this.out = out;
    }

    @Override
    public void write(int oneByte) throws IOException {
        write(new byte[] {(byte) oneByte}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int start, int length) throws IOException {
        if (failure != null) {
            throw failure;
        }
        try {
            out.write(bytes, start, length);
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    @Override
    public void flush() throws IOException {
        if (failure != null) {
            throw failure;
        }
        try {
            out.flush();
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    /** The first failure; empty while everything was written. */
    Optional<IOException> failure() {
        return Optional.ofNullable(failure);
    }

    /**
     * Whether writing failed because the reader had gone ({@code | head -1}), which is no fault. Java hands out errno
     * as the C library's words for it alone, in the language of the user's locale: so they are compared with those of a
     * pipe that is broken on purpose.
     */
    boolean readerIsGone() {
        return failure != null && brokenPipe().equals(failure.getMessage());
    }

    private static String brokenPipe() {
        try {
            Pipe pipe = Pipe.open();
            pipe.source().close();
            try (Pipe.SinkChannel sink = pipe.sink()) {
                sink.write(ByteBuffer.allocate(1));
            }
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
        return "Broken pipe";
    }
}
