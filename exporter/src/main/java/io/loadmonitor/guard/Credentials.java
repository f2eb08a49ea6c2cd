package io.loadmonitor.guard;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * What a client says who it is.
 *
 * @param user without a colon
 */
public record Credentials(String user, String password) {
    private static final String SCHEME = "Basic ";

    /** From the header Authorization; empty when that has no name and password in UTF-8. */
    public static Optional<Credentials> of(String header) {
        if (!header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return Optional.empty();
        }
        try {
            byte[] bytes =
                    Base64.getDecoder().decode(header.substring(SCHEME.length()).strip());
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            int colon = text.indexOf(':');
            return colon < 0
                    ? Optional.empty()
                    : Optional.of(new Credentials(text.substring(0, colon), text.substring(colon + 1)));
        } catch (IllegalArgumentException | CharacterCodingException noneOfThem) {
            return Optional.empty();
        }
    }

    /** Neither of the two: some type the password where the name belongs. */
    @Override
    public String toString() {
        return "credentials";
    }
}
