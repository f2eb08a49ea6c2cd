package io.loadmonitor.web;

import io.loadmonitor.guard.Guard;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jetty.server.Request;

/**
 * Who asks, as far as the {@link Gate} found out.
 *
 * @param admitted whether the gate lets the request in; false until it has
 * @param proven whether the client has proven who it is, by a password or a certificate
 * @param headers of the answer, in place of the server's own
 */
record Visitor(boolean admitted, boolean proven, Map<String, String> headers) {
    private static final String ATTRIBUTE = Visitor.class.getName();

    static Visitor waiting(Guard.Watch watch) {
        return new Visitor(false, false, watch.settings().headers());
    }

    Visitor admitted(boolean proven) {
        return new Visitor(true, proven, headers);
    }

    void enter(Request request) {
        request.setAttribute(ATTRIBUTE, this);
    }

    static Optional<Visitor> of(Request request) {
        return Optional.ofNullable((Visitor) request.getAttribute(ATTRIBUTE));
    }

    static Optional<Visitor> of(HttpServletRequest request) {
        return Optional.ofNullable((Visitor) request.getAttribute(ATTRIBUTE));
    }
}
