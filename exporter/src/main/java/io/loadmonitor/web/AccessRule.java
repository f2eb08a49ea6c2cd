package io.loadmonitor.web;

import io.javalin.http.Context;
import io.loadmonitor.guard.AccessRules;
import io.loadmonitor.guard.Denial;
import io.loadmonitor.guard.Role;
import io.loadmonitor.web.view.Site;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Who may read dumps and trigger them. Stacks show what a host is doing, so until remote clients are allowed only
 * loopback ones get an answer, decided by the peer address of the connection and by nothing that a client can write
 * into a request, but for a password.
 *
 * <p>A browser on the same host is a loopback client too, at the service of whatever page it shows. So a request must
 * name this server by a loopback name or an address that it listens on (else a page can reach it under a name of its
 * own that resolves to 127.0.0.1), and a request that changes something must not come from another site's page.
 */
final class AccessRule {
    /** {@code 127.0.0.1}, {@code ::1}: nothing that could need a name server. */
    private static final Pattern ADDRESS = Pattern.compile("[0-9]+(\\.[0-9]+){3}|[0-9a-f:.]*:[0-9a-f:.]*");

    private static final Set<String> OWN_SITE = Set.of("same-origin", "none");

    private final boolean allowRemote;
    private final Site site;
    private final Set<InetAddress> listenAddresses;

    AccessRule(boolean allowRemote, Site site, Collection<InetAddress> listenAddresses) {
        this.allowRemote = allowRemote;
        this.site = site;
        this.listenAddresses = listenAddresses.stream()
                .filter(address -> !address.isAnyLocalAddress())
                .collect(Collectors.toUnmodifiableSet());
    }

    boolean allowsRemote() {
        return allowRemote;
    }

    /**
     * Why a request gets no answer; empty when it gets one.
     *
     * @param peer the address at the other end of the connection, as a literal
     * @param host the request's Host header
     */
    Optional<Refusal> judge(Role role, Route.Audience audience, Visitor visitor, String peer, @Nullable String host) {
        if (visitor.access().isPresent()) {
            return judge(visitor.access().get(), role, visitor, host);
        }
        return audience == Route.Audience.ANYBODY ? Optional.empty() : judge(peer, host, visitor.proven());
    }

    private Optional<Refusal> judge(AccessRules rules, Role role, Visitor visitor, @Nullable String host) {
        return switch (rules.judge(role, visitor.caller())) {
            case PROVEN -> Optional.empty();
            case UNPROVEN -> role == Role.HEALTH || role == Role.SCRAPE ? Optional.empty() : foreignHost(host);
            case PASSWORD_MISSING -> Optional.of(Gate.passwordNeeded());
            case TOKEN_MISSING -> Optional.of(Gate.tokenNeeded(Denial.NO_CREDENTIALS, "This needs a token."));
            case REFUSED ->
                Optional.of(Refusal.denied(
                        Denial.ROLE,
                        403,
                        "role_missing",
                        "This needs the role " + role.word() + ", and nothing that is known of you has it"
                                + " (--web.access.file)."));
        };
    }

    /**
     * Why a request gets no answer; empty when it gets one.
     *
     * @param peer the address at the other end of the connection, as a literal
     * @param host the request's Host header
     * @param proven whether the client has proven who it is: then it is let in from anywhere and under any name of the
     *     server. A page that gives the server a name of its own has neither a password nor a certificate for it
     */
    Optional<Refusal> judge(String peer, @Nullable String host, boolean proven) {
        if (proven) {
            return Optional.empty();
        }
        if (allowRemote) {
            // Without an address of its own it is not known which names are the server's.
            return site.external().isEmpty() ? Optional.empty() : foreignHost(host);
        }
        if (!isLoopback(peer)) {
            return Optional.of(Refusal.denied(
                    Denial.REMOTE_CLIENT,
                    403,
                    "remote_client",
                    "This answers clients on the host itself only (you are " + peer
                            + "). To open it to the network, give it passwords (--web.config.file), or start it with"
                            + " --web.allow-remote-api."));
        }
        if (host != null && !host.isBlank() && !namesThisServer(host)) {
            return Optional.of(Refusal.denied(
                    Denial.FOREIGN_HOST,
                    403,
                    "foreign_host",
                    "The Host header is " + QuotedText.of(host)
                            + ", which is neither a loopback name nor an address that the exporter listens on. Use"
                            + " localhost or 127.0.0.1, or start the exporter with --web.external-url or"
                            + " --web.allow-remote-api."));
        }
        return Optional.empty();
    }

