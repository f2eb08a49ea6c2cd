package io.loadmonitor.web;

import io.loadmonitor.archive.Archive;
import io.loadmonitor.desk.AlertDesk;
import io.loadmonitor.desk.CaptureDesk;
import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.guard.AuditLog;
import io.loadmonitor.guard.Denial;
import io.loadmonitor.report.IncidentReporter;
import java.time.Clock;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/**
 * What the server serves.
 *
 * @param webhookAnswers is told the status code of each answer to {@code POST /api/v1/alerts}, refusals included
 * @param causes by which dumps are explained now
 * @param denials is told of each request that was refused because of who sent it
 * @param audit is told of each request that would change something
 * @param clock for durations on pages and Retry-After
 */
public record WebParts(
        Archive archive,
        AlertDesk alertDesk,
        CaptureDesk captureDesk,
        MetricsSource metrics,
        StatusSource status,
        LoadSource load,
        Reload reload,
        IntConsumer webhookAnswers,
        Supplier<CauseCatalogue> causes,
        IncidentReporter reporter,
        Consumer<Denial> denials,
        AuditLog audit,
        Clock clock) {}
