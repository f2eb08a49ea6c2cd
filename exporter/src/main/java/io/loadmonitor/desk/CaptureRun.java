package io.loadmonitor.desk;

import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveException;
import io.loadmonitor.archive.DumpSummary;
import io.loadmonitor.archive.DumpTrigger;
import io.loadmonitor.archive.WaitingCapture;
import io.loadmonitor.capture.CaptureException;
import io.loadmonitor.capture.DumpOrder;
import io.loadmonitor.capture.DumpSource;
import io.loadmonitor.desk.CaptureObserver.FailureReason;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.dump.StackDump.TriggerKind;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One capture from its turn to its end: stored, failed, or left for the next start because the desk closes. A source
 * that is busy or throttled is asked again with growing pauses; what else it answers is final. Belongs to the desk's
 * worker, but for {@link #storing}.
 */
final class CaptureRun {
    private static final Logger log = LoggerFactory.getLogger(CaptureRun.class);

    private final CaptureSettings settings;
    private final Archive archive;
    private final Supplier<DumpSource> source;
    private final CaptureObserver observer;
    private final StatusBoard board;
    private final CountDownLatch closing;
    private Optional<Owed> owed = Optional.empty();

    CaptureRun(
            CaptureSettings settings,
            Archive archive,
            Supplier<DumpSource> source,
            CaptureObserver observer,
            StatusBoard board,
            CountDownLatch closing) {
        this.settings = settings;
        this.archive = archive;
        this.source = source;
        this.observer = observer;
        this.board = board;
        this.closing = closing;
    }

    /** A failure that the archive could not note yet: until then the dump would count as being taken for ever. */
    private record Owed(WaitingCapture capture, FailureReason reason, String why) {}

    /** Storing that may be done again after room was made. */
    @FunctionalInterface
    interface Storing<T> {
        T run() throws ArchiveException;
    }

    void settle() throws ArchiveException {
        if (owed.isPresent()) {
            Owed failure = owed.get();
            boolean noted = archive.failIfWaiting(failure.capture().dumpId(), failure.why());
            owed = Optional.empty();
            if (!noted) {
                // Its text is there after all, or it is deleted.
                return;
            }
            log.warn("Dump {} failed: {}", failure.capture().dumpId(), failure.why());
            observer.failed(failure.capture().trigger(), failure.reason());
        }
    }

    void take(WaitingCapture capture) throws ArchiveException, InterruptedException {
        long begin = System.nanoTime();
        Duration pause = settings.firstPause();
        while (true) {
            board.capturing(capture);
            long asked = System.nanoTime();
            RawDump raw;
            try {
                raw = source.get().take(new DumpOrder(kind(capture.trigger()), capture.reason()));
            } catch (CaptureException e) {
                long triedNanos = System.nanoTime() - begin;
                if (!passes(e.reason())
                        || triedNanos + pause.toNanos() > settings.giveUpAfter().toNanos()) {
                    fail(capture, reason(e.reason()), why(e, triedNanos));
                    return;
                }
                board.pausing(capture, e.getMessage(), pause);
                if (closing.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
                pause = longer(pause);
                continue;
            } catch (RuntimeException e) {
                log.error("The source failed in a way that it should not", e);
                fail(capture, FailureReason.FAILED, "the source failed: " + e);
                return;
            }
            store(capture, raw, Duration.ofNanos(System.nanoTime() - asked));
            return;
        }
    }

    private void store(WaitingCapture capture, RawDump raw, Duration took) throws ArchiveException {
        DumpSummary dump;
        try {
            dump = storing(() -> archive.store(capture.dumpId(), raw));
        } catch (ArchiveException e) {
            fail(capture, FailureReason.ARCHIVE, "the dump was taken but could not be stored: " + e.getMessage());
            return;
        } catch (RuntimeException e) {
            log.error("The archive failed in a way that it should not", e);
            fail(capture, FailureReason.ARCHIVE, "the dump was taken but could not be stored: " + e);
            return;
        }
        board.took(dump, took);
        log.info("Took dump {} in {} ms ({}): {}", dump.id(), took.toMillis(), dump.trigger(), dump.headline());
        observer.captured(dump, took);
    }

    /** Stores; when there is no room, makes some and tries once more. */
    <T> T storing(Storing<T> storing) throws ArchiveException {
        try {
            return storing.run();
        } catch (ArchiveException e) {
            if (e.reason() != ArchiveException.Reason.FULL) {
                throw e;
            }
            archive.retain();
            return storing.run();
        }
    }

    private void fail(WaitingCapture capture, FailureReason reason, String why) throws ArchiveException {
        board.failed(capture, why);
        owed = Optional.of(new Owed(capture, reason, why));
        settle();
    }

    private Duration longer(Duration pause) {
        Duration doubled = pause.multipliedBy(2);
        return doubled.compareTo(settings.longestPause()) > 0 ? settings.longestPause() : doubled;
    }

    /** As the dump's text tells it. An alert is manual there, as a person is: its reason has its name. */
    private static TriggerKind kind(DumpTrigger trigger) {
        return switch (trigger) {
            case THRESHOLD -> TriggerKind.THRESHOLD;
            case ACTIVE -> TriggerKind.ACTIVE;
            case PRESSURE -> TriggerKind.PRESSURE;
            case FOLLOW_UP -> TriggerKind.FOLLOW_UP;
            case ALERT, MANUAL, UNKNOWN -> TriggerKind.MANUAL;
        };
    }

    private static boolean passes(CaptureException.Reason reason) {
        return switch (reason) {
            case BUSY, THROTTLED -> true;
            case UNAVAILABLE, TIMEOUT, FAILED -> false;
        };
    }

    private static String why(CaptureException e, long triedNanos) {
        return passes(e.reason())
                ? e.getMessage() + " (asked again for " + TimeUnit.NANOSECONDS.toMillis(triedNanos) + " ms)"
                : String.valueOf(e.getMessage());
    }

    private static FailureReason reason(CaptureException.Reason reason) {
        return switch (reason) {
            case BUSY -> FailureReason.BUSY;
            case THROTTLED -> FailureReason.THROTTLED;
            case UNAVAILABLE -> FailureReason.UNAVAILABLE;
            case TIMEOUT -> FailureReason.TIMEOUT;
            case FAILED -> FailureReason.FAILED;
        };
    }
}
