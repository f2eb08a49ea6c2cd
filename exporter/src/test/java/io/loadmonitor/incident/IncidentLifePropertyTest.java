package io.loadmonitor.incident;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * 10,000 random histories, each from nothing: alerts that fire, end, fire again and come late, dumps of loads and of
 * people, ticks, an hour without a word, clocks that disagree. {@code -Dhistory=N} runs the history of that seed alone,
 * {@code -Dhistories=N} the first N.
 */
final class IncidentLifePropertyTest {
    private static final int HISTORIES = Integer.getInteger("histories", 10_000);
    private static final int EVENTS = 20;
    private static final Instant START = Instant.parse("2026-11-30T12:00:00Z");
    private static final IncidentLife LIFE = IncidentLife.DEFAULT;

    @Test
    void afterEachEventEveryDumpIsInOneListedIncidentAndNothingElseMattered() {
        forEachHistory((seed, events) -> {
            Known known = Known.NOTHING;
            for (Event event : events) {
                Known before = known;
                known = LIFE.after(before, event).known();
                Set<Long> listed = SpellGroup.of(known.spells()).stream()
                        .map(SpellGroup::id)
                        .collect(Collectors.toSet());
                for (PlacedDump dump : known.dumps()) {
                    // A person's dump may be outside of every incident.
                    assertTrue(
                            dump.incident()
                                    .map(listed::contains)
                                    .orElse(dump.spell().isEmpty()),
                            () -> seed + " after " + event + ": " + dump + " is in none of " + listed);
                }
                Known twice = LIFE.after(known, event).known();
                assertEquals(known, twice, () -> seed + ": " + event + " meant something twice");
                // So the archive need not know more.
                Known near = LIFE.after(near(before, IncidentLife.reach(event)), event)
                        .known();
                Map<Long, Spell> spells = new TreeMap<>();
                before.spells().forEach(spell -> spells.put(spell.id(), spell));
                near.spells().forEach(spell -> spells.put(spell.id(), spell));
                assertEquals(
                        byId(known.spells()),
                        List.copyOf(spells.values()),
                        () -> seed + " at " + event + " with " + before);
            }
        });
    }

    @Test
    void atTheEndTimesAreInOrderAndIncidentsAreWhatMeets() {
        forEachHistory((seed, events) -> {
            Known known = after(events);
            for (SpellGroup incident : SpellGroup.of(known.spells())) {
                for (Spell spell : incident.spells()) {
                    assertFalse(
                            spell.to().filter(to -> to.isBefore(spell.from())).isPresent(), () -> seed + ": " + spell);
                }
                assertFalse(
                        incident.ended()
                                .filter(end -> end.isBefore(incident.began()))
                                .isPresent(),
                        () -> seed + ": " + incident);
                assertEquals(
                        incident.ended().isPresent(), incident.endReason().isPresent(), () -> seed + ": " + incident);
            }
            List<Spell> spells = known.spells();
            for (Spell spell : spells) {
                Set<Long> reached = new TreeSet<>(Set.of(spell.id()));
                for (int before = 0; before < reached.size(); ) {
                    before = reached.size();
                    for (Spell next : spells) {
                        if (spells.stream().anyMatch(one -> reached.contains(one.id()) && meet(one, next))) {
                            reached.add(next.id());
                        }
                    }
                }
                Set<Long> same = spells.stream()
                        .filter(other -> other.incident() == spell.incident())
                        .map(Spell::id)
                        .collect(Collectors.toCollection(TreeSet::new));
                assertEquals(reached, same, () -> seed + ": " + spell + " of " + spells);
                assertEquals(Collections.min(reached), spell.incident(), () -> seed + ": " + spell);
            }
            // Whatever happens, what nobody speaks of any more ends within silentAfter.
            Instant later = events.get(events.size() - 1).at().plus(Duration.ofHours(25));
            for (SpellGroup incident :
                    SpellGroup.of(LIFE.after(known, new Event.Passed(Optional.empty(), Optional.empty(), later))
                            .known()
                            .spells())) {
                assertTrue(incident.ended().isPresent(), () -> seed + ": " + incident);
            }
        });
    }

    /** Messages of the same minute come in any order, as from two Alertmanagers. */
    @Test
    void theOrderOfMessagesChangesNothing() {
        forEachHistory((seed, events) -> {
            Random random = new Random(seed.value());
            List<Event> inOrder = new ArrayList<>();
            List<Event> shuffled = new ArrayList<>();
            // Which spell has which number is a matter of order; so are dumps that name one by its number.
            List<Event> unnumbered = events.stream()
                    .filter(event -> !(event instanceof Event.Taken taken
                            && taken.spell().isPresent()))
                    .toList();
            for (List<Event> minute : minutes(unnumbered)) {
                inOrder.addAll(minute);
                List<Event> mixed = new ArrayList<>(minute);
                Collections.shuffle(mixed, random);
                shuffled.addAll(mixed);
            }
            assertEquals(shown(settled(inOrder)), shown(settled(shuffled)), () -> seed + ": " + inOrder);
        });
    }

