package io.loadmonitor.archive;

import java.nio.file.Path;

/**
 * Where the archive is and how large it may grow.
 *
 * @param file the SQLite file; made, with its folder, where there is none
 * @param host whose alerts and dumps are stored; several hosts may share one database later
 * @param retention what is kept
 * @param maxWaiting captures that may wait at a time, 1 or more; an alert that would be one more is refused
 */
public record ArchiveSettings(Path file, String host, Retention retention, int maxWaiting) {
    /** Captures that may wait at a time unless told otherwise. */
    public static final int DEFAULT_MAX_WAITING = 1000;

    public ArchiveSettings {
        file = file.toAbsolutePath().normalize();
        if (file.toString().indexOf('?') >= 0) {
            // The driver takes what follows a question mark for parameters.
            throw new IllegalArgumentException("the archive's path must not contain a question mark: " + file);
        }
        if (host.isEmpty()) {
            throw new IllegalArgumentException("the host's name is empty");
        }
        if (maxWaiting < 1) {
            throw new IllegalArgumentException("maxWaiting is " + maxWaiting + ", but must be 1 or more");
        }
    }

    public ArchiveSettings(Path file, String host, Retention retention) {
        this(file, host, retention, DEFAULT_MAX_WAITING);
    }
}
