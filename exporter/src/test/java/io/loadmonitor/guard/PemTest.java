package io.loadmonitor.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.security.PublicKey;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys in every form in which openssl writes them. */
final class PemTest {
    @TempDir
    static Path folder;

    private static Keys keys;

    @BeforeAll
    static void makeKeys() throws Exception {
        keys = new Keys(folder);
        keys.authority("ca");
        keys.issued("rsa", "ca", "rsa:2048", "DNS:localhost");
        keys.issued("ec", "ca", "ec", "DNS:localhost");
        keys.issued("ed", "ca", "ed25519", "DNS:localhost");
        keys.openssl("rsa", "-in", "rsa.key", "-traditional", "-out", "rsa-old.key");
        keys.openssl("ec", "-in", "ec.key", "-out", "ec-old.key");
        keys.openssl("ec", "-in", "ec.key", "-no_public", "-param_enc", "named_curve", "-out", "ec-short.key");
        keys.openssl("ecparam", "-name", "prime256v1", "-out", "ec-parameters.pem");
        keys.openssl("pkcs8", "-topk8", "-in", "ec.key", "-passout", "pass:secret", "-out", "ec-locked.key");
        keys.openssl(
                "rsa",
                "-in",
                "rsa.key",
                "-traditional",
                "-aes128",
                "-passout",
                "pass:secret",
                "-out",
                "rsa-locked.key");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rsa rsa", "rsa rsa-old", "ec ec", "ec ec-old", "ec ec-short", "ed ed"})
    void readsKeysOfEveryForm(String names) throws Exception {
        String[] both = names.split(" ");
        assertEquals(
                "TLS [TLSv1.2, TLSv1.3], NoClientCert",
                settings(both[0] + ".pem", keys.text(both[1] + ".key")).toString());
    }

    @Test
    void theOlderFormsAreWhatTheySayTheyAre() throws Exception {
        assertTrue(keys.text("rsa-old.key").contains("BEGIN RSA PRIVATE KEY"));
        assertTrue(keys.text("ec-old.key").contains("BEGIN EC PRIVATE KEY"));
        assertTrue(keys.text("rsa.key").contains("BEGIN PRIVATE KEY"));
        assertTrue(keys.text("rsa-locked.key").contains("Proc-Type: 4,ENCRYPTED"));
    }

    @Test
    void passesOverWhatStandsBesideAKey() throws Exception {
        settings("ec.pem", "words\n" + keys.text("ec-parameters.pem") + keys.text("ec-old.key"));
        settings("ec.pem", keys.text("ec.pem") + keys.text("ec.key").replace("\n", "\r\n"));
        assertEquals(
                2,
                Pem.certificates("a\n" + keys.text("ec.pem") + "b\n" + keys.text("ca.pem"))
                        .size());
    }

    @Test
    void saysHowToConvertWhatItCannotRead() throws Exception {
        for (String locked : List.of("ec-locked.key", "rsa-locked.key")) {
            String message = fault("ec.pem", keys.text(locked));
            assertTrue(message.contains("encrypted") && message.contains("openssl pkey -in x.key"), message);
        }
        String other = fault("rsa.pem", keys.text("ec.key"));
        assertTrue(other.contains("kind RSA") && other.contains("openssl pkcs8 -topk8 -nocrypt -in x.key"), other);
        String none = fault("ec.pem", keys.text("ec-parameters.pem"));
        assertTrue(none.contains("has no private key") && none.contains("openssl pkcs8"), none);
        String broken = fault("ec.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        assertTrue(broken.contains("cannot be read"), broken);
    }

    @Test
    void quotesNothingOfAKey() throws Exception {
        String key = keys.text("rsa-old.key").replaceFirst("MII", "MIJ");
        String message = fault("rsa.pem", key);
        for (String line : key.lines().filter(one -> !one.startsWith("-")).toList()) {
            assertFalse(message.contains(line), message);
        }
    }

    @Test
    void refusesAKeyOfAnotherCertificate() throws Exception {
        keys.issued("ec2", "ca", "ec", "DNS:localhost");
        PemException fault = assertThrows(PemException.class, () -> settings("ec.pem", keys.text("ec2.key")));
        assertEquals("the key is not that of the certificate CN=ec", fault.getMessage());
    }

    @Test
    void refusesWhatIsNoCertificate() throws Exception {
        assertThrows(PemException.class, () -> Pem.certificates(""));
        assertThrows(PemException.class, () -> Pem.certificates(keys.text("ec.key")));
        String broken = assertThrows(
                        PemException.class,
                        () -> Pem.certificates(
                                keys.text("ec.pem") + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"))
                .getMessage();
        assertTrue(String.valueOf(broken).contains("certificate 2 cannot be read"), broken);
    }

    private static TlsSettings settings(String certificate, String key) throws Exception {
        var chain = Pem.certificates(keys.text(certificate));
        return new TlsSettings(
                new TlsSettings.Identity(
                        chain, Pem.privateKey(key, "x.key", chain.get(0).getPublicKey())),
                TlsSettings.Clients.NOT_ASKED,
                TlsSettings.Form.DEFAULT);
    }

    private static String fault(String certificate, String key) throws Exception {
        PublicKey publicKey = Pem.certificates(keys.text(certificate)).get(0).getPublicKey();
        return String.valueOf(assertThrows(PemException.class, () -> Pem.privateKey(key, "x.key", publicKey))
                .getMessage());
    }
}
