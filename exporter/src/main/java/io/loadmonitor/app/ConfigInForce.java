package io.loadmonitor.app;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The configuration that holds now. It is replaced whole or not at all. Safe for use by several threads. */
final class ConfigInForce {
    private static final Logger LOG = Logger.getLogger(ConfigInForce.class.getName());

    private final @Nullable Path file;
    private volatile Config current;
    /** Guarded by this. */
    private Consumer<Config> parts = config -> {};

    private ConfigInForce(@Nullable Path file, Config current) {
        this.file = file;
        this.current = current;
    }

    /**
     * Reads the file.
     *
     * @param file null for the defaults
     * @throws ConfigException with every problem
     */
    static ConfigInForce read(@Nullable Path file) throws ConfigException {
        return new ConfigInForce(file, file == null ? Config.defaults() : ConfigFile.read(file));
    }

    Config current() {
        return current;
    }

    /** For the log. */
    String name() {
        return file == null ? "defaults" : file.toString();
    }

    /** Has the parts told what holds from now on, after every reload; one at a time, and replaces who was told before. */
    synchronized void onReload(Consumer<Config> tell) {
        parts = tell;
    }

    /**
     * Reads the file again and puts it in force: all but the limits that a part takes when it is made. A change of those is
     * told and waits for the next start.
     *
     * @return why the file is refused, with the old configuration still in force
     */
    synchronized Optional<String> reload() {
        if (file == null) {
            return Optional.of("there is no configuration file: the exporter was started without --config.file");
        }
        try {
            Config next = ConfigFile.read(file);
            List<String> later = next.limits().changedForNextStart(current.limits());
            if (!later.isEmpty()) {
                LogFields.of("config", file)
                        .and("settings", String.join(",", later))
                        .warn(LOG, "these changes hold from the next start on; all others hold now");
            }
            current = new Config(next.rules(), next.retention(), next.limits().asFarAsLive(current.limits()));
            parts.accept(current);
            return Optional.empty();
        } catch (ConfigException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }
}
