package io.loadmonitor.app;

import java.time.Clock;
import java.util.concurrent.Callable;
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
        try {
            ConfigInForce config = ConfigInForce.read(options.configFile, options.causesFile, clock);
            // Before the start, so that a signal in its midst does not end the process.
            ReloadSignal.heard(config::reload);
            Exporter exporter = Exporter.start(options, config, System.getenv(), clock);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> end(exporter), "shutdown"));
            return SERVING;
        } catch (ConfigException e) {
            String.valueOf(e.getMessage()).lines().forEach(LOG::error);
            return CANNOT_START;
        } catch (StartException e) {
            LOG.error(e.getMessage());
            LOG.debug("the cause of the failed start", e.getCause());
            return CANNOT_START;
        }
    }

    private static void end(Exporter exporter) {
        LOG.info("told to end");
        exporter.close();
        LOG.info("ended");
    }
}
