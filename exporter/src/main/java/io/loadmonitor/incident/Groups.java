package io.loadmonitor.incident;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which spells are one incident: those that meet, directly or through others. In the order of their beginnings, and of
 * those before only the ones that last longest are asked: 10,000 alerts that fire at once are grouped in milliseconds.
 */
final class Groups {
    private final List<Spell> sorted;

    /** Of each spell, one of its group, itself at last: that which has the smallest number. */
    private final int[] roots;

    /**
     * Of each host, alerts that a later spell may meet: of those that overlap, the one that lasts longest. They follow
     * one another.
     */
    private final Map<String, List<Integer>> alerts = new HashMap<>();

    /** The load that lasts longest; -1 before there is one. */
    private int load = -1;

    private Groups(List<Spell> sorted) {
        this.sorted = sorted;
        this.roots = new int[sorted.size()];
    }

    /** The incident of each spell, by the spell's number. */
    static Map<Long, Long> of(List<Spell> spells) {
        List<Spell> sorted = new ArrayList<>(spells);
        sorted.sort(Comparator.comparing(Groups::earliest).thenComparingLong(Spell::id));
        Groups groups = new Groups(sorted);
        Map<Long, Long> incidents = new HashMap<>();
        for (int i = 0; i < sorted.size(); i++) {
            groups.roots[i] = i;
            if (sorted.get(i) instanceof AlertSpell alert) {
                groups.add(i, alert);
            } else {
                groups.add(i, (LoadSpell) sorted.get(i));
            }
        }
        for (int i = 0; i < sorted.size(); i++) {
            incidents.put(sorted.get(i).id(), sorted.get(groups.root(i)).id());
        }
        return incidents;
    }

    /**
     * Two alerts that both last when this one begins meet each other, so that one of them is enough; so do two loads of
     * which it meets either.
     */
    private void add(int index, AlertSpell alert) {
        if (!alert.foreign() && load >= 0 && meet(sorted.get(load), alert)) {
            join(load, index);
        }
        List<Integer> before = alerts.computeIfAbsent(host(alert), none -> new ArrayList<>());
        int last = before.isEmpty() ? -1 : before.get(before.size() - 1);
        if (last >= 0 && meet(sorted.get(last), alert)) {
            join(last, index);
            if (endsAfter(alert, sorted.get(last))) {
                before.set(before.size() - 1, index);
            }
        } else {
            before.add(index);
        }
    }

    /** It may meet several alerts that do not meet each other, those that begin soon after it among them. */
    private void add(int index, LoadSpell added) {
        List<Integer> before = alerts.computeIfAbsent(OWN, none -> new ArrayList<>());
        before.removeIf(alert -> !lasts(sorted.get(alert), added.from()));
        for (int alert : before) {
            if (meet(sorted.get(alert), added)) {
                join(alert, index);
            }
        }
        if (load < 0) {
            load = index;
            return;
        }
        if (meet(sorted.get(load), added)) {
            join(load, index);
        }
        if (added.last().isAfter(((LoadSpell) sorted.get(load)).last())) {
            load = index;
        }
    }

    private static final String OWN = "own";

    private static String host(AlertSpell alert) {
        return alert.foreign() ? "foreign " + alert.instance() : OWN;
    }

    private static boolean endsAfter(Spell one, Spell other) {
        return other.to().isPresent()
                && (one.to().isEmpty() || one.to().get().isAfter(other.to().get()));
    }

    private static Instant earliest(Spell spell) {
        return spell instanceof AlertSpell ? minus(spell.from()) : spell.from();
    }

    private static Instant minus(Instant time) {
        return time.isBefore(Instant.EPOCH) ? time : time.minus(IncidentLife.LEAD);
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

    private void join(int one, int other) {
        int first = root(one);
        int second = root(other);
        if (first == second) {
            return;
        }
        if (sorted.get(first).id() < sorted.get(second).id()) {
            roots[second] = first;
        } else {
            roots[first] = second;
        }
    }

    private int root(int of) {
        int root = of;
        while (roots[root] != root) {
            // Shortens the way for the next one.
            roots[root] = roots[roots[root]];
            root = roots[root];
        }
        return root;
    }
}
