package io.loadmonitor.guard;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** How TLS is spoken, with the keys. Safe for use by several threads. */
public final class TlsSettings {
    private static final List<String> SUITES_OF_TLS13 =
            List.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256");

    private static final byte[] PROBE = {1, 2, 3};

    private final SSLContext context;
    private final ClientCertificates clients;
    private final @Nullable X509ExtendedTrustManager authorities;
    private final Set<String> allowedSans;
    private final List<String> protocols;
    private final List<String> suites;
    private final boolean ownOrder;
    private final Instant expires;

    /**
     * What the server shows.
     *
     * @param chain its certificate first
     */
    public record Identity(List<X509Certificate> chain, PrivateKey key) {
        @Override
        public String toString() {
            return chain.get(0).getSubjectX500Principal().getName();
        }
    }

    /**
     * What clients have to show.
     *
     * @param authorities of which one has issued their certificates; not asked where they are not verified
     * @param allowedSans names of which a certificate has to have one; empty for any
     */
    public record Clients(
            ClientCertificates certificates, Collection<X509Certificate> authorities, Set<String> allowedSans) {
        public static final Clients NOT_ASKED = new Clients(ClientCertificates.NONE, List.of(), Set.of());
    }

    /**
     * How it is spoken.
     *
     * @param protocols {@code TLSv1.2}, {@code TLSv1.3}
     * @param suites of TLS 1.2, as Java calls them; empty for Java's own choice
     * @param ownOrder whether the first of these is taken that the client has, else the client's first
     */
    public record Form(List<String> protocols, List<String> suites, boolean ownOrder) {
        public static final Form DEFAULT = new Form(List.of("TLSv1.2", "TLSv1.3"), List.of(), true);
    }

    /** @throws PemException when certificate and key do not belong together, or Java does not take them */
    public TlsSettings(Identity identity, Clients clients, Form form) throws PemException {
        this.clients = clients.certificates();
        this.allowedSans = Set.copyOf(clients.allowedSans());
        this.protocols = List.copyOf(form.protocols());
        this.ownOrder = form.ownOrder();
        this.expires = identity.chain().stream()
                .map(certificate -> certificate.getNotAfter().toInstant())
                .min(Comparator.naturalOrder())
                .orElseThrow(() -> new PemException("there is no certificate"));
        // Those of TLS 1.3 are not chosen, as in Go; without them there would be no TLS 1.3.
        Set<String> all = new LinkedHashSet<>();
        if (!form.suites().isEmpty()) {
            all.addAll(SUITES_OF_TLS13);
            all.addAll(form.suites());
        }
        this.suites = List.copyOf(all);
        if (!belongTogether(identity)) {
            throw new PemException("the key is not that of the certificate " + identity);
        }
        try {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(null, null);
            char[] none = new char[0];
            keys.setKeyEntry("server", identity.key(), none, identity.chain().toArray(X509Certificate[]::new));
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(keys, none);
            this.authorities = this.clients.verified() ? trusting(clients.authorities()) : null;
            this.context = SSLContext.getInstance("TLS");
            this.context.init(factory.getKeyManagers(), new TrustManager[] {new ClientTrust()}, null);
        } catch (GeneralSecurityException | IOException e) {
            throw new PemException("Java does not take the certificate and its key: " + e.getMessage());
        }
    }

