package io.loadmonitor.app;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The whole exporter within the test's own process, so that the test can move its clock: days pass in moments. The
 * program has no flag for that. What it measures by a clock that never goes back (load ticks, pauses) goes on as it
 * does.
 */
public final class InProcessExporter implements AutoCloseable {
    private final Exporter exporter;
    private final MovedClock clock;
    private final URI address;

    private InProcessExporter(Exporter exporter, MovedClock clock, URI address) {
        this.exporter = exporter;
        this.clock = clock;
        this.address = address;
    }

    /**
     * Returns when it serves.
     *
     * @param port on loopback, free
     * @param arguments flags as on the command line, but for the address
     */
    public static InProcessExporter start(int port, String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("serve", "--web.listen-address=127.0.0.1:" + port));
        all.addAll(List.of(arguments));
        ServeCommand command = (ServeCommand) Main.commandLine()
                .parseArgs(all.toArray(String[]::new))
                .subcommand()
                .commandSpec()
                .userObject();
        MovedClock clock = new MovedClock();
        ServeOptions options = command.options;
        ConfigInForce config = ConfigInForce.read(options.configFile, options.causesFile, clock);
        return new InProcessExporter(
                Exporter.start(options, config, Map.of(), Supervisor.NONE, clock, clock::nanos),
                clock,
                URI.create("http://127.0.0.1:" + port));
    }

    public URI address() {
        return address;
    }

    /** From now on its clock is ahead by so much more. */
    public void pass(Duration time) {
        clock.ahead.updateAndGet(ahead -> ahead.plus(time));
    }

    /** By its clock. */
    public Instant now() {
        return clock.instant();
    }

    @Override
    public void close() {
        exporter.close();
    }

    /** The system's, moved ahead. */
    private static final class MovedClock extends Clock {
        private final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);

        @Override
        public Instant instant() {
            return Instant.now().plus(ahead.get());
        }

        /** It is moved as time passes, not as a clock is set. */
        long nanos() {
            return System.nanoTime() + ahead.get().toNanos();
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }
    }
}
