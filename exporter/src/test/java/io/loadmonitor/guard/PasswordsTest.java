package io.loadmonitor.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The hashes were made by another program: libxcrypt 4.4.33, by {@code crypt.crypt} of Python 3.11. */
final class PasswordsTest {
    private static final String SALT = "05$abcdefghijklmnopqrstuu";
    private static final String HORSE = SALT + "HNbAKRhpaujgo33bRWs.NLUTJO3lOy2";
    private static final String EMPTY = SALT + "0oImNDIy4flhldV9YqunRgBAePKmw7m";
    private static final String LONG = SALT + "jf8SX2ahXLwp9w/B.Y5XdysS6yR576q";
    private static final String UMLAUTS = SALT + "ZVEMa1pjhlynBQ1qXmSvGBJpN9h1w8G";

    @ParameterizedTest
    @ValueSource(strings = {"$2a$", "$2b$", "$2y$"})
    void takesWhatOtherProgramsHashed(String version) {
        assertTrue(right(version + HORSE, "correct horse"));
        assertFalse(right(version + HORSE, "correct horsf"));
        assertFalse(right(version + HORSE, ""));
        assertTrue(right(version + EMPTY, ""));
        assertFalse(right(version + EMPTY, "x"));
        assertTrue(right(version + UMLAUTS, "p\u00e4ssw\u00f6rd"));
    }

    @Test
    void countsTheFirst72BytesOfALongPassword() {
        for (int length : new int[] {72, 73, 80, 5_000}) {
            assertTrue(right("$2b$" + LONG, "x".repeat(length)), length + " bytes");
        }
        assertFalse(right("$2b$" + LONG, "x".repeat(71)));
    }

    @Test
    void remembersWhatWasRightAndNothingElse() {
        Passwords passwords = new Passwords(Map.of("anna", "$2y$" + HORSE, "bob", "$2y$" + EMPTY));
        Credentials anna = new Credentials("anna", "correct horse");
        assertFalse(passwords.remembers(anna));
        assertTrue(passwords.check(anna));
        assertTrue(passwords.remembers(anna));
        assertFalse(passwords.remembers(new Credentials("bob", "correct horse")));
        assertFalse(passwords.remembers(new Credentials("ann", "a:correct horse")));
        assertFalse(passwords.check(new Credentials("anna", "wrong")));
        assertFalse(passwords.remembers(new Credentials("anna", "wrong")));
        assertTrue(passwords.remembers(anna));
    }

    @Test
    void nobodyHasThePasswordOfAUserThatThereIsNot() {
        Passwords passwords = new Passwords(Map.of("anna", "$2y$" + HORSE));
        for (String password : new String[] {"correct horse", "", "."}) {
            assertFalse(passwords.check(new Credentials("nobody", password)));
            assertFalse(passwords.remembers(new Credentials("nobody", password)));
        }
    }

    @Test
    void looksAsLongAtAUserThatThereIsNot() {
        // Cost 9: some tens of milliseconds of this thread's own time.
        Passwords passwords = new Passwords(Map.of("anna", "$2y$09$" + HORSE.substring(3)));
        long known = median(passwords, "anna");
        long unknown = median(passwords, "nobody");
        assertTrue(known < 2 * unknown && unknown < 2 * known, known + " ns and " + unknown + " ns");
    }

    @Test
    void saysWhatIsNoHashWithoutSayingIt() {
        for (String hash : new String[] {
            "", "secret", "$1$abc$def", "$2x$" + HORSE, "$2y$" + HORSE + "x", "$2y$5$" + HORSE.substring(3)
        }) {
            IllegalArgumentException fault =
                    assertThrows(IllegalArgumentException.class, () -> Passwords.cost(hash), hash);
            assertEquals("is no hash of bcrypt ($2a$, $2b$ or $2y$)", fault.getMessage());
        }
        for (String cost : new String[] {"03", "17", "31"}) {
            assertThrows(IllegalArgumentException.class, () -> Passwords.cost("$2y$" + cost + HORSE.substring(2)));
        }
        assertEquals(5, Passwords.cost("$2y$" + HORSE));
    }

    @Test
    void showsNoSecrets() {
        assertEquals("1 users", new Passwords(Map.of("anna", "$2y$" + HORSE)).toString());
        assertEquals("credentials", new Credentials("anna", "secret").toString());
        String all = new GuardSettings(Optional.empty(), Map.of("anna", "$2y$" + HORSE), Map.of(), Optional.empty())
                .toString();
        assertFalse(all.contains("anna") || all.contains("$2y$"), all);
    }

    @Test
    void readsTheHeaderOfAClient() {
        assertEquals(Optional.of(new Credentials("anna", "a:b")), Credentials.of("Basic " + base64("anna:a:b")));
        assertEquals(Optional.of(new Credentials("", "")), Credentials.of("bAsIc   " + base64(":")));
        assertEquals(
                Optional.of(new Credentials("anna", "p\u00e4ss")), Credentials.of("Basic " + base64("anna:p\u00e4ss")));
        for (String none : new String[] {
            "", "Basic", "Basic ", "Basic %%%", "Bearer " + base64("a:b"), "Basic " + base64("anna"), "Basic /w=="
        }) {
            assertEquals(Optional.empty(), Credentials.of(none), none);
        }
    }

    private static long median(Passwords passwords, String user) {
        long[] nanos = new long[9];
        for (int i = 0; i < nanos.length; i++) {
            long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            assertFalse(passwords.check(new Credentials(user, "wrong")));
            nanos[i] = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start;
        }
        Arrays.sort(nanos);
        return nanos[nanos.length / 2];
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static boolean right(String hash, String password) {
        return new Passwords(Map.of("anna", hash)).check(new Credentials("anna", password));
    }
}
