package io.loadmonitor.app;

import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.dump.CauseFileException;
import io.loadmonitor.metrics.ConfigReload;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The configuration and the causes that hold now. They are replaced whole or not at all. Safe for use by several
 * threads.
 */
final class ConfigInForce {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigInForce.class);

    private final @Nullable Path file;
    private final @Nullable Path causesFile;
    private final Clock clock;
    private volatile InForce inForce;
    private volatile ConfigReload lastReload;
    /** Guarded by this. */
    private Consumer<Config> parts = config -> {};

    private record InForce(Config config, CauseCatalogue causes) {}

    private ConfigInForce(@Nullable Path file, @Nullable Path causesFile, InForce inForce, Clock clock) {
        this.file = file;
        this.causesFile = causesFile;
        this.inForce = inForce;
        this.clock = clock;
        this.lastReload = new ConfigReload(true, clock.instant());
    }

    /**
     * Reads the files.
     *
     * @param file null for the defaults
     * @param causesFile causes of the user's own; null for none
     * @param clock tells when they were read
     * @throws ConfigException with every problem of both
     */
    static ConfigInForce read(@Nullable Path file, @Nullable Path causesFile, Clock clock) throws ConfigException {
        return new ConfigInForce(file, causesFile, readBoth(file, causesFile), clock);
    }

    private static InForce readBoth(@Nullable Path file, @Nullable Path causesFile) throws ConfigException {
        List<String> problems = new ArrayList<>();
        Config config = Config.defaults();
        CauseCatalogue causes = CauseCatalogue.standard();
        try {
            config = file == null ? config : ConfigFile.read(file);
        } catch (ConfigException e) {
            problems.addAll(e.problems());
        }
        try {
            causes = causesFile == null ? causes : causes.with(causesFile);
        } catch (CauseFileException e) {
            problems.addAll(e.problems());
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return new InForce(config, causes);
    }

    Config current() {
        return inForce.config();
    }

    /** The causes by which dumps are explained now. */
    CauseCatalogue causes() {
        return inForce.causes();
    }

    /** How the last reading went, that of the start included. To be told that there is no file is no reading. */
    ConfigReload lastReload() {
        return lastReload;
    }

    /** For the log. */
    String causesName() {
        return causesFile == null ? "standard" : causesFile.toString();
    }

    /** For the log. */
    String name() {
        return file == null ? "defaults" : file.toString();
    }

    boolean hasFiles() {
        return file != null || causesFile != null;
    }

    /**
     * Has the parts told what holds from now on, after every reload; one at a time, and replaces who was told before.
     */
    synchronized void onReload(Consumer<Config> tell) {
        parts = tell;
    }

    /**
     * Reads the files again and puts them in force: all but the limits that a part takes when it is made. A change of
     * those is told and waits for the next start.
     *
     * @return why they are refused, with the old configuration and the old causes still in force
     */
    synchronized Optional<String> reload() {
        if (!hasFiles()) {
            return Optional.of("there is no file to read again: the exporter was started without --config.file,"
                    + " --causes.file, --web.config.file and --web.access.file");
        }
        boolean inForceNow = false;
        try {
            InForce read = readBoth(file, causesFile);
            Config next = read.config();
            Config current = inForce.config();
            List<String> later = next.limits().changedForNextStart(current.limits());
            if (!later.isEmpty()) {
                LOG.atWarn()
                        .addKeyValue("config", name())
                        .addKeyValue("settings", String.join(",", later))
                        .log("these changes hold from the next start on; all others hold now");
            }
            inForce = new InForce(
                    new Config(
                            next.rules(),
                            next.triggers(),
                            next.incidents(),
                            next.retention(),
                            next.limits().asFarAsLive(current.limits())),
                    read.causes());
            parts.accept(inForce.config());
            inForceNow = true;
            return Optional.empty();
        } catch (ConfigException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        } finally {
            // Only now: a scrape in the midst of a reload that succeeds must not see one that failed.
            lastReload = inForceNow
                    ? new ConfigReload(true, clock.instant())
                    : new ConfigReload(false, lastReload.lastSuccess());
        }
    }
}
