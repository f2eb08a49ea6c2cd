package io.loadmonitor.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveSettings;
import io.loadmonitor.archive.CaptureLimits;
import io.loadmonitor.archive.DumpSummary;
import io.loadmonitor.archive.DumpTrigger;
import io.loadmonitor.archive.LimitKind;
import io.loadmonitor.archive.Retention;
import io.loadmonitor.capture.CaptureException;
import io.loadmonitor.capture.DumpOrder;
import io.loadmonitor.capture.DumpSource;
import io.loadmonitor.capture.SourceKind;
import io.loadmonitor.desk.AlertDesk;
import io.loadmonitor.desk.CaptureDesk;
import io.loadmonitor.desk.CaptureObserver;
import io.loadmonitor.desk.CaptureSettings;
import io.loadmonitor.desk.InstanceNames;
import io.loadmonitor.desk.LoadRecorder;
import io.loadmonitor.desk.PartsRecorder;
import io.loadmonitor.desk.Rules;
import io.loadmonitor.desk.TriggerStatus;
import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.dump.Reason;
import io.loadmonitor.guard.AuditLog;
import io.loadmonitor.guard.Denial;
import io.loadmonitor.guard.Guard;
import io.loadmonitor.guard.GuardSettings;
import io.loadmonitor.report.IncidentReporter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The real server on a free port, with a real archive and real desks; only the source of dumps is a fake. */
final class RunningServer implements AutoCloseable {
    static final ObjectMapper JSON = new ObjectMapper();

    final Archive archive;
    final CaptureDesk captureDesk;
    final LoadRecorder recorder;
    final FakeSource source = new FakeSource();
    final List<Denial> denials = Collections.synchronizedList(new ArrayList<>());
    final List<Integer> webhookAnswers = Collections.synchronizedList(new ArrayList<>());
    final AtomicReference<Optional<String>> stacksRemedy = new AtomicReference<>(Optional.empty());
    final AtomicReference<Optional<String>> notReady = new AtomicReference<>(Optional.empty());
    final AtomicReference<Optional<String>> reloadRefused = new AtomicReference<>(Optional.empty());
    final AtomicReference<CauseCatalogue> causes = new AtomicReference<>(CauseCatalogue.standard());
    final AtomicInteger reloads = new AtomicInteger();
    /** How many times more the archive may ask for the causes; 0 for ever. */
    final AtomicInteger causesToError = new AtomicInteger();

    final AtomicReference<Throwable> metricsFault = new AtomicReference<>();
    final AtomicLong skippedNanos = new AtomicLong();

    final Guard guard;
    private volatile OptionalLong stoppedNanos = OptionalLong.empty();
    private final WebServer web;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private RunningServer(WebSettings settings, Path folder, CaptureLimits limits) throws Exception {
        this(settings, GuardSettings.NONE, folder, limits);
    }

