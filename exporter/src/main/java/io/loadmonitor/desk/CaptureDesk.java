package io.loadmonitor.desk;

import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveException;
import io.loadmonitor.archive.DumpSummary;
import io.loadmonitor.archive.DumpTrigger;
import io.loadmonitor.archive.Reservation;
import io.loadmonitor.archive.WaitingCapture;
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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the dumps that alerts and people ask for, one after another, in the order in which the archive noted them. What
 * waits is in the archive, so a restart forgets nothing. Safe for use by several threads.
 */
public final class CaptureDesk implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(CaptureDesk.class);

    /** The source bounds its own time; this is for closing only. */
    private static final long CLOSE_MILLIS = 15_000;

    private final CaptureSettings settings;
    private final Archive archive;
    private final CaptureObserver observer;
    private final CaptureRun run;
    private final StatusBoard board;
    private final Semaphore work = new Semaphore(1);
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread worker;
    /** Whether a dump of the module's could not be stored and is to come again. */
    private volatile boolean foundWaits;

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
        this.board = new StatusBoard(settings, rules, archive, source, clock);
        this.run = new CaptureRun(settings, archive, source, observer, board, closing);
        this.worker = new Thread(this::work, "capture-desk");
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
        Reservation reservation = archive.reserveManual(reason, board.manualSpacing());
        if (reservation instanceof Reservation.Granted) {
            wake();
        }
        return reservation;
    }

    /** From now on so much time, 0 or more, must pass between two manual dumps. */
    public void space(Duration minSpacing) {
        if (minSpacing.isNegative()) {
            throw new IllegalArgumentException("minSpacing is " + minSpacing + ", but must be 0 or more");
        }
        board.space(minSpacing);
    }

    /**
     * Stores a dump that the module took by itself. What is stored already is passed over.
     *
     * @throws UncheckedIOException when it cannot be stored now: it is to be given again, and stays wanted until then
     */
    public void found(RawDump raw) {
        try {
            Optional<DumpSummary> stored = run.storing(() -> archive.storeFound(raw));
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
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (worker.isAlive()) {
            log.warn("A dump is still being taken after {} ms; it is given up", CLOSE_MILLIS);
        }
    }

    private void work() {
        try {
            while (closing.getCount() > 0) {
                work.acquire();
                work.drainPermits();
                if (!round() && !closing.await(settings.longestPause().toMillis(), TimeUnit.MILLISECONDS)) {
                    work.release();
                }
            }
        } catch (InterruptedException e) {
            log.warn("The capture desk was interrupted and takes no more dumps");
        }
    }

    /**
     * Takes all that waits, then makes room. False when the archive could not do its part and it must be tried again.
     */
    private boolean round() throws InterruptedException {
        try {
            run.settle();
            while (closing.getCount() > 0) {
                Optional<WaitingCapture> next = archive.beginNext();
                if (next.isEmpty()) {
                    break;
                }
                run.take(next.get());
            }
            archive.retain();
            return true;
        } catch (ArchiveException e) {
            if (e.reason() != ArchiveException.Reason.CLOSED) {
                log.warn("The capture desk tries again in {}: {}", settings.longestPause(), e.getMessage());
            }
            return e.reason() == ArchiveException.Reason.CLOSED;
        } catch (RuntimeException e) {
            log.error("The capture desk failed and tries again in {}", settings.longestPause(), e);
            return false;
        }
    }
}
