package io.loadmonitor.web;

import io.javalin.config.JavalinConfig;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
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
    /**
     * One thread an address waits for connections, the rest serve: 8 are more than a host's two or three clients need.
     */
    private static final int SERVING_THREADS = 8;

    private static final int MAX_CONNECTIONS = 256;
    private static final int MAX_HEADER_BYTES = 8 * 1024;

    /** Longer than Prometheus' usual 15 s between scrapes, so that its connection is kept. */
    private static final long IDLE_MILLIS = 65_000;

    /** For a connection that sends but gets nothing: a header or a body that trickles in. */
    private static final long STALL_MILLIS = 65_000;

    private static final long SWEEP_MILLIS = 10_000;
    private static final long STOP_MILLIS = 2_000;

    /** For connections over which nothing is under way when the server stops. */
    private static final long SHUTDOWN_IDLE_MILLIS = 100;

    private final List<InetSocketAddress> addresses;
    private final LongSupplier nanoTime;

    ServerLimits(List<InetSocketAddress> addresses, LongSupplier nanoTime) {
        this.addresses = List.copyOf(addresses);
        this.nanoTime = nanoTime;
    }

    void apply(JavalinConfig config, Request.Handler errorHandler) {
        config.jetty.threadPool = threads();
        config.jetty.modifyHttpConfiguration(ServerLimits::limit);
        config.jetty.modifyServer(server -> {
            server.setErrorHandler(errorHandler);
            server.setStopTimeout(STOP_MILLIS);
            server.insertHandler(new GracefulHandler());
            server.addBean(new NetworkConnectionLimit(MAX_CONNECTIONS, server));
        });
        StalledConnections stalled = new StalledConnections(TimeUnit.MILLISECONDS.toNanos(STALL_MILLIS), nanoTime);
        addresses.forEach(
                address -> config.jetty.addConnector((server, http) -> connector(server, http, address, stalled)));
        config.jetty.modifyServer(server -> {
            Scheduler scheduler = new ScheduledExecutorScheduler("http-sweep", true, 1);
            server.addBean(scheduler, true);
            server.addEventListener(new Sweeper(scheduler, stalled));
        });
    }

    private QueuedThreadPool threads() {
        QueuedThreadPool threads = new QueuedThreadPool(SERVING_THREADS + 2 * addresses.size(), 2);
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

    private static ServerConnector connector(
            Server server, HttpConfiguration http, InetSocketAddress address, StalledConnections stalled) {
        // No acceptor threads: the one selector thread of an address accepts too.
        ServerConnector connector = new ServerConnector(server, 0, 1, new HttpConnectionFactory(http));
        connector.setHost(address.getAddress().getHostAddress());
        connector.setPort(address.getPort());
        connector.setIdleTimeout(IDLE_MILLIS);
        connector.setShutdownIdleTimeout(SHUTDOWN_IDLE_MILLIS);
        connector.setAcceptQueueSize(64);
        connector.addBean(stalled);
        return connector;
    }

    /** Sweeps while the server runs. */
    private static final class Sweeper implements LifeCycle.Listener {
        private final Scheduler scheduler;
        private final StalledConnections stalled;

        Sweeper(Scheduler scheduler, StalledConnections stalled) {
            this.scheduler = scheduler;
            this.stalled = stalled;
        }

        @Override
        public void lifeCycleStarted(LifeCycle server) {
            next();
        }

        private void next() {
            scheduler.schedule(this::sweep, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
        }

        private void sweep() {
            stalled.sweep();
            if (scheduler.isRunning()) {
                next();
            }
        }
    }
}
