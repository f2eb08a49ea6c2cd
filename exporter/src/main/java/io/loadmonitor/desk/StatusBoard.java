package io.loadmonitor.desk;

import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveException;
import io.loadmonitor.archive.DumpSummary;
import io.loadmonitor.archive.LimitState;
import io.loadmonitor.capture.DumpSource;
import io.loadmonitor.desk.RuleStatus.Kind;
import io.loadmonitor.desk.RuleStatus.State;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What the desk does now, and for every rule, manual requests and the source: ready or not, why, and when. Thread-safe.
 */
final class StatusBoard {
    private volatile Duration manualSpacing;
    private final Supplier<Rules> rules;
    private final Archive archive;
    private final Supplier<DumpSource> source;
    private final Clock clock;
    private volatile SourceState sourceState =
            new SourceState(State.READY, "No dump was taken since the start.", Optional.empty());

    StatusBoard(
            CaptureSettings settings,
            Supplier<Rules> rules,
            Archive archive,
            Supplier<DumpSource> source,
            Clock clock) {
        this.manualSpacing = settings.minSpacing();
        this.rules = rules;
        this.archive = archive;
        this.source = source;
        this.clock = clock;
    }

    private record SourceState(State state, String why, Optional<Instant> next) {}

    Duration manualSpacing() {
        return manualSpacing;
    }

    void space(Duration minSpacing) {
        manualSpacing = minSpacing;
    }

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
        Instant now = clock.instant();
        Map<String, LimitState> limits = archive.limits();
        List<RuleStatus> all = new ArrayList<>();
        for (Rule rule : rules.get().list()) {
            all.add(limited(
                    Kind.RULE,
                    rule.name(),
                    Optional.ofNullable(limits.get(LimitState.ofRule(rule.name()))),
                    rule.cooldown(),
                    now));
        }
        SourceState current = sourceState;
        // Whoever asks while any dump is being taken is told that it is.
        all.add(
                current.state() == State.READY
                        ? limited(
                                Kind.MANUAL,
                                LimitState.MANUAL,
                                Optional.ofNullable(limits.get(LimitState.MANUAL)),
                                manualSpacing,
                                now)
                        : new RuleStatus(
                                Kind.MANUAL, LimitState.MANUAL, State.CAPTURING, current.why(), current.next()));
        all.add(new RuleStatus(
                Kind.SOURCE, source.get().kind().label(), current.state(), current.why(), current.next()));
        return List.copyOf(all);
    }

    /** {@code 30}, {@code 0.5}: without zeros at the end. */
    private static String seconds(Duration time) {
        return BigDecimal.valueOf(time.toMillis(), 3).stripTrailingZeros().toPlainString();
    }

    private RuleStatus limited(Kind kind, String name, Optional<LimitState> limit, Duration spacing, Instant now) {
        if (limit.isEmpty()) {
            return new RuleStatus(kind, name, State.READY, "No dump was asked for yet.", Optional.empty());
        }
        LimitState last = limit.get();
        String dump = last.dumpId().isPresent() ? "dump " + last.dumpId().getAsLong() : "a dump that is no longer kept";
        if (last.capturing()) {
            return new RuleStatus(
                    kind, name, State.CAPTURING, "Asked for " + dump + "; it is not taken yet.", Optional.empty());
        }
        Instant next = last.lastAt().plus(spacing);
        String asked = "Asked for " + dump + " at " + last.lastAt();
        if (last.dumpId().isPresent() && now.isBefore(next) && !last.lastAt().isAfter(now)) {
            return new RuleStatus(
                    kind,
                    name,
                    State.THROTTLED,
                    asked + "; at most one every " + seconds(spacing) + " s.",
                    Optional.of(next));
        }
        return new RuleStatus(kind, name, State.READY, asked + '.', Optional.empty());
    }
}
