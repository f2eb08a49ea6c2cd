package io.loadmonitor.web;

import io.loadmonitor.guard.Guard;
import io.loadmonitor.web.json.ErrorAnswer;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Answers what never reaches a route: headers too large, bad request lines, faults in the server itself. JSON, no
 * details.
 */
final class ProtocolErrors implements Request.Handler {
    private final Json json;
    private final Guard guard;

    ProtocolErrors(Json json, Guard guard) {
        this.json = json;
        this.guard = guard;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        int status = response.getStatus();
        SecurityHeaders.with(guard.current().settings().headers()).forEach(response.getHeaders()::put);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, Json.CONTENT_TYPE);
        response.write(true, ByteBuffer.wrap(body(status)), callback);
        return true;
    }

    private byte[] body(int status) {
        return json.write(ErrorAnswer.of(
                status, status >= 500 ? "internal_error" : "bad_request", HttpStatus.getMessage(status) + "."));
    }
}
