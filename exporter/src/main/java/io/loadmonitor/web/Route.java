package io.loadmonitor.web;

import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import io.loadmonitor.guard.Role;
import java.util.Optional;

/**
 * One thing that the server answers.
 *
 * @param path with parameters in braces
 * @param role that a client needs for it
 * @param lane in which its requests wait for their turn; empty where none has to wait
 * @param takesBody whether the body of a request is read
 */
record Route(
        HandlerType method,
        String path,
        Role role,
        Audience audience,
        Optional<Lane> lane,
        boolean takesBody,
        Handler handler) {
    static Route get(String path, Role role, Audience audience, Lane lane, Handler handler) {
        return new Route(HandlerType.GET, path, role, audience, Optional.of(lane), false, handler);
    }

    /** For those who read, wherever that is not said otherwise on the host itself. */
    static Route read(String path, Lane lane, Handler handler) {
        return get(path, Role.READ, Audience.LOCAL, lane, handler);
    }

    static Route post(String path, Role role, Lane lane, boolean takesBody, Handler handler) {
        return new Route(HandlerType.POST, path, role, Audience.LOCAL, Optional.of(lane), takesBody, handler);
    }

    /** One that needs so little that none has to wait. */
    static Route free(String path, Handler handler) {
        return new Route(HandlerType.GET, path, Role.HEALTH, Audience.ANYBODY, Optional.empty(), false, handler);
    }

    /** Who gets an answer where no web.access.file says it. */
    enum Audience {
        /** Everybody who can reach the port. */
        ANYBODY,
        /** Loopback clients, and others once that is allowed. */
        LOCAL
    }
}
