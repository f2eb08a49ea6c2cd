package io.loadmonitor.desk;

import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveException;
import io.loadmonitor.archive.DumpState;
import io.loadmonitor.archive.DumpSummary;
import io.loadmonitor.desk.CaptureObserver.FailureReason;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what the shelf has to the archive, on a thread that may wait for the disk. A text that the archive does not
 * take is tried again for minutes; only then is it lost, and said to be.
 */
final class DumpStorer {
    private static final Logger log = LoggerFactory.getLogger(DumpStorer.class);

    private final CaptureSettings settings;
    private final Archive archive;
    private final Shelf shelf;
    private final CaptureObserver observer;
    private final StatusBoard board;
    private final CountDownLatch closing;
    private final Runnable stored;

    /** @param stored called after each dump that the archive took */
    DumpStorer(
            CaptureSettings settings,
            Archive archive,
            Shelf shelf,
            CaptureObserver observer,
            StatusBoard board,
            CountDownLatch closing,
            Runnable stored) {
        this.settings = settings;
        this.archive = archive;
        this.shelf = shelf;
        this.observer = observer;
        this.board = board;
        this.closing = closing;
        this.stored = stored;
    }

    /** Ends when the shelf is closed and empty, or nothing can be stored while the program ends. */
    void work() {
        try {
            for (Optional<Shelf.Item> item = shelf.next(); item.isPresent(); item = shelf.next()) {
                if (!bring(item.get())) {
                    log.error("{} dumps that were taken are not stored: the exporter ends", shelf.texts());
                    return;
                }
                shelf.remove();
            }
        } catch (InterruptedException e) {
            log.warn("The storing of dumps was interrupted; {} are not stored", shelf.texts());
        }
    }

    /** False when it was given up because the program ends. */
    private boolean bring(Shelf.Item item) throws InterruptedException {
        long begun = System.nanoTime();
        boolean said = false;
        while (true) {
            try {
                store(item);
                retain();
                return true;
            } catch (ArchiveException e) {
                if (e.reason() == ArchiveException.Reason.CLOSED) {
                    return false;
                }
                // What no row waits for may wait for better times as long as nobody else needs the room.
                boolean hold = item.order().dumpId().isEmpty() && shelf.hasRoom();
                if (System.nanoTime() - begun > settings.holdFor().toNanos() && !hold) {
                    giveUp(item, String.valueOf(e.getMessage()));
                    return true;
                }
                if (!said) {
                    log.warn(
                            "{} cannot be stored and is held in memory, tried again every {} s: {}",
                            item.order().sentence(),
                            settings.longestPause().toSeconds(),
                            e.getMessage());
                    said = true;
                }
            } catch (RuntimeException e) {
                log.error("The archive failed in a way that it should not", e);
                giveUp(item, e.toString());
                return true;
            }
            makeRoom();
            if (closing.await(settings.longestPause().toMillis(), TimeUnit.MILLISECONDS)) {
                return false;
            }
        }
    }

    private void store(Shelf.Item item) throws ArchiveException {
        CaptureOrder order = item.order();
        if (order.dumpId().isPresent()
                && !archive.state(order.dumpId().getAsLong()).equals(Optional.of(DumpState.CAPTURING))) {
            // Its text is there after all, or it is deleted.
            log.warn("{} waits for nothing any more", order.sentence());
            return;
        }
        if (item instanceof Shelf.Taken taken) {
            DumpSummary dump = order.dumpId().isPresent()
                    ? archive.store(order.dumpId().getAsLong(), taken.raw())
                    : archive.storeUnnoted(order.trigger(), order.reason(), order.askedAt(), taken.raw());
            board.took(dump, taken.took());
            log.info(
                    "Took dump {} in {} ms ({}): {}",
                    dump.id(),
                    taken.took().toMillis(),
                    dump.trigger(),
                    dump.headline());
            observer.captured(dump, taken.took());
            stored.run();
        } else if (item instanceof Shelf.Failed failed) {
            fail(order, failed.reason(), failed.why());
        }
    }

    private void fail(CaptureOrder order, FailureReason reason, String why) throws ArchiveException {
        if (order.dumpId().isPresent() && !archive.failIfWaiting(order.dumpId().getAsLong(), why)) {
            return;
        }
        log.warn("{} failed: {}", order.sentence(), why);
        observer.failed(order.trigger(), reason);
    }

    private void giveUp(Shelf.Item item, String why) {
        String all = item instanceof Shelf.Taken ? "the dump was taken but could not be stored: " + why : why;
        board.failed(item.order(), all);
        try {
            fail(item.order(), FailureReason.ARCHIVE, all);
        } catch (ArchiveException e) {
            log.error(
                    "{} failed, which cannot be noted either: {}", item.order().sentence(), all);
            observer.failed(item.order().trigger(), FailureReason.ARCHIVE);
        }
    }

    private void makeRoom() {
        try {
            archive.retain();
        } catch (ArchiveException | RuntimeException e) {
            log.debug("no room can be made", e);
        }
    }

    private void retain() {
        try {
            archive.retain();
        } catch (ArchiveException | RuntimeException e) {
            log.warn("The retention failed; it is tried again: {}", e.getMessage());
        }
    }

    /** How long somebody who ends the program waits for what is on the shelf. */
    static Duration patience() {
        return Duration.ofSeconds(5);
    }
}
