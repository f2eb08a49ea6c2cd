package io.loadmonitor.desk;

import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveException;
import io.loadmonitor.archive.DumpSummary;
import io.loadmonitor.archive.DumpTrigger;
import io.loadmonitor.archive.Refusal;
import io.loadmonitor.archive.Reservation;
import io.loadmonitor.capture.DumpSource;
import io.loadmonitor.desk.CaptureObserver.FailureReason;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.dump.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the dumps that alerts and people ask for, one after another, in the order in which the archive noted them. What
 * waits is in the archive, so a restart forgets nothing. One thread takes them and never waits for the disk; another
 * one stores them. While the archive can note nothing (a full or stuck disk), dumps are taken all the same and held in
 * memory. Safe for use by several threads.
 */
public final class CaptureDesk implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(CaptureDesk.class);

    /** The source bounds its own time; this is for closing only. */
    private static final long CLOSE_MILLIS = 15_000;

    /** Between two dumps that the archive could not note: doubled from one to the next, up to ten minutes. */
    private static final Duration UNNOTED_SPACING = Duration.ofSeconds(30);

    private static final int MOST_DOUBLINGS = 4;

    private final CaptureSettings settings;
    private final Archive archive;
    private final CaptureObserver observer;
    private final Clock clock;
    private final CaptureRun run;
    private final StatusBoard board;
    private final Shelf shelf = new Shelf();
    private final LimitLog limits = new LimitLog();
    private final Semaphore work = new Semaphore(1);
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread worker;
    private final Thread storer;

    /** Asked for while the archive could note nothing. Guarded by this, as the two below. */
    private Optional<CaptureOrder> unnoted = Optional.empty();

    private int unnotedInARow;
    private long lastUnnotedNanos;

    /** Whether a dump of the module's could not be stored and is to come again. */
    private volatile boolean foundWaits;

    /** The worker's own: it is said once that the archive does not answer. */
    private boolean failing;

    private CaptureDesk(
            CaptureSettings settings,
            Supplier<Rules> rules,
            Archive archive,
            Supplier<DumpSource> source,
            Clock clock,
            CaptureObserver observer) {
        this.settings = settings;
        this.archive = archive;
        this.observer = observer;
        this.board = new StatusBoard(rules, archive, source, clock);
        this.clock = clock;
        this.run = new CaptureRun(settings, source, board, closing);
        this.worker = new Thread(this::work, "capture-desk");
        this.storer = new Thread(
                new DumpStorer(settings, archive, shelf, observer, board, closing, this::noted)::work, "dump-storer");
        this.storer.setDaemon(true);
    }

    /**
     * Starts the worker thread. It first takes what an earlier run left waiting.
     *
     * @param source asked anew for each try, so that a module that is loaded later is used
     */
    public static CaptureDesk start(
            CaptureSettings settings,
            Supplier<Rules> rules,
            Archive archive,
            Supplier<DumpSource> source,
            Clock clock,
            CaptureObserver observer) {
        CaptureDesk desk = new CaptureDesk(settings, rules, archive, source, clock, observer);
        desk.storer.start();
        desk.worker.start();
        return desk;
    }

    /**
     * A dump now. Returns when it is granted and noted; the dump follows.
     *
     * @throws ArchiveException with reason CLOSED while the exporter ends: no dump is taken any more
     */
    public Reservation request(Reason reason) throws ArchiveException {
        if (closing.getCount() == 0) {
            throw ArchiveException.closing();
        }
        Reservation reservation = archive.reserveManual(reason);
        if (reservation instanceof Reservation.Granted) {
            wake();
        } else if (reservation instanceof Reservation.Refused refused) {
            refused(DumpTrigger.MANUAL, refused.refusal());
        }
        return reservation;
    }

    /**
     * Takes a dump now although the archive could not note that it is asked for: it is held in memory and stored when
     * the archive answers. Returns at once.
     *
     * @return false when one was taken so a moment ago, or as many are held as there is room for
     */
    public synchronized boolean takeUnnoted(DumpTrigger trigger, Reason reason) {
        long spacing = UNNOTED_SPACING.toNanos() << Math.min(Math.max(0, unnotedInARow - 1), MOST_DOUBLINGS);
        boolean soon = unnotedInARow > 0 && System.nanoTime() - lastUnnotedNanos < spacing;
        if (closing.getCount() == 0 || soon || unnoted.isPresent() || !shelf.hasRoom()) {
            return false;
        }
        unnoted = Optional.of(new CaptureOrder(OptionalLong.empty(), trigger, reason, clock.instant()));
        unnotedInARow++;
        lastUnnotedNanos = System.nanoTime();
        wake();
        return true;
    }

    /** The archive takes dumps again. */
    private synchronized void noted() {
        unnotedInARow = 0;
    }

    private synchronized Optional<CaptureOrder> nextUnnoted() {
        Optional<CaptureOrder> next = unnoted;
        unnoted = Optional.empty();
        return next;
    }

    /** A limit refused a dump that was not refused before. */
    void refused(DumpTrigger trigger, Refusal refusal) {
        limits.refused(refusal);
        observer.refused(trigger, refusal.limit());
    }

    /**
     * A dump was allowed, but not one that a person asked for.
     *
     * @param rule of the alert; empty where no rule was concerned
     * @param first whether it is the first dump of an incident, of which more are allowed than of others
     */
    void granted(Optional<String> rule, boolean first) {
        rule.ifPresent(name -> limits.granted("rule " + name, first));
        limits.granted("this host", first);
        limits.granted("the queue", first);
    }

    /**
     * Stores a dump that the module took by itself. What is stored already is passed over.
     *
     * @throws UncheckedIOException when it cannot be stored now: it is to be given again, and stays wanted until then
     */
    public void found(RawDump raw) {
        try {
            Optional<DumpSummary> stored = archive.storeFound(raw);
            foundWaits = false;
            stored.ifPresent(dump -> {
                log.info("Found dump {} ({}): {}", dump.id(), dump.trigger(), dump.headline());
                observer.found(dump);
            });
        } catch (ArchiveException e) {
            // It is given again every second or so: said and counted once.
            if (!foundWaits) {
                log.error(
                        "A dump that the module took, of {} bytes, could not be stored and is tried again: {}",
                        raw.sizeBytes(),
                        e.getMessage());
                observer.failed(DumpTrigger.UNKNOWN, FailureReason.ARCHIVE);
            }
            foundWaits = true;
            if (e.reason() != ArchiveException.Reason.CLOSED) {
                throw new UncheckedIOException("the dump could not be stored", new IOException(e.getMessage(), e));
            }
        }
    }

    /** Tells the worker that the archive has captures waiting or needs room. */
    public void wake() {
        if (work.availablePermits() == 0) {
            work.release();
        }
    }

    /** One for each rule, one for manual requests, one for the source. */
    public List<RuleStatus> status() throws ArchiveException {
        return board.status();
    }

    /** Stops after the try that is under way. What waits for an alert is taken at the next start. */
    @Override
    public void close() {
        closing.countDown();
        work.release();
        try {
            worker.join(CLOSE_MILLIS);
            shelf.close();
            storer.join(DumpStorer.patience().toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (worker.isAlive()) {
            log.warn("A dump is still being taken after {} ms; it is given up", CLOSE_MILLIS);
        }
        if (storer.isAlive()) {
            log.warn("{} dumps that were taken are not stored: the archive does not answer", shelf.texts());
        }
    }

    private void work() {
        try {
            while (closing.getCount() > 0) {
                // Nobody may say so: what a stuck disk took in after its sender had gone away waits here, too.
                work.tryAcquire(settings.longestPause().toMillis(), TimeUnit.MILLISECONDS);
                work.drainPermits();
                round();
            }
        } catch (InterruptedException e) {
            log.warn("The capture desk was interrupted and takes no more dumps");
        }
    }

    /** Takes all that waits. */
    private void round() throws InterruptedException {
        try {
            while (closing.getCount() > 0) {
                shelf.awaitRoom();
                Optional<CaptureOrder> next = nextUnnoted();
                if (next.isEmpty()) {
                    next = archive.beginNext().map(CaptureOrder::of);
                }
                if (next.isEmpty() || closing.getCount() == 0) {
                    break;
                }
                run.take(next.get()).ifPresent(shelf::put);
            }
            failing = false;
        } catch (ArchiveException e) {
            if (e.reason() != ArchiveException.Reason.CLOSED && !failing) {
                log.warn(
                        "The capture desk tries again every {} s: {}",
                        settings.longestPause().toSeconds(),
                        e.getMessage());
                failing = true;
            }
        } catch (RuntimeException e) {
            log.error(
                    "The capture desk failed and tries again in {} s",
                    settings.longestPause().toSeconds(),
                    e);
        }
    }
}
