package io.loadmonitor.web;

import io.loadmonitor.web.view.Site;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * How the server listens, and what it lets in.
 *
 * @param listenAddresses at least one; port 0 takes a free one
 * @param telemetryPath where the metrics are, {@code /metrics} by default
 * @param allowRemoteApi whether more than metrics, health and the landing page answers clients beyond loopback
 * @param maxBodyBytes of a request
 * @param site where people find it
 */
public record WebSettings(
        List<InetSocketAddress> listenAddresses,
        String telemetryPath,
        boolean allowRemoteApi,
        int maxBodyBytes,
        Site site) {
    public static final String DEFAULT_TELEMETRY_PATH = "/metrics";

    /** An Alertmanager message with 1,000 alerts of 1 kB each; the largest that it is sensible to take in at once. */
    public static final int DEFAULT_MAX_BODY_BYTES = 1 << 20;

    public WebSettings {
        listenAddresses = List.copyOf(listenAddresses);
        if (listenAddresses.isEmpty()) {
            throw new IllegalArgumentException("there is no address to listen on");
        }
        for (InetSocketAddress address : listenAddresses) {
            if (address.isUnresolved()) {
                throw new IllegalArgumentException("listen address " + address.getHostString() + " has no IP address");
            }
        }
        if (!telemetryPath.matches("(/[A-Za-z0-9._~-]+)+")) {
            throw new IllegalArgumentException("telemetry path is \"" + telemetryPath
                    + "\", but must be a slash and letters, digits, '.', '_', '~', '-', like /metrics");
        }
        for (String taken : List.of("/api", "/-", "/assets", "/incidents", "/dumps")) {
            if (telemetryPath.equals(taken) || telemetryPath.startsWith(taken + "/")) {
                throw new IllegalArgumentException(
                        "telemetry path is \"" + telemetryPath + "\", but what is below " + taken + " is taken");
            }
        }
        if (!site.base().isEmpty()
                && (telemetryPath.equals(site.base())
                        || telemetryPath.startsWith(site.base() + "/")
                        || site.base().startsWith(telemetryPath + "/"))) {
            throw new IllegalArgumentException("telemetry path is \"" + telemetryPath
                    + "\", which cannot be told from the path of --web.external-url");
        }
        if (maxBodyBytes < 1024) {
            throw new IllegalArgumentException("largest body is " + maxBodyBytes + " bytes, but must be 1024 or more");
        }
    }

    /** Defaults, on the given addresses. */
    public static WebSettings on(InetSocketAddress... addresses) {
        return new WebSettings(List.of(addresses), DEFAULT_TELEMETRY_PATH, false, DEFAULT_MAX_BODY_BYTES, Site.UNKNOWN);
    }

    /** The same, found elsewhere. */
    public WebSettings at(Site where) {
        return new WebSettings(listenAddresses, telemetryPath, allowRemoteApi, maxBodyBytes, where);
    }
}
