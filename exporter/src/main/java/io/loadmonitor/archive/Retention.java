package io.loadmonitor.archive;

import java.time.Duration;

/**
 * How much is kept. The oldest dumps go first, as soon as one of the bounds is passed.
 *
 * @param maxDumps 1 or more
 * @param maxAge of a dump, since it was taken or stored, whichever was later
 * @param maxIncidentAge of an incident since it ended, with what its dumps told; no less than maxAge holds
 * @param maxBytes of the database file, 1 MiB or more
 * @param minFreeDiskBytes what the archive leaves free on its file system: under it no new dump is stored; 0 for no
 *     floor
 * @param freeDiskByDeleting whether old dumps (never the newest ten) are deleted under it
 */
public record Retention(
        int maxDumps,
        Duration maxAge,
        Duration maxIncidentAge,
        long maxBytes,
        long minFreeDiskBytes,
        boolean freeDiskByDeleting) {
    /** Five years: longer than the texts, for it takes a few kB. */
    public static final Duration INCIDENT_AGE = Duration.ofDays(1825);

    /** 1,000 dumps, 30 days, incidents of five years, 1 GiB, and 256 MiB left free. */
    public static final Retention DEFAULT = new Retention(1000, Duration.ofDays(30), 1L << 30, 256L << 20);

    /** That deletes nothing for want of free disk. */
    public Retention(int maxDumps, Duration maxAge, long maxBytes, long minFreeDiskBytes) {
        this(maxDumps, maxAge, INCIDENT_AGE, maxBytes, minFreeDiskBytes, false);
    }

    public Retention {
        require(maxDumps >= 1, "maxDumps is " + maxDumps + ", but must be 1 or more");
        require(!maxAge.isNegative() && !maxAge.isZero(), "maxAge is " + maxAge + ", but must be more than 0");
        require(
                maxAge.compareTo(Duration.ofDays(36_500)) <= 0,
                "maxAge is " + maxAge + ", but must be 100 years or less");
        require(
                !maxIncidentAge.isNegative() && maxIncidentAge.compareTo(Duration.ofDays(36_500)) <= 0,
                "maxIncidentAge is " + maxIncidentAge + ", but must be 0 to 100 years");
        require(maxBytes >= 1 << 20, "maxBytes is " + maxBytes + ", but must be 1048576 or more");
        require(minFreeDiskBytes >= 0, "minFreeDiskBytes is " + minFreeDiskBytes + ", but must be 0 or more");
    }

    /** How long an incident is kept: no dump outlives its own. */
    Duration incidentAge() {
        return maxIncidentAge.compareTo(maxAge) < 0 ? maxAge : maxIncidentAge;
    }

    private static void require(boolean held, String otherwise) {
        if (!held) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
