package io.loadmonitor.web;

import io.loadmonitor.guard.TlsSettings;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** TLS as Jetty speaks it, for every address the same. Safe for use by several threads. */
final class TlsConnectors {
    /** One for each connector, as Jetty has it; guarded by this. */
    private final List<SslContextFactory.Server> contexts = new ArrayList<>();

    /** Guarded by this. */
    private TlsSettings settings;

    TlsConnectors(TlsSettings settings) {
        this.settings = settings;
    }

    /** What a connector takes: TLS, and in it HTTP/1.1. */
    synchronized ConnectionFactory[] factories(HttpConfiguration http) {
        SslContextFactory.Server context = new SslContextFactory.Server();
        apply(context, settings);
        contexts.add(context);
        HttpConfiguration secure = new HttpConfiguration(http);
        // Any name of the server is fine with its one certificate: whether it fits is for clients to say.
        secure.addCustomizer(new SecureRequestCustomizer(false));
        return new ConnectionFactory[] {
            new SslConnectionFactory(context, HttpVersion.HTTP_1_1.asString()), new HttpConnectionFactory(secure)
        };
    }

    /** For connections from now on. */
    synchronized void speak(TlsSettings next) {
        settings = next;
        for (SslContextFactory.Server context : contexts) {
            try {
                context.reload(factory -> apply((SslContextFactory.Server) factory, next));
            } catch (Exception e) {
                throw new IllegalStateException("TLS cannot be changed: " + e.getMessage(), e);
            }
        }
    }

    private static void apply(SslContextFactory.Server context, TlsSettings settings) {
        context.setSslContext(settings.context());
        context.setNeedClientAuth(settings.clients().needed());
        context.setWantClientAuth(
                settings.clients().asked() && !settings.clients().needed());
        context.setIncludeProtocols(settings.protocols().toArray(String[]::new));
        context.setIncludeCipherSuites(settings.suites().toArray(String[]::new));
        context.setUseCipherSuitesOrder(settings.ownOrder());
        // One thing less for a client to have the server compute.
        context.setRenegotiationAllowed(false);
    }
}
