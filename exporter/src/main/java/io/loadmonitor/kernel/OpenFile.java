package io.loadmonitor.kernel;

import com.sun.jna.LastErrorException;
import com.sun.jna.NativeLong;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * A file descriptor, with errors as {@link SystemCallException}. Calls that a signal interrupted are made again. For
 * one thread at a time; closing it twice is harmless.
 */
final class OpenFile implements DumpDevice.Stream {
    private final Path path;
    private final int fd;
    private boolean closed;

    private OpenFile(Path path, int fd) {
        this.path = path;
        this.fd = fd;
    }

    static OpenFile toRead(Path path) throws SystemCallException {
        return open(path, LibC.O_RDONLY | LibC.O_NONBLOCK);
    }

    static OpenFile toWrite(Path path) throws SystemCallException {
        return open(path, LibC.O_WRONLY);
    }

    static OpenFile toReadAndWrite(Path path) throws SystemCallException {
        return open(path, LibC.O_RDWR | LibC.O_NONBLOCK);
    }

    private static OpenFile open(Path path, int flags) throws SystemCallException {
        int fd = call("open", path, () -> LibC.open(path.toString(), flags | LibC.O_CLOEXEC));
        return new OpenFile(path, fd);
    }

    /** Fills the direct buffer from its start; returns the number of bytes, 0 at the end. */
    @Override
    public int read(ByteBuffer direct) throws SystemCallException {
        return call(
                "read",
                path,
                () -> LibC.read(fd, direct.clear(), new NativeLong(direct.capacity()))
                        .intValue());
    }

    /** The same from the file's first byte, whatever was read before. */
    int readFromStart(ByteBuffer direct) throws SystemCallException {
        NativeLong count = new NativeLong(direct.capacity());
        return call(
                "read",
                path,
                () -> LibC.pread(fd, direct.clear(), count, new NativeLong(0)).intValue());
    }

    @Override
    public void seekToEnd() throws SystemCallException {
        call(
                "lseek",
                path,
                () -> LibC.lseek(fd, new NativeLong(0), LibC.SEEK_END).intValue());
    }

    /** Writes in one call, as a sysfs file wants it. */
    int write(byte[] bytes) throws SystemCallException {
        return call(
                "write",
                path,
                () -> LibC.write(fd, bytes, new NativeLong(bytes.length)).intValue());
    }

    /** Waits for one of the events; false when the time was up first. */
    boolean poll(short events, int timeoutMillis) throws SystemCallException {
        return polled(events, timeoutMillis) != 0;
    }

    /** The same; which of them it was, and of POLLERR also when it was not asked for. 0 when the time was up first. */
    int polled(short events, int timeoutMillis) throws SystemCallException {
        ByteBuffer pollfd = ByteBuffer.allocateDirect(LibC.POLLFD_BYTES).order(ByteOrder.nativeOrder());
        pollfd.putInt(0, fd).putShort(4, events);
        try {
            return LibC.poll(pollfd, new NativeLong(1), timeoutMillis) > 0 ? pollfd.getShort(6) : 0;
        } catch (LastErrorException failed) {
            if (failed.getErrorCode() == Errno.EINTR.number()) {
                return 0;
            }
            throw new SystemCallException("poll", path.toString(), failed.getErrorCode());
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            LibC.close(fd);
        } catch (LastErrorException ignored) {
            // Linux frees the descriptor whatever close answers, and nothing was written that could be lost.
        }
    }

    private interface Call {
        int make() throws LastErrorException;
    }

    private static int call(String name, Path path, Call call) throws SystemCallException {
        while (true) {
            try {
                return call.make();
            } catch (LastErrorException failed) {
                if (failed.getErrorCode() != Errno.EINTR.number()) {
                    throw new SystemCallException(name, path.toString(), failed.getErrorCode());
                }
            }
        }
    }
}
