package io.loadmonitor.kernel;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import java.nio.ByteBuffer;

/**
 * The libc calls that Java lacks, by their C names. Constants are those of Linux's asm-generic headers, which x86,
 * arm64, riscv and s390 share. Threads may call at the same time.
 */
final class LibC {
    /** {@code fcntl.h}. */
    static final int O_RDONLY = 0;

    /** {@code fcntl.h}. */
    static final int O_WRONLY = 1;

    /** {@code fcntl.h}. */
    static final int O_RDWR = 2;

    /** {@code fcntl.h}. Reading a finished dump never blocks; this is for a file that is no dump device. */
    static final int O_NONBLOCK = 0x800;

    /** {@code fcntl.h}. */
    static final int O_CLOEXEC = 0x80000;

    /** {@code bits/socket.h}. */
    static final int AF_UNIX = 1;

    /** {@code bits/socket_type.h}. */
    static final int SOCK_DGRAM = 2;

    /** {@code bits/socket_type.h}. */
    static final int SOCK_CLOEXEC = 0x80000;

    /** {@code bits/socket.h}: rather than to wait for room. */
    static final int MSG_DONTWAIT = 0x40;

    /** {@code bits/socket.h}. */
    static final int MSG_NOSIGNAL = 0x4000;

    /** {@code bits/resource.h}: memory that may be locked, bytes. */
    static final int RLIMIT_MEMLOCK = 8;

    /** {@code asm-generic/mman.h}: what is mapped now. */
    static final int MCL_CURRENT = 1;

    /** {@code asm-generic/mman.h}: what will be mapped. */
    static final int MCL_FUTURE = 2;

    /** {@code asm-generic/mman.h}: each page when it is first used, and none before that. */
    static final int MCL_ONFAULT = 4;

    /** {@code unistd.h}. */
    static final int SEEK_END = 2;

    /** {@code linux/syslog.h}: the newest of the log, as much as fits. */
    static final int SYSLOG_ACTION_READ_ALL = 3;

    /** {@code poll.h}. */
    static final short POLLPRI = 0x2;

    /** {@code poll.h}. */
    static final short POLLERR = 0x8;

    /** Size of {@code struct pollfd}: int fd, short events, short revents. */
    static final int POLLFD_BYTES = 8;

    /** {@code time.h}. */
    static final int CLOCK_MONOTONIC = 1;

    /** {@code termios.h}. */
    static final int TCSANOW = 0;

    /** Size of a C long. */
    static final int LONG_BYTES = NativeLong.SIZE;

    static {
        Native.register(LibC.class, "c");
    }

    private LibC() {}

    /** {@code fcntl.h: int open(const char *, int, ...)}, without the mode that only O_CREAT needs. */
    static native int open(String path, int flags) throws LastErrorException;

    /** {@code unistd.h: ssize_t read(int, void *, size_t)}, into a direct buffer from its position. */
    static native NativeLong read(int fd, ByteBuffer buffer, NativeLong count) throws LastErrorException;

    /** {@code unistd.h: ssize_t pread(int, void *, size_t, off_t)}. */
    static native NativeLong pread(int fd, ByteBuffer buffer, NativeLong count, NativeLong offset)
            throws LastErrorException;

    /** {@code unistd.h: off_t lseek(int, off_t, int)}. */
    static native NativeLong lseek(int fd, NativeLong offset, int whence) throws LastErrorException;

    /** {@code unistd.h: ssize_t write(int, const void *, size_t)}. */
    static native NativeLong write(int fd, byte[] bytes, NativeLong count) throws LastErrorException;

    /** {@code sys/socket.h: int socket(int, int, int)}. */
    static native int socket(int domain, int type, int protocol) throws LastErrorException;

    /** {@code sys/socket.h: ssize_t sendto(int, const void *, size_t, int, const struct sockaddr *, socklen_t)}. */
    static native NativeLong sendto(int fd, byte[] bytes, NativeLong count, int flags, byte[] address, int addressBytes)
            throws LastErrorException;

    /** {@code sys/resource.h: int getrlimit(int, struct rlimit *)}: two longs, the limit in force and the largest. */
    static native int getrlimit(int resource, ByteBuffer rlimit) throws LastErrorException;

    /** {@code sys/mman.h: int mlockall(int)}. */
    static native int mlockall(int flags) throws LastErrorException;

    /** {@code sys/klog.h: int klogctl(int, char *, int)}, syslog(2). */
    static native int klogctl(int type, ByteBuffer buffer, int bytes) throws LastErrorException;

    /** {@code poll.h: int poll(struct pollfd *, nfds_t, int)}. */
    static native int poll(ByteBuffer pollfds, NativeLong count, int timeoutMillis) throws LastErrorException;

    /** {@code time.h: int clock_gettime(clockid_t, struct timespec *)}. */
    static native int clock_gettime(int clock, ByteBuffer timespec) throws LastErrorException;

    /** {@code termios.h: int tcgetattr(int, struct termios *)}. */
    static native int tcgetattr(int fd, ByteBuffer termios) throws LastErrorException;

    /** {@code termios.h: int tcsetattr(int, int, const struct termios *)}. */
    static native int tcsetattr(int fd, int when, ByteBuffer termios) throws LastErrorException;

    /** {@code sys/ioctl.h: int ioctl(int, unsigned long, ...)}, with a pointer. */
    static native int ioctl(int fd, NativeLong request, ByteBuffer argument) throws LastErrorException;

    /** {@code unistd.h: int close(int)}. */
    static native int close(int fd) throws LastErrorException;
}
