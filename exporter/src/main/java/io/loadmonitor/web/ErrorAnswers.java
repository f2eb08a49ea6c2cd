package io.loadmonitor.web;

import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.MethodNotAllowedResponse;
import io.loadmonitor.archive.ArchiveException;
import io.loadmonitor.fleet.FleetException;
import io.loadmonitor.guard.Denial;
import io.loadmonitor.web.json.ErrorAnswer;
import io.loadmonitor.web.view.ErrorPage;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.function.Consumer;
import org.eclipse.jetty.ee10.servlet.ServletContextResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns what handlers throw into answers: JSON below /api, else a page for browsers and JSON for the rest. */
final class ErrorAnswers {
    private static final Logger LOG = LoggerFactory.getLogger(ErrorAnswers.class);

    private static final String FAULT = "The exporter failed to answer this. Its log says why.";

    private final Json json;
    private final PageRenderer pages;
    private final Consumer<Denial> denials;

    /** @param denials is told of each request that is refused because of who sent it */
    ErrorAnswers(Json json, PageRenderer pages, Consumer<Denial> denials) {
        this.denials = denials;
        this.json = json;
        this.pages = pages;
    }

    void refused(Refusal refusal, Context context) {
        refusal.denial().ifPresent(denials);
        answer(context, refusal.problem(), refusal.headers());
    }

    /** The archive is full, broken or closed: the reason is logged, the client may come again. */
    void archiveFailed(ArchiveException failure, Context context) {
        if (failure.reason() == ArchiveException.Reason.CLOSED) {
            answer(context, 503, "unavailable", "The exporter is shutting down.", Map.of("Retry-After", "10"));
            return;
        }
        LOG.error(
                "{} {}: the archive does not answer: {}",
                context.req().getMethod(),
                QuotedText.of(context.path()),
                failure.getMessage());
        LOG.debug("the archive does not answer", failure);
        answer(
                context,
                503,
                "archive_failed",
                "The archive does not answer (" + failure.reason() + "). The log says more.",
                Map.of("Retry-After", "30"));
    }

    /** The fleet's store has no answer: the reason is logged, the client may come again. */
    void storeFailed(FleetException failure, Context context) {
        LOG.error(
                "{} {}: the fleet's store does not answer: {}",
                context.req().getMethod(),
                QuotedText.of(context.path()),
                failure.getMessage());
        answer(
                context,
                503,
                "store_failed",
                "The fleet's store does not answer (" + failure.reason().word() + "). The log says more.",
                Map.of("Retry-After", "10"));
    }

    /** No such path, or not by this method. */
    void unrouted(HttpResponseException answer, Context context) {
        if (answer instanceof MethodNotAllowedResponse) {
            String allowed = String.join(", ", answer.getDetails().values());
            answer(
                    context,
                    405,
                    "method_not_allowed",
                    QuotedText.of(context.req().getMethod()) + " is not possible here, only " + allowed + ".",
                    Map.of("Allow", allowed));
            return;
        }
        if (answer.getStatus() == 404) {
            answer(context, 404, "not_found", "There is nothing at " + QuotedText.of(context.path()) + ".", Map.of());
            return;
        }
        answer(context, answer.getStatus(), "refused", String.valueOf(answer.getMessage()), Map.of());
    }

    /** A fault of this program: the log has the stack trace, the client does not. */
    void failed(Exception fault, Context context) {
        LOG.error("{} {} failed", context.req().getMethod(), QuotedText.of(context.path()), fault);
        answer(context, 500, "internal_error", FAULT, Map.of());
    }

    /**
     * Most of all an answer that needs more memory than {@code -Xmx} allows. What was sent of it ends in the middle, so
     * that no client takes it for whole.
     */
    void broken(HttpServletResponse response, Error error) {
        LOG.error("An answer broke off", error);
        if (response.isCommitted()) {
            // To throw it again would have Javalin come here again, for ever.
            ServletContextResponse.getServletContextResponse(response)
                    .getRequest()
                    .getConnectionMetaData()
                    .getConnection()
                    .getEndPoint()
                    .close(error);
            return;
        }
        boolean memory = error instanceof OutOfMemoryError;
        byte[] body = json.write(
                memory
                        ? ErrorAnswer.of(
                                503, "out_of_memory", "The answer needs more memory than the exporter may take (-Xmx).")
                        : ErrorAnswer.of(500, "internal_error", FAULT));
        try {
            response.resetBuffer();
            response.setHeader("Content-Disposition", null);
            response.setStatus(memory ? 503 : 500);
            response.setContentType(Json.CONTENT_TYPE);
            response.getOutputStream().write(body);
        } catch (IOException gone) {
            LOG.debug("the client went away", gone);
        }
    }

    private void answer(Context context, int status, String code, String message, Map<String, String> headers) {
        answer(context, ErrorAnswer.of(status, code, message).error(), headers);
    }

    private void answer(Context context, ErrorAnswer.Problem problem, Map<String, String> headers) {
        PostAudit.code(context, problem.code());
        headers.forEach(context::header);
        if (wantsPage(context)) {
            pages.answer(context, problem.status(), new ErrorPage(problem.status(), problem.message()));
        } else {
            json.answer(context, problem.status(), new ErrorAnswer(problem));
        }
    }

    private static boolean wantsPage(Context context) {
        String accept = context.header("Accept");
        return !context.path().startsWith("/api/") && accept != null && accept.contains("text/html");
    }
}
