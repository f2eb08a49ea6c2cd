package io.loadmonitor.desk;

import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveException;
import io.loadmonitor.archive.DumpSummary;
import io.loadmonitor.archive.LimitState;
import io.loadmonitor.archive.Refusal;
import io.loadmonitor.capture.DumpSource;
import io.loadmonitor.desk.RuleStatus.Kind;
import io.loadmonitor.desk.RuleStatus.State;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What the desk does now, and for every rule, manual requests and the source: ready or not, why, and when. Thread-safe.
 */
final class StatusBoard {
    /** The name of what people ask for; no rule has it. */
    private static final String MANUAL = "manual";

    private final Supplier<Rules> rules;
    private final Archive archive;
    private final Supplier<DumpSource> source;
    private final Clock clock;
    private volatile SourceState sourceState =
            new SourceState(State.READY, "No dump was taken since the start.", Optional.empty());

    StatusBoard(Supplier<Rules> rules, Archive archive, Supplier<DumpSource> source, Clock clock) {
        this.rules = rules;
        this.archive = archive;
        this.source = source;
        this.clock = clock;
    }

    private record SourceState(State state, String why, Optional<Instant> next) {}

    void capturing(CaptureOrder order) {
        sourceState = new SourceState(State.CAPTURING, "Takes " + order.words() + '.', Optional.empty());
    }

    void pausing(CaptureOrder order, String why, Duration pause) {
        sourceState = new SourceState(
                State.THROTTLED,
                order.sentence() + " must wait: " + why,
                Optional.of(clock.instant().plus(pause)));
    }

    void took(DumpSummary dump, Duration took) {
        sourceState = new SourceState(
                State.READY, "Took dump " + dump.id() + " in " + took.toMillis() + " ms.", Optional.empty());
    }

    void failed(CaptureOrder order, String why) {
        sourceState = new SourceState(State.READY, order.sentence() + " failed: " + why, Optional.empty());
    }

    List<RuleStatus> status() throws ArchiveException {
        List<Rule> list = rules.get().list();
        LimitState.All limits = archive.limits(list.stream().map(Rule::route).toList());
        List<RuleStatus> all = new ArrayList<>();
        for (Rule rule : list) {
            all.add(limited(
                    Kind.RULE,
                    rule.name(),
                    Objects.requireNonNull(limits.rules().get(rule.name()))));
        }
        all.add(limited(Kind.HOST, "dumps", limits.host()));
        SourceState current = sourceState;
        // Whoever asks while any dump is being taken is told that it is.
        all.add(
                current.state() == State.READY
                        ? limited(Kind.MANUAL, MANUAL, limits.people())
                        : new RuleStatus(
                                Kind.MANUAL,
                                MANUAL,
                                State.CAPTURING,
                                current.why(),
                                current.next(),
                                limits.people().use()));
        all.add(new RuleStatus(
                Kind.SOURCE,
                source.get().kind().label(),
                current.state(),
                current.why(),
                current.next(),
                Optional.empty()));
        return List.copyOf(all);
    }

    private static RuleStatus limited(Kind kind, String name, LimitState limit) {
        if (limit.last().isEmpty()) {
            return new RuleStatus(kind, name, State.READY, "No dump was asked for yet.", Optional.empty(), limit.use());
        }
        LimitState.Last last = limit.last().get();
        String dump = last.dumpId().isPresent() ? "dump " + last.dumpId().getAsLong() : "a dump that is no longer kept";
        Optional<Refusal> refusal = limit.refusal();
        // That the host has one taken is what a host does.
        if (last.capturing() && kind != Kind.HOST) {
            return new RuleStatus(
                    kind,
                    name,
                    State.CAPTURING,
                    "Asked for " + dump + "; it is not taken yet.",
                    Optional.empty(),
                    limit.use());
        }
        String asked = "Asked for " + dump + " at " + last.at();
        if (refusal.isEmpty()) {
            return new RuleStatus(kind, name, State.READY, asked + '.', Optional.empty(), limit.use());
        }
        String why = switch (refusal.get().limit()) {
            case COOLDOWN, SPACING ->
                asked + "; at most one every " + refusal.get().every() + " s.";
            case RULE, HOST, PEOPLE, QUEUE -> asked + "; " + refusal.get().words() + '.';
        };
        return new RuleStatus(kind, name, State.THROTTLED, why, refusal.get().next(), limit.use());
    }
}
