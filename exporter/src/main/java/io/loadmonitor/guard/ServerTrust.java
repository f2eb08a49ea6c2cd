package io.loadmonitor.guard;

import java.io.IOException;
import java.io.InputStream;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

/**
 * A client's trust in servers: in what the certificates of one file have signed, and in nothing else. The server's name
 * is checked as ever. Immutable.
 */
public final class ServerTrust {
    private final SSLSocketFactory sockets;

    private ServerTrust(SSLSocketFactory sockets) {
        this.sockets = sockets;
    }

    /**
     * @param file PEM, one certificate or several
     * @throws IOException when the file cannot be read
     * @throws CertificateException when what it holds are no certificates
     */
    public static ServerTrust of(Path file) throws IOException, CertificateException {
        try (InputStream text = Files.newInputStream(file)) {
            Collection<? extends Certificate> certificates =
                    CertificateFactory.getInstance("X.509").generateCertificates(text);
            if (certificates.isEmpty()) {
                throw new CertificateException("no certificate is there");
            }
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            int number = 0;
            for (Certificate certificate : certificates) {
                trusted.setCertificateEntry("ca-" + number, certificate);
                number++;
            }
            TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            managers.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers.getTrustManagers(), null);
            return new ServerTrust(context.getSocketFactory());
        } catch (CertificateException e) {
            throw e;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has X.509, PKCS12 and TLS", e);
        }
    }

    /** Before it is opened; to one without TLS it does nothing. */
    public void applyTo(URLConnection connection) {
        if (connection instanceof HttpsURLConnection secure) {
            secure.setSSLSocketFactory(sockets);
        }
    }

    /** Whether a connection failed because the two could not agree on TLS, or the server was not trusted. */
    public static boolean lacks(IOException fault) {
        return fault instanceof SSLException;
    }
}
