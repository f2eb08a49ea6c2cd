package io.loadmonitor.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveSettings;
import io.loadmonitor.archive.DumpNames;
import io.loadmonitor.archive.IncidentQuery;
import io.loadmonitor.archive.Retention;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that are slow, curious or many, all at once, beside one Prometheus and one Alertmanager: these are answered
 * as if they were alone. In short; with {@code -Dcrowd.full=true} for more than a minute and with as many clients as
 * stand in {@code http-api.md}.
 */
@Timeout(300)
final class CrowdIT {
    private static final boolean FULL = Boolean.getBoolean("crowd.full");
    private static final Duration LASTS = Duration.ofSeconds(FULL ? 75 : 12);
    private static final int IDLE = FULL ? 2000 : 400;
    private static final int SLOW_HEADERS = FULL ? 500 : 100;
    private static final int SLOW_BODIES = FULL ? 500 : 100;
    private static final int DOWNLOADS = 20;
    private static final int PAGES = 12;
    private static final int BYTES_PER_SECOND = 20_000;
    private static final int TASKS = 5_000;
    private static final int DUMPS = 4;
    private static final double P99_SECONDS = 1;

    @Test
    void nobodyKeepsPrometheusAndAlertmanagerOut(@TempDir Path folder) throws Exception {
        long incident = fill(folder);
        try (Exporter.OnHost host = Exporter.OnHost.start(folder, List.of(), Tree.jar(), "--source=procfs");
                Crowd crowd = new Crowd(host.exporter().address().getPort())) {
            Asked scrapes = new Asked(host, "/metrics");
            Asked webhooks = new Asked(host, "/api/v1/alerts");
            FreshScrapes elsewhere = new FreshScrapes(host, "127.0.0.9");
            FreshScrapes beside = new FreshScrapes(host, "127.0.0.2");
            scrapes.ask(1);
            webhooks.ask(1);
            scrapes.forget();
            webhooks.forget();
            crowd.idle(IDLE);
            crowd.slowHeaders(SLOW_HEADERS);
            crowd.slowBodies(SLOW_BODIES);
            crowd.slowReaders(DOWNLOADS, "/api/v1/dumps/1/raw", BYTES_PER_SECOND);
            crowd.readers(PAGES, "/incidents/" + incident);
            long end = System.nanoTime() + LASTS.toNanos();
            List<Thread> clients = List.of(
                    new Thread(() -> scrapes.eachSecondUntil(end), "Prometheus"),
                    new Thread(() -> webhooks.eachSecondUntil(end), "Alertmanager"),
                    new Thread(() -> elsewhere.eachSecondUntil(end), "Prometheus elsewhere"),
                    new Thread(() -> beside.eachSecondUntil(end), "curl"));
            clients.forEach(Thread::start);
            for (Thread client : clients) {
                client.join();
            }
            System.out.println("crowd of " + IDLE + " idle, " + SLOW_HEADERS + " slow headers, " + SLOW_BODIES
                    + " slow bodies, " + DOWNLOADS + " slow readers, " + PAGES + " readers of pages, for "
                    + LASTS.toSeconds() + " s");
            System.out.println("  scrapes:  " + scrapes);
            System.out.println("  webhooks: " + webhooks);
            System.out.println("  scrapes over new connections, from an address of its own: " + elsewhere);
            System.out.println("  the same, from an address of the crowd: " + beside);
            System.out.println("  crowd:    " + crowd);
            System.out.println("  exporter: " + Footprint.of(host.server()));
            assertEquals(
                    Map.of("200", scrapes.count()),
                    scrapes.answers,
                    scrapes + "\n" + host.server().tail());
            assertEquals(Map.of("200", elsewhere.count()), elsewhere.answers, elsewhere.toString());
            assertTrue(elsewhere.percentile(99) < P99_SECONDS, elsewhere.toString());
            assertTrue(scrapes.count() >= LASTS.toSeconds() * 2 / 3, scrapes.toString());
            assertTrue(scrapes.percentile(99) < P99_SECONDS, scrapes.toString());
            assertTrue(
                    webhooks.answers.keySet().stream().allMatch(List.of("200", "202")::contains), webhooks.toString());
            assertTrue(crowd.pages() > 0, "somebody saw a page");
        }
    }

