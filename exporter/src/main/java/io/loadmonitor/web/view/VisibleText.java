package io.loadmonitor.web.view;

/**
 * Text under somebody else's control, with every character that draws nothing made visible: control characters, marks
 * that turn the direction of writing (so that {@code gpj.exe} shows as {@code exe.jpg}), zero-width ones, lone
 * surrogates. Line feeds stay. HTML is escaped later, by the templates.
 */
final class VisibleText {
    private VisibleText() {}

    static String of(String text) {
        StringBuilder visible = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (c == '\n' || !hides(c)) {
                visible.appendCodePoint(c);
            } else {
                visible.append(String.format(c > 0xffff ? "\\u{%x}" : "\\u%04x", c));
            }
        });
        return visible.toString();
    }

    private static boolean hides(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> true;
            default -> false;
        };
    }
}
