package io.loadmonitor.web;

import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;
import java.util.HashMap;
import java.util.Map;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.util.IO;

/**
 * Bounds the sockets that a client has open at all, those included that are not connections yet, or that
 * {@link ClientConnections} is about to end: so that a storm of one client uses up neither the files that the process
 * may open nor the time of its threads. Jetty's NetworkConnectionLimit stops accepting for the same purpose, for
 * everybody. Without threads that accept, as here, that may even close the listening socket for good: where accepting
 * goes on before the selector has noticed that it had stopped, to register anew fails, and Jetty closes it (12.1.13,
 * ManagedSelector.Acceptor). Safe for use by several threads.
 */
final class OpenSockets implements SelectorManager.AcceptListener {
    private final int all;
    private final int ofOne;

    /** Guarded by this. What is told twice of a socket, or of one that is not known, changes nothing. */
    private final Map<SelectableChannel, Client> open = new HashMap<>();

    private final Map<Client, Integer> counts = new HashMap<>();

    /**
     * @param all most sockets of everybody
     * @param ofOne most of one client
     */
    OpenSockets(int all, int ofOne) {
        this.all = all;
        this.ofOne = ofOne;
    }

    @Override
    public void onAccepting(SelectableChannel channel) {
        if (!admits(channel)) {
            IO.close(channel);
        }
    }

    private synchronized boolean admits(SelectableChannel channel) {
        Client client = client(channel);
        if (open.size() >= all || counts.getOrDefault(client, 0) >= ofOne) {
            return false;
        }
        open.put(channel, client);
        counts.merge(client, 1, Integer::sum);
        return true;
    }

    private static Client client(SelectableChannel channel) {
        try {
            return Client.of(channel instanceof SocketChannel socket ? socket.getRemoteAddress() : null);
        } catch (IOException gone) {
            return Client.UNKNOWN;
        }
    }

    @Override
    public void onAcceptFailed(SelectableChannel channel, Throwable cause) {
        onClosed(channel);
    }

    @Override
    public synchronized void onClosed(SelectableChannel channel) {
        Client client = open.remove(channel);
        if (client != null) {
            counts.computeIfPresent(client, (one, count) -> count > 1 ? count - 1 : null);
        }
    }

    synchronized int count() {
        return open.size();
    }
}
