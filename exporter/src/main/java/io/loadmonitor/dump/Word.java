package io.loadmonitor.dump;

/** A value that stands in the dump text without quotes: printable ASCII with no space or quote in it. */
final class Word {
    private Word() {}

    static boolean is(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= 0x20 || c > 0x7e || c == '"') {
                return false;
            }
        }
        return !text.isEmpty();
    }

    static void require(String what, String text) {
        if (!is(text)) {
            throw new IllegalArgumentException(what + " is not one printable word: \"" + EscapedText.of(text) + '"');
        }
    }
}
