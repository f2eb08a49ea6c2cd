package io.loadmonitor.app;

import java.time.Duration;

/**
 * How much the exporter takes on.
 *
 * @param waitingCaptures captures that may wait for their turn, 1 to 100000; an alert that would be one more gets a 503
 * @param manualSpacing least time between two dumps asked for by {@code POST /api/v1/dumps}
 * @param procfsTime longest time that a walk of /proc may take, for a dump and for counting tasks
 * @param procfsTasks most tasks in a dump from /proc, 1 to 100000
 * @param requestBodyBytes largest request body, 1 KB to 64 MB
 */
record Limits(int waitingCaptures, Duration manualSpacing, Duration procfsTime, int procfsTasks, int requestBodyBytes) {
    static Limits defaults() {
        return new Limits(1_000, Duration.ofSeconds(1), Duration.ofSeconds(2), 10_000, 1 << 20);
    }
}
