package io.loadmonitor.web;

import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Takes the path of {@code --web.external-url} off those of requests that have it. A request without it is the same: a
 * reverse proxy may take it off or not, and Prometheus, which comes by no proxy, need not know of it.
 */
final class PathPrefix extends Handler.Wrapper {
    private final String base;

    /** @param base such as {@code /load-monitor}; empty for none */
    PathPrefix(String base) {
        this.base = base;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        HttpURI asked = request.getHttpURI();
        String path = asked.getPath();
        if (base.isEmpty() || path == null || !path.equals(base) && !path.startsWith(base + "/")) {
            return super.handle(request, response, callback);
        }
        String rest = path.length() == base.length() ? "/" : path.substring(base.length());
        HttpURI own =
                HttpURI.build(asked, rest, asked.getParam(), asked.getQuery()).asImmutable();
        return super.handle(Request.serveAs(request, own), response, callback);
    }
}
