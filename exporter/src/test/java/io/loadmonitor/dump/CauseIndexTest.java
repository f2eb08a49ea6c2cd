package io.loadmonitor.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class CauseIndexTest {
    private static final CauseCatalogue STANDARD = CauseCatalogue.standard();

    /** The order is part of it: of equal rules the first wins. */
    @Test
    void findsTheRulesThatALookAtEachOfThemFinds() throws IOException {
        int found = 0;
        for (String function : functions()) {
            List<CauseRule> rules = STANDARD.rules(function);
            assertEquals(
                    STANDARD.rules().stream()
                            .filter(rule -> rule.names().contains(function))
                            .toList(),
                    rules,
                    function);
            found += rules.size();
        }
        assertTrue(found > 1_000, "only " + found + " rules were found");
    }

    @Test
    void findsARuleOnceThoughSeveralOfItsNamesFit() {
        LoadCause cause = STANDARD.causes().get(0);
        CauseRule rule = new CauseRule(
                cause, 50, false, new FunctionNames(List.of("a*", "ab*", "abc")), Optional.empty(), "own.txt:1");
        CauseIndex index = new CauseIndex(List.of(rule));
        assertEquals(List.of(rule), index.rules("abc"));
        assertEquals(List.of(rule), index.rules("a"));
        assertEquals(List.of(), index.rules("b"));
        assertEquals(List.of(), index.rules(""));
    }

    /** Of all known stacks, of all rules, and names that are a little longer or shorter. */
    private static Set<String> functions() throws IOException {
        List<String> names = new ArrayList<>();
        for (KnownStacks.Known known : KnownStacks.all()) {
            known.dump().stacks().forEach(stack -> names.addAll(WaitFunction.functions(stack)));
        }
        for (CauseRule rule : STANDARD.rules()) {
            names.addAll(rule.names().whole());
            names.addAll(rule.names().beginnings());
        }
        Set<String> all = new TreeSet<>(names);
        for (String name : names) {
            all.add(name + "_more");
            all.add(name.substring(0, name.length() - 1));
        }
        return all;
    }
}
