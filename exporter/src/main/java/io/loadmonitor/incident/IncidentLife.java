package io.loadmonitor.incident;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an event means for a host's incidents. An incident is every {@link Spell} whose times meet, directly or through
 * others, and the dumps of these spells; it is found anew from the spells after each event, so neither the order of
 * events nor their number matters. No event is refused.
 *
 * <ul>
 *   <li>Two alerts meet when they fire at the same time.
 *   <li>A load meets an alert that begins up to {@link #LEAD} after the load was last seen, and not later: the load
 *       comes first, the alert a scrape, a rule evaluation and its {@code for} later.
 *   <li>Two loads meet when they are no more than {@link LoadSpell#HOLD} apart.
 *   <li>An alert that names another host meets alerts of that same host alone.
 * </ul>
 *
 * Immutable; safe for use by several threads.
 *
 * @param silentAfter an alert of which nobody spoke for so long has ended, unless its load goes on visibly
 */
public record IncidentLife(Duration silentAfter) {
    /** See above; also how long before its first spell an incident shows the load. */
    public static final Duration LEAD = Duration.ofMinutes(10);

    /** So long the load must be low, and nobody have spoken of the alert, for it to have ended without a word. */
    static final Duration QUIET = Duration.ofHours(1);

    public static final IncidentLife DEFAULT = new IncidentLife(Duration.ofHours(24));

    public IncidentLife {
        if (silentAfter.compareTo(QUIET) < 0) {
            throw new IllegalArgumentException("silentAfter is " + silentAfter + ", but must be an hour or more");
        }
    }

    /** What is known after an event, and what a message about an alert meant; KNOWN of other events. */
    public record Step(Known known, Verdict verdict) {}

    /** Which incidents must be in what is known before the event. */
    public static Reach reach(Event event) {
        if (event instanceof Event.Fires fires) {
            return new Reach(
                    before(fires.alert().startsAt()), Optional.empty(), Optional.of(fires.alert()), Optional.empty());
        }
        if (event instanceof Event.Resolves resolves) {
            Instant start = resolves.alert().startsAt();
            return new Reach(
                    before(start),
                    Optional.of(after(Times.later(start, resolves.end()))),
                    Optional.of(resolves.alert()),
                    Optional.empty());
        }
        if (event instanceof Event.Crossed crossed) {
            return around(crossed.taken(), crossed.taken(), Optional.empty());
        }
        if (event instanceof Event.Taken taken) {
            // Its own time may be anything: a clock may be wrong, and a capture wait for long.
            return around(taken.taken(), taken.taken(), taken.spell());
        }
        if (event instanceof Event.Ticked ticked && !ticked.ticks().isEmpty()) {
            return around(
                    ticked.ticks().get(0).at(),
                    ticked.ticks().get(ticked.ticks().size() - 1).at(),
                    Optional.empty());
        }
        // What began later began by another clock: in 1970, all of it.
        return new Reach(event.at(), Optional.of(after(event.at())), Optional.empty(), Optional.empty());
    }

    private static Reach around(Instant from, Instant to, Optional<Long> spell) {
        return new Reach(before(from), Optional.of(after(to)), Optional.empty(), spell);
    }

    private static Instant before(Instant time) {
        return time.minus(LEAD).minus(LoadSpell.HOLD);
    }

    private static Instant after(Instant time) {
        return time.plus(LEAD).plus(LoadSpell.HOLD);
    }

    /** What is known after the event. */
    public Step after(Known known, Event event) {
        Step step = told(known, event);
        return new Step(grouped(step.known()), step.verdict());
    }

    /**
     * The same before it is decided what belongs together: of several events that is done once, at their end
     * ({@link #grouped}).
     */
    public Step told(Known known, Event event) {
        Draft draft = new Draft(known, event.at());
        Verdict verdict = Verdict.KNOWN;
        if (event instanceof Event.Fires fires) {
            verdict = draft.fires(fires);
        } else if (event instanceof Event.Resolves resolves) {
            verdict = draft.resolves(resolves);
        } else if (event instanceof Event.Crossed crossed) {
            draft.crossed(crossed);
        } else if (event instanceof Event.Taken taken) {
            draft.place(new PlacedDump(taken.dump(), taken.taken(), taken.spell(), Optional.empty()));
        } else if (event instanceof Event.Ticked ticked) {
            draft.ticked(ticked.ticks());
        } else if (event instanceof Event.Passed passed) {
            draft.passed(passed, silentAfter);
        }
        return new Step(draft.known(), verdict);
    }

    /**
     * Whether an alert that was never heard of, of which nothing is known but that it fires, belongs to the incident of
     * one that lasts, and changes nothing else of that. So a flood of alerts need not be read for each new one. There
     * must be no other incident of the same host in the event's {@link #reach}: this host is one, and each that alerts
     * name.
     *
     * @param lasting an alert of the incident
     * @param began when the incident began
     */
    public static boolean joins(AlertSpell lasting, Instant began, Event.Fires event) {
        boolean sameHost = lasting.foreign() == event.foreign()
                && (!event.foreign() || lasting.instance().equals(event.instance()));
        return sameHost
                && lasting.open()
                && !lasting.heard().isAfter(event.at())
                && !event.alert().startsAt().isBefore(began);
    }

    /**
     * Whether an alert that lasted leaves its incident as it is by its end: another one of it lasts, and all that it
     * met it meets still.
     *
     * @param latest when the last of the incident's other spells began
     */
    public static boolean leaves(AlertSpell ended, Instant latest) {
        return ended.to().filter(to -> !latest.isAfter(to)).isPresent();
    }

    /** The same with each spell and dump in the incident that it belongs to. */
    public static Known grouped(Known known) {
        return new Draft(known, Instant.MAX).grouped();
    }

    /** One event's work. */
    private static final class Draft {
        private long nextId;
        private final List<Spell> spells;
        private final Map<Long, PlacedDump> dumps = new LinkedHashMap<>();

        Draft(Known known, Instant now) {
            nextId = known.nextId();
            spells = new ArrayList<>(known.spells());
            spells.replaceAll(spell -> spell instanceof AlertSpell alert ? alert.heardBy(now) : spell);
            known.dumps().forEach(dump -> dumps.put(dump.id(), dump));
        }

        private int indexOf(AlertKey key) {
            for (int i = 0; i < spells.size(); i++) {
                if (spells.get(i) instanceof AlertSpell alert && alert.key().equals(key)) {
                    return i;
                }
            }
            return -1;
        }

        private int begin(AlertKey key, String instance, boolean foreign) {
            spells.add(new AlertSpell(
                    nextId,
                    nextId,
                    key,
                    instance,
                    foreign,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Duration.ZERO));
            nextId++;
            succeed((AlertSpell) spells.get(spells.size() - 1));
            return spells.size() - 1;
        }

        /**
         * An Alertmanager holds one alert for a fingerprint ({@code provider/mem/mem.go}, Put): one that ends and fires
         * anew before its group is sent takes the place of the one before, whose end is then never sent.
         */
        private void succeed(AlertSpell added) {
            AlertSpell last = added;
            for (int i = 0; i < spells.size() - 1; i++) {
                if (spells.get(i) instanceof AlertSpell other
                        && other.key().fingerprint().equals(added.key().fingerprint())) {
                    if (other.from().isBefore(added.from())) {
                        spells.set(i, other.succeededAt(added.from()));
                    } else {
                        last = last.succeededAt(other.from());
                    }
                }
            }
            spells.set(spells.size() - 1, last);
        }

        Verdict fires(Event.Fires event) {
            int found = indexOf(event.alert());
            int index = found >= 0 ? found : begin(event.alert(), event.instance(), event.foreign());
            AlertSpell before = (AlertSpell) spells.get(index);
            AlertSpell now = before.heardFiring(event.at());
            spells.set(index, now);
            if (found < 0) {
                return Verdict.NEW;
            }
            return !before.open() && now.open() ? Verdict.REOPENED : Verdict.KNOWN;
        }

        Verdict resolves(Event.Resolves event) {
            int found = indexOf(event.alert());
            int index = found >= 0 ? found : begin(event.alert(), event.instance(), event.foreign());
            AlertSpell before = (AlertSpell) spells.get(index);
            spells.set(index, before.heardResolved(event.at(), event.end()));
            return found >= 0 && !before.open() ? Verdict.ENDED_BEFORE : Verdict.ENDED;
        }

        void crossed(Event.Crossed event) {
            Optional<Long> of = Optional.ofNullable(dumps.get(event.dump())).flatMap(PlacedDump::spell);
            int index = -1;
            for (int i = 0; i < spells.size() && index < 0; i++) {
                if (spells.get(i) instanceof LoadSpell load
                        && (of.isPresent() ? load.id() == of.get() : load.near(event.taken()))) {
                    index = i;
                }
            }
            if (index < 0) {
                index = spells.size();
                spells.add(new LoadSpell(
                        nextId, nextId, event.taken(), event.taken(), event.level(), event.activeLevel()));
                nextId++;
            } else {
                LoadSpell load = (LoadSpell) spells.get(index);
                spells.set(index, load.with(event.taken(), event.level(), event.activeLevel()));
            }
            place(new PlacedDump(
                    event.dump(), event.taken(), Optional.of(spells.get(index).id()), Optional.empty()));
        }

        void place(PlacedDump dump) {
            Optional<Long> known = Optional.ofNullable(dumps.get(dump.id())).flatMap(PlacedDump::incident);
            dumps.put(dump.id(), dump.withIncident(known));
        }

        void ticked(List<Tick> ticks) {
            spells.replaceAll(spell -> spell instanceof LoadSpell load ? load.during(ticks) : spell);
        }

        /**
         * A silenced alert is sent no more, not even its end (Alertmanager's notify/notify.go, MuteStage); nor is one
         * that is inhibited, or whose Alertmanager is lost.
         */
        void passed(Event.Passed event, Duration silentAfter) {
            Map<Long, Instant> seen = new HashMap<>();
            for (Spell spell : spells) {
                if (spell instanceof LoadSpell load) {
                    seen.merge(load.incident(), load.last(), Times::later);
                }
            }
            for (int i = 0; i < spells.size(); i++) {
                if (spells.get(i) instanceof AlertSpell alert && alert.open()) {
                    // Who was not heard of before the clock jumped may be heard of yet.
                    Duration unheard = Duration.between(
                            Times.later(alert.heard(), event.evenSince().orElse(Instant.MIN)), event.at());
                    Duration patience = QUIET.compareTo(alert.longestPause().multipliedBy(2)) < 0
                            ? alert.longestPause().multipliedBy(2)
                            : QUIET;
                    boolean quiet = event.quietSince().isPresent()
                            && !event.quietSince().get().plus(QUIET).isAfter(event.at());
                    // It was firing when it was last heard of, and the load was high before it fell, and when it was
                    // seen.
                    Instant end = Times.later(
                            Times.later(alert.heard(), event.quietSince().orElse(Instant.MIN)),
                            seen.getOrDefault(alert.incident(), Instant.MIN));
                    if (quiet && unheard.compareTo(patience) >= 0) {
                        spells.set(i, alert.withSilence(new AlertSpell.Silence(end, event.at(), EndReason.QUIET)));
                    } else if (unheard.compareTo(silentAfter) > 0) {
                        spells.set(i, alert.withSilence(new AlertSpell.Silence(end, event.at(), EndReason.SILENT)));
                    }
                }
            }
        }

        Known known() {
            return new Known(nextId, spells, List.copyOf(dumps.values()));
        }

        Known grouped() {
            Map<Long, Long> incidents = Groups.of(spells);
            spells.replaceAll(spell -> spell.withIncident(incidents.getOrDefault(spell.id(), spell.id())));
            List<SpellGroup> own = SpellGroup.of(spells).stream()
                    .filter(incident -> !incident.foreign())
                    .toList();
            List<PlacedDump> placed = new ArrayList<>(dumps.size());
            for (PlacedDump dump : dumps.values()) {
                placed.add(dump.withIncident(
                        dump.spell().isPresent()
                                ? Optional.ofNullable(incidents.get(dump.spell().get()))
                                        // A flood of alerts may have pushed the spell out: the dump stays where it was.
                                        .or(dump::incident)
                                : own.stream()
                                        .filter(incident -> incident.holds(dump.taken()))
                                        .map(SpellGroup::id)
                                        .findFirst()));
            }
            placed.sort(Comparator.comparingLong(PlacedDump::id));
            return new Known(nextId, spells, placed);
        }
    }
}
