package io.loadmonitor.guard;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Who may do what.
 *
 * @param place in the file, for people
 * @param roles at least one
 */
public record Grant(String place, Who who, Set<Role> roles) {
    public Grant {
        if (roles.isEmpty()) {
            throw new IllegalArgumentException("a grant of nothing");
        }
        roles = Set.copyOf(EnumSet.copyOf(roles));
    }

    boolean includes(Role role) {
        return role == Role.HEALTH || roles.contains(role);
    }

    /**
     * Those for whom all of this holds; anybody where there is nothing.
     *
     * @param tokens of which the client has one, with the file that has them
     * @param certificate name that the client's certificate has, letter for letter
     * @param networks of which one has the client's address; none for any address
     */
    public record Who(
            Optional<String> user, Optional<Tokens> tokens, Optional<String> certificate, List<Network> networks) {
        public static final Who ANYBODY = new Who(Optional.empty(), Optional.empty(), Optional.empty(), List.of());

        public Who {
            networks = List.copyOf(networks);
        }

        boolean matches(Caller caller) {
            return (user.isEmpty() || user.equals(caller.user()))
                    && (tokens.isEmpty() || tokens.map(Tokens::file).equals(caller.tokenFile()))
                    && couldMatch(caller);
        }

        /** But for a password or token, which the client may send yet. */
        boolean couldMatch(Caller caller) {
            return certificate.map(caller.certificates()::contains).orElse(true)
                    && (networks.isEmpty()
                            || caller.address()
                                    .filter(address -> networks.stream().anyMatch(network -> network.holds(address)))
                                    .isPresent());
        }

        /** Whether whom this matches has proven who it is, so that no page of another site can ask in its name. */
        boolean proven() {
            return user.isPresent() || tokens.isPresent() || certificate.isPresent();
        }

        /** For the log, without what is secret. */
        @Override
        public String toString() {
            StringBuilder text = new StringBuilder();
            user.ifPresent(one -> text.append(",user:").append(one));
            tokens.ifPresent(one -> text.append(",token:").append(one.file()));
            certificate.ifPresent(one -> text.append(",certificate:").append(one));
            networks.forEach(one -> text.append(",network:").append(one));
            return text.isEmpty() ? "anybody" : text.substring(1);
        }
    }

    /** The tokens of a file: more than one while one takes the place of another. */
    public record Tokens(String file, List<Token> list) {
        public Tokens {
            list = List.copyOf(list);
        }

        boolean have(byte[] digest) {
            boolean one = false;
            // No end at the first: all take as long.
            for (Token token : list) {
                one |= token.hasDigest(digest);
            }
            return one;
        }

        @Override
        public String toString() {
            return file;
        }
    }
}
