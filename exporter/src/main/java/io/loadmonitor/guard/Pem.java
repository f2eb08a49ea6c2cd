package io.loadmonitor.guard;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Certificates and keys as text. Java reads keys in the form PKCS#8 alone ("PRIVATE KEY"); the older forms of RSA and
 * EC keys are the same bytes without the words that say of what kind they are, and those words stand in the
 * certificate. Stateless.
 */
public final class Pem {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);

    private static final byte SEQUENCE = 0x30;
    private static final byte OCTETS = 0x04;

    private Pem() {}

    private record Block(String kind, String text) {
        byte[] bytes() throws PemException {
            try {
                return Base64.getMimeDecoder().decode(text.getBytes(StandardCharsets.US_ASCII));
            } catch (IllegalArgumentException e) {
                throw new PemException("what stands between BEGIN " + kind + " and END is no base64");
            }
        }
    }

    private static List<Block> blocks(String text) {
        List<Block> blocks = new ArrayList<>();
        for (Matcher block = BLOCK.matcher(text); block.find(); ) {
            blocks.add(new Block(block.group(1), block.group(2)));
        }
        return blocks;
    }

    /**
     * All certificates of a text, in its order.
     *
     * @throws PemException when there is none, or one is broken
     */
    public static List<X509Certificate> certificates(String text) throws PemException {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Block block : blocks(text)) {
            if (block.kind.equals("CERTIFICATE")) {
                try {
                    certificates.add((X509Certificate) CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(block.bytes())));
                } catch (CertificateException e) {
                    throw new PemException(
                            "certificate " + (certificates.size() + 1) + " cannot be read: " + e.getMessage());
                }
            }
        }
        if (certificates.isEmpty()) {
            throw new PemException("has no certificate (-----BEGIN CERTIFICATE-----)");
        }
        return List.copyOf(certificates);
    }

    /**
     * The private key of a certificate.
     *
     * @param name of the file, for what can be done about a key that is not taken
     * @param publicKey of the certificate
     * @throws PemException when there is none that Java can read; says how to convert it
     */
    public static PrivateKey privateKey(String text, String name, PublicKey publicKey) throws PemException {
        for (Block block : blocks(text)) {
            boolean traditional = block.kind.equals("RSA PRIVATE KEY") || block.kind.equals("EC PRIVATE KEY");
            if (block.kind.equals("ENCRYPTED PRIVATE KEY") || block.text.contains("ENCRYPTED")) {
                throw new PemException("the key is encrypted, and there is nobody to ask for its password; write it"
                        + " without one: openssl pkey -in " + name + " -out NEW_FILE");
            }
            if (traditional || block.kind.equals("PRIVATE KEY")) {
                byte[] bytes = block.bytes();
                try {
                    return KeyFactory.getInstance(publicKey.getAlgorithm())
                            .generatePrivate(new PKCS8EncodedKeySpec(
                                    traditional ? wrapped(bytes, algorithm(publicKey.getEncoded())) : bytes));
                } catch (GeneralSecurityException | IndexOutOfBoundsException e) {
                    // Without the cause: it may have bytes of the key.
                    throw new PemException("the key (" + block.kind + ") cannot be read as one of the kind "
                            + publicKey.getAlgorithm()
                            + ", which the certificate has; if it is one, convert it: openssl"
                            + " pkcs8 -topk8 -nocrypt -in " + name + " -out NEW_FILE");
                }
            }
        }
        throw new PemException("has no private key (-----BEGIN PRIVATE KEY-----); convert what it has: openssl pkcs8"
                + " -topk8 -nocrypt -in " + name + " -out NEW_FILE");
    }

    /** PKCS#8: version 0, of what kind the key is, the key. */
    private static byte[] wrapped(byte[] key, byte[] algorithm) {
        return element(SEQUENCE, new byte[] {2, 1, 0}, algorithm, element(OCTETS, key));
    }

    /** The first element of what an encoded public key consists of. */
    private static byte[] algorithm(byte[] publicKey) {
        int start = contentAt(publicKey, 0);
        int content = contentAt(publicKey, start);
        return Arrays.copyOfRange(publicKey, start, content + length(publicKey, start));
    }

    private static int contentAt(byte[] der, int element) {
        int first = der[element + 1] & 0xff;
        return element + 2 + (first < 0x80 ? 0 : first - 0x80);
    }

    private static int length(byte[] der, int element) {
        int first = der[element + 1] & 0xff;
        if (first < 0x80) {
            return first;
        }
        int length = 0;
        for (int i = 0; i < first - 0x80; i++) {
            length = length << 8 | der[element + 2 + i] & 0xff;
        }
        return length;
    }

    private static byte[] element(byte tag, byte[]... parts) {
        int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
        ByteArrayOutputStream out = new ByteArrayOutputStream(length + 4);
        out.write(tag);
        if (length < 0x80) {
            out.write(length);
        } else if (length < 0x100) {
            out.write(0x81);
            out.write(length);
        } else {
            out.write(0x82);
            out.write(length >> 8);
            out.write(length);
        }
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
