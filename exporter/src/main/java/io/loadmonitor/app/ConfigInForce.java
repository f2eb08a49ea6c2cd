package io.loadmonitor.app;

import java.nio.file.Path;
import java.util.Optional;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The configuration that holds now. It is replaced whole or not at all. Safe for use by several threads. */
final class ConfigInForce {
    private static final Logger LOG = Logger.getLogger(ConfigInForce.class.getName());

    private final @Nullable Path file;
    private volatile Config current;

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

    /**
     * Reads the file again and puts its rules in force. Retention and limits are given to the parts when they are made, so
     * a change of them is told and waits for the next start.
     *
     * @return why the file is refused, with the old configuration still in force
     */
    synchronized Optional<String> reload() {
        if (file == null) {
            return Optional.of("there is no configuration file: the exporter was started without --config.file");
        }
        try {
            Config next = ConfigFile.read(file);
            if (!next.retention().equals(current.retention()) || !next.limits().equals(current.limits())) {
                LogFields.of("config", file).warn(LOG, "changes of retention and limits hold from the next start on");
            }
            current = new Config(next.rules(), current.retention(), current.limits());
            return Optional.empty();
        } catch (ConfigException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }
}
