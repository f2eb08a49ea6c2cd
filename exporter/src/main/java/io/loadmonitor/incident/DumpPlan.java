package io.loadmonitor.incident;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * When an open incident gets a further dump. It follows from the dumps that there are, so a restart forgets nothing and
 * asks for nothing twice. Immutable.
 *
 * @param putOff when an alert that still fires asked for a dump and was given none
 * @param dumps of the incident, in any order, waiting and failed ones included
 */
public record DumpPlan(List<Instant> putOff, List<Dump> dumps) {
    /** A failed capture is tried again so long after it; then always the last of these. */
    static final List<Duration> RETRIES = List.of(Duration.ofMinutes(1), Duration.ofMinutes(2), Duration.ofMinutes(5));

    /** So few tasks more or less are no change. */
    private static final int LEAST_CHANGE = 2;

    public DumpPlan {
        putOff = List.copyOf(putOff);
        dumps = List.copyOf(dumps);
    }

    /** How far a dump has come. */
    public enum State {
        /** Asked for, or being taken. */
        WAITING,
        TAKEN,
        FAILED
    }

    /**
     * @param at when it was taken; when it was asked for where it was not
     * @param active active tasks then
     * @param uninterruptible those in uninterruptible sleep
     */
    public record Dump(State state, Instant at, OptionalInt active, OptionalInt uninterruptible) {}

    /** Why a further dump is due; {@link #toString} is what its reason line says. */
    public record Due(Why why, String detail) {
        @Override
        public String toString() {
            return detail;
        }
    }

    /** See {@link FollowUp}. */
    public enum Why {
        /** The one that a limit put off. */
        PUT_OFF,
        RETRY,
        AFTER,
        GREW,
        FELL
    }

    /** @param tick the newest load tick, if one is known */
    public Optional<Due> due(FollowUp follow, Optional<Tick> tick, Instant now) {
        if (dumps.stream().anyMatch(dump -> dump.state() == State.WAITING)) {
            return Optional.empty();
        }
        List<Dump> taken = dumps.stream()
                .filter(dump -> dump.state() == State.TAKEN)
                .sorted(Comparator.comparing(Dump::at))
                .toList();
        Optional<Instant> newest = taken.isEmpty()
                ? Optional.empty()
                : Optional.of(taken.get(taken.size() - 1).at());
        List<Dump> failed = dumps.stream()
                .filter(dump -> dump.state() == State.FAILED)
                .filter(dump -> newest.isEmpty() || dump.at().isAfter(newest.get()))
                .sorted(Comparator.comparing(Dump::at))
                .toList();
        // A first dump that was put off is no further one.
        if (follow.most() == 0 && !(taken.isEmpty() && failed.isEmpty())) {
            return Optional.empty();
        }
        if (!failed.isEmpty()) {
            Duration pause = RETRIES.get(Math.min(failed.size(), RETRIES.size()) - 1);
            return failed.get(failed.size() - 1).at().plus(pause).isAfter(now)
                    ? Optional.empty()
                    : Optional.of(new Due(Why.RETRY, "try " + (failed.size() + 1) + " after a failure"));
        }
        if (taken.size() >= Math.max(1, follow.most())
                || newest.filter(at -> at.plus(follow.spacing()).isAfter(now)).isPresent()) {
            return Optional.empty();
        }
        if (putOff.stream().anyMatch(asked -> newest.isEmpty() || newest.get().isBefore(asked))) {
            return Optional.of(new Due(Why.PUT_OFF, "put off by a limit"));
        }
        if (taken.isEmpty()) {
            return Optional.empty();
        }
        Optional<Due> scheduled = scheduled(follow, taken, now);
        return scheduled.isPresent() ? scheduled : changed(follow, taken.get(taken.size() - 1), tick);
    }

    private static Optional<Due> scheduled(FollowUp follow, List<Dump> taken, Instant now) {
        Instant first = taken.get(0).at();
        Instant last = taken.get(taken.size() - 1).at();
        Optional<Due> due = Optional.empty();
        for (Duration after : follow.after()) {
            Instant at = first.plus(after);
            if (!at.isAfter(now) && last.isBefore(at)) {
                due = Optional.of(new Due(Why.AFTER, shown(after) + " after the first"));
            }
        }
        return due;
    }

    private static String shown(Duration time) {
        return time.toSeconds() % 60 == 0 ? time.toMinutes() + " min" : time.toSeconds() + " s";
    }

    private static Optional<Due> changed(FollowUp follow, Dump last, Optional<Tick> tick) {
        // What a dump has is of its own moment: only a later tick can tell of a change.
        Optional<Tick> later = tick.filter(seen -> seen.at().isAfter(last.at()));
        if (later.isEmpty()) {
            return Optional.empty();
        }
        Optional<Due> active =
                changed(follow, "active", last.active(), later.get().active());
        return active.isPresent()
                ? active
                : changed(follow, "in D", last.uninterruptible(), later.get().uninterruptible());
    }

    private static Optional<Due> changed(FollowUp follow, String what, OptionalInt before, OptionalInt now) {
        if (before.isEmpty() || now.isEmpty()) {
            return Optional.empty();
        }
        int had = before.getAsInt();
        int has = now.getAsInt();
        if (has >= had + LEAST_CHANGE && has >= had * follow.growth()) {
            return Optional.of(new Due(Why.GREW, has + " " + what + ", " + had + " in the last dump"));
        }
        if (has <= had - LEAST_CHANGE && has * follow.growth() <= had) {
            return Optional.of(new Due(Why.FELL, has + " " + what + ", " + had + " in the last dump"));
        }
        return Optional.empty();
    }
}