    /** Whether this visitor would get an answer to what needs the role. */
    boolean wouldAnswer(Role role, Context context) {
        Optional<Visitor> visitor = Visitor.of(context.req());
        String peer = context.req().getRemoteAddr();
        String host = context.header("Host");
        return (visitor.isPresent()
                        ? judge(role, Route.Audience.LOCAL, visitor.get(), peer, host)
                        : judge(peer, host, false))
                .isEmpty();
    }

    /**
     * Why a request that changes something gets no answer: another site's page sent it. Programs send neither header.
     *
     * @param fetchSite the header Sec-Fetch-Site
     * @param origin the header Origin
     * @param host the header Host
     */
    Optional<Refusal> judgeOrigin(@Nullable String fetchSite, @Nullable String origin, @Nullable String host) {
        if (fetchSite != null && !OWN_SITE.contains(fetchSite)) {
            return Optional.of(crossSite("Sec-Fetch-Site is " + QuotedText.of(fetchSite)));
        }
        if (origin != null
                && !site.isOrigin(origin)
                && (host == null || !origin.matches("(?i)https?://" + Pattern.quote(host)))) {
            return Optional.of(crossSite("Origin is " + QuotedText.of(origin)));
        }
        return Optional.empty();
    }

    /** Whether a literal is an address of this host's loopback. Anything that is no address is not. */
    static boolean isLoopback(String literal) {
        return address(literal).filter(InetAddress::isLoopbackAddress).isPresent();
    }

    private static Refusal crossSite(String what) {
        return Refusal.denied(
                Denial.CROSS_SITE,
                403,
                "cross_site",
                "A page of another site is not allowed to do this (" + what + ").");
    }

    /**
     * A page can have a name of its own lead to this server, but it cannot have an address do so: a browser that names
     * an address in Host is at that address.
     */
    private Optional<Refusal> foreignHost(@Nullable String host) {
        if (host == null || host.isBlank()) {
            return Optional.empty();
        }
        String name = withoutPort(host.strip().toLowerCase(Locale.ROOT));
        if (name.equals("localhost")
                || name.endsWith(".localhost")
                || address(name).isPresent()
                || site.isNamed(name)) {
            return Optional.empty();
        }
        return Optional.of(Refusal.denied(
                Denial.FOREIGN_HOST,
                403,
                "foreign_host",
                "The Host header is " + QuotedText.of(host)
                        + ", which is neither an address, nor localhost, nor the host's own name, nor that of"
                        + " --web.external-url. Under other names this answers only who proves who it is."));
    }

    private boolean namesThisServer(String host) {
        String name = withoutPort(host.strip().toLowerCase(Locale.ROOT));
        if (name.equals("localhost")
                || name.endsWith(".localhost")
                || site.external().isPresent() && site.isNamed(name)) {
            return true;
        }
        return address(name)
                .filter(address -> address.isLoopbackAddress() || listenAddresses.contains(address))
                .isPresent();
    }

    private static String withoutPort(String host) {
        int bracket = host.lastIndexOf(']');
        int colon = host.lastIndexOf(':');
        return colon > bracket ? host.substring(0, colon) : host;
    }

    private static Optional<InetAddress> address(String literal) {
        boolean bracketed = literal.startsWith("[") && literal.endsWith("]");
        String text = bracketed ? literal.substring(1, literal.length() - 1) : literal;
        if (!ADDRESS.matcher(text).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.getByName(text));
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }
}
