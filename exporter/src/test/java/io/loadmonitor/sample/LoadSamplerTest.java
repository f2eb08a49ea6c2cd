package io.loadmonitor.sample;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.capture.CaptureException;
import io.loadmonitor.capture.LoadLook;
import io.loadmonitor.capture.LoadLookout;
import io.loadmonitor.capture.SourceKind;
import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.dump.DumpParser;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.procfs.ActiveTasks;
import io.loadmonitor.procfs.ProcFs;
import io.loadmonitor.procfs.UninterruptibleLook;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** On a loadavg that changes when the test says so: a tick is a change. */
@Timeout(60)
final class LoadSamplerTest {
    private static final String DUMP = """
            load_monitor dump version=1 id=1 source=procfs boot_id=6f1c2b9e-0000-4000-8000-000000000001 release=6.1.0
            count scanned=100 running=0 uninterruptible=2 stacks_readable=1 complete=1
            stack id=1 tasks=2
              jbd2_log_wait_commit+0x1/0x2
            task pid=70 tgid=70 state=D on=sleep stack=1 cgroup="/a" comm="one"
            task pid=71 tgid=71 state=D on=sleep stack=1 cgroup="/a" comm="two"
            end id=1 tasks=2
            """;

    @TempDir
    Path proc;

    private final DecomposedLoad load = new DecomposedLoad();
    private final AtomicInteger looks = new AtomicInteger();
    private volatile Looking looking = this::sees;
    private UninterruptibleLook uninterruptible;
    private LoadSampler sampler;
    private Thread thread;

    @BeforeEach
    void begins() throws Exception {
        loadavg("0.00");
        uninterruptible = new UninterruptibleLook(new ProcFs(proc));
        sampler = new LoadSampler(
                new ProcFs(proc),
                new ActiveTasks(),
                this::lookout,
                CauseCatalogue::standard,
                uninterruptible,
                load,
                Clock.systemUTC());
        thread = new Thread(sampler);
        thread.start();
    }

    @AfterEach
    void ends() throws Exception {
        sampler.stop();
        thread.interrupt();
        thread.join(10_000);
        assertEquals(false, thread.isAlive());
    }

    private interface Looking {
        LoadLook look() throws CaptureException;
    }

    private LoadLookout lookout() {
        Looking now = looking;
        return new LoadLookout() {
            @Override
            public SourceKind kind() {
                return SourceKind.PROCFS;
            }

            @Override
            public LoadLook look() throws CaptureException {
                return now.look();
            }
        };
    }

    private LoadLook sees() {
        looks.incrementAndGet();
        return new LoadLook(DumpParser.parse(RawDump.of(DUMP.getBytes(StandardCharsets.US_ASCII))), 1_000_000);
    }

    private void loadavg(String load1) throws Exception {
        // At once, as the kernel's own is read.
        Path next = Files.writeString(proc.resolve("next"), load1 + " 0.00 0.00 1/94 5584\n");
        Files.move(
                next,
                proc.resolve("loadavg"),
                java.nio.file.StandardCopyOption.ATOMIC_MOVE,
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }

    private static void await(BooleanSupplier so) throws InterruptedException {
        while (!so.getAsBoolean()) {
            Thread.sleep(5);
        }
    }

    @Test
    void looksAtATickAndTellsWhatItSaw() throws Exception {
        Thread.sleep(300);
        loadavg("0.16");
        await(() -> load.ticks().size() == 1);
        LoadTickParts tick = load.ticks().get(0);
        assertEquals(2, tick.tasks().get("ext4-journal"), tick.toString());
        assertEquals(0.16, tick.load1());
        assertTrue(tick.looked());
        // There is no task in this /proc: nobody walked through it.
        assertEquals(OptionalInt.of(2), uninterruptible.at(System.nanoTime()));
        assertEquals(0.16, load.now(0.16).byCause().get("ext4-journal"), 1e-9);
        assertEquals(2, load.now(0.16).uninterruptibleByCgroup().get("/a"));
    }

    @Test
    void goesOnWhereALookFailsOrTheFileIsGone() throws Exception {
        looking = () -> {
            looks.incrementAndGet();
            throw new IllegalStateException("a bug");
        };
        Thread.sleep(300);
        loadavg("0.16");
        await(() -> load.ticks().size() == 1);
        assertEquals(1, looks.get());
        assertEquals("{unseen=0.16}", load.now(0.16).byCause().toString());
        looking = () -> {
            throw new CaptureException(CaptureException.Reason.UNAVAILABLE, "gone");
        };
        Files.delete(proc.resolve("loadavg"));
        Thread.sleep(1500);
        assertTrue(thread.isAlive());
        looking = this::sees;
        loadavg("0.32");
        await(() -> load.ticks().size() > 1
                && load.ticks().get(load.ticks().size() - 1).tasks().containsKey("ext4-journal"));
    }
}
