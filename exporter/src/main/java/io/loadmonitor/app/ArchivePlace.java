package io.loadmonitor.app;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the archive is, and why there.
 *
 * @param why for the log
 */
record ArchivePlace(Path file, String why) {
    private static final String NAME = "archive.db";

    /**
     * Takes the flag's value, else the first place that fits.
     *
     * @param flag null when it was not given
     * @param environment of the process
     */
    static ArchivePlace choose(@Nullable Path flag, Map<String, String> environment) {
        return choose(flag, environment, Path.of("/var/lib"));
    }

    /** @param systemState where system services keep their state, {@code /var/lib} */
    static ArchivePlace choose(@Nullable Path flag, Map<String, String> environment, Path systemState) {
        if (flag != null) {
            return new ArchivePlace(flag.toAbsolutePath(), "--archive.path");
        }
        // systemd gives the folders of StateDirectory=, separated by colons.
        String given = environment.getOrDefault("STATE_DIRECTORY", "").split(":", 2)[0];
        if (!given.isEmpty()) {
            return new ArchivePlace(Path.of(given, NAME), "$STATE_DIRECTORY");
        }
        Path ofSystem = systemState.resolve("load-monitor");
        if (Files.isWritable(Files.exists(ofSystem) ? ofSystem : systemState)) {
            return new ArchivePlace(ofSystem.resolve(NAME), "default");
        }
        String xdg = environment.getOrDefault("XDG_STATE_HOME", "");
        if (!xdg.isEmpty()) {
            return new ArchivePlace(
                    Path.of(xdg, "load-monitor", NAME), "$XDG_STATE_HOME, as " + ofSystem + " cannot be written");
        }
        String home = environment.getOrDefault("HOME", "");
        if (home.isEmpty()) {
            // Not below /tmp: a name that anybody can make first.
            return new ArchivePlace(ofSystem.resolve(NAME), "default, as HOME is not set");
        }
        return new ArchivePlace(
                Path.of(home, ".local", "state", "load-monitor", NAME), "home, as " + ofSystem + " cannot be written");
    }
}
