package io.loadmonitor.desk;

import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveException;
import io.loadmonitor.archive.DumpState;
import io.loadmonitor.archive.DumpTrigger;
import io.loadmonitor.archive.Reservation;
import io.loadmonitor.dump.LoadSample;
import io.loadmonitor.dump.Reason;
import io.loadmonitor.incident.CrossingWatch;
import io.loadmonitor.incident.Stall;
import io.loadmonitor.incident.Triggers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks for the dumps that the exporter takes by itself: when the load or the active tasks cross a level, or all tasks
 * stall. {@link CrossingWatch} has the rules. What the module watches is left to it; whether it does is looked at at
 * each load tick, for it may come and go.
 *
 * <p>Whoever tells it something never waits: a thread of its own goes to the archive. A dump that cannot be asked for
 * is asked for again at the next tick. Safe for use by several threads.
 */
public final class OwnTriggers implements AutoCloseable {
    /** Told and not looked at yet: more than a minute of ticks and stalls. What is beyond is dropped. */
    private static final int MOST_WAITING = 64;

    private static final long CLOSE_MILLIS = 10_000;

    private static final Logger log = LoggerFactory.getLogger(OwnTriggers.class);

    private final Supplier<Triggers> triggers;
    private final Supplier<ModuleLevels> module;
    private final Archive archive;
    private final CaptureDesk captures;
    private final Clock clock;
    private final BlockingQueue<Told> told = new ArrayBlockingQueue<>(MOST_WAITING);
    private final Thread worker = new Thread(this::work, "own-triggers");

    // Of the worker.
    private final CrossingWatch watch = new CrossingWatch();
    private Optional<ModuleLevels> known = Optional.empty();
    private OptionalLong asked = OptionalLong.empty();
    private boolean failing;

    /** Whether a limit refused the dump that is due; it is asked for again at each tick. */
    private boolean refused;

    OwnTriggers(
            Supplier<Triggers> triggers,
            Supplier<ModuleLevels> module,
            Archive archive,
            CaptureDesk captures,
            Clock clock) {
        this.triggers = triggers;
        this.module = module;
        this.archive = archive;
        this.captures = captures;
        this.clock = clock;
    }

    /**
     * @param triggers asked at each tick, so that others take effect at once
     * @param module asked at each tick
     */
    public static OwnTriggers start(
            Supplier<Triggers> triggers,
            Supplier<ModuleLevels> module,
            Archive archive,
            CaptureDesk captures,
            Clock clock) {
        OwnTriggers own = new OwnTriggers(triggers, module, archive, captures, clock);
        own.worker.setDaemon(true);
        own.worker.start();
        return own;
    }

    /** What was told and when, by a clock that never goes back. */
    private sealed interface Told {
        long nanos();
    }

    private record Tick(long nanos, OptionalInt active, OptionalDouble load1) implements Told {}

    private record Stalled(long nanos, Stall stall, int percent) implements Told {}

    private record End() implements Told {
        @Override
        public long nanos() {
            return 0;
        }
    }

    /**
     * A load tick, or a time without one.
     *
     * @param nanos when, by {@link System#nanoTime}
     */
    public void ticked(long nanos, LoadSample sample) {
        tell(new Tick(nanos, sample.active(), sample.load1()));
    }

    /** All tasks stalled for that share of {@link Triggers#WINDOW}; times as for {@link #ticked}. */
    public void stalled(long nanos, Stall stall, int percent) {
        tell(new Stalled(nanos, stall, percent));
    }

    private void tell(Told one) {
        if (!told.offer(one)) {
            log.debug("The archive is slow: {} is not looked at", one);
        }
    }

    private void work() {
        try {
            for (Told next = told.take(); !(next instanceof End); next = told.take()) {
                try {
                    look(next);
                    failing = false;
                } catch (ArchiveException | RuntimeException e) {
                    fails(e);
                }
            }
        } catch (InterruptedException e) {
            log.warn("The watch over the load was interrupted; the exporter takes no more dumps by itself");
        }
    }

    /** Said once, not every 5 s for as long as a disk is full. */
    private void fails(Exception e) {
        if (!failing) {
            log.warn("No dump could be asked for; it is tried again at each load tick", e);
        }
        failing = true;
    }

    /** Looks at all that was told. For tests, which have no worker. */
    void look() throws ArchiveException {
        for (Told next = told.poll(); next != null; next = told.poll()) {
            look(next);
        }
    }

    private void look(Told one) throws ArchiveException {
        ModuleLevels levels = module.get();
        Triggers own = triggers.get()
                .without(levels.load().isPresent(), levels.active().isPresent());
        remember(one.nanos(), levels);
        if (one instanceof Tick tick) {
            watch.tick(tick.nanos(), tick.active(), tick.load1(), own, this::ask);
        } else if (one instanceof Stalled stalled
                // Else it was watched for with a share that is not configured any more.
                && Integer.valueOf(stalled.percent()).equals(own.pressure().get(stalled.stall()))) {
            watch.stalled(stalled.nanos(), stalled.stall(), own, this::ask);
        }
    }

