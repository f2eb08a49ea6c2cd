package io.loadmonitor.desk;

import io.loadmonitor.alert.Alert;
import io.loadmonitor.alert.LabelMatcher;
import io.loadmonitor.incident.FollowUp;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The rules in their order: the first that wants an alert gets it.
 *
 * @param list names are unique
 */
public record Rules(List<Rule> list) {
    /**
     * One rule, {@code load}: alerts about load and about tasks in uninterruptible sleep, by the names of the shipped
     * alert rules, but not those about load-monitor itself (LoadMonitor...). An alert that fires on asks for no second
     * dump, so the cooldown only keeps alerts that begin together from asking for one each: within it another dump
     * rarely tells more, and after it another alert is another story.
     */
    public static final Rules DEFAULT = new Rules(List.of(new Rule(
            "load",
            List.copyOf(LabelMatcher.parse("alertname=~\"Load.*|Uninterruptible.*\", alertname!~\"LoadMonitor.*\"")),
            Duration.ofSeconds(30))));

    public Rules {
        list = List.copyOf(list);
        Set<String> names = new HashSet<>();
        for (Rule rule : list) {
            if (!names.add(rule.name())) {
                throw new IllegalArgumentException("two rules are named " + rule.name());
            }
        }
    }

    /** Of an incident of this rule; of one that no rule wanted, and of a rule that is no more, as of the first rule. */
    FollowUp followUp(Optional<String> rule) {
        return list.stream()
                .filter(one -> rule.isEmpty() || one.name().equals(rule.get()))
                .findFirst()
                .or(() -> list.stream().findFirst())
                .map(Rule::followUp)
                .orElse(FollowUp.DEFAULT);
    }

    /** Of this name. */
    Optional<Rule> named(String name) {
        return list.stream().filter(rule -> rule.name().equals(name)).findFirst();
    }

    public Optional<Rule> ruleFor(Alert alert) {
        return list.stream().filter(rule -> rule.wants(alert)).findFirst();
    }
}