    /** Suites of Java that a file may name, for TLS 1.2 and by Java's names, which are those of Go. */
    public static boolean knowsSuite(String name) {
        try {
            return !SUITES_OF_TLS13.contains(name)
                    && Arrays.asList(SSLContext.getDefault()
                                    .getSupportedSSLParameters()
                                    .getCipherSuites())
                            .contains(name);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** When the first of the certificates that the server shows is good no longer. */
    public Instant expires() {
        return expires;
    }

    public SSLContext context() {
        return context;
    }

    public ClientCertificates clients() {
        return clients;
    }

    public List<String> protocols() {
        return protocols;
    }

    /** Empty for Java's own choice. */
    public List<String> suites() {
        return suites;
    }

    public boolean ownOrder() {
        return ownOrder;
    }

    /**
     * Whether the certificate of a connection is good by these settings, which may not be those by which the connection
     * was made: a connection lives on when the file is read again.
     *
     * @param chain what the client showed; empty when nothing
     */
    public boolean accepts(SSLSession session, X509Certificate[] chain) {
        if (session.getValue(TlsSettings.class.getName()) == this) {
            return true;
        }
        try {
            if (chain.length == 0) {
                return !clients.needed();
            }
            new ClientTrust().check(chain, chain[0].getPublicKey().getAlgorithm());
            session.putValue(TlsSettings.class.getName(), this);
            return true;
        } catch (CertificateException e) {
            return false;
        }
    }

    @Override
    public String toString() {
        return "TLS " + protocols + ", " + clients.word();
    }

    private static boolean belongTogether(Identity identity) {
        String kind = identity.key().getAlgorithm();
        String algorithm = switch (kind) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> kind;
        };
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(identity.key());
            signature.update(PROBE);
            byte[] signed = signature.sign();
            signature.initVerify(identity.chain().get(0).getPublicKey());
            signature.update(PROBE);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static X509ExtendedTrustManager trusting(Collection<X509Certificate> authorities)
            throws GeneralSecurityException, IOException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        int number = 0;
        for (X509Certificate authority : authorities) {
            trusted.setCertificateEntry("authority" + number, authority);
            number++;
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        return Arrays.stream(factory.getTrustManagers())
                .filter(X509ExtendedTrustManager.class::isInstance)
                .map(X509ExtendedTrustManager.class::cast)
                .findFirst()
                .orElseThrow(() -> new GeneralSecurityException("no trust manager for certificates"));
    }

    /** Names of a certificate that a file can name: names, addresses and URIs, and the common name of its subject. */
    public static List<String> names(X509Certificate certificate) {
        Set<String> names = new LinkedHashSet<>();
        try {
            names.addAll(sans(certificate));
            for (Rdn rdn : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
                if (rdn.getType().equalsIgnoreCase("CN") && rdn.getValue() instanceof String name) {
                    names.add(name);
                }
            }
        } catch (CertificateException | InvalidNameException e) {
            // Nobody can have a role by a name that cannot be read.
            return List.of();
        }
        return List.copyOf(names);
    }

    /** Names, addresses and URIs of a certificate, as text. */
    private static List<String> sans(X509Certificate certificate) throws CertificateException {
        List<String> names = new ArrayList<>();
        for (List<?> san :
                Optional.ofNullable(certificate.getSubjectAlternativeNames()).orElse(List.of())) {
            if (san.get(1) instanceof String text) {
                names.add(text);
            }
        }
        return names;
    }

    /** Extended, so that Java does not put checks of its own around it, which would want a host's name of a client. */
    private final class ClientTrust extends X509ExtendedTrustManager {
        void check(X509Certificate[] chain, String kind) throws CertificateException {
            if (authorities != null) {
                authorities.checkClientTrusted(chain, kind);
            }
            if (!allowedSans.isEmpty() && sans(chain[0]).stream().noneMatch(allowedSans::contains)) {
                throw new CertificateException("the certificate has none of the names in client_allowed_sans");
            }
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind) throws CertificateException {
            check(chain, kind);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind, Socket socket)
                throws CertificateException {
            check(chain, kind);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind, SSLEngine engine)
                throws CertificateException {
            check(chain, kind);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind) throws CertificateException {
            throw new CertificateException("this is a server");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind, Socket socket)
                throws CertificateException {
            throw new CertificateException("this is a server");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind, SSLEngine engine)
                throws CertificateException {
            throw new CertificateException("this is a server");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return authorities == null ? new X509Certificate[0] : authorities.getAcceptedIssuers();
        }
    }
}
