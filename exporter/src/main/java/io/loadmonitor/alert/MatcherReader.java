package io.loadmonitor.alert;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads matchers as Alertmanager 0.27 and later does (matcher/parse,
 * https://prometheus.io/docs/alerting/latest/configuration/#matcher): {@code NAME OPERATOR VALUE}, one after another
 * with commas, one more comma at the end or not, in braces or not. Name and value are any Unicode text, in double
 * quotes with the escapes of Go where it has white space or one of <code>{}!=~,\"'`</code>. What only Alertmanager's
 * older syntax allows, a value with such characters without quotes, is an error.
 */
final class MatcherReader {
    private static final String RESERVED = "{}!=~,\\\"'`";
    private static final int MAX_LENGTH = 8_192;
    private static final int MAX_SHOWN = 200;

    private final String text;
    private final int[] characters;
    private int at;

    MatcherReader(String text) {
        this.text = text;
        this.characters = text.codePoints().toArray();
    }

    List<LabelMatcher> all() {
        if (text.length() > MAX_LENGTH) {
            throw wrong(MAX_LENGTH, "the text is longer than " + MAX_LENGTH + " characters");
        }
        List<LabelMatcher> all = new ArrayList<>();
        skipSpace();
        boolean braces = take("{");
        while (!ended() && !next("}")) {
            all.add(matcher());
            if (!take(",")) {
                break;
            }
        }
        if (braces && !take("}")) {
            throw wrong(at, ended() ? "the closing brace is missing" : "a comma or a closing brace must stand here");
        }
        if (!ended()) {
            throw wrong(
                    at,
                    braces
                            ? "the text must end after the closing brace"
                            : next("}")
                                    ? "a brace is closed that was not opened"
                                    : "a comma or the end must stand here; a name or value with white space or one of"
                                            + " {}!=~,\\\"'` is written in double quotes");
        }
        return all;
    }

    private LabelMatcher matcher() {
        int begin = at;
        String name = word("a label's name");
        LabelMatcher.Operator operator = operator();
        String value = word("a value (an empty one is written \"\")");
        try {
            return new LabelMatcher(name, operator, value);
        } catch (IllegalArgumentException e) {
            throw wrong(begin, String.valueOf(e.getMessage()));
        }
    }

    private LabelMatcher.Operator operator() {
        for (LabelMatcher.Operator operator : List.of(
                LabelMatcher.Operator.MATCHES,
                LabelMatcher.Operator.MATCHES_NOT,
                LabelMatcher.Operator.NOT_EQUAL,
                LabelMatcher.Operator.EQUAL)) {
            if (take(operator.sign())) {
                return operator;
            }
        }
        throw wrong(at, "=, !=, =~ or !~ must stand here");
    }

    private String word(String what) {
        if (next("\"")) {
            return quotedWord();
        }
        int begin = at;
        while (!ended() && !reserved(characters[at])) {
            at++;
        }
        if (at == begin) {
            throw wrong(at, what + " must stand here");
        }
        String word = new String(characters, begin, at - begin);
        skipSpace();
        return word;
    }

    /** As Go's strconv.Unquote, and only well-formed UTF-8. */
    private String quotedWord() {
        int begin = at++;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        while (!next("\"")) {
            if (ended()) {
                throw wrong(begin, "the closing quote is missing");
            }
            int c = characters[at++];
            if (c == '\n') {
                throw wrong(at - 1, "a line ends within quotes; it is written \\n");
            }
            if (c == '\\') {
                escape(bytes);
            } else {
                put(bytes, c);
            }
        }
        at++;
        String word;
        try {
            word = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw wrong(begin, "the bytes in quotes are no UTF-8");
        }
        skipSpace();
        return word;
    }

    private void escape(ByteArrayOutputStream bytes) {
        int begin = at - 1;
        int c = ended() ? ' ' : characters[at++];
        switch (c) {
            case 'a' -> bytes.write(7);
            case 'b' -> bytes.write('\b');
            case 'f' -> bytes.write('\f');
            case 'n' -> bytes.write('\n');
            case 'r' -> bytes.write('\r');
            case 't' -> bytes.write('\t');
            case 'v' -> bytes.write(11);
            case '\\', '"' -> bytes.write(c);
            case 'x' -> bytes.write(number(begin, 2, 16, 0xff));
            case 'u' -> put(bytes, number(begin, 4, 16, Character.MAX_CODE_POINT));
            case 'U' -> put(bytes, number(begin, 8, 16, Character.MAX_CODE_POINT));
            case '0', '1', '2', '3', '4', '5', '6', '7' -> {
                at--;
                bytes.write(number(begin, 3, 8, 0xff));
            }
            default ->
                throw wrong(
                        begin,
                        "a backslash in quotes is written \\\\, and \\" + Character.toString(c)
                                + " is no escape of Go");
        }
    }

    private int number(int begin, int digits, int base, int most) {
        long number = 0;
        for (int i = 0; i < digits; i++) {
            int digit = ended() || characters[at] > 'f' ? -1 : Character.digit(characters[at], base);
            if (digit < 0) {
                throw wrong(begin, "an escape with " + digits + " digits to base " + base + " must stand here");
            }
            number = number * base + digit;
            at++;
        }
        boolean surrogate = digits >= 4 && number >= Character.MIN_SURROGATE && number <= Character.MAX_SURROGATE;
        if (number > most || surrogate) {
            throw wrong(begin, "the escape is no " + (digits >= 4 ? "character of Unicode" : "byte"));
        }
        return (int) number;
    }

    private static void put(ByteArrayOutputStream bytes, int character) {
        bytes.writeBytes(Character.toString(character).getBytes(StandardCharsets.UTF_8));
    }

    private boolean ended() {
        return at >= characters.length;
    }

    private boolean next(String sign) {
        for (int i = 0; i < sign.length(); i++) {
            if (at + i >= characters.length || characters[at + i] != sign.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** With the white space behind it. */
    private boolean take(String sign) {
        if (!next(sign)) {
            return false;
        }
        at += sign.length();
        skipSpace();
        return true;
    }

    private void skipSpace() {
        while (!ended() && space(characters[at])) {
            at++;
        }
    }

    private static boolean reserved(int character) {
        return space(character) || RESERVED.indexOf(character) >= 0;
    }

    /** Go's unicode.IsSpace: the property White_Space. */
    private static boolean space(int character) {
        return character >= '\t' && character <= '\r' || character == 0x85 || Character.isSpaceChar(character);
    }

    private IllegalArgumentException wrong(int place, String problem) {
        String shown = text.length() <= MAX_SHOWN ? text : Fields.cut(text, MAX_SHOWN);
        return new IllegalArgumentException('"' + shown + "\", character " + (place + 1) + ": " + problem);
    }

    /** For {@link LabelMatcher#toString}. */
    static String quoted(String word, boolean always) {
        if (!always && !word.isEmpty() && word.codePoints().noneMatch(MatcherReader::reserved)) {
            return word;
        }
        StringBuilder quoted = new StringBuilder("\"");
        word.codePoints().forEach(c -> {
            switch (c) {
                case '"', '\\' -> quoted.append('\\').appendCodePoint(c);
                case '\n' -> quoted.append("\\n");
                default -> quoted.appendCodePoint(c);
            }
        });
        return quoted.append('"').toString();
    }
}
