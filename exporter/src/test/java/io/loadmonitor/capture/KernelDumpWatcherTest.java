package io.loadmonitor.capture;

import static io.loadmonitor.capture.KernelModuleSourceTest.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.dump.RawDump;
import io.loadmonitor.dump.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class KernelDumpWatcherTest {
    @TempDir
    private Path root;

    private final BlockingQueue<String> got = new LinkedBlockingQueue<>();
    private FakeModule fake;
    private KernelModuleSource source;
    private KernelDumpWatcher watcher;

    @BeforeEach
    void lay() {
        fake = new FakeModule(root);
        source = fake.source();
    }

    @AfterEach
    void stop() {
        watcher.close();
        assertEquals("stopped", watcher.state());
    }

    private void start(Consumer<RawDump> consumer) {
        watcher = KernelDumpWatcher.start(fake.module(), source, consumer, Duration.ofMillis(20), 20);
    }

    @Test
    void givesWhatIsInTheRingAlreadyAndThenEachNewOneOnce() throws Exception {
        fake.load();
        String first = fake.takeAutomatic();
        String second = fake.takeManual("somebody else");
        start(dump -> got.add(text(dump)));
        assertEquals(first, next());
        assertEquals(second, next());
        assertEquals(fake.takeAutomatic(), next());
        assertNothingMore();
        assertEquals("watching the kernel module", watcher.state());
    }

    @Test
    void doesNotGiveWhatTheSourceTook() throws Exception {
        fake.load();
        start(dump -> got.add(text(dump)));
        for (int i = 0; i < 20; i++) {
            source.take(DumpOrder.manual(new Reason("own")));
            assertEquals(fake.takeAutomatic(), next());
        }
        assertNothingMore();
    }

    @Test
    void goesOnWhenTheModuleIsUnloadedAndLoadedAgain() throws Exception {
        start(dump -> got.add(text(dump)));
        awaitState("waiting for the kernel module to be loaded");
        fake.load();
        assertEquals(fake.takeAutomatic(), next());
        assertEquals(fake.takeAutomatic(), next());
        fake.unload();
        awaitState("waiting for the kernel module to be loaded");
        fake.load();
        String first = fake.takeAutomatic();
        String second = fake.takeAutomatic();
        String third = fake.takeAutomatic();
        assertEquals(first, next(), "its id is 1 again");
        assertEquals(second, next());
        assertEquals(third, next());
        assertNothingMore();
    }

    @Test
    void givesADumpAgainThatTheConsumerCouldNotTake() throws Exception {
        fake.load();
        String first = fake.takeAutomatic();
        String second = fake.takeAutomatic();
        source.take(DumpOrder.manual(new Reason("own")));
        AtomicInteger calls = new AtomicInteger();
        start(dump -> {
            if (calls.incrementAndGet() == 2) {
                throw new IllegalStateException("disk full");
            }
            got.add(text(dump));
        });
        assertEquals(first, next());
        assertEquals(second, next());
        assertNothingMore();
        assertEquals(3, calls.get());
    }

    @Test
    void countsDumpsThatItMissed() throws Exception {
        fake.load();
        fake.takeAutomatic();
        AtomicInteger calls = new AtomicInteger();
        start(dump -> {
            got.add(text(dump));
            if (calls.incrementAndGet() == 1) {
                takeFourAndForgetAllButOne();
            }
        });
        next();
        next();
        assertNothingMore();
        assertEquals(3, watcher.lost());
    }

    @Test
    void stopsSoon() throws Exception {
        start(dump -> {});
        long start = System.nanoTime();
        watcher.close();
        assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(2));
    }

    private void takeFourAndForgetAllButOne() {
        try {
            for (int i = 0; i < 4; i++) {
                fake.takeAutomatic();
            }
            fake.forget(4);
        } catch (IOException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private String next() throws InterruptedException {
        String dump = got.poll(20, TimeUnit.SECONDS);
        if (dump == null) {
            throw new AssertionError("no dump came; the watcher is " + watcher.state());
        }
        return dump;
    }

    private void assertNothingMore() throws InterruptedException {
        assertNull(got.poll(150, TimeUnit.MILLISECONDS));
    }

    private void awaitState(String state) throws InterruptedException {
        while (!watcher.state().equals(state)) {
            Thread.sleep(5);
        }
    }
}
