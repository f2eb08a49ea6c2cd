package io.loadmonitor.alert;

import static io.loadmonitor.alert.LabelMatcher.Operator.EQUAL;
import static io.loadmonitor.alert.LabelMatcher.Operator.MATCHES;
import static io.loadmonitor.alert.LabelMatcher.Operator.MATCHES_NOT;
import static io.loadmonitor.alert.LabelMatcher.Operator.NOT_EQUAL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.alert.LabelMatcher.Operator;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What Alertmanager takes and refuses: the inputs, and what becomes of them, are those of its own tests
 * (matcher/parse/parse_test.go and pkg/labels/matcher_test.go, version 0.28).
 */
final class LabelMatcherTest {
    private static final String SMILE = new String(Character.toChars(0x1f642));

    private static final String NO_ESCAPE = "a backslash in quotes is written \\\\, and \\%s is no escape of Go";

    static List<Arguments> taken() {
        return List.of(
                taken(""),
                taken("{}"),
                taken("{foo=bar}", of("foo", EQUAL, "bar")),
                taken("{foo=bar,}", of("foo", EQUAL, "bar")),
                taken("{foo!=bar}", of("foo", NOT_EQUAL, "bar")),
                taken("{foo=~[a-z]+}", of("foo", MATCHES, "[a-z]+")),
                taken("{foo!~[a-z]+}", of("foo", MATCHES_NOT, "[a-z]+")),
                taken("{foo=" + SMILE + "}", of("foo", EQUAL, SMILE)),
                taken("{foo=" + SMILE + "bar}", of("foo", EQUAL, SMILE + "bar")),
                taken("foo=bar", of("foo", EQUAL, "bar")),
                taken("foo=bar,", of("foo", EQUAL, "bar")),
                taken("foo!=bar", of("foo", NOT_EQUAL, "bar")),
                taken("foo=~[a-z]+", of("foo", MATCHES, "[a-z]+")),
                taken("foo!~[a-z]+", of("foo", MATCHES_NOT, "[a-z]+")),
                taken("{\"foo\"=\"bar\"}", of("foo", EQUAL, "bar")),
                taken("{\"foo\"=\"bar\",}", of("foo", EQUAL, "bar")),
                taken("{\"foo\"!=\"bar\"}", of("foo", NOT_EQUAL, "bar")),
                taken("{\"foo\"=~\"[a-z]+\"}", of("foo", MATCHES, "[a-z]+")),
                taken("{\"foo\"=~\"\\\\d+\"}", of("foo", MATCHES, "\\d+")),
                taken("{\"foo\"!~\"[a-z]+\"}", of("foo", MATCHES_NOT, "[a-z]+")),
                taken("{\"foo\"=\"" + SMILE + "\"}", of("foo", EQUAL, SMILE)),
                taken("{\"foo\"=\"\\xf0\\x9f\\x99\\x82\"}", of("foo", EQUAL, SMILE)),
                taken("{\"foo\"=\"\\360\\237\\231\\202\"}", of("foo", EQUAL, SMILE)),
                taken("{\"foo\"=\"\\U0001f642\"}", of("foo", EQUAL, SMILE)),
                taken("{\"foo\"=\"bar\\n\"}", of("foo", EQUAL, "bar\n")),
                taken("{\"foo\"=\"bar\\t\"}", of("foo", EQUAL, "bar\t")),
                taken("{\"foo\"=\"\\\"bar\\\"\"}", of("foo", EQUAL, "\"bar\"")),
                taken("{\"foo\"=\"bar\\\\\"}", of("foo", EQUAL, "bar\\")),
                taken("\"foo\"=\"bar\",", of("foo", EQUAL, "bar")),
                taken("{foo=bar,bar!=baz}", of("foo", EQUAL, "bar"), of("bar", NOT_EQUAL, "baz")),
                taken("foo=\"bar\",bar!=\"baz\"", of("foo", EQUAL, "bar"), of("bar", NOT_EQUAL, "baz")),
                // Beyond Alertmanager's table: what people write.
                taken(
                        " { foo = bar , \"my label\" !~ \"a b\" } ",
                        of("foo", EQUAL, "bar"),
                        of("my label", MATCHES_NOT, "a b")),
                taken("\u00a0foo\u2028=bar\u0085", of("foo", EQUAL, "bar")),
                taken("foo=\"\"", of("foo", EQUAL, "")),
                taken("severity=~critical|warning", of("severity", MATCHES, "critical|warning")));
    }

