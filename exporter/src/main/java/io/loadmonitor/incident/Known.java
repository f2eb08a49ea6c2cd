package io.loadmonitor.incident;

import java.util.List;

/**
 * What is known of one host's incidents, or of those of them that an event can concern ({@link IncidentLife#reach}):
 * then each of these with all of its spells and dumps.
 *
 * @param nextId the number that the next spell gets; greater than every one that was ever given
 */
public record Known(long nextId, List<Spell> spells, List<PlacedDump> dumps) {
    public static final Known NOTHING = new Known(1, List.of(), List.of());

    public Known {
        spells = List.copyOf(spells);
        dumps = List.copyOf(dumps);
    }
}
