package io.loadmonitor.web.view;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where people find the server: what its links are made of, and the names under which it is known. Immutable.
 *
 * @param external with {@code http} or {@code https}, a host, perhaps a port and a path without a slash at its end;
 *     empty where it is not known, and then links begin with the path
 * @param hostName the host's own name, as it calls itself
 */
public record Site(Optional<URI> external, String hostName) {
    /** Of a server that knows nothing of where it is. */
    public static final Site UNKNOWN = new Site(Optional.empty(), "");

    /** Whose first part no path may have: it could not be told whether it is there or left out. */
    private static final List<String> TAKEN = List.of("api", "-", "assets", "incidents", "dumps", "diff");

    private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?");
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?|\\[[0-9A-Fa-f:.]+]");

    /**
     * @param url as people type it
     * @throws IllegalArgumentException when it is none that can be used; says why and quotes it
     */
    public static Site of(String url, String hostName) {
        URI given;
        try {
            given = new URI(url);
        } catch (URISyntaxException e) {
            throw refused(url, "no URL: " + e.getReason());
        }
        String scheme = given.getScheme() == null ? "" : given.getScheme().toLowerCase(Locale.ROOT);
        String host = given.getHost();
        if (!scheme.equals("http") && !scheme.equals("https")
                || host == null
                || !HOST.matcher(host).matches()) {
            throw refused(url, "not like https://ops.example.com/load-monitor/");
        }
        if (given.getRawUserInfo() != null || given.getRawQuery() != null || given.getRawFragment() != null) {
            throw refused(url, "with a user, a query or a fragment, which it cannot have");
        }
        String path = given.getRawPath();
        if (!PATH.matcher(path).matches()) {
            throw refused(url, "with a path of other things than letters, digits and . _ ~ -");
        }
        String base = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        if (!base.isEmpty() && TAKEN.contains(base.substring(1).split("/", 2)[0])) {
            throw refused(url, "with a path that begins like one of the server's own");
        }
        String port = given.getPort() < 0 ? "" : ":" + given.getPort();
        return new Site(
                Optional.of(URI.create(scheme + "://" + host.toLowerCase(Locale.ROOT) + port + base)), hostName);
    }

    private static IllegalArgumentException refused(String url, String why) {
        return new IllegalArgumentException("--web.external-url is \"" + url + "\", " + why);
    }

    /** What stands before each path of the server: empty, or such as {@code /load-monitor}. */
    public String base() {
        return external.map(URI::getRawPath).orElse("");
    }

    /** Where something is, for whoever reads it elsewhere: in full where that is known. */
    public String link(String path) {
        return external.map(URI::toString).orElse("") + path;
    }

    /** Whether a browser shows this server's own pages under this origin (RFC 6454). */
    public boolean isOrigin(String origin) {
        return external.filter(url -> origin.equalsIgnoreCase(url.getScheme() + "://" + url.getRawAuthority()))
                .isPresent();
    }

    /** Whether it is found under this name, which has neither a port nor capital letters. */
    public boolean isNamed(String name) {
        return external.filter(url -> name.equals(url.getHost())).isPresent()
                || !name.isEmpty() && name.equals(hostName.toLowerCase(Locale.ROOT));
    }
}
