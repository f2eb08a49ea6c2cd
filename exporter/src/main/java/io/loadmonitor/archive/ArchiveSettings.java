package io.loadmonitor.archive;

import java.nio.file.Path;

/**
 * Where the archive is and how large it may grow.
 *
 * @param file the SQLite file; made, with its folder, where there is none
 * @param host whose alerts and dumps are stored; several hosts may share one database later
 * @param retention what is kept
 * @param limits on captures
 */
public record ArchiveSettings(Path file, String host, Retention retention, CaptureLimits limits) {
    public ArchiveSettings {
        file = file.toAbsolutePath().normalize();
        if (file.toString().indexOf('?') >= 0) {
            // The driver takes what follows a question mark for parameters.
            throw new IllegalArgumentException("the archive's path must not contain a question mark: " + file);
        }
        if (host.isEmpty()) {
            throw new IllegalArgumentException("the host's name is empty");
        }
    }

    public ArchiveSettings(Path file, String host, Retention retention) {
        this(file, host, retention, CaptureLimits.DEFAULT);
    }
}
