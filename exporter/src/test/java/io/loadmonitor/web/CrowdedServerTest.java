package io.loadmonitor.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.dump.RawDump;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What clients that are slow or many find, and what the others do. */
@Timeout(60)
final class CrowdedServerTest {
    private static final String HOST = "Host: localhost\r\n";

    @TempDir
    private Path folder;

    private final List<Socket> sockets = new ArrayList<>();
    private RunningServer server;

    @BeforeEach
    void start() throws Exception {
        server = RunningServer.start(folder.resolve("archive"));
    }

    @AfterEach
    void stop() throws Exception {
        for (Socket socket : sockets) {
            socket.close();
        }
        server.close();
    }

    @Test
    void answersBesideMoreIdleConnectionsThanThereAreOfOneClient() throws Exception {
        Socket scraper = connect("127.0.0.1");
        scrape(scraper);
        for (int i = 0; i < 300; i++) {
            connect("127.0.0.1");
        }
        for (int i = 0; i < 100 && open() > 64; i++) {
            pause(100);
        }
        assertEquals(64, open());
        // The connection that is known stays, and a new one is taken.
        scrape(scraper);
        scrape(connect("127.0.0.1"));
    }

    @Test
    void answersBesideWebhooksWhoseBodiesDoNotCome() throws Exception {
        for (int i = 0; i < 60; i++) {
            send(connect("127.0.0." + (1 + i % 4)), head(100_000) + "{");
        }
        assertEquals(202, server.postAlerts(Samples.firing("a1b2c3d4e5f60718")).statusCode());
        server.skippedNanos.addAndGet(Duration.ofSeconds(11).toNanos());
        assertEquals("HTTP/1.1 408", status(sockets.get(59)));
        assertEquals(202, server.postAlerts(Samples.firing("a1b2c3d4e5f60719")).statusCode());
    }

    @Test
    void givesTheMemoryOfTheOldestBodyToNewerOnes() throws Exception {
        byte[] most = new byte[(1 << 20) - 1000];
        for (int i = 0; i < 5; i++) {
            Socket socket = connect("127.0.0." + (1 + i));
            send(socket, head(1 << 20));
            socket.getOutputStream().write(most);
            Thread.sleep(100);
        }
        // On a busy machine that which was sent first is not always the one that was seen first.
        Socket gaveWay = answered();
        assertEquals("HTTP/1.1 503", status(gaveWay));
        assertEquals(202, server.postAlerts(Samples.firing("a1b2c3d4e5f60718")).statusCode());
        // The others are still under way.
        for (Socket socket : sockets) {
            assertEquals(0, socket == gaveWay ? 0 : socket.getInputStream().available());
        }
    }

    private Socket answered() throws Exception {
        while (true) {
            for (Socket socket : sockets) {
                if (socket.getInputStream().available() > 0) {
                    return socket;
                }
            }
            Thread.sleep(10);
        }
    }

    @Test
    void answersBesideReadersThatTakeNothing() throws Exception {
        long id = server.archived(large());
        for (int i = 0; i < 24; i++) {
            Socket socket = connect("127.0.0." + (1 + i % 4));
            send(socket, "GET /api/v1/dumps/" + id + (i % 2 == 0 ? "/raw" : "") + " HTTP/1.1\r\n" + HOST + "\r\n");
        }
        Thread.sleep(500);
        assertEquals(200, server.get("/-/healthy").statusCode());
        assertEquals(200, server.get("/-/ready").statusCode());
        assertEquals(200, server.get("/metrics").statusCode());
        assertEquals(200, server.get("/api/v1/dumps").statusCode());
        assertEquals(202, server.postAlerts(Samples.firing("a1b2c3d4e5f60718")).statusCode());
        // Whoever asks for the same waits for a while, and then is told to come again.
        Thread skipping = new Thread(() -> {
            pause(1000);
            server.skippedNanos.addAndGet(Duration.ofSeconds(6).toNanos());
        });
        skipping.start();
        HttpResponse<String> refused = server.get("/api/v1/dumps/" + id);
        assertEquals(503, refused.statusCode(), refused.body());
        assertEquals(
                "busy", RunningServer.json(refused).path("error").path("code").asText());
        assertTrue(refused.headers().firstValue("Retry-After").isPresent());
        // Until those are cut off that do not take their answers.
        server.skippedNanos.addAndGet(Duration.ofSeconds(11).toNanos());
        Thread.sleep(1500);
        server.skippedNanos.addAndGet(Duration.ofSeconds(11).toNanos());
        Thread.sleep(1500);
        HttpResponse<String> again = server.get("/api/v1/dumps/" + id);
        // On a busy machine that takes its time; who waits for too long is told to come again once more.
        for (int tries = 0; again.statusCode() == 503 && tries < 20; tries++) {
            Thread.sleep(500);
            again = server.get("/api/v1/dumps/" + id);
        }
        assertEquals(200, again.statusCode(), again.body());
    }

