package io.loadmonitor.app;

import io.loadmonitor.guard.AuditLog;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Serves until the process is told to end. */
@Command(
        name = "serve",
        description = "Serve metrics, take alerts, archive dumps (what happens without a command).",
        abbreviateSynopsis = true,
        showDefaultValues = true)
final class ServeCommand implements Callable<Integer> {
    /** The server runs on in threads of its own; the process must not be ended. */
    static final int SERVING = -1;

    private static final int CANNOT_START = 1;

    /** 128 and the number of SIGTERM, as without this. */
    private static final int ENDED_BY_SIGTERM = 143;

    /** Less than the 15 s after which the unit's systemd kills. */
    private static final Duration MOST_ENDING = Duration.ofSeconds(12);

    private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);

    @Mixin
    HelpOption help = new HelpOption();

    @Mixin
    ServeOptions options = new ServeOptions();

    @Override
    public Integer call() {
        return serve(options, Clock.systemUTC());
    }

    static int serve(ServeOptions options, Clock clock) {
        options.log.install();
        LastResort.install();
        Supervisor supervisor =
                Supervisor.of(System.getenv(), ProcessHandle.current().pid());
        try {
            ConfigInForce config = ConfigInForce.read(options.configFile, options.causesFile, clock);
            // Before the start, so that a signal in its midst does not end the process.
            BySignal signal = new BySignal(config::reload, config.name());
            ReloadSignal.heard(() -> supervisor.reload(signal::reload));
            Exporter exporter = Exporter.start(options, config, System.getenv(), supervisor, clock);
            signal.reload = exporter::reload;
            // Now, when what it needs to serve has been used.
            options.memoryLock.apply();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> end(exporter, supervisor), "shutdown"));
            return SERVING;
        } catch (ConfigException e) {
            supervisor.status("Cannot start: " + e.getMessage());
            String.valueOf(e.getMessage()).lines().forEach(LOG::error);
            return CANNOT_START;
        } catch (StartException e) {
            supervisor.status("Cannot start: " + e.getMessage());
            String.valueOf(e.getMessage()).lines().forEach(LOG::error);
            LOG.debug("the cause of the failed start", e.getCause());
            return CANNOT_START;
        }
    }

    /** What SIGHUP does. */
    private static final class BySignal {
        private final AuditLog audit = new AuditLog(System::nanoTime);
        private final String config;

        /** Other files are read as well once the server is there. */
        volatile Supplier<Optional<String>> reload;

        BySignal(Supplier<Optional<String>> reload, String config) {
            this.reload = reload;
            this.config = config;
        }

        Optional<String> reload() {
            Optional<String> refused = reload.get();
            audit.write(new AuditLog.Entry(
                    AuditLog.Action.RELOAD,
                    refused.isEmpty(),
                    "signal:HUP",
                    "",
                    config,
                    refused.isEmpty() ? "in force" : "reload_failed"));
            return refused;
        }
    }

    /**
     * In order where that is possible. A disk that does not answer must not hold the end: what the archive has accepted
     * survives a kill, and so it survives this.
     */
    private static void end(Exporter exporter, Supervisor supervisor) {
        LOG.info("told to end");
        supervisor.stopping();
        Thread ending = new Thread(exporter::close, "ending");
        ending.setDaemon(true);
        ending.start();
        try {
            ending.join(MOST_ENDING.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (ending.isAlive()) {
            LOG.warn("Not everything could be ended in {} s; the process ends without it", MOST_ENDING.toSeconds());
            Runtime.getRuntime().halt(ENDED_BY_SIGTERM);
        }
        LOG.info("ended");
    }
}
