package io.loadmonitor.web;

import io.loadmonitor.guard.AccessRules;
import io.loadmonitor.guard.Caller;
import io.loadmonitor.guard.Guard;
import jakarta.servlet.http.HttpServletRequest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jetty.server.Request;

/**
 * Who asks, as far as the {@link Gate} found out.
 *
 * @param admitted whether the gate lets the request in; false until it has
 * @param proven whether the client has proven who it is, by a password, a token or a certificate
 * @param access who may do what; empty where whoever has proven who it is may do everything
 * @param headers of the answer, in place of the server's own
 */
record Visitor(
        boolean admitted, boolean proven, Caller caller, Optional<AccessRules> access, Map<String, String> headers) {
    private static final String ATTRIBUTE = Visitor.class.getName();

    static Visitor waiting(Guard.Watch watch, Request request) {
        return new Visitor(
                false,
                false,
                Caller.at(address(request)),
                watch.access(),
                watch.settings().headers());
    }

    private static Optional<InetAddress> address(Request request) {
        return request.getConnectionMetaData().getRemoteSocketAddress() instanceof InetSocketAddress peer
                ? Optional.ofNullable(peer.getAddress())
                : Optional.empty();
    }

    /** With a certificate of a known authority. */
    Visitor certified(List<String> names) {
        return new Visitor(admitted, true, caller.withCertificates(names), access, headers);
    }

    Visitor as(Caller known) {
        return new Visitor(admitted, true, known, access, headers);
    }

    Visitor letIn() {
        return new Visitor(true, proven, caller, access, headers);
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
