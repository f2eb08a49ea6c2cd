package io.loadmonitor.guard;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A bearer token (RFC 6750), kept as its SHA-256: a token is long and random, so that a slow hash would add nothing.
 * Immutable.
 */
public final class Token {
    /** 160 bits in hexadecimal digits have 40, in base64 27: fewer are no random token of a sensible size. */
    public static final int MIN_LENGTH = 32;

    /** The header is to fit into what a request may have. */
    public static final int MAX_LENGTH = 1024;

    private static final String SCHEME = "Bearer ";

    /** RFC 6750, 2.1: b64token. */
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

    /** As {@code printf %s TOKEN | sha256sum} has it. */
    private static final Pattern HASHED = Pattern.compile("sha256:([0-9a-fA-F]{64})");

    private final byte[] digest;

    private Token(byte[] digest) {
        this.digest = digest;
    }

    /**
     * @param text the token, or {@code sha256:} and the hexadecimal digits of its SHA-256
     * @throws IllegalArgumentException when it is neither; the message does not have the text
     */
    public static Token of(String text) {
        Matcher hashed = HASHED.matcher(text);
        if (hashed.matches()) {
            return new Token(HexFormat.of().parseHex(hashed.group(1)));
        }
        if (text.length() < MIN_LENGTH || text.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("has " + text.length() + " characters, but must have " + MIN_LENGTH
                    + " to " + MAX_LENGTH + "; make one with: openssl rand -hex 32");
        }
        if (!FORM.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "has characters other than letters, digits and . _ ~ + / -, with = at its end;"
                            + " make one with: openssl rand -hex 32");
        }
        return new Token(sha256(text));
    }

    /** From the header Authorization; empty when that has none. */
    static Optional<String> given(String header) {
        return header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                ? Optional.of(header.substring(SCHEME.length()).strip())
                : Optional.empty();
    }

    /** Takes as long whatever the digest is. */
    boolean hasDigest(byte[] other) {
        return MessageDigest.isEqual(digest, other);
    }

    static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("there is no SHA-256", e);
        }
    }

    /** Nothing of it. */
    @Override
    public String toString() {
        return "token";
    }
}
