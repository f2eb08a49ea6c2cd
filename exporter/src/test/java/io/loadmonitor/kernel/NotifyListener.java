package io.loadmonitor.kernel;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** The other side of {@link NotifySocket}, as a service manager has it. For one thread. */
public final class NotifyListener implements AutoCloseable {
    private static final C LIBC = Native.load("c", C.class);
    private static final short POLLIN = 1;

    private final int fd;

    interface C extends Library {
        int bind(int fd, byte[] address, int bytes) throws LastErrorException;

        NativeLong recv(int fd, byte[] buffer, NativeLong bytes, int flags) throws LastErrorException;
    }

    private NotifyListener(byte[] name) {
        fd = LibC.socket(LibC.AF_UNIX, LibC.SOCK_DGRAM | LibC.SOCK_CLOEXEC, 0);
        byte[] address = ByteBuffer.allocate(2 + name.length)
                .order(ByteOrder.nativeOrder())
                .putShort((short) LibC.AF_UNIX)
                .put(name)
                .array();
        LIBC.bind(fd, address, address.length);
    }

    /** On a file, which must not be there. */
    public static NotifyListener on(Path path) {
        return new NotifyListener(path.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** On an abstract address, without the @ that stands for its first byte. */
    static NotifyListener onAbstract(String name) {
        return new NotifyListener(("\0" + name).getBytes(StandardCharsets.UTF_8));
    }

    /** The next message; empty when none comes within the time. */
    public Optional<String> next(Duration patience) {
        ByteBuffer pollfd = ByteBuffer.allocateDirect(LibC.POLLFD_BYTES).order(ByteOrder.nativeOrder());
        pollfd.putInt(0, fd).putShort(4, POLLIN);
        if (LibC.poll(pollfd, new NativeLong(1), (int) patience.toMillis()) == 0) {
            return Optional.empty();
        }
        byte[] buffer = new byte[1 << 16];
        int bytes = LIBC.recv(fd, buffer, new NativeLong(buffer.length), 0).intValue();
        return Optional.of(new String(buffer, 0, bytes, StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        LibC.close(fd);
    }
}
