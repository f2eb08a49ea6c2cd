package io.loadmonitor.desk;

import io.loadmonitor.archive.DumpTrigger;
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
 * One capture from its turn to its end: a text, a failure, or left for the next start because the desk closes. A source
 * that is busy or throttled is asked again with growing pauses; what else it answers is final. Waits for no disk.
 * Belongs to the desk's worker.
 */
final class CaptureRun {
    private static final Logger log = LoggerFactory.getLogger(CaptureRun.class);

    private final CaptureSettings settings;
    private final Supplier<DumpSource> source;
    private final StatusBoard board;
    private final CountDownLatch closing;

    CaptureRun(CaptureSettings settings, Supplier<DumpSource> source, StatusBoard board, CountDownLatch closing) {
        this.settings = settings;
        this.source = source;
        this.board = board;
        this.closing = closing;
    }

    /** Empty when the desk closes first. */
    Optional<Shelf.Item> take(CaptureOrder order) throws InterruptedException {
        long begin = System.nanoTime();
        Duration pause = settings.firstPause();
        while (true) {
            board.capturing(order);
            long asked = System.nanoTime();
            try {
                RawDump raw = source.get().take(new DumpOrder(kind(order.trigger()), order.reason()));
                return Optional.of(new Shelf.Taken(order, raw, Duration.ofNanos(System.nanoTime() - asked)));
            } catch (CaptureException e) {
                long triedNanos = System.nanoTime() - begin;
                if (!passes(e.reason())
                        || triedNanos + pause.toNanos() > settings.giveUpAfter().toNanos()) {
                    return failed(order, reason(e.reason()), why(e, triedNanos));
                }
                board.pausing(order, e.getMessage(), pause);
                if (closing.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                    return Optional.empty();
                }
                pause = longer(pause);
            } catch (RuntimeException e) {
                log.error("The source failed in a way that it should not", e);
                return failed(order, FailureReason.FAILED, "the source failed: " + e);
            }
        }
    }

    private Optional<Shelf.Item> failed(CaptureOrder order, FailureReason reason, String why) {
        board.failed(order, why);
        return Optional.of(new Shelf.Failed(order, reason, why));
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
