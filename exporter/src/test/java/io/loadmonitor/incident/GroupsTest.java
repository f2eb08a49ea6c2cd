package io.loadmonitor.incident;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class GroupsTest {
    private static final Instant START = Instant.parse("2026-11-30T12:00:00Z");
    private static final int ROUNDS = 20_000;

    @Test
    void areWhatEachPairOfThemSays() {
        for (int seed = 0; seed < ROUNDS; seed++) {
            List<Spell> spells = spells(new Random(seed));
            int round = seed;
            assertEquals(byPairs(spells), Groups.of(spells), () -> "seed " + round + ": " + spells);
        }
    }

    @Test
    void ofTenThousandAlertsAreFoundInMilliseconds() {
        List<Spell> spells = new ArrayList<>();
        for (int id = 1; id <= 10_000; id++) {
            spells.add(alert(id, START.plusMillis(5L * id), Optional.empty(), false, ""));
        }
        Groups.of(spells);
        long begun = System.nanoTime();
        Map<Long, Long> incidents = Groups.of(spells);
        long millis = (System.nanoTime() - begun) / 1_000_000;
        assertTrue(incidents.values().stream().allMatch(incident -> incident == 1));
        // It was 100 million pairs, a second and more.
        assertTrue(millis < 300, "took " + millis + " ms");
    }

    /** A load may meet two alerts that do not meet each other, and one that begins after it. */
    private static List<Spell> spells(Random random) {
        List<Spell> spells = new ArrayList<>();
        int count = 1 + random.nextInt(9);
        for (int id = 1; id <= count; id++) {
            Instant from = START.plusSeconds(60L * random.nextInt(60));
            Instant to = from.plusSeconds(60L * random.nextInt(15));
            if (random.nextInt(3) == 0) {
                spells.add(new LoadSpell(id, id, from, to, OptionalDouble.of(4), OptionalInt.empty()));
            } else {
                boolean foreign = random.nextInt(4) == 0;
                spells.add(alert(
                        id,
                        from,
                        random.nextInt(5) == 0 ? Optional.empty() : Optional.of(to),
                        foreign,
                        "host" + random.nextInt(2)));
            }
        }
        return spells;
    }

    private static AlertSpell alert(long id, Instant from, Optional<Instant> to, boolean foreign, String instance) {
        return new AlertSpell(
                id,
                id,
                new AlertKey("%016x".formatted(id), from),
                instance,
                foreign,
                Optional.of(from),
                to,
                to,
                Optional.empty(),
                Optional.empty(),
                Duration.ZERO);
    }

    /** The slow way: the smallest number of all that can be reached. */
    private static Map<Long, Long> byPairs(List<Spell> spells) {
        Map<Long, Long> incidents = new HashMap<>();
        spells.forEach(spell -> incidents.put(spell.id(), spell.id()));
        boolean changed = true;
        while (changed) {
            changed = false;
            for (Spell one : spells) {
                for (Spell other : spells) {
                    long both = Math.min(incidents.get(one.id()), incidents.get(other.id()));
                    if (one != other
                            && Groups.meet(one, other)
                            && (incidents.get(one.id()) != both || incidents.get(other.id()) != both)) {
                        incidents.put(one.id(), both);
                        incidents.put(other.id(), both);
                        changed = true;
                    }
                }
            }
        }
        return incidents;
    }
}
