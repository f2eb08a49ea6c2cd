package io.loadmonitor.app;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the supervisor twice in each period of its watchdog that the process moves, as long as it does; when it does
 * not, the supervisor hears why and starts it anew. A thread of its own, which waits for no disk.
 */
final class Heartbeat implements AutoCloseable {
    /** How often the status is told where there is no watchdog. */
    private static final Duration IDLE = Duration.ofSeconds(60);

    private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);

    private final Supervisor supervisor;
    private final Liveness liveness;
    private final Supplier<String> status;
    private final Duration pause;
    private final CountDownLatch ended = new CountDownLatch(1);
    private boolean stuck;

    private Heartbeat(Supervisor supervisor, Liveness liveness, Supplier<String> status, Duration pause) {
        this.supervisor = supervisor;
        this.liveness = liveness;
        this.status = status;
        this.pause = pause;
    }

    /**
     * Begins with a beat at once.
     *
     * @param liveness gets a third of the pause between two beats for each of its looks, so that a slow one is not a
     *     late one
     * @param status what goes on, in a sentence
     */
    static Heartbeat start(Supervisor supervisor, Liveness.Choice liveness, Supplier<String> status) {
        Duration pause =
                supervisor.watchdog().map(period -> period.dividedBy(2)).orElse(IDLE);
        Heartbeat heartbeat = new Heartbeat(supervisor, liveness.within(pause.dividedBy(3)), status, pause);
        Thread thread = new Thread(heartbeat::run, "heartbeat");
        thread.setDaemon(true);
        thread.start();
        return heartbeat;
    }

    private void run() {
        try {
            long began;
            do {
                began = System.nanoTime();
                beat();
            } while (!ended.await(pause.toNanos() - (System.nanoTime() - began), TimeUnit.NANOSECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void beat() throws InterruptedException {
        Optional<String> obstacle = supervisor.watchdog().isEmpty() ? Optional.empty() : liveness.obstacle();
        if (ended.getCount() == 0) {
            return;
        }
        if (obstacle.isEmpty()) {
            if (stuck) {
                LOG.info("the exporter moves again");
            }
            stuck = false;
            supervisor.alive(status.get());
            return;
        }
        if (!stuck) {
            LOG.atError()
                    .addKeyValue("reason", obstacle.get())
                    .log("the exporter does not move, so the watchdog is not told that it does:"
                            + " it will be started anew");
        }
        stuck = true;
        supervisor.status("Hangs: " + obstacle.get());
    }

    @Override
    public void close() {
        ended.countDown();
    }
}
