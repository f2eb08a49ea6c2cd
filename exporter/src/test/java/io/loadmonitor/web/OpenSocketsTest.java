package io.loadmonitor.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class OpenSocketsTest {
    private final OpenSockets sockets = new OpenSockets(4, 3);
    private final List<SocketChannel> channels = new ArrayList<>();
    private ServerSocketChannel server;

    @BeforeEach
    void listen() throws IOException {
        server = ServerSocketChannel.open();
        server.bind(new InetSocketAddress("127.0.0.1", 0));
    }

    @AfterEach
    void close() throws IOException {
        server.close();
        for (SocketChannel channel : channels) {
            channel.close();
        }
    }

    @Test
    void refusesWhatAClientHasTooMuchOf() throws Exception {
        for (int i = 0; i < 3; i++) {
            assertTrue(accepted(1).isOpen());
        }
        assertFalse(accepted(1).isOpen());
        assertTrue(accepted(2).isOpen());
        // All places are taken.
        assertFalse(accepted(3).isOpen());
        assertEquals(4, sockets.count());
    }

    @Test
    void hasRoomAgainWhenSocketsAreClosedWhateverIsToldOfThem() throws Exception {
        SocketChannel first = accepted(1);
        SocketChannel second = accepted(1);
        accepted(1);
        SocketChannel refused = accepted(1);
        sockets.onAcceptFailed(refused, new IOException("closed"));
        assertEquals(3, sockets.count());
        sockets.onAcceptFailed(first, new IOException("reset"));
        sockets.onClosed(first);
        sockets.onClosed(second);
        assertEquals(1, sockets.count());
        assertTrue(accepted(1).isOpen());
        assertTrue(accepted(1).isOpen());
        assertFalse(accepted(1).isOpen());
    }

    private SocketChannel accepted(int from) throws IOException {
        SocketChannel client = SocketChannel.open();
        channels.add(client);
        client.bind(new InetSocketAddress("127.0.0." + from, 0));
        client.connect(server.getLocalAddress());
        SocketChannel accepted = server.accept();
        channels.add(accepted);
        sockets.onAccepting(accepted);
        return accepted;
    }
}