    /** What the archive knows; where it does not answer, the load is watched all the same. */
    private void remember(long nanos, ModuleLevels levels) {
        try {
            settle();
            if (!known.equals(Optional.of(levels))) {
                keepAway(nanos);
            }
        } catch (ArchiveException e) {
            fails(e);
        }
        known = Optional.of(levels);
    }

    /** Tells what became of the last one: one that failed is tried again. */
    private void settle() throws ArchiveException {
        if (asked.isPresent()) {
            Optional<DumpState> state = archive.state(asked.getAsLong());
            if (state.equals(Optional.of(DumpState.CAPTURING))) {
                return;
            }
            watch.ended(!state.equals(Optional.of(DumpState.FAILED)));
            asked = OptionalLong.empty();
        }
    }

    /** From a dump of an earlier run of this program, or of the module before it went. */
    private void keepAway(long nanos) throws ArchiveException {
        Instant now = clock.instant();
        archive.newestAutomatic()
                .map(taken -> Duration.between(taken, now))
                .filter(age -> !age.isNegative() && age.compareTo(Duration.ofDays(1)) < 0)
                .ifPresent(age -> watch.tookBefore(nanos - age.toNanos()));
    }

    private boolean ask(CrossingWatch.Kind kind, String reason) {
        Reservation answer;
        try {
            answer = archive.reserveOwn(trigger(kind), Reason.beginning(reason));
        } catch (ArchiveException e) {
            fails(e);
            // The load may be gone when the archive can note it.
            return captures.takeUnnoted(trigger(kind), Reason.beginning(reason));
        }
        if (answer instanceof Reservation.Refused no && !refused) {
            captures.refused(trigger(kind), no.refusal());
        }
        refused = answer instanceof Reservation.Refused;
        if (!(answer instanceof Reservation.Granted granted)) {
            return false;
        }
        asked = OptionalLong.of(granted.dumpId());
        log.info("Dump {} is asked for by itself ({})", granted.dumpId(), reason);
        captures.granted(Optional.empty(), granted.first());
        captures.wake();
        return true;
    }

    private static DumpTrigger trigger(CrossingWatch.Kind kind) {
        return switch (kind) {
            case LOAD -> DumpTrigger.THRESHOLD;
            case ACTIVE -> DumpTrigger.ACTIVE;
            case PRESSURE -> DumpTrigger.PRESSURE;
        };
    }

    /**
     * Who takes a dump by itself now, and because of what: the load, active tasks, each stall.
     *
     * @param obstacles what keeps a stall from being heard of, for people
     */
    public List<TriggerStatus> status(Function<Stall, Optional<String>> obstacles) {
        Triggers own = triggers.get();
        ModuleLevels levels = module.get();
        List<TriggerStatus> all = new ArrayList<>();
        all.add(status("load", load(levels.load()), load(own.load())));
        all.add(status("active", active(levels.active()), active(own.active())));
        for (Stall stall : Stall.values()) {
            String name = "pressure " + stall.resource();
            Optional<Integer> percent = Optional.ofNullable(own.pressure().get(stall));
            Optional<String> obstacle = percent.flatMap(watched -> obstacles.apply(stall));
            all.add(
                    obstacle.isPresent()
                            ? new TriggerStatus(name, TriggerStatus.By.NOBODY, "Nobody: " + obstacle.get() + '.', true)
                            : status(
                                    name,
                                    Optional.empty(),
                                    percent.map(watched -> "at pressure " + Triggers.shown(stall, watched))));
        }
        return List.copyOf(all);
    }

    private static TriggerStatus status(String name, Optional<String> ofModule, Optional<String> own) {
        if (ofModule.isPresent()) {
            return new TriggerStatus(name, TriggerStatus.By.MODULE, "The module, " + ofModule.get() + '.', false);
        }
        if (own.isPresent()) {
            return new TriggerStatus(name, TriggerStatus.By.EXPORTER, "This exporter, " + own.get() + '.', false);
        }
        return new TriggerStatus(
                name, TriggerStatus.By.NOBODY, "Nobody: triggers." + name.replace(' ', '.') + " is off.", false);
    }

    private static Optional<String> load(OptionalDouble level) {
        return level.isPresent() ? Optional.of("at load " + Triggers.shown(level.getAsDouble())) : Optional.empty();
    }

    private static Optional<String> active(OptionalInt level) {
        return level.isPresent() ? Optional.of("at " + level.getAsInt() + " active tasks") : Optional.empty();
    }

    /** Ends after the look that is under way. */
    @Override
    public void close() {
        told.clear();
        tell(new End());
        try {
            worker.join(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
