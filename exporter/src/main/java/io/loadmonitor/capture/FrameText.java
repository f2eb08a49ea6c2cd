package io.loadmonitor.capture;

import io.loadmonitor.dump.Frame;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A line of {@code /proc/PID/stack} without its address, as the kernel's {@code %pB} prints it.
 *
 * <pre>{@code
 * kernel_clone+0x1af/0x3e0                          (6.18.44, x86-64)
 * jbd2_log_wait_commit+0xdc/0x140 [jbd2]
 * 0xffffffffc0123456
 * }</pre>
 */
final class FrameText {
    private static final Pattern SYMBOL =
            Pattern.compile("([^\\s+]{1,512})\\+0x([0-9a-f]{1,15})/0x([0-9a-f]{1,15})(?: \\[([^\\s\\]]{1,64})])?");

    private FrameText() {}

    /** A line that is no symbol with offset and size is a frame of that text. */
    static Frame parse(String line) {
        Matcher symbol = SYMBOL.matcher(line);
        if (!symbol.matches()) {
            return new Frame(line, OptionalLong.empty(), OptionalLong.empty(), Optional.empty());
        }
        return new Frame(
                symbol.group(1),
                OptionalLong.of(Long.parseLong(symbol.group(2), 16)),
                OptionalLong.of(Long.parseLong(symbol.group(3), 16)),
                Optional.ofNullable(symbol.group(4)));
    }
}
