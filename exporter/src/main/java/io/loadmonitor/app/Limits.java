package io.loadmonitor.app;

import io.loadmonitor.archive.CaptureLimits;
import io.loadmonitor.capture.ProcfsLimits;
import io.loadmonitor.web.WebSettings;
import java.util.ArrayList;
import java.util.List;

/**
 * How much the exporter takes on.
 *
 * @param captures how many dumps
 * @param procfs what a dump from /proc may cost; its time limit holds for counting tasks too
 * @param requestBodyBytes largest request body
 */
record Limits(CaptureLimits captures, ProcfsLimits procfs, int requestBodyBytes) {
    static Limits defaults() {
        return new Limits(CaptureLimits.DEFAULT, ProcfsLimits.DEFAULT, WebSettings.DEFAULT_MAX_BODY_BYTES);
    }

    /** These, with those of {@code running} that a part takes when it is made. */
    Limits asFarAsLive(Limits running) {
        return new Limits(captures, running.procfs, running.requestBodyBytes);
    }

    /** The settings that {@link #asFarAsLive} leaves as they are though these say otherwise. */
    List<String> changedForNextStart(Limits running) {
        List<String> settings = new ArrayList<>();
        if (!procfs.time().equals(running.procfs.time())) {
            settings.add("limits.procfs_time");
        }
        if (procfs.maxTasks() != running.procfs.maxTasks()) {
            settings.add("limits.procfs_tasks");
        }
        if (requestBodyBytes != running.requestBodyBytes) {
            settings.add("limits.request_body");
        }
        return settings;
    }
}
