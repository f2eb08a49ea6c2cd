package io.loadmonitor.app;

import io.loadmonitor.kernel.MonotonicClock;
import io.loadmonitor.kernel.NotifySocket;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whoever started this process and watches over it: systemd, with {@code Type=notify} and {@code WatchdogSec=}, or
 * another that speaks the protocol of sd_notify(3). It is told when requests are answered, when the configuration is
 * read again, when the end has begun, what goes on, and that the process still moves. Without one nothing happens.
 * Nothing here waits for the other side. Safe for use by several threads.
 *
 * <p>The variables of the environment are of this process alone: it starts no other program that could get them.
 */
final class Supervisor {
    /** Nobody. */
    static final Supervisor NONE = new Supervisor(message -> {}, Optional.empty());

    private static final Logger LOG = LoggerFactory.getLogger(Supervisor.class);

    private final Line line;
    private final Optional<Duration> watchdog;

    /** Guarded by this. */
    private boolean ready;
    /** READY=1 found no room and is still to be told. Guarded by this. */
    private boolean readyIsDue;
    /** Guarded by this. */
    private boolean failing;

    /** One message. */
    @FunctionalInterface
    interface Line {
        void send(String message) throws IOException;
    }

    /** @param watchdog within which it wants to hear that the process moves; empty when it does not ask */
    Supervisor(Line line, Optional<Duration> watchdog) {
        this.line = line;
        this.watchdog = watchdog;
    }

    /**
     * Who is named in the environment: {@code NOTIFY_SOCKET}, {@code WATCHDOG_USEC} and {@code WATCHDOG_PID}, as
     * sd_notify(3) and sd_watchdog_enabled(3) have them. What cannot be used is told in the log.
     *
     * @param pid of this process: a watchdog of another one is none of ours
     */
    static Supervisor of(Map<String, String> environment, long pid) {
        String socket = environment.getOrDefault("NOTIFY_SOCKET", "");
        if (socket.isEmpty()) {
            return NONE;
        }
        try {
            return new Supervisor(NotifySocket.named(socket)::send, watchdog(environment, pid));
        } catch (IllegalArgumentException e) {
            LOG.atWarn().addKeyValue("reason", e.getMessage()).log("NOTIFY_SOCKET cannot be used: nobody is told");
            return NONE;
        }
    }

    private static Optional<Duration> watchdog(Map<String, String> environment, long pid) {
        String micros = environment.getOrDefault("WATCHDOG_USEC", "");
        String watched = environment.getOrDefault("WATCHDOG_PID", Long.toString(pid));
        if (micros.isEmpty() || !watched.equals(Long.toString(pid))) {
            return Optional.empty();
        }
        if (!micros.matches("0*[1-9][0-9]{0,17}")) {
            LOG.atWarn().addKeyValue("watchdog_usec", micros).log("WATCHDOG_USEC is no number of microseconds");
            return Optional.empty();
        }
        return Optional.of(Duration.ofNanos(Math.multiplyExact(Math.min(Long.parseLong(micros), 1L << 53), 1_000L)));
    }

    /** Whether there is one. */
    boolean listens() {
        return this != NONE;
    }

    /** Within which it wants to hear that the process moves; empty when it does not ask. */
    Optional<Duration> watchdog() {
        return watchdog;
    }

    /** Requests are answered from now on. */
    synchronized void ready(String status) {
        ready = true;
        readyIsDue = !send("READY=1\nSTATUS=" + sentence(status));
    }

    /**
     * Reads the configuration again and tells that it does. Before the start has ended nothing is told: the answer to a
     * reload is the same READY=1 that ends a start.
     *
     * @return what the reading returned: why it was refused
     */
    Optional<String> reload(Supplier<Optional<String>> read) {
        boolean told = begins();
        Optional<String> refused = read.get();
        if (told) {
            synchronized (this) {
                readyIsDue = !send("READY=1\nSTATUS="
                        + sentence(
                                refused.map(why -> "The new configuration is refused, the old one is in force: " + why)
                                        .orElse("The configuration was read again")));
            }
        }
        return refused;
    }

    private synchronized boolean begins() {
        // The time is for Type=notify-reload, which takes no answer for one that was sent before it asked.
        return ready && send("RELOADING=1\nMONOTONIC_USEC=" + MonotonicClock.nanos() / 1_000);
    }

    /** The end has begun. */
    synchronized void stopping() {
        ready = false;
        send("STOPPING=1\nSTATUS=Ending: what is in hand is stored first");
    }

    /** The process moves, which is what the watchdog wants to hear. */
    synchronized void alive(String status) {
        String rest = "WATCHDOG=1\nSTATUS=" + sentence(status);
        if (readyIsDue) {
            readyIsDue = !send("READY=1\n" + rest);
        } else {
            send(rest);
        }
    }

    /** What goes on, and nothing else. */
    synchronized void status(String status) {
        send("STATUS=" + sentence(status));
    }

    /** One line: what a task or a file is named must not become a line of its own, such as WATCHDOG=1. */
    private static String sentence(String text) {
        return text.replaceAll("[\\p{Cntrl}]+", " ");
    }

    private boolean send(String message) {
        try {
            line.send(message);
            failing = false;
            return true;
        } catch (IOException | RuntimeException e) {
            if (!failing) {
                LOG.atWarn()
                        .addKeyValue("error", e.getMessage())
                        .log("the service manager cannot be told how things are (NOTIFY_SOCKET); it is tried again");
            }
            failing = true;
            return false;
        }
    }
}
