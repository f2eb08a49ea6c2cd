package io.loadmonitor.web;

import java.util.HashMap;
import java.util.Map;

/**
 * The headers of every answer. They keep a browser from running anything but this server's own script files, from
 * loading anything from elsewhere, from guessing at content types, from showing a page in a frame, and from telling
 * other sites where it came from. What the archive shows was named by the tasks and alerts of the host, so a second
 * line of defence behind escaping is worth its bytes.
 */
final class SecurityHeaders {
    static final Map<String, String> ALL = Map.of(
            "Content-Security-Policy",
                    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
                            + " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
            "X-Content-Type-Options", "nosniff",
            "X-Frame-Options", "DENY",
            // Without one, a browser says of the server's own forms that they come from nowhere.
            "Referrer-Policy", "same-origin",
            "Cross-Origin-Opener-Policy", "same-origin",
            "Cross-Origin-Resource-Policy", "same-origin",
            "Cache-Control", "no-store",
            "Vary", "Accept, Accept-Encoding");

    private SecurityHeaders() {}

    /** These, with some replaced or added. */
    static Map<String, String> with(Map<String, String> others) {
        if (others.isEmpty()) {
            return ALL;
        }
        Map<String, String> headers = new HashMap<>(ALL);
        headers.putAll(others);
        return headers;
    }
}
