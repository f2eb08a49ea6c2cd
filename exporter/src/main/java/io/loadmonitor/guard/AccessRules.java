package io.loadmonitor.guard;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a web.access.file says: what is not granted is refused. Immutable.
 *
 * @param grants in the order of the file; a client may do what any of those that match it says
 */
public record AccessRules(List<Grant> grants) {
    public AccessRules {
        grants = List.copyOf(grants);
    }

    /** How a client got its role. */
    public enum Decision {
        /** Because of who it has proven to be. */
        PROVEN,
        /** Because of where it is, or because anybody may. */
        UNPROVEN,
        /** It has not, but a name and a password might get it. */
        PASSWORD_MISSING,
        /** It has not, but a token might get it. */
        TOKEN_MISSING,
        /** It has not. */
        REFUSED;

        public boolean granted() {
            return this == PROVEN || this == UNPROVEN;
        }
    }

    public Decision judge(Role role, Caller caller) {
        Decision best = Decision.REFUSED;
        for (Grant grant : grants) {
            Grant.Who who = grant.who();
            if (!grant.includes(role)) {
                continue;
            }
            Decision decision = Decision.REFUSED;
            if (who.matches(caller)) {
                decision = who.proven() ? Decision.PROVEN : Decision.UNPROVEN;
            } else if (caller.user().isEmpty() && caller.tokenFile().isEmpty() && who.couldMatch(caller)) {
                decision = who.user().isPresent() ? Decision.PASSWORD_MISSING : Decision.TOKEN_MISSING;
            }
            best = decision.compareTo(best) < 0 ? decision : best;
        }
        return best;
    }

    /** Whether there is any token to compare one with. */
    public boolean takesTokens() {
        return grants.stream().anyMatch(grant -> grant.who().tokens().isPresent());
    }

    /** The token in a header Authorization; empty when that has none. */
    public static Optional<String> tokenIn(String authorization) {
        return Token.given(authorization);
    }

    /** The file that has this token. Takes as long for every token, right or wrong. */
    public Optional<String> fileOf(String token) {
        byte[] digest = Token.sha256(token);
        String file = null;
        for (Grant grant : grants) {
            Optional<Grant.Tokens> tokens = grant.who().tokens();
            if (tokens.isPresent() && tokens.get().have(digest)) {
                file = tokens.get().file();
            }
        }
        return Optional.ofNullable(file);
    }

    /** Grants that can never match any client, each with its place and why. */
    public List<String> impossible(GuardSettings settings) {
        List<String> problems = new ArrayList<>();
        boolean certifies =
                settings.tls().filter(tls -> tls.clients().verified()).isPresent();
        for (Grant grant : grants) {
            grant.who()
                    .user()
                    .filter(user -> !settings.users().containsKey(user))
                    .ifPresent(user -> {
                        problems.add(grant.place() + ": who.user: \"" + user
                                + "\" is not among the basic_auth_users of web.config.file");
                    });
            if (grant.who().certificate().isPresent() && !certifies) {
                problems.add(grant.place() + ": who.certificate: web.config.file has no tls_server_config with"
                        + " client_auth_type VerifyClientCertIfGiven or RequireAndVerifyClientCert, so no client"
                        + " can prove to have one");
            }
        }
        return problems;
    }

    /** For the log: who has each role. */
    public Map<Role, List<String>> byRole() {
        Map<Role, List<String>> byRole = new EnumMap<>(Role.class);
        for (Role role : Role.values()) {
            byRole.put(
                    role,
                    grants.stream()
                            .filter(grant -> grant.roles().contains(role))
                            .map(grant -> grant.who().toString())
                            .distinct()
                            .toList());
        }
        return byRole;
    }
}
