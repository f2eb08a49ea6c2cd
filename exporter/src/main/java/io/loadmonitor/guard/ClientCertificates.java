package io.loadmonitor.guard;

import java.util.Arrays;
import java.util.Optional;

/** What is asked of clients when TLS begins. The words are those of Go's {@code tls.ClientAuthType}. */
public enum ClientCertificates {
    /** None is asked for. */
    NONE("NoClientCert", false, false),
    /** One is asked for, none needed, and nothing about it is checked. */
    REQUESTED("RequestClientCert", false, false),
    /** One is needed, anybody's. */
    ANY("RequireAnyClientCert", true, false),
    /** None is needed; one that is given must be of a known authority. */
    VERIFIED_IF_GIVEN("VerifyClientCertIfGiven", false, true),
    /** One of a known authority is needed. */
    VERIFIED("RequireAndVerifyClientCert", true, true);

    private final String word;
    private final boolean needed;
    private final boolean verified;

    ClientCertificates(String word, boolean needed, boolean verified) {
        this.word = word;
        this.needed = needed;
        this.verified = verified;
    }

    /** Empty when there is none of this word. */
    public static Optional<ClientCertificates> of(String word) {
        return Arrays.stream(values()).filter(one -> one.word.equals(word)).findFirst();
    }

    /** As it stands in the file. */
    public String word() {
        return word;
    }

    public boolean asked() {
        return this != NONE;
    }

    public boolean needed() {
        return needed;
    }

    /** Whether a certificate proves something: it was issued by an authority that the file names. */
    public boolean verified() {
        return verified;
    }
}
