package io.loadmonitor.capture;

import io.loadmonitor.dump.EscapedText;
import java.nio.charset.StandardCharsets;

/** Why a dump is taken, in the words of whoever asked. The kernel module's rule holds for every source. */
final class TriggerReason {
    private static final int MAX_CHARS = 63;

    private TriggerReason() {}

    /**
     * The reason as plain text.
     *
     * @throws CaptureException when it is not 1 to 63 characters of printable ASCII
     */
    static String plain(EscapedText reason) throws CaptureException {
        byte[] bytes = reason.bytes();
        boolean printable = true;
        for (byte b : bytes) {
            printable &= b >= 0x20 && b <= 0x7e;
        }
        if (bytes.length == 0 || bytes.length > MAX_CHARS || !printable) {
            throw new CaptureException(
                    CaptureException.Reason.FAILED,
                    "the reason must be 1 to " + MAX_CHARS + " characters of printable ASCII, not " + bytes.length
                            + ": \"" + reason + '"');
        }
        return new String(bytes, StandardCharsets.US_ASCII);
    }
}
