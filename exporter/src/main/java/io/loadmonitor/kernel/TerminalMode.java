package io.loadmonitor.kernel;

import com.sun.jna.LastErrorException;
import com.sun.jna.NativeLong;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Standard input's terminal, set so that each key is read at once and not shown, until this is closed. What it is set
 * by is {@code struct termios} of glibc's {@code bits/termios-struct.h}, 60 bytes where the kernel's asm-generic
 * headers hold (x86, arm64, riscv, s390):
 *
 * <pre>{@code
 * 0 c_iflag  4 c_oflag  8 c_cflag  12 c_lflag  16 c_line  17 c_cc[32]  52 c_ispeed  56 c_ospeed       (glibc 2.36)
 * }</pre>
 *
 * Not safe for use by several threads, but for {@link #close}.
 */
public final class TerminalMode implements AutoCloseable {
    private static final int INPUT = 0;
    private static final int TERMIOS_BYTES = 60;
    private static final int LOCAL_FLAGS = 12;
    private static final int CHARACTERS = 17;

    /** {@code asm-generic/termbits.h}. */
    private static final int ICANON = 0x2;

    private static final int ECHO = 0x8;
    private static final int VTIME = 5;
    private static final int VMIN = 6;

    /**
     * {@code asm-generic/ioctls.h}; {@code struct winsize} is four shorts: rows, columns, and pixels that nobody sets.
     */
    private static final long TIOCGWINSZ = 0x5413;

    private static final int WINSIZE_BYTES = 8;

    private final ByteBuffer before;

    private TerminalMode(ByteBuffer before) {
        this.before = before;
    }

    /**
     * Lines and columns of a terminal.
     *
     * @param lines at least 1
     * @param columns at least 1
     */
    public record Size(int lines, int columns) {}

    /** @throws SystemCallException when standard input is no terminal */
    public static TerminalMode keysAtOnce() throws SystemCallException {
        ByteBuffer before = buffer(TERMIOS_BYTES);
        try {
            LibC.tcgetattr(INPUT, before);
            ByteBuffer after = buffer(TERMIOS_BYTES);
            for (int i = 0; i < TERMIOS_BYTES; i++) {
                after.put(i, before.get(i));
            }
            after.putInt(LOCAL_FLAGS, before.getInt(LOCAL_FLAGS) & ~(ICANON | ECHO));
            after.put(CHARACTERS + VMIN, (byte) 1);
            after.put(CHARACTERS + VTIME, (byte) 0);
            LibC.tcsetattr(INPUT, LibC.TCSANOW, after);
            return new TerminalMode(before);
        } catch (LastErrorException e) {
            throw new SystemCallException("termios", "standard input", e.getErrorCode());
        }
    }

    /** As the terminal says; 24 and 80 where it does not. */
    public static Size size() {
        ByteBuffer size = buffer(WINSIZE_BYTES);
        try {
            LibC.ioctl(INPUT, new NativeLong(TIOCGWINSZ), size);
        } catch (LastErrorException noTerminal) {
            return new Size(24, 80);
        }
        int lines = size.getShort(0) & 0xffff;
        int columns = size.getShort(2) & 0xffff;
        return lines > 0 && columns > 0 ? new Size(lines, columns) : new Size(24, 80);
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

    /** As it was before. A terminal that is gone has no settings. */
    @Override
    public void close() {
        try {
            LibC.tcsetattr(INPUT, LibC.TCSANOW, before);
        } catch (LastErrorException gone) {
            // Nothing to set any more.
        }
    }
}
