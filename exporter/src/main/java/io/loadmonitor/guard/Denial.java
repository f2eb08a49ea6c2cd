package io.loadmonitor.guard;

import java.util.Locale;

/** Why a request was refused, as far as that is for who sent it. */
public enum Denial {
    /** Neither a password nor a token came, and one could have helped. */
    NO_CREDENTIALS,
    /** A wrong password or token came. */
    WRONG_CREDENTIALS,
    /** Too many wrong ones came from this address before. */
    TOO_MANY_FAILURES,
    /** More requests came than rate_limit allows. */
    RATE_LIMITED,
    /** The certificate is not one that is taken now. One that ends the handshake is no request. */
    CERTIFICATE,
    /** Who asks is known, or cannot be, and lacks the role. */
    ROLE,
    /** The client is not on the host itself. */
    REMOTE_CLIENT,
    /** The header Host names another server. */
    FOREIGN_HOST,
    /** A page of another site would have changed something. */
    CROSS_SITE;

    /** For metrics. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
