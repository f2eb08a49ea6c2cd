package io.loadmonitor.web;

import io.javalin.config.JavalinConfig;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * The bounds on what clients can make the server hold: threads, connections, header bytes, time. Sized for one
 * Prometheus, a few Alertmanagers and a few people; memory counts, for this runs on hosts in trouble.
 */
final class ServerLimits {
    /** For what is not an answer: to accept, to read headers, to say that the process is alive. */
    private static final int OTHER_THREADS = 4;

    /** A fourth for one client; the rest of {@code all} is kept for clients on this host. */
    private static final ClientConnections.Limits CONNECTIONS = new ClientConnections.Limits(256, 192, 64);

    /** With those that are not connections yet, or are about to be ended. */
    private static final int MOST_SOCKETS = 1024;

    private static final int MOST_SOCKETS_OF_ONE = 128;

    /** That the kernel holds until they are accepted: a scrape must find room beside a storm. */
    private static final int ACCEPT_QUEUE = 4096;

    /** What the kernel holds of an answer for a slow reader; twice as much with its own bookkeeping. */
    private static final int SEND_BUFFER_BYTES = 128 * 1024;

    private static final int MAX_HEADER_BYTES = 8 * 1024;

    /** Longer than Prometheus' usual 15 s between scrapes, so that its connection is kept. */
    private static final long IDLE_MILLIS = 65_000;

    private static final long SWEEP_MILLIS = 500;
    private static final long STOP_MILLIS = 2_000;

    /** For connections over which nothing is under way when the server stops. */
    private static final long SHUTDOWN_IDLE_MILLIS = 100;

    private final List<InetSocketAddress> addresses;
    private final String base;
    private final ClientConnections connections;
    private final OpenSockets sockets = new OpenSockets(MOST_SOCKETS, MOST_SOCKETS_OF_ONE);
    private final RequestBodies bodies;
    private final Turns turns;

    ServerLimits(WebSettings settings, LongSupplier nanoTime) {
        this.addresses = settings.listenAddresses();
        this.base = settings.site().base();
        this.connections = new ClientConnections(CONNECTIONS, nanoTime);
        this.bodies = new RequestBodies(settings.maxBodyBytes(), nanoTime);
        this.turns = new Turns(nanoTime);
    }

    void apply(
            JavalinConfig config,
            List<Route> routes,
            Gate gate,
            AccessRule access,
            Optional<TlsConnectors> tls,
            Request.Handler errorHandler) {
        config.jetty.threadPool = threads();
        config.jetty.modifyHttpConfiguration(ServerLimits::limit);
        config.jetty.modifyServer(server -> {
            server.setErrorHandler(errorHandler);
            server.setStopTimeout(STOP_MILLIS);
            server.insertHandler(new FrontDoor(routes, gate, access, connections, bodies, turns));
            server.insertHandler(new PathPrefix(base));
            server.insertHandler(new GracefulHandler());
        });
        addresses.forEach(
                address -> config.jetty.addConnector((server, http) -> connector(server, http, tls, address)));
        config.jetty.modifyServer(server -> {
            Scheduler scheduler = new ScheduledExecutorScheduler("http-sweep", true, 1);
            server.addBean(scheduler, true);
            server.addEventListener(new Sweeper(scheduler));
        });
    }

    private QueuedThreadPool threads() {
        QueuedThreadPool threads = new QueuedThreadPool(Lane.allPlaces() + OTHER_THREADS + 2 * addresses.size(), 2);
        threads.setName("http");
        threads.setReservedThreads(1);
        threads.setDaemon(true);
        return threads;
    }

    private static void limit(HttpConfiguration http) {
        http.setRequestHeaderSize(MAX_HEADER_BYTES);
        http.setUriCompliance(UriCompliance.DEFAULT);
        http.setSendServerVersion(false);
        http.setSendDateHeader(true);
        http.setOutputBufferSize(16 * 1024);
    }

    private ServerConnector connector(
            Server server, HttpConfiguration http, Optional<TlsConnectors> tls, InetSocketAddress address) {
        // No acceptor threads: the one selector thread of an address accepts too.
        ServerConnector connector = new ServerConnector(
                server, 0, 1, tls.map(one -> one.factories(http)).orElseGet(() ->
                        new ConnectionFactory[] {new HttpConnectionFactory(http)}));
        connector.setHost(address.getAddress().getHostAddress());
        connector.setPort(address.getPort());
        connector.setIdleTimeout(IDLE_MILLIS);
        connector.setShutdownIdleTimeout(SHUTDOWN_IDLE_MILLIS);
        connector.setAcceptQueueSize(ACCEPT_QUEUE);
        connector.setAcceptedSendBufferSize(SEND_BUFFER_BYTES);
        connector.addBean(connections);
        connector.addBean(sockets);
        return connector;
    }

    /** Sweeps while the server runs. */
    private final class Sweeper implements LifeCycle.Listener {
        private final Scheduler scheduler;

        Sweeper(Scheduler scheduler) {
            this.scheduler = scheduler;
        }

        @Override
        public void lifeCycleStarted(LifeCycle server) {
            next();
        }

        private void next() {
            scheduler.schedule(this::sweep, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
        }

        private void sweep() {
            try {
                connections.sweep();
                bodies.sweep();
                turns.sweep();
            } finally {
                if (scheduler.isRunning()) {
                    next();
                }
            }
        }
    }
}
