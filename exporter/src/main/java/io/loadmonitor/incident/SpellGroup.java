package io.loadmonitor.incident;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The spells that are one incident. Immutable.
 *
 * @param id the smallest of the spells' numbers
 * @param spells the earliest first
 */
public record SpellGroup(long id, List<Spell> spells) {
    public SpellGroup {
        spells = List.copyOf(spells);
        if (spells.isEmpty()) {
            throw new IllegalArgumentException("incident " + id + " has no spell");
        }
    }

    /** By their spells' {@link Spell#incident}, in the order of their numbers. */
    public static List<SpellGroup> of(List<? extends Spell> spells) {
        Map<Long, List<Spell>> byIncident = new TreeMap<>();
        for (Spell spell : spells) {
            byIncident
                    .computeIfAbsent(spell.incident(), none -> new ArrayList<>())
                    .add(spell);
        }
        List<SpellGroup> incidents = new ArrayList<>();
        byIncident.forEach((id, members) -> {
            members.sort(Comparator.comparing(Spell::from).thenComparingLong(Spell::id));
            incidents.add(new SpellGroup(id, members));
        });
        return incidents;
    }

    /** When its first spell began. */
    public Instant began() {
        return spells.get(0).from();
    }

    /** When its last spell ended; empty while one lasts. */
    public Optional<Instant> ended() {
        Instant latest = Instant.MIN;
        for (Spell spell : spells) {
            if (spell.to().isEmpty()) {
                return Optional.empty();
            }
            latest = Times.later(latest, spell.to().get());
        }
        return Optional.of(latest);
    }

    /** How it is known that its last spell ended; empty while one lasts. */
    public Optional<EndReason> endReason() {
        Optional<Instant> ended = ended();
        if (ended.isEmpty()) {
            return Optional.empty();
        }
        // What a message says counts before what is merely not seen any more.
        return spells.stream()
                .filter(spell -> spell.to().equals(ended))
                .map(spell -> spell instanceof AlertSpell alert
                        ? alert.end().orElseThrow().reason()
                        : EndReason.LOW)
                .min(Comparator.naturalOrder());
    }

    /** Whether it is about another host than the one whose dumps these are. */
    public boolean foreign() {
        return spells.get(0) instanceof AlertSpell alert && alert.foreign();
    }

    boolean holds(Instant time) {
        return !time.isBefore(began()) && ended().map(end -> !time.isAfter(end)).orElse(true);
    }
}
