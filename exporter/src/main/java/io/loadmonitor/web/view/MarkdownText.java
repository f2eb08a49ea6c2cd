package io.loadmonitor.web.view;

/**
 * Text under somebody else's control, for Markdown. All of it stands in code: there nothing is markup, a link, or the
 * name of a person to be notified. What could end the code, a cell of a table or a line, or is HTML where a program
 * takes Markdown for that, becomes {@code \xNN} as in the dump text; what draws nothing or turns the direction of
 * writing becomes visible ({@link VisibleText}).
 */
final class MarkdownText {
    private static final int LONGEST = 2_000;

    private MarkdownText() {}

    /** In one line, between two backticks. */
    static String code(String text) {
        String inner = inert(text.length() > LONGEST ? text.substring(0, LONGEST) + "..." : text);
        return inner.isBlank() ? "`(empty)`" : '`' + inner + '`';
    }

    /** Lines of a fenced block, without the fences and the line feed. */
    static String inert(String text) {
        String visible = VisibleText.of(text);
        StringBuilder inert = new StringBuilder(visible.length() + 8);
        for (int i = 0; i < visible.length(); i++) {
            char c = visible.charAt(i);
            if (c == '\n') {
                inert.append("\\n");
            } else if ("`|<&".indexOf(c) >= 0) {
                inert.append(String.format("\\x%02x", (int) c));
            } else {
                inert.append(c);
            }
        }
        return inert.toString();
    }
}
