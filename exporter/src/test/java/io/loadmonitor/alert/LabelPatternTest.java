package io.loadmonitor.alert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LabelPatternTest {
    @Property(tries = 300)
    void matchesAsJavaDoes(@ForAll @Chars({'a', 'b', '1'}) @StringLength(max = 8) String value) {
        for (String regex : new String[] {"a+b?", "(?=a).*1", "(a|b)*", "(.)\\1.*", "(?<=x)|ab"}) {
            assertEquals(value.matches(regex), new LabelPattern("x", Pattern.compile(regex)).matches(value), regex);
        }
    }

    /** The first needs more looks than there are atoms, the second a deeper stack than a thread of the server has. */
    @ParameterizedTest
    @ValueSource(strings = {"(a+)+b", "(a|aa)*b", "(.*)*(.*)*(.*)*b"})
    void takesWhatCannotBeDecidedForAMatch(String regex) {
        LabelPattern pattern = new LabelPattern("x", Pattern.compile(regex));

        assertTimeoutPreemptively(
                Duration.ofSeconds(5), () -> assertTrue(pattern.holds(Map.of("x", "a".repeat(4096)))));
        assertFalse(pattern.holds(Map.of("x", "c")), "the next label is decided again");
    }

    @Test
    void takesALabelThatIsNotThereForEmptyText() {
        assertTrue(new LabelPattern("x", Pattern.compile("|a")).holds(Map.of("y", "b")));
        assertFalse(new LabelPattern("x", Pattern.compile("a")).holds(Map.of("y", "a")));
    }
}