    /** As the archive finds them: all of each incident that lasts in the window, or has the fingerprint. */
    private static Known near(Known known, Reach reach) {
        Set<Long> incidents = SpellGroup.of(known.spells()).stream()
                .filter(incident -> incident.ended()
                                .map(end -> !end.isBefore(reach.from()))
                                .orElse(true)
                        && reach.to().map(to -> !incident.began().isAfter(to)).orElse(true))
                .map(SpellGroup::id)
                .collect(Collectors.toSet());
        known.spells().stream()
                .filter(spell -> reach.spell().equals(Optional.of(spell.id())))
                .forEach(spell -> incidents.add(spell.incident()));
        reach.alert().ifPresent(key -> {
            List<AlertSpell> same = known.spells().stream()
                    .filter(spell -> spell instanceof AlertSpell alert
                            && alert.key().fingerprint().equals(key.fingerprint()))
                    .map(AlertSpell.class::cast)
                    .sorted(Comparator.comparing(AlertSpell::from))
                    .toList();
            same.stream()
                    .filter(spell -> !spell.key().startsAt().isAfter(key.startsAt()))
                    .skip(Math.max(
                            0,
                            same.stream()
                                            .filter(spell ->
                                                    !spell.key().startsAt().isAfter(key.startsAt()))
                                            .count()
                                    - 1))
                    .forEach(spell -> incidents.add(spell.incident()));
            same.stream()
                    .filter(spell -> spell.key().startsAt().isAfter(key.startsAt()))
                    .limit(1)
                    .forEach(spell -> incidents.add(spell.incident()));
        });
        return new Known(
                known.nextId(),
                known.spells().stream()
                        .filter(spell -> incidents.contains(spell.incident()))
                        .toList(),
                known.dumps());
    }

    private static List<Spell> byId(List<Spell> spells) {
        return spells.stream().sorted(Comparator.comparingLong(Spell::id)).toList();
    }

    // The rule once more, as intervals in seconds.
    private static boolean meet(Spell one, Spell other) {
        if (one.id() == other.id()) {
            return true;
        }
        boolean foreign = foreign(one) || foreign(other);
        if (foreign && !host(one).equals(host(other))) {
            return false;
        }
        long slackBefore = one instanceof LoadSpell && other instanceof AlertSpell
                ? 600
                : one instanceof LoadSpell && other instanceof LoadSpell ? 300 : 0;
        long slackAfter = other instanceof LoadSpell && one instanceof AlertSpell
                ? 600
                : one instanceof LoadSpell && other instanceof LoadSpell ? 300 : 0;
        return second(one.to()) + slackBefore >= other.from().getEpochSecond()
                && second(other.to()) + slackAfter >= one.from().getEpochSecond();
    }

    private static long second(Optional<Instant> time) {
        return time.map(Instant::getEpochSecond).orElse(Long.MAX_VALUE / 2);
    }

    private static boolean foreign(Spell spell) {
        return spell instanceof AlertSpell alert && alert.foreign();
    }

    private static String host(Spell spell) {
        return spell instanceof AlertSpell alert && alert.foreign() ? alert.instance() : "own";
    }

    private static Known after(List<Event> events) {
        Known known = Known.NOTHING;
        for (Event event : events) {
            known = LIFE.after(known, event).known();
        }
        return known;
    }

    /** Ticks are given again and again while they are remembered: so before it is asked who is silent, too. */
    private static Known settled(List<Event> events) {
        List<Tick> ticks = new ArrayList<>();
        Known known = Known.NOTHING;
        for (Event event : events) {
            if (event instanceof Event.Passed) {
                known = again(known, ticks, event.at());
            }
            if (event instanceof Event.Ticked ticked) {
                ticks.addAll(ticked.ticks());
            }
            known = LIFE.after(known, event).known();
        }
        return again(known, ticks, events.get(events.size() - 1).at());
    }

    private static Known again(Known known, List<Tick> ticks, Instant now) {
        List<Tick> inOrder =
                ticks.stream().sorted(Comparator.comparing(Tick::at)).toList();
        return LIFE.after(known, new Event.Ticked(inOrder, now)).known();
    }

    /** Each with the time of the first of its minute: when exactly it came is not what is tested. */
    private static List<List<Event>> minutes(List<Event> events) {
        List<List<Event>> minutes = new ArrayList<>();
        Instant begin = Instant.MIN;
        for (Event event : events) {
            if (minutes.isEmpty() || event.at().isAfter(begin.plusSeconds(50)) || event instanceof Event.Passed) {
                minutes.add(new ArrayList<>());
                begin = event instanceof Event.Passed ? Instant.MIN.plusSeconds(100) : event.at();
            }
            List<Event> minute = minutes.get(minutes.size() - 1);
            minute.add(at(event, minute.isEmpty() ? event.at() : minute.get(0).at()));
        }
        return minutes;
    }

