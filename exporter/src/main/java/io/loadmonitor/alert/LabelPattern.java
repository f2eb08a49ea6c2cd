package io.loadmonitor.alert;

import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A regular expression of Java for a label's whole value. Such a one can take longer than anybody waits ({@code (a+)+b}
 * and a long row of a), so a match looks at 1,000,000 characters at most. What is not decided by then counts as a
 * match: a dump too many is bounded by the limits, an alert that is not stored is lost. The log says so once for each
 * expression.
 */
public final class LabelPattern implements LabelCondition {
    private static final int MOST_LOOKS = 1_000_000;
    private static final Logger log = LoggerFactory.getLogger(LabelPattern.class);

    private final String name;
    private final Pattern pattern;
    private final AtomicBoolean told = new AtomicBoolean();

    /** @param name of the label */
    public LabelPattern(String name, Pattern pattern) {
        this.name = name;
        this.pattern = pattern;
    }

    public String name() {
        return name;
    }

    @Override
    public boolean holds(Map<String, String> labels) {
        return matches(labels.getOrDefault(name, ""));
    }

    /** Whether it matches the whole value, or that takes too long to say. */
    public boolean matches(String value) {
        try {
            return pattern.matcher(new Watched(value, 0, value.length(), new int[] {MOST_LOOKS}))
                    .matches();
        } catch (TooLong | StackOverflowError e) {
            if (told.compareAndSet(false, true)) {
                log.warn(
                        "The expression {} takes too long for label {} of {} characters; it counts as a match",
                        pattern,
                        name,
                        value.length());
            }
            return true;
        }
    }

    @Override
    public String toString() {
        return name + '~' + pattern;
    }

    private static final class TooLong extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooLong() {
            super("too long", null, false, false);
        }
    }

    /** Java's matcher looks at each character by this method, each time. */
    private record Watched(String text, int from, int to, int[] left) implements CharSequence {
        @Override
        public int length() {
            return to - from;
        }

        @Override
        public char charAt(int index) {
            if (--left[0] < 0) {
                throw new TooLong();
            }
            return text.charAt(from + index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return new Watched(text, from + start, from + end, left);
        }

        @Override
        public String toString() {
            return text.substring(from, to);
        }
    }
}