    private static long fill(Path folder) throws Exception {
        ArchiveSettings settings = new ArchiveSettings(
                folder.resolve("archive.db"), InetAddress.getLocalHost().getHostName(), Retention.DEFAULT);
        try (Archive archive = Archive.open(settings, Clock.systemUTC())) {
            Instant first = Instant.now().minus(Duration.ofHours(1));
            for (int i = 0; i < DUMPS; i++) {
                archive.storeFound(dump(i + 1, first.plusSeconds(20L * i)).raw());
            }
            return archive.incidents(IncidentQuery.of(DumpNames.ANY, 1))
                    .items()
                    .get(0)
                    .id();
        }
    }

    private static WrittenDump dump(int id, Instant at) {
        WrittenDump dump = WrittenDump.of(id, "kind=threshold reason=\"load 4.43 >= 4.00\"", at);
        for (int group = 0; group < TASKS / 10; group++) {
            StringBuilder frames = new StringBuilder();
            for (int frame = 0; frame < 20; frame++) {
                frames.append("  function_")
                        .append(group % 97)
                        .append('_')
                        .append(frame)
                        .append("+0x1af/0x3e0\n");
            }
            dump.with(
                    10,
                    1000 + 10 * group,
                    "worker-" + group,
                    "/kubepods.slice/pod" + group % 50,
                    "D on=sleep",
                    frames.toString(),
                    Duration.ofSeconds(35));
        }
        return dump;
    }

    /** Who asks each second. */
    private abstract static class Client {
        final Map<String, Integer> answers = Collections.synchronizedMap(new TreeMap<>());
        private final List<Double> seconds = Collections.synchronizedList(new ArrayList<>());
        private int number;

        /** The status of the answer. */
        abstract String answer(int number) throws IOException, InterruptedException;

        void eachSecondUntil(long endNanos) {
            while (System.nanoTime() < endNanos) {
                long begun = System.nanoTime();
                ask(++number);
                long left = 1000 - (System.nanoTime() - begun) / 1_000_000;
                try {
                    Thread.sleep(Math.max(0, left));
                } catch (InterruptedException e) {
                    return;
                }
            }
        }

        void ask(int question) {
            long begun = System.nanoTime();
            String answer;
            try {
                answer = answer(question);
            } catch (IOException e) {
                answer = e.toString();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
            seconds.add((System.nanoTime() - begun) / 1e9);
            answers.merge(answer, 1, Integer::sum);
        }

        void forget() {
            seconds.clear();
            answers.clear();
        }

        int count() {
            return seconds.size();
        }

        double percentile(int percent) {
            List<Double> sorted = new ArrayList<>(seconds);
            Collections.sort(sorted);
            return sorted.get(Math.min(sorted.size() - 1, (int) Math.ceil(sorted.size() * percent / 100.0) - 1));
        }

        @Override
        public String toString() {
            return String.format(
                    "%d asked, answers %s, p50 %.3f s, p99 %.3f s, max %.3f s",
                    count(), answers, percentile(50), percentile(99), percentile(100));
        }
    }

    /** As Prometheus and Alertmanager do: over one connection, and over a new one when that is gone. */
    private static final class Asked extends Client {
        private final URI address;
        private final HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(10))
                .build();

        Asked(Exporter.OnHost host, String path) {
            address = host.exporter().address().resolve(path);
        }

        @Override
        String answer(int number) throws IOException, InterruptedException {
            HttpRequest.Builder request = HttpRequest.newBuilder(address).timeout(Duration.ofSeconds(10));
            if (address.getPath().endsWith("alerts")) {
                request.header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(message(number)));
            }
            return Integer.toString(client.send(request.build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode());
        }

        private static String message(int alert) {
            String one = """
                    {"status":"firing","labels":{"alertname":"LoadHigh"},"annotations":{},"startsAt":"%s",
                     "fingerprint":"%016x"}""";
            return "{\"version\":\"4\",\"groupKey\":\"g\",\"status\":\"firing\",\"receiver\":\"r\",\"alerts\":["
                    + one.formatted(Instant.now(), alert) + "]}";
        }
    }

    /** Over a new connection each time. */
    private static final class FreshScrapes extends Client {
        private final InetSocketAddress server;
        private final String from;

        FreshScrapes(Exporter.OnHost host, String from) {
            this.server =
                    new InetSocketAddress("127.0.0.1", host.exporter().address().getPort());
            this.from = from;
        }

        @Override
        String answer(int number) throws IOException {
            try (Socket socket = new Socket()) {
                socket.bind(new InetSocketAddress(from, 0));
                socket.connect(server, 10_000);
                socket.setSoTimeout(10_000);
                socket.getOutputStream()
                        .write("GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
                byte[] answer = socket.getInputStream().readAllBytes();
                return answer.length < 1000 ? "cut off" : new String(answer, 9, 3, StandardCharsets.US_ASCII);
            }
        }
    }
}
