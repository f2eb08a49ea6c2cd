package io.loadmonitor.desk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.loadmonitor.alert.Alert;
import io.loadmonitor.alert.LabelCondition;
import io.loadmonitor.alert.LabelMatcher;
import io.loadmonitor.alert.LabelPattern;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RulesTest {
    @Test
    void givesAnAlertToTheFirstRuleThatWantsIt() {
        Rules rules = new Rules(List.of(
                rule("exact", Map.of("alertname", "LoadHigh", "severity", "critical")),
                rule("any", Map.of("alertname", "Load.*"))));

        assertEquals(Optional.of("exact"), name(rules, Map.of("alertname", "LoadHigh", "severity", "critical")));
        assertEquals(Optional.of("any"), name(rules, Map.of("alertname", "LoadHigh")));
        assertEquals(Optional.empty(), name(rules, Map.of("alertname", "HighLoadHigh")));
        assertEquals(Optional.empty(), name(rules, Map.of()));
    }

    @Test
    void takesALabelThatIsNotThereForEmptyText() {
        Rules rules = new Rules(List.of(rule("here", Map.of("alertname", ".+", "team", "|kernel"))));

        assertEquals(Optional.of("here"), name(rules, Map.of("alertname", "X")));
        assertEquals(Optional.of("here"), name(rules, Map.of("alertname", "X", "team", "kernel")));
        assertEquals(Optional.empty(), name(rules, Map.of("alertname", "X", "team", "web")));
    }

    @ParameterizedTest
    @CsvSource({
        "LoadHigh, load",
        "LoadPerCpuHigh, load",
        "UninterruptibleTasks, load",
        "LoadMonitorDown, ''",
        "DiskFull, ''"
    })
    void wantsLoadAlertsUnlessToldOtherwise(String alertName, String rule) {
        assertEquals(
                Optional.of(rule).filter(name -> !name.isEmpty()), name(Rules.DEFAULT, Map.of("alertname", alertName)));
    }

    /** A message is decided in milliseconds whatever a rule's expressions are. */
    @Test
    void decidesWithoutWaitingForAnExpressionThatNeverEnds() {
        Rules rules = new Rules(List.of(rule("blows-up", Map.of("path", "(a+)+b"))));

        assertTimeoutPreemptively(
                Duration.ofSeconds(5),
                () -> assertEquals(Optional.of("blows-up"), name(rules, Map.of("path", "a".repeat(4096)))));
        assertEquals(Optional.empty(), name(rules, Map.of("path", "c")));
    }

    @Test
    void letsAlertsThatBeginTogetherShareADumpUnlessToldOtherwise() {
        assertEquals(
                List.of(Duration.ofSeconds(30)),
                Rules.DEFAULT.list().stream().map(Rule::cooldown).toList());
    }

    @Test
    void refusesRulesThatCannotBeMeant() {
        assertEquals(
                "two rules are named a",
                refusal(() -> new Rules(List.of(rule("a", Map.of("x", "y")), rule("a", Map.of("x", "z"))))));
        assertEquals("rule a asks for no label, so it would match every alert", refusal(() -> rule("a", Map.of())));
        assertEquals(
                "a rule's name must be 1 to 64 letters, digits, _ or -, but is \"a b\"",
                refusal(() -> rule("a b", Map.of("x", "y"))));
        assertEquals(
                "rule a: cooldown is PT-1S, but must be 0 to 1 day",
                refusal(() -> new Rule("a", List.copyOf(LabelMatcher.parse("x=y")), Duration.ofSeconds(-1))));
    }

    private static String refusal(org.junit.jupiter.api.function.Executable made) {
        return assertThrows(IllegalArgumentException.class, made).getMessage();
    }

    private static Rule rule(String name, Map<String, String> match) {
        return new Rule(
                name,
                match.entrySet().stream()
                        .<LabelCondition>map(
                                label -> new LabelPattern(label.getKey(), Pattern.compile(label.getValue())))
                        .toList(),
                Duration.ZERO);
    }

    private static Optional<String> name(Rules rules, Map<String, String> labels) {
        return rules.ruleFor(new Alert(
                        "00000000000000aa",
                        Alert.Status.FIRING,
                        labels,
                        Map.of(),
                        Instant.EPOCH,
                        Optional.empty(),
                        Optional.empty()))
                .map(Rule::name);
    }
}
