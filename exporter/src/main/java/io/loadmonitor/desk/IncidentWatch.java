package io.loadmonitor.desk;

import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveException;
import io.loadmonitor.archive.DumpTrigger;
import io.loadmonitor.archive.OpenIncident;
import io.loadmonitor.archive.Reservation;
import io.loadmonitor.dump.LoadSample;
import io.loadmonitor.dump.Reason;
import io.loadmonitor.incident.DumpPlan;
import io.loadmonitor.incident.Tick;
import io.loadmonitor.incident.Triggers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after incidents that last: asks for their further dumps, and has those end of which nobody speaks any more. On
 * a thread of its own, so that nothing waits for the archive because of it.
 */
public final class IncidentWatch implements AutoCloseable {
    /** Of a load tick. */
    private static final Duration PERIOD = Duration.ofSeconds(5);

    private static final Duration PASSING = Duration.ofMinutes(1);

    private static final long CLOSE_MILLIS = 10_000;

    private static final Logger log = LoggerFactory.getLogger(IncidentWatch.class);

    private final Supplier<Rules> rules;
    private final Supplier<Triggers> triggers;
    private final Archive archive;
    private final CaptureDesk captures;
    private final LoadRecorder recorder;
    private final Clock clock;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread worker = new Thread(this::work, "incident-watch");
    private Optional<Instant> passed = Optional.empty();
    private boolean failing;

    IncidentWatch(
            Supplier<Rules> rules,
            Supplier<Triggers> triggers,
            Archive archive,
            CaptureDesk captures,
            LoadRecorder recorder,
            Clock clock) {
        this.rules = rules;
        this.triggers = triggers;
        this.archive = archive;
        this.captures = captures;
        this.recorder = recorder;
        this.clock = clock;
    }

    /**
     * @param rules asked at each look, so that rules read anew take effect
     * @param triggers say which load is low; asked at each look
     */
    public static IncidentWatch start(
            Supplier<Rules> rules,
            Supplier<Triggers> triggers,
            Archive archive,
            CaptureDesk captures,
            LoadRecorder recorder,
            Clock clock) {
        IncidentWatch watch = new IncidentWatch(rules, triggers, archive, captures, recorder, clock);
        watch.worker.setDaemon(true);
        watch.worker.start();
        return watch;
    }

    private void work() {
        try {
            while (!closing.await(PERIOD.toMillis(), TimeUnit.MILLISECONDS)) {
                try {
                    look();
                    failing = false;
                } catch (ArchiveException | RuntimeException e) {
                    // Said once, not every 5 s for as long as a disk is full.
                    if (!failing) {
                        log.warn("Incidents are not looked after; it is tried again every {} s", PERIOD.toSeconds(), e);
                    }
                    failing = true;
                }
            }
        } catch (InterruptedException e) {
            log.warn("The incident watch was interrupted and asks for no more dumps");
        }
    }

    /** One look. */
    void look() throws ArchiveException {
        Instant now = clock.instant();
        if (passed.isEmpty()
                || passed.get().isAfter(now)
                || !passed.get().plus(PASSING).isAfter(now)) {
            passed = Optional.of(now);
            for (long ended : archive.pass(recorder.quietSince(triggers.get().lowLoad(), now))) {
                log.info("Incident {} has ended: nobody spoke of its alert any more", ended);
            }
        }
        Optional<Tick> tick = recorder.newest(now).map(IncidentWatch::tick);
        for (OpenIncident incident : archive.openIncidents()) {
            Optional<DumpPlan.Due> due = incident.plan().due(rules.get().followUp(incident.rule()), tick, now);
            if (due.isPresent()) {
                ask(incident, due.get());
            }
        }
    }

    private static Tick tick(LoadSample sample) {
        return new Tick(sample.at(), sample.load1(), sample.active(), sample.uninterruptible());
    }

    private void ask(OpenIncident incident, DumpPlan.Due due) throws ArchiveException {
        String reason = "incident " + incident.id() + ": " + due;
        Optional<Rule> rule = incident.rule().flatMap(rules.get()::named);
        Reservation answer =
                archive.reserveFollowUp(incident, rule.map(Rule::route), Reason.beginning(reason), due.toString());
        if (answer instanceof Reservation.Granted granted) {
            log.info("Dump {} is asked for ({})", granted.dumpId(), reason);
            captures.granted(rule.map(Rule::name), granted.first());
            captures.wake();
        } else if (answer instanceof Reservation.Refused refused && refused.fresh()) {
            log.debug("No dump ({}): {}", reason, refused.refusal().explanation());
            captures.refused(DumpTrigger.FOLLOW_UP, refused.refusal());
        }
    }

    /** Stops after the look that is under way. */
    @Override
    public void close() {
        closing.countDown();
        try {
            worker.join(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
