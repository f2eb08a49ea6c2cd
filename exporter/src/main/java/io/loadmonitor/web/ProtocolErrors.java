package io.loadmonitor.web;

import io.loadmonitor.web.json.ErrorAnswer;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** Answers what never reaches a route: headers too large, bad request lines, faults in the server itself. JSON, no details. */
final class ProtocolErrors extends ErrorHandler {
    private final Json json;

    ProtocolErrors(Json json) {
        this.json = json;
    }

    @Override
    protected void generateResponse(
            Request request, Response response, int status, @Nullable String message, @Nullable Throwable cause,
            Callback callback) {
        SecurityHeaders.ALL.forEach(response.getHeaders()::put);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        Content.Sink.write(response, true, ByteBuffer.wrap(body(status)), callback);
    }

    @Override
    public ByteBuffer badMessageError(int status, @Nullable String reason, HttpFields.Mutable fields) {
        SecurityHeaders.ALL.forEach(fields::put);
        fields.put(HttpHeader.CONTENT_TYPE, "application/json");
        return ByteBuffer.wrap(body(status));
    }

    private byte[] body(int status) {
        return json.write(ErrorAnswer.of(status, status >= 500 ? "internal_error" : "bad_request",
                HttpStatus.getMessage(status) + "."));
    }
}
