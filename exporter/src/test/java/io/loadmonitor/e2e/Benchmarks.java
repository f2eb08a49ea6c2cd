package io.loadmonitor.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.capture.BpfSource;
import io.loadmonitor.capture.CpuSampling;
import io.loadmonitor.capture.DeviceLook;
import io.loadmonitor.capture.LoadLookout;
import io.loadmonitor.capture.ProcfsLimits;
import io.loadmonitor.capture.ProcfsSource;
import io.loadmonitor.capture.SourceObstacle;
import io.loadmonitor.dump.DumpParser;
import io.loadmonitor.dump.LoadBreakdown;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.kernel.DeviceMapper;
import io.loadmonitor.procfs.ActiveTasks;
import io.loadmonitor.procfs.ProcFs;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the exporter costs, beside node_exporter in the same minutes on the same machine, in turn. {@code make bench}
 * runs it; its name keeps it out of all other runs. Figures of a busy machine tell ratios at most.
 */
final class Benchmarks {
    private static final int ROUNDS = Integer.getInteger("bench.rounds", 1);
    private static final int SCRAPES = Integer.getInteger("bench.scrapes", 1000);
    private static final int THREADS = Integer.getInteger("bench.threads", 10_000);
    private static final int DUMPS = Integer.getInteger("bench.dumps", 100);
    private static final int ARCHIVED = Integer.getInteger("bench.archived", 3_000);
    private static final Path OUT = Path.of(
            System.getProperty("bench.out", Tree.root().resolve("build/bench").toString()));

    private static final Duration START = Duration.ofMinutes(3);
    private static final Pattern LISTENING = Pattern.compile("address=127\\.0\\.0\\.1:([1-9][0-9]*)");
    /** In place of flags: Java alone, without the launcher and so without its archive of classes. */
    private static final String PLAIN = "java -jar";

    private static final String PEER = "prometheus-node-exporter";

    private final BenchReport report = new BenchReport();

    @TempDir
    Path folder;

    private int started;

    @Test
    void measures() throws Exception {
        Program.require(PEER);
        heading();
        scrapes();
        counts();
        footprint();
        reading();
        asked();
        archive();
        report.text("\nLoad average when it ended: "
                + Files.readString(Path.of("/proc/loadavg")).strip() + ".");
        report.write(OUT);
    }

