package io.loadmonitor.alert;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.List;
import java.util.Map;

/**
 * One matcher of Alertmanager: a label's name, an operator and a value. Regular expressions are RE2's, as those of
 * Alertmanager are, and match the whole value, in a time that grows with its length alone
 * (https://github.com/google/re2/wiki/Syntax).
 */
public final class LabelMatcher implements LabelCondition {
    private final String name;
    private final Operator operator;
    private final String value;
    private final Pattern pattern;

    /** How the value is compared. */
    public enum Operator {
        EQUAL("="),
        NOT_EQUAL("!="),
        MATCHES("=~"),
        MATCHES_NOT("!~");

        private final String sign;

        Operator(String sign) {
            this.sign = sign;
        }

        public String sign() {
            return sign;
        }

        boolean regex() {
            return this == MATCHES || this == MATCHES_NOT;
        }
    }

    /**
     * @param name 1 character or more, any of Unicode
     * @throws IllegalArgumentException when the value is no regular expression where it must be one, or one that would
     *     take much memory; the message quotes it
     */
    public LabelMatcher(String name, Operator operator, String value) {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("a label's name is empty");
        }
        this.name = name;
        this.operator = operator;
        this.value = value;
        this.pattern = operator.regex() ? compile(value) : Pattern.compile("");
    }

    private static Pattern compile(String regex) {
        try {
            RepeatBound.check(regex);
            return Pattern.compile(regex);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    '"' + regex + "\" is no regular expression of RE2: " + e.getDescription() + ": " + e.getPattern(),
                    e);
        }
    }

    /**
     * Reads one matcher or several: {@code alertname=~"Load.*"}, {@code {severity="page", team!=web}}.
     *
     * @throws IllegalArgumentException when it is not Alertmanager's syntax; the message quotes the text and says where
     */
    public static List<LabelMatcher> parse(String text) {
        return new MatcherReader(text).all();
    }

    public String name() {
        return name;
    }

    public Operator operator() {
        return operator;
    }

    public String value() {
        return value;
    }

    @Override
    public boolean holds(Map<String, String> labels) {
        String actual = labels.getOrDefault(name, "");
        return switch (operator) {
            case EQUAL -> actual.equals(value);
            case NOT_EQUAL -> !actual.equals(value);
            case MATCHES -> pattern.matches(actual);
            case MATCHES_NOT -> !pattern.matches(actual);
        };
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LabelMatcher matcher
                && name.equals(matcher.name)
                && operator == matcher.operator
                && value.equals(matcher.value);
    }

    @Override
    public int hashCode() {
        return name.hashCode() * 31 * 31 + operator.hashCode() * 31 + value.hashCode();
    }

    /** In quotes where they are needed, so that {@link #parse} gives the same. */
    @Override
    public String toString() {
        return MatcherReader.quoted(name, false) + operator.sign() + MatcherReader.quoted(value, true);
    }
}
