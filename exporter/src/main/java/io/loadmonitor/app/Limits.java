package io.loadmonitor.app;

import io.loadmonitor.archive.ArchiveSettings;
import io.loadmonitor.capture.ProcfsLimits;
import io.loadmonitor.incident.CaptureSettings;
import io.loadmonitor.web.WebSettings;
import java.time.Duration;

/**
 * How much the exporter takes on.
 *
 * @param waitingCaptures captures that may wait for their turn; an alert that would be one more gets a 503
 * @param manualSpacing least time between two dumps asked for by {@code POST /api/v1/dumps}
 * @param procfs what a dump from /proc may cost; its time limit holds for counting tasks too
 * @param requestBodyBytes largest request body
 */
record Limits(int waitingCaptures, Duration manualSpacing, ProcfsLimits procfs, int requestBodyBytes) {
    static Limits defaults() {
        return new Limits(
                ArchiveSettings.DEFAULT_MAX_WAITING,
                CaptureSettings.DEFAULT.minSpacing(),
                ProcfsLimits.DEFAULT,
                WebSettings.DEFAULT_MAX_BODY_BYTES);
    }
}
