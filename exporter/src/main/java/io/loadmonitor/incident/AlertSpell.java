package io.loadmonitor.incident;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * The time of one alert. Each of its times is the greatest that was heard, so that the order in which messages come,
 * and how often, changes nothing.
 *
 * @param instance label instance of the alert; empty where it has none
 * @param foreign whether that names another host: then its dumps, which are always of this host, tell nothing of it
 * @param firing when a message last said that it fires, by the exporter's clock; empty when only its end was heard of
 * @param resolved when a message last said that it ended, by the exporter's clock
 * @param toldEnd the latest end that a message told
 * @param successor when the same alert fired anew for the first time after this
 * @param silence that it ended without a word
 * @param longestPause between two messages that it fires: its repeat interval, as far as it is known
 */
public record AlertSpell(
        long id,
        long incident,
        AlertKey key,
        String instance,
        boolean foreign,
        Optional<Instant> firing,
        Optional<Instant> resolved,
        Optional<Instant> toldEnd,
        Optional<Instant> successor,
        Optional<Silence> silence,
        Duration longestPause)
        implements Spell {
    /**
     * Alertmanager's peers wait 15 s for each other ({@code --cluster.peer-timeout}), then send what the other sent:
     * that it fires, heard so soon after its end, is such a late duplicate. Later it fires again: Alertmanager resolves
     * what Prometheus has stopped to report, and Prometheus goes on with the same startsAt.
     */
    static final Duration LATE_DUPLICATE = Duration.ofMinutes(1);

    /**
     * An end of which nobody told.
     *
     * @param at when it ended, as far as can be told
     * @param decided when that was decided; a message that comes later counts for more
     */
    public record Silence(Instant at, Instant decided, EndReason reason) {}

    /** An end and how it is known. */
    public record End(Instant at, EndReason reason) {}

    /** As exact as all other times: to the microsecond. */
    @Override
    public Instant from() {
        return key.startsAt().truncatedTo(ChronoUnit.MICROS);
    }

    @Override
    public Optional<Instant> to() {
        return end().map(End::at);
    }

    /** Empty while it fires. */
    public Optional<End> end() {
        if (resolved.isPresent() && !firesAfter(resolved.get().plus(LATE_DUPLICATE))) {
            return Optional.of(end(toldEnd.orElse(resolved.get()), EndReason.RESOLVED));
        }
        Optional<End> silent =
                silence.filter(known -> !firesAfter(known.decided())).map(known -> end(known.at(), known.reason()));
        Optional<End> superseded = successor.map(time -> end(time, EndReason.SUPERSEDED));
        return silent.isPresent()
                        && superseded
                                .filter(other ->
                                        other.at().isBefore(silent.get().at()))
                                .isEmpty()
                ? silent
                : superseded;
    }

    public boolean open() {
        return end().isEmpty();
    }

    private boolean firesAfter(Instant time) {
        return firing.isPresent() && firing.get().isAfter(time);
    }

    /** Not before its start, whatever the clocks say. */
    private End end(Instant at, EndReason reason) {
        return new End(Times.later(at, from()), reason);
    }

    /** When anything was last heard of it. */
    public Instant heard() {
        return Times.later(firing.orElse(Instant.MIN), resolved.orElse(Instant.MIN));
    }

    AlertSpell heardFiring(Instant at) {
        Duration pause = firing.filter(at::isAfter)
                .map(before -> Duration.between(before, at))
                .filter(since -> since.compareTo(longestPause) > 0 && open())
                .orElse(longestPause);
        return new AlertSpell(
                id,
                incident,
                key,
                instance,
                foreign,
                Optional.of(Times.later(at, firing.orElse(at))),
                resolved,
                toldEnd,
                successor,
                silence,
                pause);
    }

    AlertSpell heardResolved(Instant at, Instant end) {
        return new AlertSpell(
                id,
                incident,
                key,
                instance,
                foreign,
                firing,
                Optional.of(Times.later(at, resolved.orElse(at))),
                Optional.of(Times.later(end, toldEnd.orElse(end))),
                successor,
                silence,
                longestPause);
    }

    AlertSpell succeededAt(Instant time) {
        Optional<Instant> first = Optional.of(Times.earlier(time, successor.orElse(time)));
        return new AlertSpell(
                id, incident, key, instance, foreign, firing, resolved, toldEnd, first, silence, longestPause);
    }

    AlertSpell withSilence(Silence other) {
        return new AlertSpell(
                id,
                incident,
                key,
                instance,
                foreign,
                firing,
                resolved,
                toldEnd,
                successor,
                Optional.of(other),
                longestPause);
    }

    /**
     * What was heard by a clock that was ahead was heard now at the latest, but not before it began, whatever the clock
     * says. That nobody spoke for long was found by that clock, too.
     */
    AlertSpell heardBy(Instant clock) {
        Instant now = Times.later(clock, from());
        boolean decidedLater =
                silence.filter(known -> known.decided().isAfter(now)).isPresent();
        if (!heard().isAfter(now) && !decidedLater) {
            return this;
        }
        return new AlertSpell(
                id,
                incident,
                key,
                instance,
                foreign,
                firing.map(time -> Times.earlier(time, now)),
                resolved.map(time -> Times.earlier(time, now)),
                toldEnd,
                successor,
                decidedLater ? Optional.empty() : silence,
                longestPause);
    }

    @Override
    public AlertSpell withIncident(long other) {
        return new AlertSpell(
                id, other, key, instance, foreign, firing, resolved, toldEnd, successor, silence, longestPause);
    }
}
