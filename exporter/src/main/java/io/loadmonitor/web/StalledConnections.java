package io.loadmonitor.web;

import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.eclipse.jetty.io.Connection;

/**
 * Closes connections over which nothing has gone out for a while, whatever comes in. The idle timeout alone does not
 * stop a client that sends a byte of a header now and then: each byte starts it anew, and enough such clients would use
 * up the places that Prometheus needs. Safe for use by several threads.
 */
final class StalledConnections implements Connection.Listener {
    private final long patienceNanos;
    private final LongSupplier nanoTime;
    private final Map<Connection, Progress> open = new ConcurrentHashMap<>();

    StalledConnections(long patienceNanos, LongSupplier nanoTime) {
        this.patienceNanos = patienceNanos;
        this.nanoTime = nanoTime;
    }

    @Override
    public void onOpened(Connection connection) {
        open.put(connection, new Progress(connection.getBytesOut(), nanoTime.getAsLong()));
    }

    @Override
    public void onClosed(Connection connection) {
        open.remove(connection);
    }

    int count() {
        return open.size();
    }

    /** Looks at every open connection once. */
    void sweep() {
        long now = nanoTime.getAsLong();
        for (Iterator<Map.Entry<Connection, Progress>> i = open.entrySet().iterator(); i.hasNext(); ) {
            Map.Entry<Connection, Progress> entry = i.next();
            long bytesOut = entry.getKey().getBytesOut();
            if (bytesOut != entry.getValue().bytesOut()) {
                entry.setValue(new Progress(bytesOut, now));
            } else if (now - entry.getValue().sinceNanos() > patienceNanos) {
                i.remove();
                entry.getKey().getEndPoint().close();
            }
        }
    }

    /** How much had gone out, and when that was first seen. */
    private record Progress(long bytesOut, long sinceNanos) {}
}
