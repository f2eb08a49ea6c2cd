package io.loadmonitor.dump;

import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code message level=3 text="[ 1209.600012] blk_update_request: I/O error, dev sda, sector 2048"}: a line of the
 * kernel's log beside a dump. Immutable.
 *
 * @param level 0 (the machine is dying) to 7 (of use to developers alone), as in {@code linux/kern_levels.h}; absent
 *     where the line does not say
 * @param text with its time since boot where the kernel writes one; no address of the kernel is in it
 */
public record KernelMessage(OptionalInt level, EscapedText text) {
    private static final int LONGEST = 400;
    /** The largest number, of the least weight. */
    static final int LOWEST = 7;

    private static final Pattern LEVEL = Pattern.compile("<([0-9]{1,3})>(.*)", Pattern.DOTALL);

    /** What may be an address: a dump tells none, so that it is of no help to who attacks the kernel. */
    private static final Pattern ADDRESS = Pattern.compile("(?i)(?<![0-9a-z])(?:0x)?[0-9a-f]{12,16}(?![0-9a-z])");

    public KernelMessage {
        level.ifPresent(number -> {
            if (number < 0 || number > LOWEST) {
                throw new IllegalArgumentException("level is " + number + ", expected 0 to 7");
            }
        });
    }

    /**
     * @param line as syslog(2) gives it, one character a byte; what is beyond {@value #LONGEST} of them is cut off, and
     *     what looks like an address is left out
     */
    public static KernelMessage of(String line) {
        Matcher parts = LEVEL.matcher(line);
        boolean said = parts.matches();
        String text = ADDRESS.matcher(said ? parts.group(2) : line).replaceAll("(address)");
        return new KernelMessage(
                said ? OptionalInt.of(Integer.parseInt(parts.group(1)) & LOWEST) : OptionalInt.empty(),
                EscapedText.ofLatin1(text.length() > LONGEST ? text.substring(0, LONGEST) + "..." : text));
    }
}
