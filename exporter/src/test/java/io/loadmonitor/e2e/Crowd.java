package io.loadmonitor.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Clients that no server would choose, from addresses of the loopback. Whoever is cut off comes again within five
 * seconds, until the crowd is closed.
 */
final class Crowd implements AutoCloseable {
    private static final String HOST = "Host: localhost\r\n";
    private static final String SLOW_HEADER = "GET /metrics HTTP/1.1\r\n" + HOST + "X-Slow: a";
    private static final String SLOW_BODY = "POST /api/v1/alerts HTTP/1.1\r\n" + HOST
            + "Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n{";

    /** Between two looks. */
    private static final int PAUSE_MILLIS = 100;

    /** Between two bytes of those who send now and then. */
    private static final int DRIP_MILLIS = 500;

    /** Until all that were cut off have come again, one after another. */
    private static final int RETURN_MILLIS = 5000;

    private final InetSocketAddress server;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLong connections = new AtomicLong();
    private final AtomicInteger pages = new AtomicInteger();
    private final AtomicInteger refusedPages = new AtomicInteger();
    private final AtomicLong slowBytes = new AtomicLong();
    private volatile boolean closed;

    Crowd(int port) {
        server = new InetSocketAddress("127.0.0.1", port);
    }

    /** That ask nothing. */
    void idle(int clients) {
        drip("idle", clients, "", "");
    }

    /** That send a byte of a header now and then. */
    void slowHeaders(int clients) {
        drip("slow headers", clients, SLOW_HEADER, "a");
    }

    /** That send a byte of a body now and then. */
    void slowBodies(int clients) {
        drip("slow bodies", clients, SLOW_BODY, " ");
    }

    /** That take a large answer slowly, again and again. */
    void slowReaders(int clients, String path, int bytesPerSecond) {
        for (int i = 0; i < clients; i++) {
            String address = address(i);
            start("slow reader " + i, () -> read(address, path, bytesPerSecond));
        }
    }

    /** That take an answer as fast as they can, again and again. */
    void readers(int clients, String path) {
        for (int i = 0; i < clients; i++) {
            String address = address(i);
            start("reader " + i, () -> read(address, path, 0));
        }
    }

    /** Answered ones of {@link #readers}. */
    int pages() {
        return pages.get();
    }

    /** A few clients, one of them the address that Prometheus and Alertmanager have. */
    private static String address(int client) {
        return "127.0.0." + (1 + client % 4);
    }

    private void drip(String name, int clients, String begin, String more) {
        start(name, () -> drip(clients, begin, more));
    }

    private void start(String name, Task task) {
        Thread thread = new Thread(
                () -> {
                    while (!closed) {
                        try {
                            task.run();
                        } catch (IOException | InterruptedException e) {
                            pause(50);
                        }
                    }
                },
                name);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    /** What is done again and again. */
    private interface Task {
        void run() throws IOException, InterruptedException;
    }

    private void drip(int clients, String begin, String more) throws IOException {
        try (Selector selector = Selector.open()) {
            List<String> again = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                again.add(address(i));
            }
            long drip = 0;
            long look = 0;
            ByteBuffer buffer = ByteBuffer.allocate(1024);
            while (!closed) {
                selector.select(PAUSE_MILLIS);
                for (SelectionKey key : selector.selectedKeys()) {
                    if (!takes(key, buffer)) {
                        again.add((String) key.attachment());
                    }
                }
                selector.selectedKeys().clear();
                long now = System.nanoTime() / 1_000_000;
                if (!more.isEmpty() && now - drip > DRIP_MILLIS) {
                    drip = now;
                    selector.keys().forEach(key -> send(key, more));
                }
                if (now - look > PAUSE_MILLIS) {
                    look = now;
                    int back = Math.min(again.size(), 1 + clients * PAUSE_MILLIS / RETURN_MILLIS);
                    again.subList(0, back).removeIf(address -> connects(selector, address, begin));
                    Collections.rotate(again, -back);
                }
            }
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
        }
    }

    private boolean connects(Selector selector, String address, String begin) {
        try {
            SocketChannel channel = SocketChannel.open();
            try {
                channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
                channel.bind(new InetSocketAddress(address, 0));
                channel.connect(server);
                connections.incrementAndGet();
                channel.configureBlocking(false);
                channel.register(selector, SelectionKey.OP_READ, address);
                channel.write(ByteBuffer.wrap(begin.getBytes(StandardCharsets.US_ASCII)));
                return true;
            } catch (IOException e) {
                channel.close();
            }
        } catch (IOException e) {
            // Nothing is left open.
        }
        return false;
    }

    private static boolean takes(SelectionKey key, ByteBuffer buffer) {
        try {
            buffer.clear();
            if (((SocketChannel) key.channel()).read(buffer) >= 0) {
                return true;
            }
        } catch (IOException e) {
            // Reset: as good as closed.
        }
        close(key);
        return false;
    }

    private static void send(SelectionKey key, String more) {
        try {
            if (key.isValid()) {
                ((SocketChannel) key.channel()).write(ByteBuffer.wrap(more.getBytes(StandardCharsets.US_ASCII)));
            }
        } catch (IOException e) {
            // Told by the next read.
        }
    }

    private static void close(SelectionKey key) {
        try {
            key.channel().close();
        } catch (IOException e) {
            // Closed.
        }
    }

    private void read(String address, String path, int bytesPerSecond) throws IOException, InterruptedException {
        try (Socket socket = new Socket()) {
            socket.bind(new InetSocketAddress(address, 0));
            if (bytesPerSecond > 0) {
                socket.setReceiveBufferSize(bytesPerSecond);
            }
            socket.connect(server, 10_000);
            connections.incrementAndGet();
            socket.setSoTimeout(60_000);
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\n" + HOST + "Connection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            String status = new String(in.readNBytes(12), StandardCharsets.US_ASCII);
            byte[] chunk = new byte[bytesPerSecond > 0 ? bytesPerSecond / 10 : 65_536];
            for (int n = in.read(chunk); n >= 0 && !closed; n = in.read(chunk)) {
                if (bytesPerSecond > 0) {
                    slowBytes.addAndGet(n);
                    pause(n * 1000L / bytesPerSecond);
                }
            }
            if (bytesPerSecond == 0) {
                (status.endsWith(" 200") ? pages : refusedPages).incrementAndGet();
            }
            if (!status.endsWith(" 200")) {
                pause(1000);
            }
        }
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed = true;
        threads.forEach(Thread::interrupt);
    }

    @Override
    public String toString() {
        return connections + " connections, " + pages + " pages and " + refusedPages + " refusals, " + slowBytes
                + " bytes read slowly";
    }
}
