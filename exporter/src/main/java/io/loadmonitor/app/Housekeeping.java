package io.loadmonitor.app;

import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveException;
import io.loadmonitor.capture.HostLook;
import io.loadmonitor.desk.LoadRecorder;
import io.loadmonitor.desk.OwnTriggers;
import io.loadmonitor.desk.PartsRecorder;
import io.loadmonitor.procfs.ActiveTasks;
import java.io.IOException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens by the clock. One thread looks at the load for the number of active tasks, remembers it, and tells it to
 * whoever takes dumps because of it; it waits for no disk. Another one notes the load for incidents and does the
 * retention.
 */
final class Housekeeping implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);

    private static final long PRUNE_SECONDS = 60;
    private static final long KEEP_SECONDS = 30;
    private static final long END_SECONDS = 5;

    private final ScheduledThreadPoolExecutor sampling = clockwork("sampling");
    private final ScheduledThreadPoolExecutor keeping = clockwork("housekeeping");
    private final LoadWatch watch;
    private final HostLook hostLook;
    private final LoadRecorder recorder;
    private final PartsRecorder parts;
    private final OwnTriggers triggers;
    private final Archive archive;
    private final AtomicBoolean samplingFails = new AtomicBoolean();
    private final AtomicLong samplings = new AtomicLong();

    private Housekeeping(
            LoadWatch watch,
            HostLook hostLook,
            LoadRecorder recorder,
            PartsRecorder parts,
            OwnTriggers triggers,
            Archive archive) {
        this.watch = watch;
        this.hostLook = hostLook;
        this.recorder = recorder;
        this.parts = parts;
        this.triggers = triggers;
        this.archive = archive;
    }

    private static ScheduledThreadPoolExecutor clockwork(String name) {
        return new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    // Each of the tasks handles its own failures, so nobody has to ask their futures.
    @SuppressWarnings("FutureReturnValueIgnored")
    static Housekeeping start(
            LoadWatch watch,
            HostLook hostLook,
            LoadRecorder recorder,
            PartsRecorder parts,
            OwnTriggers triggers,
            Archive archive) {
        Housekeeping housekeeping = new Housekeeping(watch, hostLook, recorder, parts, triggers, archive);
        // A look costs about 10 us.
        housekeeping.sampling.scheduleAtFixedRate(
                LastResort.guarded(housekeeping::sample),
                0,
                ActiveTasks.SAMPLE_PERIOD.toMillis(),
                TimeUnit.MILLISECONDS);
        housekeeping.keeping.scheduleWithFixedDelay(
                LastResort.guarded(housekeeping::keep), KEEP_SECONDS, KEEP_SECONDS, TimeUnit.SECONDS);
        housekeeping.keeping.scheduleWithFixedDelay(
                LastResort.guarded(housekeeping::prune), 1, PRUNE_SECONDS, TimeUnit.SECONDS);
        return housekeeping;
    }

    private void sample() {
        try {
            long nanos = System.nanoTime();
            watch.look(nanos).ifPresent(sample -> {
                recorder.add(sample);
                triggers.ticked(nanos, sample);
            });
            hostLook.remember();
            samplingFails.set(false);
        } catch (IOException | RuntimeException e) {
            // A task of this executor that throws is never run again.
            if (samplingFails.compareAndSet(false, true)) {
                LOG.warn("the load average cannot be read, so the number of active tasks is not known", e);
            }
        } finally {
            samplings.incrementAndGet();
        }
    }

    /** How often the load was looked at, with success or without. It grows each second while this lives. */
    long samplings() {
        return samplings.get();
    }

    private void keep() {
        try {
            recorder.keep();
            parts.keep();
        } catch (ArchiveException | RuntimeException e) {
            LOG.warn("the load around incidents could not be stored; it is tried again in {} s", KEEP_SECONDS, e);
        }
    }

    private void prune() {
        try {
            archive.prune();
        } catch (ArchiveException | RuntimeException e) {
            LOG.warn("the archive's retention failed; it is tried again in {} s", PRUNE_SECONDS, e);
        }
    }

    /** Waits for what is under way, and stores what the recorders still have. */
    @Override
    public void close() {
        sampling.shutdownNow();
        keeping.shutdownNow();
        try {
            if (!keeping.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("the archive's retention did not end within {} s", END_SECONDS);
                return;
            }
            keep();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