    @Test
    void holdsNoThreadForWhoAsksForMetricsAndReadsNothing() throws Exception {
        for (int i = 0; i < 12; i++) {
            Socket socket = connect("127.0.0." + (1 + i % 4));
            send(socket, ("GET /metrics HTTP/1.1\r\n" + HOST + "\r\n").repeat(200));
        }
        for (int i = 0; i < 20; i++) {
            long before = System.nanoTime();
            assertEquals(200, server.get("/metrics").statusCode());
            assertTrue(Duration.ofNanos(System.nanoTime() - before).toMillis() < 3000);
        }
        String names = Thread.getAllStackTraces().values().stream()
                .map(stack -> stack.length == 0 ? "" : stack[0].toString())
                .filter(frame -> frame.contains("HttpOutput"))
                .findAny()
                .orElse("");
        assertEquals("", names);
    }

    @Test
    void buildsTwoThingsAtATime() throws Exception {
        Builds builds = new Builds();
        String third = builds.run(() -> builds.run(() -> {
            Thread waiting = new Thread(() -> builds.run(() -> "third"));
            waiting.start();
            waiting.join(200);
            assertTrue(waiting.isAlive());
            waiting.interrupt();
            waiting.join(5_000);
            assertFalse(waiting.isAlive());
            return "second";
        }));
        assertEquals("second", third);
        assertEquals("again", builds.run(() -> "again"));
    }

    static RawDump large() {
        String text = new String(Samples.dump(77).toByteArray(), StandardCharsets.US_ASCII);
        int end = text.indexOf("devices ");
        StringBuilder tasks = new StringBuilder();
        for (int i = 0; i < 30_000; i++) {
            tasks.append("task pid=" + (1000 + i) + " tgid=" + (1000 + i)
                    + " ppid=1 cpu=0 state=D on=sleep since_ms=40 stack=1 cgroup=\"/\" comm=\"task-" + i + "\"\n");
        }
        return RawDump.of((text.substring(0, end) + tasks + text.substring(end))
                .replace("tasks=10\n", "tasks=30010\n")
                .getBytes(StandardCharsets.US_ASCII));
    }

    private static String head(int length) {
        return "POST /api/v1/alerts HTTP/1.1\r\n" + HOST + "Content-Type: application/json\r\nContent-Length: " + length
                + "\r\n\r\n";
    }

    private Socket connect(String from) throws IOException {
        Socket socket = new Socket();
        socket.bind(new InetSocketAddress(InetAddress.getByName(from), 0));
        socket.setReceiveBufferSize(4096);
        socket.connect(new InetSocketAddress("127.0.0.1", server.port()));
        socket.setSoTimeout(15_000);
        sockets.add(socket);
        return socket;
    }

    /** Of the sockets that were connected and not ended by the server. */
    private int open() throws IOException {
        int open = 0;
        for (Socket socket : sockets) {
            try {
                socket.setSoTimeout(1);
                if (socket.getInputStream().read() < 0) {
                    socket.close();
                } else {
                    open++;
                }
            } catch (SocketTimeoutException silent) {
                open++;
            } catch (IOException reset) {
                // Ended.
            }
        }
        return open;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String status(Socket socket) throws IOException {
        return new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
    }

    /** Takes the whole answer, so that the connection can be used again. */
    private static void scrape(Socket socket) throws IOException {
        socket.setSoTimeout(15_000);
        send(socket, "GET /metrics HTTP/1.1\r\n" + HOST + "\r\n");
        String head = "";
        while (!head.endsWith("\r\n\r\n")) {
            int next = socket.getInputStream().read();
            if (next < 0) {
                throw new AssertionError("the connection was closed");
            }
            head += (char) next;
        }
        assertTrue(head.startsWith("HTTP/1.1 200 "), head);
        int length = Integer.parseInt(head.replaceAll("(?s).*Content-Length: ([0-9]+).*", "$1"));
        assertEquals(length, socket.getInputStream().readNBytes(length).length);
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
