package io.loadmonitor.web;

import io.loadmonitor.archive.Archive;
import io.loadmonitor.desk.AlertDesk;
import io.loadmonitor.desk.CaptureDesk;
import io.loadmonitor.desk.IncidentReporter;
import io.loadmonitor.dump.CauseCatalogue;
import java.time.Clock;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/**
 * What the server serves.
 *
 * @param webhookAnswers is told the status code of each answer to {@code POST /api/v1/alerts}, refusals included
 * @param causes by which dumps are explained now
 * @param clock for durations on pages and Retry-After
 */
public record WebParts(
        Archive archive,
        AlertDesk alertDesk,
        CaptureDesk captureDesk,
        MetricsSource metrics,
        StatusSource status,
        Reload reload,
        IntConsumer webhookAnswers,
        Supplier<CauseCatalogue> causes,
        IncidentReporter reporter,
        Clock clock) {}
