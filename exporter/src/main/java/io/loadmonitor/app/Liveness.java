package io.loadmonitor.app;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this process does its work, as a watchdog asks: is the load looked at, and does the server answer. What a new
 * start cannot mend is no reason for one: neither a disk that does not answer, of which these two know nothing, nor a
 * thread that waits in the kernel where no signal reaches it, for such a process cannot be killed and keeps its port.
 * It goes by looks and not by the clock, so a machine that slept, or was not given a CPU, is not taken for a hang. For
 * one thread.
 */
final class Liveness {
    private static final Logger LOG = LoggerFactory.getLogger(Liveness.class);

    /** Between two looks at something that is to change. */
    private static final Duration LOOK = Duration.ofMillis(100);

    private final LongSupplier samplings;
    private final Asked server;
    private final Held held;
    private final int looks;
    private boolean reached;
    private boolean unreachedTold;

    /** Asks the server something. */
    @FunctionalInterface
    interface Asked {
        /** Whether there was any answer within the time. */
        boolean answers(Duration patience);
    }

    /** Threads of this process that the kernel holds. */
    @FunctionalInterface
    interface Held {
        /** One that was in uninterruptible sleep at each of the looks, in words. */
        Optional<String> throughout(int looks, Duration pause) throws InterruptedException;
    }

    /** Everything but the time. */
    @FunctionalInterface
    interface Choice {
        Liveness within(Duration patience);
    }

    /**
     * @param samplings how often the load was looked at since the start
     * @param patience for each of the two
     */
    Liveness(LongSupplier samplings, Asked server, Held held, Duration patience) {
        this.samplings = samplings;
        this.server = server;
        this.held = held;
        this.looks = (int) Math.max(1, patience.toMillis() / LOOK.toMillis());
    }

    /**
     * What hangs, in words, and would not after a new start; empty when nothing does. Takes twice the patience at most.
     */
    Optional<String> obstacle() throws InterruptedException {
        Optional<String> obstacle = samples() ? Optional.empty() : Optional.of("the load is not looked at any more");
        if (obstacle.isEmpty() && !serves()) {
            obstacle = Optional.of("the web server does not answer");
        }
        if (obstacle.isEmpty()) {
            return obstacle;
        }
        Optional<String> stuck = held.throughout(10, LOOK);
        stuck.ifPresent(thread -> LOG.atWarn()
                .addKeyValue("thread", thread)
                .log("the exporter hangs, and a new start would not mend it: the kernel holds one of its threads"));
        return stuck.isPresent() ? Optional.empty() : obstacle;
    }

    private boolean samples() throws InterruptedException {
        long before = samplings.getAsLong();
        for (int look = 0; look < looks; look++) {
            if (samplings.getAsLong() != before) {
                return true;
            }
            Thread.sleep(LOOK.toMillis());
        }
        return samplings.getAsLong() != before;
    }

    /** Twice: when the machine wakes up, the time of the first may have passed in its sleep. */
    private boolean serves() {
        Duration half = LOOK.multipliedBy(looks).dividedBy(2);
        boolean answered = server.answers(half);
        if (!answered) {
            answered = server.answers(half);
        }
        if (answered) {
            reached = true;
            return true;
        }
        if (!reached && !unreachedTold) {
            unreachedTold = true;
            LOG.warn("the exporter cannot reach its own server, perhaps because of a packet filter: the watchdog asks"
                    + " only whether the load is looked at");
        }
        return !reached;
    }
}
