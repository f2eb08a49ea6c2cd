package io.loadmonitor.flame;

import io.loadmonitor.dump.StackDump;
import java.util.List;
import java.util.TreeMap;

/**
 * Two dumps side by side, stack by stack. Immutable.
 *
 * @param stacks all of both, also those that did not change, in the order of their text
 */
public record StackDiff(List<StackChange> stacks) {
    public StackDiff {
        stacks = List.copyOf(stacks);
    }

    /** Of a dump that is a fair sample the numbers are scaled up, for those of two samples are not to be compared. */
    public static StackDiff of(StackDump before, StackDump after) {
        return of(FoldedStacks.estimated(before), FoldedStacks.estimated(after));
    }

    static StackDiff of(List<FoldedStack> before, List<FoldedStack> after) {
        TreeMap<String, StackChange> changes = new TreeMap<>();
        for (FoldedStack stack : before) {
            changes.put(stack.text(), new StackChange(stack.path(), stack.tasks(), 0));
        }
        for (FoldedStack stack : after) {
            changes.merge(
                    stack.text(),
                    new StackChange(stack.path(), 0, stack.tasks()),
                    (old, now) -> new StackChange(old.path(), old.before(), now.after()));
        }
        return new StackDiff(List.copyOf(changes.values()));
    }

    /** The stacks of which there are more or fewer; none for a dump and itself. */
    public List<StackChange> changed() {
        return stacks.stream().filter(stack -> stack.difference() != 0).toList();
    }

    /** Tasks of the first dump. */
    public int before() {
        return stacks.stream().mapToInt(StackChange::before).sum();
    }

    /** Tasks of the second dump. */
    public int after() {
        return stacks.stream().mapToInt(StackChange::after).sum();
    }

    /** {@code stack before after} lines, as flamegraph.pl reads them. */
    public static String write(List<StackChange> changes) {
        StringBuilder text = new StringBuilder();
        changes.forEach(stack -> text.append(stack.text())
                .append(' ')
                .append(stack.before())
                .append(' ')
                .append(stack.after())
                .append('\n'));
        return text.toString();
    }
}