    private static Arguments taken(String text, LabelMatcher... matchers) {
        return Arguments.of(text, List.of(matchers));
    }

    private static LabelMatcher of(String name, Operator operator, String value) {
        return new LabelMatcher(name, operator, value);
    }

    @ParameterizedTest
    @MethodSource("taken")
    void takesWhatAlertmanagerTakes(String text, List<LabelMatcher> matchers) {
        assertEquals(matchers, LabelMatcher.parse(text));
    }

    static List<Arguments> refused() {
        return List.of(
                Arguments.of(",", 1, "a label's name must stand here"),
                Arguments.of("{,}", 2, "a label's name must stand here"),
                Arguments.of("{", 2, "the closing brace is missing"),
                Arguments.of("}", 1, "a brace is closed that was not opened"),
                Arguments.of("foo=bar}", 8, "a brace is closed that was not opened"),
                Arguments.of("{foo=bar", 9, "the closing brace is missing"),
                Arguments.of("{foo=:\"bar\"}", 7, "a comma or a closing brace must stand here"),
                Arguments.of("{foo=\"bar\\w\"}", 10, NO_ESCAPE.formatted("w")),
                Arguments.of("{\"foo\"=~\"\\d+\"}", 10, NO_ESCAPE.formatted("d")),
                Arguments.of("{foo=bar\\n}", 9, "a comma or a closing brace must stand here"),
                Arguments.of("{\"foo\"=\"\\xf0\\x9f\"}", 8, "the bytes in quotes are no UTF-8"),
                // Beyond Alertmanager's table.
                Arguments.of("foo", 4, "=, !=, =~ or !~ must stand here"),
                Arguments.of("foo!bar", 4, "=, !=, =~ or !~ must stand here"),
                Arguments.of("foo=", 5, "a value (an empty one is written \"\") must stand here"),
                Arguments.of(
                        "foo=bar baz",
                        9,
                        "a comma or the end must stand here; a name or value with white space"
                                + " or one of {}!=~,\\\"'` is written in double quotes"),
                Arguments.of("foo=\"bar", 5, "the closing quote is missing"),
                Arguments.of("foo=\"bar\\", 9, NO_ESCAPE.formatted(" ")),
                Arguments.of("foo=\"a\nb\"", 7, "a line ends within quotes; it is written \\n"),
                Arguments.of("foo=\"\\ud800\"", 6, "the escape is no character of Unicode"),
                Arguments.of("foo=\"\\400\"", 6, "the escape is no byte"),
                Arguments.of("foo=\"\\x1\"", 6, "an escape with 2 digits to base 16 must stand here"),
                Arguments.of("a=b,\"\"=c", 5, "a label's name is empty"),
                Arguments.of("{a=b} c=d", 7, "the text must end after the closing brace"),
                Arguments.of(
                        "a=b, alertname=~\"Load(?!Monitor).*\"",
                        6,
                        "\"Load(?!Monitor).*\" is no regular expression of RE2: "
                                + "invalid or unsupported Perl syntax: (?!"),
                Arguments.of("a=~\"[\"", 1, "\"[\" is no regular expression of RE2: missing closing ]: ["));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void refusesWhatAlertmanagerRefusesAndSaysWhere(String text, int place, String problem) {
        assertEquals(
                '"' + text + "\", character " + place + ": " + problem,
                assertThrows(IllegalArgumentException.class, () -> LabelMatcher.parse(text))
                        .getMessage());
    }

    static List<Arguments> held() {
        return List.of(
                Arguments.of(of("x", EQUAL, "bar"), "bar", true),
                Arguments.of(of("x", EQUAL, "bar"), "foo-bar", false),
                Arguments.of(of("x", NOT_EQUAL, "bar"), "bar", false),
                Arguments.of(of("x", NOT_EQUAL, "bar"), "foo-bar", true),
                Arguments.of(of("x", MATCHES, "bar"), "bar", true),
                Arguments.of(of("x", MATCHES, "bar"), "foo-bar", false),
                Arguments.of(of("x", MATCHES, ".*bar"), "foo-bar", true),
                Arguments.of(of("x", MATCHES, "bar|foo"), "foo-bar", false),
                Arguments.of(of("x", MATCHES_NOT, "bar"), "bar", false),
                Arguments.of(of("x", MATCHES_NOT, "bar"), "foo-bar", true),
                Arguments.of(of("x", MATCHES_NOT, ".*bar"), "foo-bar", false),
                Arguments.of(of("x", MATCHES, "foo.bar"), "foo-bar", true),
                Arguments.of(of("x", MATCHES, "foo\\.bar"), "foo-bar", false),
                Arguments.of(of("x", MATCHES, "foo\\.bar"), "foo.bar", true),
                Arguments.of(of("x", EQUAL, "foo\nbar"), "foo\nbar", true),
                Arguments.of(of("x", MATCHES, "foo.bar"), "foo\nbar", false),
                Arguments.of(of("x", MATCHES, "(?s)foo.bar"), "foo\nbar", true),
                Arguments.of(of("x", EQUAL, "~!=\""), "~!=\"", true));
    }

    @ParameterizedTest
    @MethodSource("held")
    void holdsWhereAlertmanagersHolds(LabelMatcher matcher, String value, boolean holds) {
        assertEquals(holds, matcher.holds(Map.of("x", value)));
    }

    @Test
    void takesALabelThatIsNotThereForEmptyText() {
        assertTrue(of("x", EQUAL, "").holds(Map.of()));
        assertTrue(of("x", NOT_EQUAL, "a").holds(Map.of()));
        assertTrue(of("x", MATCHES, "|a").holds(Map.of()));
        assertTrue(of("x", MATCHES_NOT, ".+").holds(Map.of()));
    }

    @Property(tries = 1000)
    void readsWhatItWrites(@ForAll("matchers") List<LabelMatcher> matchers) {
        String text =
                String.join(", ", matchers.stream().map(LabelMatcher::toString).toList());

        assertEquals(matchers, LabelMatcher.parse(text));
        assertEquals(matchers, LabelMatcher.parse('{' + text + '}'));
    }

    @Provide
    static Arbitrary<List<LabelMatcher>> matchers() {
        Arbitrary<String> text = Arbitraries.strings()
                .withChars("ab{}!=~,\\\"'` \n\t\u2028\u00e9[(")
                .withChars('\ud83d', '\ude42')
                .ofMaxLength(8)
                .filter(one -> one.codePoints().noneMatch(c -> c >= 0xd800 && c <= 0xdfff));
        return Combinators.combine(text.filter(one -> !one.isEmpty()), Arbitraries.of(EQUAL, NOT_EQUAL), text)
                .as(LabelMatcher::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(4);
    }

    /** Whatever stands there: it is taken, or refused with its text and a place in it. */
    @Property(tries = 2000)
    void refusesWithThePlaceAndNeverOtherwise(@ForAll("anything") String text) {
        try {
            LabelMatcher.parse(text);
        } catch (IllegalArgumentException e) {
            assertTrue(
                    String.valueOf(e.getMessage()).startsWith('"' + text + "\", character "), () -> e + " of " + text);
        }
    }

    @Provide
    static Arbitrary<String> anything() {
        return Arbitraries.strings().withChars("ab{}!=~,\\\"'` \n[(*+?.x0").ofMaxLength(20);
    }

    @Test
    void decidesInATimeThatGrowsWithTheValueAlone() {
        LabelMatcher evil = of("x", MATCHES, "(a+)+b");

        assertTimeoutPreemptively(
                Duration.ofSeconds(5), () -> assertEquals(false, evil.holds(Map.of("x", "a".repeat(4096)))));
    }

    @ParameterizedTest
    @MethodSource("large")
    void refusesAnExpressionThatWouldTakeAllMemory(String regex) {
        String message = assertThrows(IllegalArgumentException.class, () -> of("x", MATCHES, regex))
                .getMessage();

        assertTrue(message.startsWith('"' + regex + '"'), message);
    }

    static List<String> large() {
        return List.of(
                "((a{1000}){1000}){1000}",
                "((a{100}){100}){100}",
                "([]a]{500}){500}",
                "([[:alpha:]\\]]{0,999}){50}x",
                "\\Q{\\E(\\{a{60}){60}",
                "(a)){900}(b{900}){900}",
                "(".repeat(101) + "a" + ")".repeat(101),
                "a{1000}b{1000}c{1000}");
    }

    @Test
    void takesRepetitionsThatPeopleWrite() {
        of("x", MATCHES, "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
        of("x", MATCHES, "[]{}]+|a{1000}");
        of("x", MATCHES, "{a}{x,y}");
    }
}
