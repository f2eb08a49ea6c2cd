package io.loadmonitor.web.view;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;

/**
 * An address that somebody else wrote and that a reader may click: http and https only, for {@code javascript:} and
 * {@code data:} run with the page's rights.
 *
 * @param href the address, ASCII only
 */
public record WebLink(String href) {
    private static final int MAX_LENGTH = 4096;

    /** Empty for anything that is not plainly a web address. */
    public static Optional<WebLink> of(String text) {
        if (text.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        try {
            URI uri = new URI(text);
            boolean web = "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
            // User information ("https://bank.example@evil.example/") serves only to mislead.
            boolean plain = uri.getHost() != null && uri.getRawUserInfo() == null;
            return web && plain ? Optional.of(new WebLink(uri.toASCIIString())) : Optional.empty();
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }
}
