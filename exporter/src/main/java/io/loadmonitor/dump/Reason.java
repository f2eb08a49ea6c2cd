package io.loadmonitor.dump;

/**
 * Why a dump is taken, in the words of whoever asked: 1 to {@value #MAX_LENGTH} characters of printable ASCII. It
 * stands in the dump's trigger line. The kernel module's rule (kmod/capture.c) holds for every source, so it is asked
 * where a reason comes in, and nothing behind that can fail because of it. Immutable.
 */
public record Reason(String text) {
    public static final int MAX_LENGTH = 63;

    /** @throws IllegalArgumentException that quotes the text when it is no reason */
    public Reason {
        if (text.isEmpty() || text.length() > MAX_LENGTH || text.chars().anyMatch(c -> c < 0x20 || c > 0x7e)) {
            throw new IllegalArgumentException(
                    "the reason must be 1 to " + MAX_LENGTH + " characters of printable ASCII, not " + text.length()
                            + ": \"" + EscapedText.of(cut(text)) + '"');
        }
    }

    private static String cut(String text) {
        return text.length() <= 2 * MAX_LENGTH ? text : text.substring(0, 2 * MAX_LENGTH) + "...";
    }

    /** The beginning of a text that is known to be printable. */
    public static Reason beginning(String text) {
        return new Reason(text.substring(0, Math.min(MAX_LENGTH, text.length())));
    }

    /** As it stands in a dump. */
    public EscapedText escaped() {
        return EscapedText.of(text);
    }
}
