package io.loadmonitor.guard;

import at.favre.lib.crypto.bcrypt.BCrypt;
import at.favre.lib.crypto.bcrypt.LongPasswordStrategies;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Users and their passwords. To check one costs tens of milliseconds, that is what bcrypt is for; a password that was
 * right is remembered, one for each user, as a keyed hash that means nothing outside this process. Safe for use by
 * several threads.
 */
public final class Passwords {
    /** Each step doubles the time; 16 is some 5 s. A larger cost would let anybody hold the exporter up. */
    public static final int MAX_COST = 16;

    private static final Pattern FORM = Pattern.compile("\\$2[aby]\\$([0-9]{2})\\$[./A-Za-z0-9]{53}");
    private static final int KEY_BYTES = 32;

    /** Of a long password the first 72 bytes count, as everywhere. */
    private static final BCrypt.Verifyer VERIFIER =
            BCrypt.verifyer(BCrypt.Version.VERSION_2A, LongPasswordStrategies.none());

    private final Map<String, String> hashes;
    private final String nobodysHash;
    private final SecretKeySpec key;

    /** By user: the keyed hash of the password that was right. */
    private final Map<String, byte[]> right;

    /**
     * @param hashes by name of the user, each as {@link #cost} takes it
     * @throws IllegalArgumentException when a hash is none, without saying what it is
     */
    public Passwords(Map<String, String> hashes) {
        this(hashes, Map.of(), randomKey());
    }

    /**
     * What takes the place of these, and remembers what was right and still is: whoever has done nothing need not prove
     * himself again because somebody else got a password.
     *
     * @throws IllegalArgumentException when a hash is none, without saying what it is
     */
    Passwords with(Map<String, String> next) {
        Map<String, byte[]> kept = new HashMap<>(right);
        kept.keySet().removeIf(user -> !Objects.equals(hashes.get(user), next.get(user)));
        return new Passwords(next, kept, key);
    }

    private Passwords(Map<String, String> hashes, Map<String, byte[]> right, SecretKeySpec key) {
        this.hashes = Map.copyOf(hashes);
        int cost = hashes.values().stream().mapToInt(Passwords::cost).max().orElse(BCrypt.MIN_COST);
        this.right = new ConcurrentHashMap<>(right);
        this.key = key;
        // Of no password that can be sent, at the cost of the dearest user: who is unknown takes as long.
        this.nobodysHash = "$2a$%02d$%s".formatted(cost, ".".repeat(53));
    }

    private static SecretKeySpec randomKey() {
        byte[] bytes = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(bytes);
        return new SecretKeySpec(bytes, "HmacSHA256");
    }

    /**
     * The cost of a hash of bcrypt, from 4 to {@value #MAX_COST}.
     *
     * @throws IllegalArgumentException when it is none; the message does not have the text, which may be a password
     */
    public static int cost(String hash) {
        var form = FORM.matcher(hash);
        if (!form.matches()) {
            throw new IllegalArgumentException("is no hash of bcrypt ($2a$, $2b$ or $2y$)");
        }
        int cost = Integer.parseInt(form.group(1));
        if (cost < BCrypt.MIN_COST || cost > MAX_COST) {
            throw new IllegalArgumentException(
                    "has a cost of " + cost + ", but must have one from " + BCrypt.MIN_COST + " to " + MAX_COST);
        }
        return cost;
    }

    /** Whether nobody has a password, so that none is asked for. */
    public boolean isEmpty() {
        return hashes.isEmpty();
    }

    /** Whether this is the password that was right the last time. Takes microseconds. */
    public boolean remembers(Credentials credentials) {
        byte[] known = right.get(credentials.user());
        byte[] given = keyed(credentials);
        return known != null && MessageDigest.isEqual(known, given);
    }

    /** Whether the password is right. Takes as long for a user that there is not. */
    public boolean check(Credentials credentials) {
        String hash = hashes.get(credentials.user());
        boolean matches = VERIFIER.verify(
                        credentials.password().getBytes(StandardCharsets.UTF_8),
                        asVersionA(hash == null ? nobodysHash : hash))
                .verified;
        if (!matches || hash == null) {
            return false;
        }
        right.put(credentials.user(), keyed(credentials));
        return true;
    }

    /** $2b$ and $2y$ name fixed versions of programs that $2a$ of this library never had to fix. */
    private static byte[] asVersionA(String hash) {
        return ("$2a" + hash.substring(3)).getBytes(StandardCharsets.US_ASCII);
    }

    private byte[] keyed(Credentials credentials) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            // A colon ends the name: no name has one.
            mac.update((credentials.user() + ':').getBytes(StandardCharsets.UTF_8));
            return mac.doFinal(credentials.password().getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("there is no HmacSHA256", e);
        }
    }

    @Override
    public String toString() {
        return hashes.size() + " users";
    }
}