    private static Event at(Event event, Instant at) {
        if (event instanceof Event.Fires fires) {
            return new Event.Fires(fires.alert(), fires.instance(), fires.foreign(), at);
        }
        if (event instanceof Event.Resolves resolves) {
            return new Event.Resolves(resolves.alert(), resolves.instance(), resolves.foreign(), resolves.end(), at);
        }
        if (event instanceof Event.Crossed crossed) {
            return new Event.Crossed(crossed.dump(), crossed.taken(), crossed.level(), crossed.activeLevel(), at);
        }
        if (event instanceof Event.Taken taken) {
            return new Event.Taken(taken.dump(), taken.taken(), taken.spell(), at);
        }
        return event instanceof Event.Ticked ticked ? new Event.Ticked(ticked.ticks(), at) : event;
    }

    /** Without numbers: which alerts and dumps are together, and when they began and ended. */
    private static Set<String> shown(Known known) {
        Set<String> shown = new TreeSet<>();
        for (SpellGroup incident : SpellGroup.of(known.spells())) {
            Set<String> members = new TreeSet<>();
            for (Spell spell : incident.spells()) {
                if (spell instanceof AlertSpell alert) {
                    members.add(alert.key() + " to " + alert.to());
                }
            }
            known.dumps().stream()
                    .filter(dump -> dump.incident().equals(Optional.of(incident.id())))
                    .forEach(dump -> members.add("dump " + dump.id()));
            shown.add(incident.began() + " to " + incident.ended() + ": " + members);
        }
        return shown;
    }

    private static void forEachHistory(HistoryCheck check) {
        Optional<Long> only = Optional.ofNullable(Long.getLong("history"));
        for (long seed = only.orElse(0L); seed < only.map(one -> one + 1).orElse((long) HISTORIES); seed++) {
            check.of(new Seed(seed), history(new Random(seed)));
        }
    }

    private record Seed(long value) {
        @Override
        public String toString() {
            return "-Dhistory=" + value;
        }
    }

    private interface HistoryCheck {
        void of(Seed seed, List<Event> events);
    }

    private static List<Event> history(Random random) {
        List<Event> events = new ArrayList<>();
        Instant now = START;
        // Prometheus' clock and this host's.
        long skew = random.nextInt(5) == 0 ? random.nextInt(1200) - 600 : 0;
        long dump = 0;
        for (int i = 0; i < EVENTS; i++) {
            now = now.plusSeconds(random.nextInt(3) == 0 ? random.nextInt(1200) : random.nextInt(20));
            switch (random.nextInt(9)) {
                case 0, 1, 2 -> {
                    AlertKey key = key(random, now, skew);
                    events.add(new Event.Fires(key, instance(key), foreign(key), now));
                }
                case 3, 4 -> {
                    Instant end = now.plusSeconds(skew - random.nextInt(900));
                    AlertKey key = key(random, now, skew);
                    events.add(new Event.Resolves(key, instance(key), foreign(key), end, now));
                }
                case 5, 6 -> {
                    Instant taken = now.minusSeconds(random.nextInt(400));
                    events.add(new Event.Crossed(++dump, taken, OptionalDouble.of(4), OptionalInt.empty(), now));
                }
                case 7 -> {
                    // A person's, or an alert's whose clock may be wrong by days; the first event begins a spell.
                    boolean asked = i > 0 && hasSpell(events) && random.nextBoolean();
                    Instant taken = now.minusSeconds(asked ? random.nextInt(500_000) : random.nextInt(60));
                    events.add(new Event.Taken(++dump, taken, asked ? Optional.of(1L) : Optional.empty(), now));
                }
                default -> {
                    if (random.nextInt(3) == 0) {
                        now = now.plusSeconds(random.nextInt(7200));
                        events.add(new Event.Passed(
                                Optional.of(now.minusSeconds(random.nextInt(7200))), Optional.empty(), now));
                    } else {
                        List<Tick> ticks = new ArrayList<>();
                        for (int back = 60; back >= 0; back -= 5) {
                            ticks.add(tick(now.minusSeconds(back)));
                        }
                        events.add(new Event.Ticked(ticks, now));
                    }
                }
            }
        }
        return events;
    }

    private static boolean hasSpell(List<Event> events) {
        return events.stream()
                .anyMatch(event -> event instanceof Event.Fires
                        || event instanceof Event.Resolves
                        || event instanceof Event.Crossed);
    }

    /** Always the same for the same time. */
    private static Tick tick(Instant about) {
        long number = about.getEpochSecond() / 5;
        int active = (int) (number * 2654435761L >>> 20 & 7);
        return new Tick(
                Instant.ofEpochSecond(number * 5),
                OptionalDouble.of(active),
                OptionalInt.of(active),
                OptionalInt.empty());
    }

    /** One of a few fingerprints and of a few starts, so that most come more than once. */
    private static AlertKey key(Random random, Instant now, long skew) {
        Instant start = now.plusSeconds(skew).minusSeconds(random.nextInt(3) * 300L);
        Instant known = Instant.ofEpochSecond(start.getEpochSecond() / 600 * 600);
        return new AlertKey("fp" + random.nextInt(4), known);
    }

    /** The instance is one of the labels, of which the fingerprint is made. */
    private static String instance(AlertKey key) {
        return foreign(key) ? "other" : "here";
    }

    private static boolean foreign(AlertKey key) {
        return key.fingerprint().equals("fp3");
    }
}
