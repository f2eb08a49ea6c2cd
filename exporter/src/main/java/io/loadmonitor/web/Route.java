package io.loadmonitor.web;

import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import java.util.Optional;

/**
 * One thing that the server answers.
 *
 * @param path with parameters in braces
 * @param lane in which its requests wait for their turn; empty where none has to wait
 * @param takesBody whether the body of a request is read
 */
record Route(
        HandlerType method, String path, Audience audience, Optional<Lane> lane, boolean takesBody, Handler handler) {
    static Route get(String path, Audience audience, Lane lane, Handler handler) {
        return new Route(HandlerType.GET, path, audience, Optional.of(lane), false, handler);
    }

    static Route post(String path, Lane lane, boolean takesBody, Handler handler) {
        return new Route(HandlerType.POST, path, Audience.LOCAL, Optional.of(lane), takesBody, handler);
    }

    /** One that needs so little that none has to wait. */
    static Route free(String path, Handler handler) {
        return new Route(HandlerType.GET, path, Audience.ANYBODY, Optional.empty(), false, handler);
    }

    /** Who gets an answer. */
    enum Audience {
        /** Everybody who can reach the port. */
        ANYBODY,
        /** Loopback clients, and others once that is allowed. */
        LOCAL
    }
}
