package io.loadmonitor.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.loadmonitor.web.ClientConnections.Phase;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** With 127.0.0.1 and other addresses of the loopback as clients. */
@Timeout(30)
final class ClientConnectionsTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final String REQUEST = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    private final AtomicLong now = new AtomicLong(5_000);
    private final ClientConnections connections =
            new ClientConnections(new ClientConnections.Limits(6, 3, 4), now::get);
    private final Server server = new Server();
    private final ServerConnector connector = new ServerConnector(server);
    private final List<Socket> sockets = new ArrayList<>();
    private volatile byte[] answer = {'x'};

    @BeforeEach
    void start() throws Exception {
        server.setHandler(new Handler.Abstract() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) {
                Connection connection = request.getConnectionMetaData().getConnection();
                connections.doing(connection, Phase.ANSWERED);
                Request.addCompletionListener(request, fault -> connections.doing(connection, Phase.RESTING));
                response.write(true, ByteBuffer.wrap(answer), callback);
                return true;
            }
        });
        connector.setHost("127.0.0.1");
        connector.setAcceptedSendBufferSize(4096);
        connector.addBean(connections);
        server.addConnector(connector);
        server.start();
    }

    @AfterEach
    void stop() throws Exception {
        for (Socket socket : sockets) {
            socket.close();
        }
        server.stop();
    }

    @Test
    void endsAConnectionThatNeverAsksAnything() throws Exception {
        Socket silent = connect(1);
        now.addAndGet(5 * SECOND);
        connections.sweep();
        assertOpen(silent);
        now.addAndGet(1);
        connections.sweep();
        assertClosed(silent);
        assertEquals(0, connections.count());
    }

    @Test
    void endsAConnectionWhoseHeaderTricklesIn() throws Exception {
        Socket first = connect(1);
        send(first, "GET / HTTP/1.1\r\nX-Slow: a");
        Socket later = connect(2);
        ask(later);
        awaitResting();
        now.addAndGet(5 * SECOND);
        send(first, "a");
        send(later, "GET / HTT");
        // Its bytes are seen, and its time begins.
        for (int i = 0; i < 20; i++) {
            Thread.sleep(10);
            connections.sweep();
        }
        now.addAndGet(1);
        connections.sweep();
        assertClosed(first);
        assertOpen(later);
        now.addAndGet(5 * SECOND);
        send(later, "P/1.1\r\nX-Slow: a");
        connections.sweep();
        assertClosed(later);
    }

    @Test
    void keepsAConnectionThatAsksNowAndThen() throws Exception {
        Socket socket = connect(1);
        for (int i = 0; i < 3; i++) {
            ask(socket);
            awaitResting();
            now.addAndGet(60 * SECOND);
            connections.sweep();
            assertEquals(1, connections.count());
        }
        socket.close();
        await(0);
    }

    @Test
    void endsAConnectionThatDoesNotTakeItsAnswer() throws Exception {
        answer = new byte[20 << 20];
        Socket reader = connect(1);
        send(reader, REQUEST);
        awaitFull(reader);
        connections.sweep();
        now.addAndGet(10 * SECOND);
        connections.sweep();
        assertEquals(1, connections.count());
        now.addAndGet(SECOND);
        connections.sweep();
        assertEquals(0, connections.count());
        assertThrows(AssertionError.class, () -> readWhole(reader, answer.length));
    }

    @Test
    void endsTheOneThatIsIdleLongestWhereAClientHasItsShare() throws Exception {
        Socket other = connect(2);
        List<Socket> own = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            now.addAndGet(SECOND);
            own.add(connect(1));
        }
        ask(own.get(0));
        awaitResting();
        now.addAndGet(SECOND);
        Socket newcomer = connectInstead(1);
        // The one that never asked goes before the one that did.
        assertClosed(own.get(1));
        for (Socket stays : List.of(own.get(0), own.get(2), own.get(3), newcomer, other)) {
            assertOpen(stays);
            ask(stays);
        }
    }

    @Test
    void takesFromTheGreediestWhereAllPlacesAreTaken() throws Exception {
        Socket scraper = connect(3);
        List<Socket> greedy = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            now.addAndGet(SECOND);
            greedy.add(connect(1));
        }
        connect(2);
        now.addAndGet(SECOND);
        Socket newcomer = connectInstead(4);
        assertClosed(greedy.get(0));
        assertEquals(6, connections.count());
        ask(scraper);
        ask(newcomer);
    }

    @Test
    void letsAFreshConnectionAskBeforeItGivesWay() throws Exception {
        List<Socket> resting = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            resting.add(connect(1));
            ask(resting.get(i));
        }
        awaitResting();
        Socket first = connectInstead(1);
        Socket second = connectInstead(1);
        ask(first);
        ask(second);
        assertEquals(4, connections.count());
    }

    private Socket connect(int host) throws Exception {
        int count = connections.count() + 1;
        Socket socket = open(host);
        await(count);
        return socket;
    }

    /** For which another one has to go. */
    private Socket connectInstead(int host) throws Exception {
        Socket socket = open(host);
        Thread.sleep(200);
        return socket;
    }

    private Socket open(int host) throws IOException {
        Socket socket = new Socket();
        socket.bind(new InetSocketAddress(InetAddress.getByName("127.0.0." + host), 0));
        socket.setReceiveBufferSize(4096);
        socket.connect(new InetSocketAddress("127.0.0.1", connector.getLocalPort()));
        socket.setSoTimeout(5_000);
        sockets.add(socket);
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static void ask(Socket socket) throws Exception {
        send(socket, REQUEST);
        InputStream in = socket.getInputStream();
        for (int c = in.read(); c != 'x'; c = in.read()) {
            if (c < 0) {
                throw new AssertionError("the connection was closed");
            }
        }
    }

    private static void readWhole(Socket socket, int bytes) throws IOException {
        if (socket.getInputStream().readNBytes(bytes).length < bytes) {
            throw new AssertionError("the answer was cut off");
        }
    }

    /** Until nothing more comes to a client that does not read: then the server's own buffer is full as well. */
    private static void awaitFull(Socket reader) throws Exception {
        int before = 0;
        for (int still = 0; still < 50; ) {
            Thread.sleep(10);
            int there = reader.getInputStream().available();
            still = there > 0 && there == before ? still + 1 : 0;
            before = there;
        }
    }

    private static void assertClosed(Socket socket) throws IOException {
        try {
            assertEquals(-1, socket.getInputStream().read());
        } catch (SocketException reset) {
            // Closed, with bytes that nobody had read.
        }
    }

    private static void assertOpen(Socket socket) throws IOException {
        socket.setSoTimeout(50);
        assertThrows(SocketTimeoutException.class, () -> socket.getInputStream().read());
        socket.setSoTimeout(5_000);
    }

    /** The server is done with an answer a moment after its client has it. */
    private static void awaitResting() throws InterruptedException {
        Thread.sleep(100);
    }

    private void await(int count) throws InterruptedException {
        for (int i = 0; i < 200 && connections.count() != count; i++) {
            Thread.sleep(25);
        }
        assertEquals(count, connections.count());
    }
}
