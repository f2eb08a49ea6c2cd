package io.loadmonitor.archive;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The place in a list, newest first, where the next page begins: after the row with this time and number. Stays right
 * while rows come and go. Written {@code 1795349050123456-17}.
 */
record Cursor(long micros, long id) {
    static final Cursor START = new Cursor(Long.MAX_VALUE, Long.MAX_VALUE);

    private static final Pattern TEXT = Pattern.compile("(-?\\d{1,18})-(\\d{1,18})");

    /** @throws IllegalArgumentException when it is not what {@link #toString} gave */
    static Cursor parse(Optional<String> text) {
        if (text.isEmpty()) {
            return START;
        }
        Matcher matcher = TEXT.matcher(text.get());
        if (!matcher.matches()) {
            String quoted = text.get().length() <= 60 ? text.get() : text.get().substring(0, 57) + "...";
            throw new IllegalArgumentException("the cursor \"" + quoted + "\" is none that a page's next gave");
        }
        return new Cursor(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)));
    }

    @Override
    public String toString() {
        return micros + "-" + id;
    }
}
