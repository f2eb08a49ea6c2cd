package io.loadmonitor.kernel;

import com.sun.jna.LastErrorException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The newest lines of the kernel's log, by syslog(2), {@code kernel/printk/printk.c}. It allocates a buffer of its own
 * and reads the log without a lock (5.10 and later), so it answers whatever hangs.
 *
 * <pre>{@code
 * <6>[    1.213100] EXT4-fs (vda): mounted filesystem r/w without journal.          (6.18.44, x86-64)
 * <3>[ 1209.600012][   T74] blk_update_request: I/O error, dev sda, sector 2048     (CONFIG_PRINTK_CALLER)
 * }</pre>
 *
 * Stateless, safe for use by several threads.
 */
public final class KernelLogTail {
    private static final int MOST_BYTES = 16 << 10;

    private KernelLogTail() {}

    /**
     * @param most lines
     * @return the last ones, oldest first, each with its level before it as the kernel writes it; one character a byte
     * @throws SystemCallException EPERM without CAP_SYSLOG, where {@code kernel.dmesg_restrict} is 1
     * @throws IOException when JNA's native library cannot be loaded
     */
    public static List<String> lines(int most) throws IOException {
        Optional<String> obstacle = NativeLibrary.obstacle();
        if (obstacle.isPresent()) {
            throw new IOException(obstacle.get());
        }
        ByteBuffer buffer = ByteBuffer.allocateDirect(MOST_BYTES);
        int length;
        try {
            length = LibC.klogctl(LibC.SYSLOG_ACTION_READ_ALL, buffer, MOST_BYTES);
        } catch (LastErrorException failed) {
            throw new SystemCallException("syslog", "the kernel's log", failed.getErrorCode());
        }
        byte[] text = new byte[Math.min(length, MOST_BYTES)];
        buffer.get(text);
        return last(new String(text, StandardCharsets.ISO_8859_1), most);
    }

    static List<String> last(String text, int most) {
        List<String> lines =
                new ArrayList<>(text.lines().filter(line -> !line.isBlank()).toList());
        return List.copyOf(lines.subList(Math.max(0, lines.size() - most), lines.size()));
    }
}
