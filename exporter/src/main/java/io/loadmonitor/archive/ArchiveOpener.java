package io.loadmonitor.archive;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the archive open, whatever is in the way: on a thread of its own, since the disk may not answer, and again and
 * again, since it may some day. A damaged file is moved aside and a new one begun; one that was removed while it was
 * open is written anew from what is still open. Each is said in the log and in {@link #notes}.
 */
final class ArchiveOpener implements AutoCloseable {
    /** Between two tries. */
    private static final Duration PAUSE = Duration.ofSeconds(5);

    private static final Logger log = LoggerFactory.getLogger(ArchiveOpener.class);

    private final ArchiveFile file;
    private final Database database;
    private final Preparing preparing;
    private final Clock clock;
    private final CountDownLatch first = new CountDownLatch(1);
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Semaphore lost = new Semaphore(0);
    private final List<String> notes = new CopyOnWriteArrayList<>();
    private final AtomicLong begunAnew = new AtomicLong();
    private final Thread worker = new Thread(this::work, "archive-opener");
    private volatile boolean open;
    private Optional<String> said = Optional.empty();

    /** The worker's own. */
    private boolean lookedAside;

    /** @param preparing what is done with an archive that has just been opened, before anybody else uses it */
    ArchiveOpener(ArchiveFile file, Database database, Preparing preparing, Clock clock) {
        this.file = file;
        this.database = database;
        this.preparing = preparing;
        this.clock = clock;
        worker.setDaemon(true);
    }

    @FunctionalInterface
    interface Preparing {
        void prepare() throws ArchiveException;
    }

    /** Opens it now, or says why that is not possible. */
    void open() throws ArchiveException {
        file.claim();
        try {
            database.open();
            preparing.prepare();
            open = true;
        } catch (ArchiveException | RuntimeException e) {
            database.close();
            file.close();
            throw e;
        }
    }

    /** Opens it as soon as that is possible; returns when it is open, or after so long. */
    void start(Duration patience) {
        worker.start();
        try {
            if (!first.await(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                log.warn("The archive {} does not answer yet; all else goes on without it", file.path());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Asked before each writing. Where the file is gone, that is seen to. */
    boolean isGone() {
        boolean gone = open && file.gone();
        if (gone && worker.isAlive()) {
            lost.release();
        }
        return gone;
    }

    /** What a person has to know: what was moved aside, and when a new file was begun. */
    List<String> notes() {
        return List.copyOf(notes);
    }

    /** How often the archive was begun anew since the start. */
    long begunAnew() {
        return begunAnew.get();
    }

    private void work() {
        try {
            while (closing.getCount() > 0) {
                boolean done = attempt();
                first.countDown();
                if (done) {
                    while (closing.getCount() > 0 && !lost.tryAcquire(1, TimeUnit.SECONDS)) {
                        // Nothing to do.
                    }
                    lost.drainPermits();
                    if (closing.getCount() > 0) {
                        restore();
                    }
                } else {
                    closing.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
                }
            }
        } catch (InterruptedException e) {
            log.warn("The archive's opener was interrupted; what is not open stays so");
        }
    }

    private boolean attempt() {
        try {
            try {
                file.claim();
                tellOfFormer();
                file.keepLog();
                database.open();
            } catch (ArchiveException e) {
                if (e.reason() != ArchiveException.Reason.DAMAGED) {
                    throw e;
                }
                moveAside(e);
                database.open();
            }
            database.droppedLog().ifPresent(this::tellOfLog);
            preparing.prepare();
            file.dropKeptLog();
            open = true;
            if (said.isPresent()) {
                log.info("The archive {} is open", file.path());
                said = Optional.empty();
            }
            return true;
        } catch (ArchiveException | RuntimeException e) {
            String why = String.valueOf(e.getMessage());
            if (!said.equals(Optional.of(why))) {
                log.error(
                        "The archive is not open, so that alerts and dumps cannot be stored; it is tried again every {} s:"
                                + " {}",
                        PAUSE.toSeconds(),
                        why);
                said = Optional.of(why);
            }
            database.shut(new ArchiveException(ArchiveException.Reason.UNAVAILABLE, why));
            file.close();
            return false;
        }
    }

    private void moveAside(ArchiveException damage) throws ArchiveException {
        file.close();
        try {
            Path aside = file.moveAside("damaged", clock.instant());
            note("The archive was damaged on " + clock.instant() + " and is at " + aside + "; a new one was begun ("
                    + damage.getMessage() + ")");
        } catch (IOException e) {
            throw new ArchiveException(
                    ArchiveException.Reason.FAILED, damage.getMessage() + "; it cannot be moved aside either: " + e, e);
        }
        file.claim();
    }

    /** At the first opening: later ones are told of when they are made. */
    private void tellOfFormer() {
        if (!lookedAside) {
            lookedAside = true;
            file.aside()
                    .forEach(
                            name -> notes.add(
                                    "Beside the archive lies " + name
                                            + ", which was moved there when it was damaged or removed; delete it when it is of no use"));
        }
    }

    private void tellOfLog(String what) {
        String where;
        try {
            where = "; as it was, it is at " + file.copyLogAside(clock.instant());
        } catch (IOException e) {
            where = "; it could not be copied aside: " + e;
        }
        String text = "The archive was opened on " + clock.instant() + " and " + what + where;
        notes.add(text);
        log.error(text);
    }

    private void note(String text) {
        begunAnew.incrementAndGet();
        notes.add(text);
        log.error(text);
    }

    /** The file is gone while it is open: what is in it can still be had. */
    private void restore() {
        if (!file.gone()) {
            return;
        }
        open = false;
        Path path = file.path();
        Instant now = clock.instant();
        boolean replaced = Files.exists(path);
        Path copy = replaced ? path.resolveSibling(path.getFileName() + ".removed-" + now.toEpochMilli()) : path;
        try {
            Path folder = path.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            ArchiveFile.create(copy);
            database.copyTo(copy);
            note(
                    replaced
                            ? "The file of the archive was replaced on " + now + "; what was in the former one is in "
                                    + copy
                            : "The file of the archive was removed on " + now
                                    + "; it was written anew from what was still open");
        } catch (ArchiveException | IOException | RuntimeException e) {
            note("The file of the archive was removed on " + now + ", and what was in it is lost (" + e.getMessage()
                    + "); a new one is begun");
        }
        database.shut(new ArchiveException(
                ArchiveException.Reason.UNAVAILABLE, "the file of the archive " + path + " was removed or replaced"));
        file.close();
    }

    @Override
    public void close() {
        closing.countDown();
        lost.release();
    }
}