    private RunningServer(WebSettings settings, GuardSettings guarded, Path folder, CaptureLimits limits)
            throws Exception {
        archive = Archive.open(
                new ArchiveSettings(folder.resolve("archive.sqlite"), "db1", Retention.DEFAULT, limits),
                Clock.systemUTC(),
                () -> {
                    if (causesToError.decrementAndGet() == 0) {
                        throw new OutOfMemoryError("no more memory, says the test");
                    }
                    return causes.get();
                });
        captureDesk = CaptureDesk.start(
                CaptureSettings.DEFAULT,
                () -> Rules.DEFAULT,
                archive,
                () -> source,
                Clock.systemUTC(),
                new DeafObserver());
        recorder = new LoadRecorder(archive);
        AlertDesk alertDesk = new AlertDesk(
                () -> Rules.DEFAULT,
                new InstanceNames(() -> InstanceNames.Settings.DEFAULT, archive),
                archive,
                captureDesk,
                outcomes -> {});
        guard = new Guard(guarded, this::nanoTime);
        web = WebServer.start(
                settings,
                guard,
                new WebParts(
                        archive,
                        alertDesk,
                        captureDesk,
                        (names, accept) -> {
                            if (metricsFault.get() != null) {
                                throw thrown(metricsFault.get());
                            }
                            String text = "# names " + names.stream().sorted().toList() + "\n# accept " + accept + "\n"
                                    + "x".repeat(5000);
                            return new MetricsSource.MetricsText(
                                    "text/plain; version=0.0.4; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
                        },
                        () -> new StatusSource.ServiceStatus(
                                "1.2.3",
                                "db1",
                                "procfs",
                                "the kernel module is not loaded",
                                Optional.empty(),
                                stacksRemedy.get(),
                                notReady.get(),
                                List.of(
                                        new TriggerStatus(
                                                "load",
                                                TriggerStatus.By.EXPORTER,
                                                "This exporter, at load 4.00.",
                                                false),
                                        new TriggerStatus(
                                                "active",
                                                TriggerStatus.By.NOBODY,
                                                "Nobody: triggers.active is off.",
                                                false)),
                                List.of()),
                        SampledLoad.INSTANCE,
                        () -> {
                            reloads.incrementAndGet();
                            return reloadRefused.get();
                        },
                        webhookAnswers::add,
                        causes::get,
                        new IncidentReporter(
                                archive, recorder, new PartsRecorder(archive, List::of), Clock.systemUTC()),
                        denials::add,
                        new AuditLog(this::nanoTime),
                        Clock.systemUTC()),
                this::nanoTime);
    }

    private long nanoTime() {
        return stoppedNanos.orElseGet(System::nanoTime) + skippedNanos.get();
    }

    /** From now on time goes by {@link #skippedNanos} alone, however slow the machine is. */
    void stopClock() {
        stoppedNanos = OptionalLong.of(System.nanoTime());
    }

    private static RuntimeException thrown(Throwable fault) {
        if (fault instanceof Error) {
            throw (Error) fault;
        }
        return (RuntimeException) fault;
    }

    static RunningServer start(Path folder) throws Exception {
        return new RunningServer(WebSettings.on(loopback()), folder, CaptureLimits.DEFAULT);
    }

    static RunningServer start(Path folder, WebSettings settings) throws Exception {
        return new RunningServer(settings, folder, CaptureLimits.DEFAULT);
    }

    static RunningServer start(Path folder, WebSettings settings, GuardSettings guarded) throws Exception {
        return new RunningServer(settings, guarded, folder, CaptureLimits.DEFAULT);
    }

    static RunningServer start(Path folder, CaptureLimits limits) throws Exception {
        return new RunningServer(WebSettings.on(loopback()), folder, limits);
    }

    static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    List<InetSocketAddress> addresses() {
        return web.addresses();
    }

    /** Method and path of everything that is registered. */
    List<String> routes() {
        return web.routes();
    }

    int port() {
        return web.addresses().get(0).getPort();
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
                .timeout(Duration.ofSeconds(20));
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(request(path));
    }

    HttpResponse<String> page(String path) throws IOException, InterruptedException {
        return send(request(path).header("Accept", "text/html,*/*;q=0.8"));
    }

    HttpResponse<String> postAlerts(String body) throws IOException, InterruptedException {
        return send(request("/api/v1/alerts")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body)));
    }

    HttpResponse<String> postDump(String body) throws IOException, InterruptedException {
        return send(request("/api/v1/dumps")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body)));
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    HttpResponse<byte[]> sendForBytes(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), BodyHandlers.ofByteArray());
    }

    /** Stores a dump without a source. */
    long archived(RawDump raw) throws Exception {
        long id = archive.reserveDump(DumpTrigger.MANUAL, Optional.of(new Reason("test")), OptionalLong.empty());
        archive.store(id, raw);
        return id;
    }

    /** Waits until a dump has come to this state. */
    JsonNode await(long id, String state) throws Exception {
        JsonNode dump = JSON.missingNode();
        for (int i = 0; i < 400; i++) {
            dump = JSON.readTree(get("/api/v1/dumps/" + id).body());
            if (dump.path("state").asText().equals(state)) {
                return dump;
            }
            Thread.sleep(25);
        }
        throw new AssertionError("dump " + id + " is not " + state + " but " + dump.path("state"));
    }

    static JsonNode json(HttpResponse<String> answer) throws IOException {
        return JSON.readTree(answer.body());
    }

    @Override
    public void close() {
        source.release();
        web.close();
        captureDesk.close();
        archive.close();
    }

    /** Gives one dump after another; can be held, and can fail. */
    static final class FakeSource implements DumpSource {
        final AtomicReference<CaptureException> fault = new AtomicReference<>();
        private final AtomicInteger count = new AtomicInteger();
        private volatile @Nullable CountDownLatch held;

        void hold() {
            held = new CountDownLatch(1);
        }

        void release() {
            CountDownLatch latch = held;
            if (latch != null) {
                latch.countDown();
            }
        }

        @Override
        public SourceKind kind() {
            return SourceKind.PROCFS;
        }

        @Override
        public RawDump take(DumpOrder order) throws CaptureException {
            CountDownLatch latch = held;
            if (latch != null) {
                try {
                    latch.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            if (fault.get() != null) {
                throw fault.get();
            }
            return Samples.dump(count.incrementAndGet());
        }
    }

    private static final class DeafObserver implements CaptureObserver {
        @Override
        public void captured(DumpSummary dump, Duration took) {}

        @Override
        public void found(DumpSummary dump) {}

        @Override
        public void failed(DumpTrigger trigger, FailureReason reason) {}

        @Override
        public void refused(DumpTrigger trigger, LimitKind limit) {}
    }
}
