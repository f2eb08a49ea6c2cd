package io.loadmonitor.app;

import java.util.logging.LogManager;

/**
 * Keeps the log open while the JVM shuts down: Java's own log manager closes it first thing, beside all other hooks.
 */
public final class LastingLogManager extends LogManager {
    /** Made by {@code java.util.logging} from its name. */
    public LastingLogManager() {}

    /** Does nothing: the exporter sets up its log once, and the process ends with it. */
    @Override
    public void reset() {}
}
