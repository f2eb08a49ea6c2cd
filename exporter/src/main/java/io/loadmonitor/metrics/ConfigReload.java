package io.loadmonitor.metrics;

import java.time.Instant;

/**
 * How the last reading of the configuration went.
 *
 * @param successful what was read is in force
 * @param lastSuccess when it was last read and put in force; the start is the first time
 */
public record ConfigReload(boolean successful, Instant lastSuccess) {
    /**
     * The same for it together with other files.
     *
     * @param others whether what was read of these is in force
     */
    public ConfigReload and(boolean others) {
        return new ConfigReload(successful && others, lastSuccess);
    }
}
