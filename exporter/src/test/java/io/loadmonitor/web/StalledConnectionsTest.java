package io.loadmonitor.web;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
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

@Timeout(30)
final class StalledConnectionsTest {
    private static final long PATIENCE = 1_000;

    private final AtomicLong now = new AtomicLong(5_000);
    private final StalledConnections stalled = new StalledConnections(PATIENCE, now::get);
    private final Server server = new Server();
    private final ServerConnector connector = new ServerConnector(server);

    @BeforeEach
    void start() throws Exception {
        server.setHandler(new Handler.Abstract() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) {
                response.write(true, ByteBuffer.wrap(new byte[] {'x'}), callback);
                return true;
            }
        });
        connector.setHost("127.0.0.1");
        connector.addBean(stalled);
        server.addConnector(connector);
        server.start();
    }

    @AfterEach
    void stop() throws Exception {
        server.stop();
    }

    @Test
    void closesAConnectionWhoseHeaderTricklesIn() throws Exception {
        try (Socket socket = connect()) {
            socket.getOutputStream().write("GET / HTTP/1.1\r\nX-Slow: a".getBytes(StandardCharsets.US_ASCII));
            await(1);
            now.addAndGet(PATIENCE);
            stalled.sweep();
            socket.getOutputStream().write('a');
            assertEquals(1, stalled.count());
            now.addAndGet(1);
            stalled.sweep();
            assertEquals(-1, socket.getInputStream().read());
            assertEquals(0, stalled.count());
        }
    }

    @Test
    void keepsAConnectionThatGetsAnswers() throws Exception {
        try (Socket socket = connect()) {
            for (int i = 0; i < 3; i++) {
                socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                readUntil(socket.getInputStream(), 'x');
                now.addAndGet(PATIENCE + 1);
                stalled.sweep();
                assertEquals(1, stalled.count());
            }
        }
        await(0);
    }

    private Socket connect() throws Exception {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), connector.getLocalPort());
        socket.setSoTimeout(5_000);
        return socket;
    }

    private void await(int count) throws InterruptedException {
        for (int i = 0; i < 200 && stalled.count() != count; i++) {
            Thread.sleep(25);
        }
        assertEquals(count, stalled.count());
    }

    private static void readUntil(InputStream in, char last) throws Exception {
        for (int c = in.read(); c != last; c = in.read()) {
            if (c < 0) {
                throw new AssertionError("the connection was closed");
            }
        }
    }
}
