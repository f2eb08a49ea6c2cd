package io.loadmonitor.web;

import io.loadmonitor.dump.EscapedText;

/** Bad input as messages quote it: nothing in it can forge a line, and it is short. */
final class QuotedText {
    private static final int MAX_LENGTH = 120;

    private QuotedText() {}

    static String of(String input) {
        boolean cut = input.length() > MAX_LENGTH;
        return "\"" + EscapedText.of(cut ? input.substring(0, MAX_LENGTH) : input) + (cut ? "...\"" : "\"");
    }
}
