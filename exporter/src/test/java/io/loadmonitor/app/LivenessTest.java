package io.loadmonitor.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class LivenessTest {
    private static final Duration PATIENCE = Duration.ofMillis(500);

    private final AtomicLong samplings = new AtomicLong();
    private final AtomicBoolean sampling = new AtomicBoolean(true);
    private final AtomicBoolean answering = new AtomicBoolean(true);
    private Optional<String> held = Optional.empty();
    private final Liveness liveness = new Liveness(
            () -> sampling.get() ? samplings.incrementAndGet() : samplings.get(),
            patience -> answering.get(),
            (looks, pause) -> held,
            PATIENCE);

    @Test
    void movesWhileItSamplesAndServes() throws Exception {
        assertEquals(Optional.empty(), liveness.obstacle());
    }

    @Test
    void hangsWithoutSampling() throws Exception {
        sampling.set(false);
        assertEquals(Optional.of("the load is not looked at any more"), liveness.obstacle());
        sampling.set(true);
        assertEquals(Optional.empty(), liveness.obstacle());
    }

    @Test
    void hangsWithoutAnAnswer() throws Exception {
        assertEquals(Optional.empty(), liveness.obstacle());
        answering.set(false);
        assertEquals(Optional.of("the web server does not answer"), liveness.obstacle());
    }

    /** A packet filter keeps it from itself, and would after a new start, again and again. */
    @Test
    void doesNotMissAServerThatItNeverReached() throws Exception {
        answering.set(false);
        assertEquals(Optional.empty(), liveness.obstacle());
        sampling.set(false);
        assertEquals(Optional.of("the load is not looked at any more"), liveness.obstacle());
    }

    @Test
    void asksForNoStartThatWouldNotCome() throws Exception {
        sampling.set(false);
        held = Optional.of("archive (17)");
        assertEquals(Optional.empty(), liveness.obstacle());
    }

    @Test
    void takesAnyAnswerOfAServerAndNoSilence() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            OwnServer own = new OwnServer((InetSocketAddress) server.getLocalSocketAddress());
            assertFalse(own.answers(PATIENCE), "the kernel takes the connection, nobody answers");
            server.accept().close();
            CountDownLatch done = new CountDownLatch(1);
            Thread closing = new Thread(() -> {
                try {
                    server.accept().close();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                } finally {
                    done.countDown();
                }
            });
            closing.start();
            assertTrue(own.answers(Duration.ofSeconds(20)));
            assertTrue(done.await(20, TimeUnit.SECONDS));
        }
    }

    @Test
    void missesAServerThatDoesNotListen() throws Exception {
        InetSocketAddress gone;
        try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            gone = (InetSocketAddress) server.getLocalSocketAddress();
        }
        assertFalse(new OwnServer(gone).answers(PATIENCE));
    }

    @Test
    void asksLoopbackWhereItListensOnEveryAddress() throws Exception {
        assertEquals("/127.0.0.1:9817", asked("0.0.0.0"));
        assertEquals("/[0:0:0:0:0:0:0:1]:9817", asked("::"));
        assertEquals("/192.0.2.1:9817", asked("192.0.2.1"));
    }

    private static String asked(String listening) throws Exception {
        return OwnServer.of(new InetSocketAddress(InetAddress.getByName(listening), 9817))
                .address()
                .toString();
    }

    @Test
    void beatsTwiceInAPeriodAndNotWhileItHangs() throws Exception {
        List<String> told = new CopyOnWriteArrayList<>();
        Supervisor supervisor = new Supervisor(told::add, Optional.of(Duration.ofSeconds(2)));
        Heartbeat heartbeat = Heartbeat.start(
                supervisor,
                patience -> new Liveness(
                        () -> sampling.get() ? samplings.incrementAndGet() : samplings.get(),
                        time -> true,
                        (looks, pause) -> Optional.empty(),
                        patience),
                () -> "fine");
        try {
            long began = System.nanoTime();
            while (told.size() < 4) {
                Thread.sleep(10);
            }
            long millis = (System.nanoTime() - began) / 1_000_000;
            assertTrue(millis >= 2_500 && millis < 20_000, "four beats, a second apart, took " + millis + " ms");
            assertEquals(List.of("WATCHDOG=1\nSTATUS=fine"), new ArrayList<>(new HashSet<>(told)));
            sampling.set(false);
            while (!told.get(told.size() - 1).startsWith("STATUS=Hangs: the load is not looked at")) {
                Thread.sleep(10);
            }
            int before = told.size();
            while (told.size() < before + 2) {
                Thread.sleep(10);
            }
            assertFalse(told.subList(before, told.size()).toString().contains("WATCHDOG"), told.toString());
        } finally {
            heartbeat.close();
        }
    }
}
