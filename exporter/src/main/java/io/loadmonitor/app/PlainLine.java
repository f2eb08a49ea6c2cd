package io.loadmonitor.app;

/** Text of others on one line of a terminal: nothing in it can end the line or drive the terminal. */
final class PlainLine {
    private PlainLine() {}

    /** Control characters, and those that turn the writing about, as {@code \}{@code uXXXX}. */
    static String of(String text) {
        StringBuilder line = new StringBuilder(text.length());
        text.chars().forEach(each -> {
            char c = (char) each;
            int type = Character.getType(c);
            if (type == Character.CONTROL
                    || type == Character.FORMAT
                    || type == Character.LINE_SEPARATOR
                    || type == Character.PARAGRAPH_SEPARATOR) {
                line.append(String.format("\\u%04x", each));
            } else {
                line.append(c);
            }
        });
        return line.toString();
    }
}
