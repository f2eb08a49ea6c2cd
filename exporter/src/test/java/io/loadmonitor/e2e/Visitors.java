package io.loadmonitor.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/** Who asks for anything that there is, each time something else, until they are stopped. */
final class Visitors {
    /** Whose number is drawn by lot: # of a dump, % of an incident. */
    private static final List<String> ADDRESSES = List.of(
            "/",
            "/metrics",
            "/api/v1/status",
            "/incidents",
            "/incidents?limit=500",
            "/incidents?limit=500&cause=vfork",
            "/incidents/%",
            "/incidents/%?by=process",
            "/dumps",
            "/dumps?limit=500",
            "/dumps?function=kernel_clone",
            "/dumps/#",
            "/dumps/#?by=cgroup",
            "/dumps/#/diff/#",
            "/api/v1/incidents?limit=500",
            "/api/v1/incidents/%",
            "/api/v1/incidents/%.md",
            "/api/v1/incidents/%/archive",
            "/api/v1/dumps?limit=500",
            "/api/v1/dumps/#",
            "/api/v1/dumps/#/raw",
            "/api/v1/dumps/#/folded",
            "/api/v1/dumps/#/flamegraph",
            "/api/v1/dumps/#/speedscope",
            "/api/v1/dumps/#/pprof",
            "/api/v1/dumps/#/diff/#",
            "/nothing");

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();
    private final URI exporter;
    private final LongSupplier dumps;
    private final LongSupplier incidents;
    private final Duration pause;
    private final List<Thread> threads = new ArrayList<>();
    private final Map<String, Integer> answers = new ConcurrentHashMap<>();
    private final List<String> faults = Collections.synchronizedList(new ArrayList<>());
    private volatile boolean stopped;

    /**
     * @param dumps the greatest number of a dump
     * @param incidents the greatest number of an incident
     * @param pause of each, between two questions
     */
    Visitors(int visitors, long seed, URI exporter, LongSupplier dumps, LongSupplier incidents, Duration pause) {
        this.exporter = exporter;
        this.dumps = dumps;
        this.incidents = incidents;
        this.pause = pause;
        for (int i = 0; i < visitors; i++) {
            Random random = new Random(seed + i);
            Thread thread = new Thread(() -> visit(random), "visitor " + i);
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
    }

    /** How many there were of each status. */
    Map<String, Integer> answers() {
        return new TreeMap<>(answers);
    }

    /** Answers that no visitor should get: 500, or none. */
    List<String> faults() {
        synchronized (faults) {
            return List.copyOf(faults);
        }
    }

    void stop() throws InterruptedException {
        stopped = true;
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private void visit(Random random) {
        while (!stopped) {
            String address = draw(ADDRESSES.get(random.nextInt(ADDRESSES.size())), random);
            try {
                int status = ask(address);
                answers.merge(Integer.toString(status), 1, Integer::sum);
                if (status == 500) {
                    faults.add(address + ": 500");
                }
                Thread.sleep(pause.toMillis());
            } catch (IOException e) {
                faults.add(address + ": " + e);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private String draw(String address, Random random) {
        StringBuilder drawn = new StringBuilder();
        for (char letter : address.toCharArray()) {
            if (letter == '#') {
                drawn.append(1 + random.nextLong(Math.max(1, dumps.getAsLong())));
            } else if (letter == '%') {
                drawn.append(1 + random.nextLong(Math.max(1, incidents.getAsLong())));
            } else {
                drawn.append(letter);
            }
        }
        return drawn.toString();
    }

    private int ask(String address) throws IOException, InterruptedException {
        HttpResponse<InputStream> answer = client.send(
                HttpRequest.newBuilder(exporter.resolve(address))
                        .timeout(Duration.ofSeconds(60))
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream body = answer.body()) {
            body.transferTo(OutputStream.nullOutputStream());
        }
        return answer.statusCode();
    }
}