    private void heading() throws IOException {
        report.text("""
                # Benchmarks

                `make bench` wrote this page, and does so anew on your machine (`ROUNDS=1 ARCHIVED=3000 make bench` in
                some minutes). What is compared ran in turn, A B A B, in the same minutes; figures are the median and,
                in brackets, the range over the rounds or times. A machine that does other things beside this makes all
                of them larger and the range wide: then the ratios tell something, the times do not.
                """);
        String cpu = Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("model name"))
                .findFirst()
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .orElse("unknown");
        report.fact("CPUs", Runtime.getRuntime().availableProcessors() + " x " + cpu);
        report.fact("kernel", new ProcFs(Path.of("/proc")).release().orElse("unknown"));
        report.fact("Java", Runtime.version().toString());
        report.fact(
                "load average when it began",
                Files.readString(Path.of("/proc/loadavg")).strip());
        report.fact("rounds", Integer.toString(ROUNDS));
    }

    private void scrapes() throws Exception {
        report.table(
                "A scrape",
                SCRAPES + " scrapes in each round over one connection, after as many to warm up. node_exporter has the"
                        + " collectors loadavg, stat and pressure alone. This exporter publishes all that it has.");
        List<Double> ownMedians = new ArrayList<>();
        List<Double> ownLate = new ArrayList<>();
        List<Double> peerMedians = new ArrayList<>();
        List<Double> peerLate = new ArrayList<>();
        try (Peer own = exporter();
                Peer peer = nodeExporter("loadavg", "stat", "pressure")) {
            own.scrapes(SCRAPES);
            peer.scrapes(SCRAPES);
            for (int round = 0; round < ROUNDS; round++) {
                Measured ours = own.scrapes(SCRAPES);
                Measured theirs = peer.scrapes(SCRAPES);
                ownMedians.add(ours.median());
                ownLate.add(ours.quantile(0.99));
                peerMedians.add(theirs.median());
                peerLate.add(theirs.quantile(0.99));
            }
        }
        report.row("load-monitor, p50", "ms", measured(ownMedians));
        report.row("node_exporter, p50", "ms", measured(peerMedians));
        report.row("ratio of p50", "x", ratios(ownMedians, peerMedians));
        report.row("load-monitor, p99", "ms", measured(ownLate));
        report.row("node_exporter, p99", "ms", measured(peerLate));
        report.row("ratio of p99", "x", ratios(ownLate, peerLate));
    }

    private void counts() throws Exception {
        report.table(
                "Running and uninterruptible tasks of a host with " + THREADS + " threads more",
                "One look of each source at the tasks of the load, and node_exporter's collector of processes, as it"
                        + " tells itself.");
        ProcFs procFs = ProcFs.ofThisHost();
        Path sysfs = Path.of("/sys");
        DeviceLook devices = new DeviceLook(new DeviceMapper(sysfs, Path.of("/dev/mapper")));
        ActiveTasks active = new ActiveTasks();
        Clock clock = Clock.systemUTC();
        ProcfsSource procfs =
                new ProcfsSource(procFs, new CpuSampling(procFs, sysfs), devices, active, clock, ProcfsLimits.DEFAULT);
        try (Server crowd = Server.start(
                        "threads",
                        folder,
                        List.of(
                                java(),
                                "-Xmx256m",
                                "-XX:+UseSerialGC",
                                "-cp",
                                System.getProperty("java.class.path"),
                                ManyThreads.class.getName(),
                                Integer.toString(THREADS)));
                Peer peer = nodeExporter("processes");
                BpfSource bpf = new BpfSource(procFs, sysfs, devices, active, clock, ProcfsLimits.DEFAULT)) {
            crowd.await(
                    "all threads",
                    START,
                    () -> Optional.of(true).filter(yes -> crowd.log().contains("ready")));
            Optional<SourceObstacle> noBpf = bpf.obstacle();
            List<Double> peers = new ArrayList<>();
            List<Double> walks = new ArrayList<>();
            List<Double> bpfLooks = new ArrayList<>();
            int times = 3 + 2 * ROUNDS;
            for (int i = 0; i < times; i++) {
                peers.add(peer.collector("processes"));
                walks.add(millis(looking(procfs)));
                for (int j = 0; noBpf.isEmpty() && j < 10; j++) {
                    bpfLooks.add(millis(looking(bpf)));
                }
            }
            // The first looks load classes and compile.
            Measured walk = measured(walks.subList(2, times));
            Measured peerWalk = measured(peers.subList(2, times));
            report.row("node_exporter --collector.processes", "ms", peerWalk);
            report.row("load-monitor by /proc", "ms", walk);
            report.row("node_exporter / load-monitor by /proc", "x", Measured.of(peerWalk.median() / walk.median()));
            if (noBpf.isPresent()) {
                report.missing("load-monitor by bpf", noBpf.get().words());
            } else {
                Measured look = measured(bpfLooks.subList(20, bpfLooks.size()));
                report.row("load-monitor by bpf", "ms", look);
                report.row("node_exporter / load-monitor by bpf", "x", Measured.of(peerWalk.median() / look.median()));
            }
        }
    }

    private static Callable<Object> looking(LoadLookout lookout) {
        return lookout::look;
    }

    private void footprint() throws Exception {
        report.table(
                "Start and memory",
                "From the launcher's call to the first answer of /-/ready, with the archive of classes and without it,"
                        + " in turn; then resident memory (VmRSS) after 3,000 scrapes and " + DUMPS
                        + " dumps of this host.");
        Path shared = folder.resolve("classes.jsa");
        int made = new ProcessBuilder(
                        "env",
                        "JAVA=" + java(),
                        Tree.root().resolve("bin/load-monitor").toString(),
                        "share-classes",
                        shared.toString())
                .inheritIO()
                .start()
                .waitFor();
        assertEquals(0, made, "load-monitor share-classes");
        List<Double> with = new ArrayList<>();
        List<Double> without = new ArrayList<>();
        for (int i = 0; i < 2 + ROUNDS; i++) {
            with.add(ready("-XX:SharedArchiveFile=" + shared));
            without.add(ready(PLAIN));
        }
        report.row("ready, with the archive of classes", "ms", measured(with));
        report.row("ready, without it", "ms", measured(without));
        report.row("ratio", "x", ratios(with, without));
        try (Peer own = exporter()) {
            report.row("resident when ready", "MB", Measured.of(own.resident()));
            own.scrapes(3_000);
            report.row("resident after 3,000 scrapes", "MB", Measured.of(own.resident()));
            takeDumps(own, DUMPS);
            report.row("resident after " + DUMPS + " dumps", "MB", Measured.of(own.resident()));
        }
    }

    private double ready(String option) throws Exception {
        long start = System.nanoTime();
        try (Peer peer = exporter(option)) {
            peer.awaitReady();
            return (System.nanoTime() - start) / 1e6;
        }
    }

    private void reading() throws Exception {
        report.table(
                "A dump's text",
                "Reading it and finding its causes, of as many tasks, each tenth with a stack of its own, after a"
                        + " second to warm up. The module's part is measured by `kmod/tests/run --only costs`.");
        for (int tasks : List.of(100, 1_000, 10_000)) {
            WrittenDump dump = WrittenDump.of(1, "kind=manual reason=\"bench\"", Instant.now());
            for (int i = 0; i < 10; i++) {
                StringBuilder frames = new StringBuilder();
                for (String frame :
                        List.of("__schedule", "schedule", "io_schedule", "wait_on_bit_" + i, "do_syscall_64")) {
                    frames.append("  ").append(frame).append("+0x1/0x2\n");
                }
                dump.with(
                        tasks / 10,
                        100 + i * tasks,
                        "worker-" + i,
                        "/app" + i,
                        "D on=sleep",
                        frames.toString(),
                        Duration.ofSeconds(1));
            }
            RawDump raw = dump.raw();
            long warm = System.nanoTime();
            while (System.nanoTime() - warm < 1e9) {
                assertEquals(tasks, LoadBreakdown.of(DumpParser.parse(raw)).tasks());
            }
            double[] times = new double[20];
            for (int i = 0; i < times.length; i++) {
                times[i] = millis(() -> LoadBreakdown.of(DumpParser.parse(raw)));
            }
            report.row(tasks + " tasks, read and explained", "ms", Measured.of(times));
        }
    }

    private void asked() throws Exception {
        report.table(
                "Asked for a dump",
                DUMPS
                        + " times over loopback: from the request to its answer, and to the dump that is in the"
                        + " archive.");
        try (Peer own = exporter()) {
            report.row("POST of an alert, to the answer that it is stored", "ms", alerts(own, DUMPS));
            Taken taken = takeDumps(own, DUMPS);
            report.row("POST of a dump, to the answer", "ms", taken.answered());
            report.row("POST of a dump, to the dump in the archive", "ms", taken.stored());
        }
    }

    private static Measured alerts(Peer own, int count) throws IOException {
        double[] times = new double[count];
        for (int i = 0; i < count; i++) {
            String message = """
                    {"version":"4","groupKey":"{}","truncatedAlerts":0,"status":"firing","receiver":"bench",
                    "groupLabels":{},"commonLabels":{},"commonAnnotations":{},"externalURL":"http://localhost",
                    "alerts":[{"status":"firing","labels":{"alertname":"Bench%d"},"annotations":{},
                    "startsAt":"%s","endsAt":"0001-01-01T00:00:00Z","generatorURL":"","fingerprint":"%016x"}]}
                    """.formatted(i, Instant.now(), i + 1);
            long start = System.nanoTime();
            HttpResponse<String> answer = Http.post(own.address("/api/v1/alerts"), message);
            times[i] = (System.nanoTime() - start) / 1e6;
            assertTrue(answer.statusCode() == 202 || answer.statusCode() == 200, answer.body());
        }
        return Measured.of(times);
    }

    private record Taken(Measured answered, Measured stored) {}

    private static Taken takeDumps(Peer own, int count) throws Exception {
        List<Double> answered = new ArrayList<>();
        List<Double> stored = new ArrayList<>();
        while (stored.size() < count) {
            long start = System.nanoTime();
            HttpResponse<String> answer = Http.post(own.address("/api/v1/dumps"), "{\"reason\":\"bench\"}");
            double took = (System.nanoTime() - start) / 1e6;
            if (answer.statusCode() == 409 || answer.statusCode() == 429) {
                // One at a time, and so many a minute.
                Thread.sleep(20);
                continue;
            }
            assertEquals(202, answer.statusCode(), answer.body());
            long id = Http.parse(answer.body()).path("id").asLong();
            Wait.until(
                    "dump " + id,
                    Duration.ofMinutes(1),
                    () -> Http.json(own.address("/api/v1/dumps/" + id))
                            .filter(dump -> dump.path("state").asText().equals("complete")),
                    () -> "");
            answered.add(took);
            stored.add((System.nanoTime() - start) / 1e6);
        }
        return new Taken(measured(answered), measured(stored));
    }

    private void archive() throws Exception {
        int incidents = Math.max(1, ARCHIVED / 3);
        report.table(
                "An archive of " + 3 * incidents + " dumps",
                "Each asked 20 times, the first answers left out; and a start with this archive.");
        Path place = Files.createDirectories(folder.resolve("archived"));
        try (Exporter.OnHost host = BrowsedExporter.exporter(place, CaptureHistory.of(incidents)::fill)) {
            for (String path : List.of(
                    "/api/v1/dumps?limit=50",
                    "/api/v1/incidents?limit=50",
                    "/incidents",
                    "/api/v1/dumps?comm=java",
                    "/api/v1/dumps?function=io_schedule",
                    "/api/v1/incidents?cause=vfork")) {
                double[] times = new double[20];
                for (int i = -5; i < times.length; i++) {
                    double took = millis(() -> host.exporter().text(path));
                    if (i >= 0) {
                        times[i] = took;
                    }
                }
                report.row("GET " + path, "ms", Measured.of(times));
            }
        }
        long start = System.nanoTime();
        try (Peer again = launch(List.of("--archive.path=" + place.resolve("archive.db")))) {
            again.awaitReady();
            report.row("ready with it", "ms", Measured.of((System.nanoTime() - start) / 1e6));
        }
    }

    private static double millis(Callable<?> work) throws Exception {
        long start = System.nanoTime();
        work.call();
        return (System.nanoTime() - start) / 1e6;
    }

    private static Measured measured(List<Double> values) {
        return Measured.of(values.stream().mapToDouble(Double::doubleValue).toArray());
    }

    /** Round by round, for what disturbs the one disturbs the other. */
    private static Measured ratios(List<Double> own, List<Double> peer) {
        double[] ratios = new double[own.size()];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = own.get(i) / peer.get(i);
        }
        return Measured.of(ratios);
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private Peer exporter(String... javaOptions) throws IOException {
        Path archive = folder.resolve("archive-" + started + ".db");
        return launch(List.of("--archive.path=" + archive), javaOptions);
    }

    /** As users start it: by the launcher. */
    private Peer launch(List<String> arguments, String... javaOptions) throws IOException {
        started++;
        Path place = Files.createDirectories(folder.resolve("exporter-" + started));
        Path config = Files.writeString(
                place.resolve("config.yml"),
                Exporter.QUIET + "limits: {dumps: off, manual_dumps: off, manual_spacing: 0s}\n");
        List<String> command = new ArrayList<>(
                List.of(javaOptions).equals(List.of(PLAIN))
                        ? List.of(
                                java(),
                                "@" + Tree.root().resolve("exporter/jvm.options"),
                                "-jar",
                                Tree.jar().toString())
                        : List.of(
                                "env",
                                "JAVA=" + java(),
                                "JAVA_OPTS=" + String.join(" ", javaOptions),
                                Tree.root().resolve("bin/load-monitor").toString()));
        command.addAll(List.of("--web.listen-address=127.0.0.1:0", "--config.file=" + config));
        command.addAll(arguments);
        Server server = Server.start("exporter", place, command);
        try {
            String port = server.await("says where it listens", START, () -> {
                Matcher matcher = LISTENING.matcher(server.log());
                return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
            });
            return new Peer(server, URI.create("http://127.0.0.1:" + port));
        } catch (AssertionError | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    private Peer nodeExporter(String... collectors) throws IOException {
        started++;
        int port = Server.freePort();
        List<String> command = new ArrayList<>(
                List.of(PEER, "--collector.disable-defaults", "--web.listen-address=127.0.0.1:" + port));
        for (String collector : collectors) {
            command.add("--collector." + collector);
        }
        Path place = Files.createDirectories(folder.resolve("peer-" + started));
        Server server = Server.start("node_exporter", place, command);
        Peer peer = new Peer(server, URI.create("http://127.0.0.1:" + port));
        try {
            server.await("answers", START, () -> Http.get(peer.address("/metrics")));
            return peer;
        } catch (AssertionError | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /** A server that is scraped. */
    private record Peer(Server server, URI root) implements AutoCloseable {
        URI address(String path) {
            return root.resolve(path);
        }

        void awaitReady() {
            server.await("ready", START, () -> Http.get(address("/-/ready")));
        }

        /** In ms, each, over one connection that is kept. */
        Measured scrapes(int count) throws IOException {
            double[] times = new double[count];
            for (int i = 0; i < count; i++) {
                long start = System.nanoTime();
                HttpURLConnection connection =
                        (HttpURLConnection) address("/metrics").toURL().openConnection();
                // Java would ask for anything at all in its own words.
                connection.setRequestProperty("Accept", "text/plain;version=0.0.4");
                try (InputStream body = connection.getInputStream()) {
                    assertTrue(body.readAllBytes().length > 1000);
                }
                times[i] = (System.nanoTime() - start) / 1e6;
            }
            return Measured.of(times);
        }

        /** What node_exporter says that one of its collectors took, in ms. */
        double collector(String name) {
            Pattern line = Pattern.compile(
                    "(?m)^node_scrape_collector_duration_seconds\\{collector=\"" + name + "\"} ([0-9.e+-]+)$");
            Matcher found = line.matcher(Http.get(address("/metrics")).orElseThrow());
            assertTrue(found.find(), name);
            return Double.parseDouble(found.group(1)) * 1e3;
        }

        double resident() throws IOException {
            return Footprint.of(server).resident();
        }

        @Override
        public void close() {
            server.close();
        }
    }
}
