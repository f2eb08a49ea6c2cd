package io.loadmonitor.kernel;

import com.sun.jna.LastErrorException;
import com.sun.jna.NativeLong;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * The socket on which a service manager hears from a process that it started: the protocol of sd_notify(3), datagrams
 * of {@code KEY=VALUE} lines over AF_UNIX. A socket is opened for each message and closed after it, so none is ever
 * open when another program starts. Java has no datagram sockets of this family. Immutable, safe for use by several
 * threads.
 */
public final class NotifySocket {
    /** {@code sys/un.h}: {@code sun_path} of {@code struct sockaddr_un}, behind the two bytes of the family. */
    private static final int PATH_BYTES = 108;

    private static final int FAMILY_BYTES = 2;

    private final String name;
    private final byte[] address;

    private NotifySocket(String name, byte[] address) {
        this.name = name;
        this.address = address;
    }

    /**
     * @param name as in {@code NOTIFY_SOCKET}: a path from the root, or {@code @} and the name of an abstract address
     * @throws IllegalArgumentException quoting a name that is neither or is too long: vsock addresses, which machines
     *     give to their guests, are not for services
     */
    public static NotifySocket named(String name) {
        byte[] path = name.getBytes(StandardCharsets.UTF_8);
        boolean isAbstract = name.startsWith("@");
        // The kernel takes a path of the whole length without a NUL behind it.
        if (!isAbstract && !name.startsWith("/")
                || path.length < 2
                || path.length > PATH_BYTES
                || name.indexOf(0) >= 0) {
            throw new IllegalArgumentException(
                    "neither a path from the root nor an abstract address (@NAME) of at most " + PATH_BYTES
                            + " bytes: \"" + name + '"');
        }
        if (isAbstract) {
            path[0] = 0;
        }
        ByteBuffer address = ByteBuffer.allocate(FAMILY_BYTES + path.length).order(ByteOrder.nativeOrder());
        address.putShort((short) LibC.AF_UNIX).put(path);
        return new NotifySocket(name, address.array());
    }

    /**
     * Sends one message, and waits for nobody: a service manager that hangs must not hang its services.
     *
     * @param message lines as sd_notify(3) has them
     * @throws SystemCallException EAGAIN when the receiver has as many as it can hold, ECONNREFUSED and ENOENT when
     *     nobody listens, EACCES when the socket may not be written to; none of them is for ever
     * @throws IOException that, or when JNA's native library cannot be loaded
     */
    public void send(String message) throws IOException {
        Optional<String> obstacle = NativeLibrary.obstacle();
        if (obstacle.isPresent()) {
            throw new IOException(obstacle.get());
        }
        byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
        byte[] receiver = Arrays.copyOf(address, address.length);
        int fd;
        try {
            fd = LibC.socket(LibC.AF_UNIX, LibC.SOCK_DGRAM | LibC.SOCK_CLOEXEC, 0);
        } catch (LastErrorException failed) {
            throw new SystemCallException("socket", name, failed.getErrorCode());
        }
        try {
            LibC.sendto(
                    fd,
                    bytes,
                    new NativeLong(bytes.length),
                    LibC.MSG_DONTWAIT | LibC.MSG_NOSIGNAL,
                    receiver,
                    receiver.length);
        } catch (LastErrorException failed) {
            throw new SystemCallException("sendto", name, failed.getErrorCode());
        } finally {
            LibC.close(fd);
        }
    }
}
