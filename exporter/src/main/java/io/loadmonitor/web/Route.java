package io.loadmonitor.web;

import io.javalin.http.Handler;
import io.javalin.http.HandlerType;

/**
 * One thing that the server answers.
 *
 * @param path with parameters in braces
 */
record Route(HandlerType method, String path, Audience audience, Handler handler) {
    static Route get(String path, Audience audience, Handler handler) {
        return new Route(HandlerType.GET, path, audience, handler);
    }

    static Route post(String path, Audience audience, Handler handler) {
        return new Route(HandlerType.POST, path, audience, handler);
    }

    /** Who gets an answer. */
    enum Audience {
        /** Everybody who can reach the port. */
        ANYBODY,
        /** Loopback clients, and others once that is allowed. */
        LOCAL
    }
}
