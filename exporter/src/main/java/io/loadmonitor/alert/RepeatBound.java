package io.loadmonitor.alert;

/**
 * How large a regular expression becomes when its counted repetitions are written out, which is how RE2 runs them:
 * {@code ((a{1000}){1000}){1000}} is short, and takes all memory. Go's package refuses such ones
 * (regexp/syntax/parse.go, checkLimits); its Java port 1.8 does not. What is no regular expression passes: to say so is
 * the compiler's part.
 */
final class RepeatBound {
    /** Beyond the text's own length. Go's bound on a repetition of repetitions is 1000. */
    private static final long MOST = 2_000;

    /** Groups in groups, here and in the compiler. */
    private static final int DEEPEST = 100;

    private final String regex;
    private int at;

    private RepeatBound(String regex) {
        this.regex = regex;
    }

    /** @throws IllegalArgumentException when it becomes too large, or is nested too deeply */
    static void check(String regex) {
        RepeatBound bound = new RepeatBound(regex);
        long size = 0;
        while (bound.at < regex.length()) {
            // A closing parenthesis too many ends a sequence, too.
            size += bound.sequence(0);
            bound.at++;
        }
        if (size > regex.length() + MOST) {
            throw new IllegalArgumentException('"' + regex + "\" repeats too much: written out it has about " + size
                    + " parts, and " + (regex.length() + MOST) + " are allowed");
        }
    }

    /** Up to the end of the group, which is left to the caller. */
    private long sequence(int depth) {
        if (depth > DEEPEST) {
            throw new IllegalArgumentException('"' + regex + "\" has groups in groups more than " + DEEPEST + " deep");
        }
        long size = 0;
        while (at < regex.length() && regex.charAt(at) != ')') {
            size = bounded(size + repeated(atom(depth)));
        }
        return size;
    }

    private long atom(int depth) {
        char first = regex.charAt(at++);
        if (first == '(') {
            long inner = sequence(depth + 1);
            at++;
            return inner + 2;
        }
        if (first == '[') {
            characterClass();
        } else if (first == '\\' && regex.startsWith("Q", at)) {
            int end = regex.indexOf("\\E", at);
            int quoted = (end < 0 ? regex.length() : end) - at;
            at = end < 0 ? regex.length() : end + 2;
            return quoted;
        } else if (first == '\\') {
            at++;
        }
        return 1;
    }

    /** A closing bracket that stands first is one of the characters. */
    private void characterClass() {
        if (regex.startsWith("^", at)) {
            at++;
        }
        int first = at;
        while (at < regex.length() && (regex.charAt(at) != ']' || at == first)) {
            if (regex.startsWith("[:", at) && regex.indexOf(":]", at) > 0) {
                at = regex.indexOf(":]", at) + 1;
            } else if (regex.charAt(at) == '\\') {
                at++;
            }
            at++;
        }
        at++;
    }

    /** By the counts that follow, one after the other. */
    private long repeated(long size) {
        long all = size;
        while (at < regex.length() && "*+?{".indexOf(regex.charAt(at)) >= 0) {
            int end = regex.indexOf('}', at);
            if (regex.charAt(at) != '{') {
                at++;
            } else if (end < 0 || !regex.substring(at, end + 1).matches("\\{[0-9]+(,[0-9]*)?\\}")) {
                return all;
            } else {
                long most = 1;
                for (String count : regex.substring(at + 1, end).split(",")) {
                    // More than the compiler allows, and no overflow.
                    most = Math.max(most, count.length() > 4 ? 10_000 : Long.parseLong(count));
                }
                all = bounded(all * (most + 1));
                at = end + 1;
            }
        }
        return all;
    }

    private static long bounded(long size) {
        return Math.min(size, Integer.MAX_VALUE);
    }
}
