package io.loadmonitor.dump;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * One line of a dump, cut into its kind and its {@code key=value} fields. Never throws on content: what is not in the
 * line, or cannot be read, is absent, and {@link #understood()} tells the second from the first. Where a key is there
 * twice, the first counts: sources write the text under others' control (cgroup, comm) last. Not thread-safe.
 */
final class DumpRecord {
    private final String kind;
    private final Map<String, Value> fields = new HashMap<>();
    private boolean titled;
    private boolean understood = true;

    private record Value(String text, boolean quoted) {}

    /** @param line one character a byte */
    DumpRecord(String line) {
        int space = line.indexOf(' ');
        kind = space < 0 ? line : line.substring(0, space);
        int at = kind.length();
        while (at < line.length()) {
            at = line.charAt(at) == ' ' ? at + 1 : field(line, at);
        }
    }

    /** Reads the field that begins at {@code start}; returns where the next may begin. */
    private int field(String line, int start) {
        int at = start;
        while (at < line.length() && line.charAt(at) != ' ' && line.charAt(at) != '=') {
            at++;
        }
        String key = line.substring(start, at);
        if (at == line.length() || line.charAt(at) == ' ') {
            titled = start == kind.length() + 1 && key.equals("dump");
            understood &= titled;
            return at;
        }
        understood &= Word.is(key);
        int from = at + 1;
        boolean quoted = from < line.length() && line.charAt(from) == '"';
        int end = quoted ? closingQuote(line, from + 1) : line.indexOf(' ', from);
        if (end < 0) {
            end = line.length();
            understood &= !quoted;
        }
        fields.putIfAbsent(key, new Value(line.substring(quoted ? from + 1 : from, end), quoted));
        if (!quoted) {
            return end;
        }
        if (end + 1 < line.length() && line.charAt(end + 1) != ' ') {
            understood = false;
            return line.length();
        }
        return end + 1;
    }

    private static int closingQuote(String line, int from) {
        for (int i = from; i < line.length(); i++) {
            if (line.charAt(i) == '\\') {
                i++;
            } else if (line.charAt(i) == '"') {
                return i;
            }
        }
        return -1;
    }

    String kind() {
        return kind;
    }

    /** Whether the first word after the kind is {@code dump}, as in the header. */
    boolean titled() {
        return titled;
    }

    /** A record of a kind that a newer source may write: a lower-case word, and nothing but fields after it. */
    boolean plausible() {
        boolean lower = !kind.isEmpty();
        for (int i = 0; i < kind.length(); i++) {
            char c = kind.charAt(i);
            lower &= c >= 'a' && c <= 'z' || c == '_';
        }
        return lower && understood && !titled;
    }

    /** False once something in the line could not be read. */
    boolean understood() {
        return understood;
    }

    /** Notes that a field without which the record makes no sense is missing. */
    void missing() {
        understood = false;
    }

    Iterable<String> keys() {
        return fields.keySet();
    }

    Optional<String> word(String key) {
        Value value = fields.get(key);
        if (value == null) {
            return Optional.empty();
        }
        if (!Word.is(value.text)) {
            understood = false;
            return Optional.empty();
        }
        return Optional.of(value.text);
    }

    Optional<EscapedText> text(String key) {
        Value value = fields.get(key);
        if (value == null) {
            return Optional.empty();
        }
        return Optional.of(value.quoted ? EscapedText.read(value.text) : EscapedText.ofLatin1(value.text));
    }

    /** A decimal number from 0 to {@link Long#MAX_VALUE}. */
    OptionalLong number(String key) {
        Value value = fields.get(key);
        if (value == null) {
            return OptionalLong.empty();
        }
        String digits = value.text;
        long number = 0;
        boolean fit = !digits.isEmpty();
        for (int i = 0; fit && i < digits.length(); i++) {
            int digit = digits.charAt(i) - '0';
            fit = digit >= 0 && digit <= 9 && number <= (Long.MAX_VALUE - digit) / 10;
            number = number * 10 + digit;
        }
        understood &= fit;
        return fit ? OptionalLong.of(number) : OptionalLong.empty();
    }

    OptionalInt smallNumber(String key) {
        OptionalLong number = number(key);
        if (number.isPresent() && number.getAsLong() > Integer.MAX_VALUE) {
            understood = false;
            return OptionalInt.empty();
        }
        return number.isPresent() ? OptionalInt.of((int) number.getAsLong()) : OptionalInt.empty();
    }

    /** A load average: digits, and a fraction after a point. */
    OptionalDouble decimal(String key) {
        Value value = fields.get(key);
        if (value == null) {
            return OptionalDouble.empty();
        }
        int points = 0;
        int digits = 0;
        for (int i = 0; i < value.text.length(); i++) {
            char c = value.text.charAt(i);
            points += c == '.' ? 1 : 0;
            digits += c >= '0' && c <= '9' ? 1 : 0;
        }
        double number = digits > 0 && points <= 1 && digits + points == value.text.length()
                ? Double.parseDouble(value.text)
                : Double.POSITIVE_INFINITY;
        if (Double.isInfinite(number)) {
            understood = false;
            return OptionalDouble.empty();
        }
        return OptionalDouble.of(number);
    }
}
