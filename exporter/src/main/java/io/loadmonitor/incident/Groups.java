package io.loadmonitor.incident;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which spells are one incident: those that meet, directly or through others. */
final class Groups {
    private Groups() {}

    /** The incident of each spell, by the spell's number. */
    static Map<Long, Long> of(List<Spell> spells) {
        List<Spell> sorted = new ArrayList<>(spells);
        sorted.sort(Comparator.comparing(Groups::earliest).thenComparingLong(Spell::id));
        // Of each spell, one of its group, itself at last: that which has the smallest number.
        int[] roots = new int[sorted.size()];
        // Spells that may still meet one that begins later.
        List<Integer> lasting = new ArrayList<>();
        for (int i = 0; i < roots.length; i++) {
            roots[i] = i;
            Spell spell = sorted.get(i);
            Instant begin = earliest(spell);
            lasting.removeIf(before -> latest(sorted.get(before)).isBefore(begin));
            for (int before : lasting) {
                if (root(roots, before) != root(roots, i) && meet(sorted.get(before), spell)) {
                    join(sorted, roots, before, i);
                }
            }
            lasting.add(i);
        }
        Map<Long, Long> incidents = new HashMap<>();
        for (int i = 0; i < roots.length; i++) {
            incidents.put(sorted.get(i).id(), sorted.get(root(roots, i)).id());
        }
        return incidents;
    }

    private static Instant earliest(Spell spell) {
        return spell instanceof AlertSpell ? minus(spell.from()) : spell.from();
    }

    private static Instant minus(Instant time) {
        return time.isBefore(Instant.EPOCH) ? time : time.minus(IncidentLife.LEAD);
    }

    private static Instant latest(Spell spell) {
        return spell.to().map(to -> to.plus(LoadSpell.HOLD)).orElse(Instant.MAX);
    }

    static boolean meet(Spell one, Spell other) {
        if (one instanceof LoadSpell load) {
            return other instanceof LoadSpell second
                    ? !load.from().isAfter(second.last().plus(LoadSpell.HOLD))
                            && !second.from().isAfter(load.last().plus(LoadSpell.HOLD))
                    : meet(load, (AlertSpell) other);
        }
        AlertSpell alert = (AlertSpell) one;
        if (other instanceof LoadSpell load) {
            return meet(load, alert);
        }
        AlertSpell second = (AlertSpell) other;
        boolean sameHost = !alert.foreign() && !second.foreign()
                || alert.foreign() && second.foreign() && alert.instance().equals(second.instance());
        return sameHost && lasts(alert, second.from()) && lasts(second, alert.from());
    }

    private static boolean meet(LoadSpell load, AlertSpell alert) {
        return !alert.foreign()
                && !load.last().plus(IncidentLife.LEAD).isBefore(alert.from())
                && lasts(alert, load.from());
    }

    private static boolean lasts(Spell spell, Instant time) {
        return spell.to().map(to -> !to.isBefore(time)).orElse(true);
    }

    private static void join(List<Spell> spells, int[] roots, int one, int other) {
        int first = root(roots, one);
        int second = root(roots, other);
        if (spells.get(first).id() < spells.get(second).id()) {
            roots[second] = first;
        } else {
            roots[first] = second;
        }
    }

    private static int root(int[] roots, int of) {
        int root = of;
        while (roots[root] != root) {
            // Shortens the way for the next one.
            roots[root] = roots[roots[root]];
            root = roots[root];
        }
        return root;
    }
}
