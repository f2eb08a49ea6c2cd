package io.loadmonitor.e2e;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Sends messages with alerts until it is stopped, as Alertmanager does: the same message again and again until it is
 * answered, wherever the exporter listens by then. Some alerts it tells once more, some it tells to have ended; and now
 * and then somebody asks for a dump. Keeps what the exporter took upon itself by its answers.
 */
final class AlertSenders {
    private static final long PAUSE_MILLIS = 30;
    private static final int MOST_IN_A_MESSAGE = 5;

    /** @param startsAt with the fingerprint it names the alert */
    record Sent(String fingerprint, Instant startsAt) {}

    private final Supplier<URI> exporter;
    private final List<Thread> threads = new ArrayList<>();
    private final List<Sent> firing = new ArrayList<>();
    private final Set<Sent> accepted = new HashSet<>();
    private final Set<Sent> ended = new HashSet<>();
    private final Set<Long> dumps = new HashSet<>();
    private int known;
    private volatile boolean stopped;

    /** @param exporter where it listens now */
    AlertSenders(int threads, long seed, Supplier<URI> exporter) {
        this.exporter = exporter;
        for (int i = 0; i < threads; i++) {
            Random random = new Random(seed + i);
            Thread thread = new Thread(() -> send(random), "alerts " + i);
            thread.setDaemon(true);
            this.threads.add(thread);
            thread.start();
        }
    }

    /** Whose firing was answered 202 or 200. */
    synchronized Set<Sent> accepted() {
        return Set.copyOf(accepted);
    }

    /** Of these, the ones whose end was. */
    synchronized Set<Sent> ended() {
        return Set.copyOf(ended);
    }

    /** The numbers of dumps that people were promised. */
    synchronized Set<Long> dumps() {
        return Set.copyOf(dumps);
    }

    /** Messages with nothing new in them. */
    synchronized int known() {
        return known;
    }

    /** They send no more when it returns. */
    void stop() throws InterruptedException {
        stopped = true;
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private void send(Random random) {
        while (!stopped) {
            if (random.nextInt(12) == 0) {
                askForADump();
            } else {
                sendAMessage(random);
            }
        }
    }

    private void askForADump() {
        try {
            HttpResponse<String> answer =
                    Http.post(exporter.get().resolve("/api/v1/dumps"), "{\"reason\":\"a look meanwhile\"}");
            if (answer.statusCode() == 202) {
                String location = answer.headers().firstValue("Location").orElseThrow();
                synchronized (this) {
                    dumps.add(Long.parseLong(location.substring(location.lastIndexOf('/') + 1)));
                }
            }
        } catch (IOException gone) {
            pause();
        }
    }

    private void sendAMessage(Random random) {
        List<Sent> fire = new ArrayList<>();
        List<Sent> end = new ArrayList<>();
        synchronized (this) {
            int alerts = 1 + random.nextInt(MOST_IN_A_MESSAGE);
            for (int i = 0; i < alerts; i++) {
                int kind = firing.isEmpty() ? 0 : random.nextInt(10);
                if (kind < 4) {
                    fire.add(new Sent(
                            "%016x".formatted(random.nextLong()), Instant.now().truncatedTo(ChronoUnit.MILLIS)));
                } else if (kind < 6) {
                    fire.add(firing.get(random.nextInt(firing.size())));
                } else {
                    end.add(firing.remove(random.nextInt(firing.size())));
                }
            }
        }
        String message = message(fire, end);
        while (!stopped) {
            try {
                int answer = Http.post(exporter.get().resolve("/api/v1/alerts"), message)
                        .statusCode();
                if (answer == 202 || answer == 200) {
                    took(fire, end, answer);
                    break;
                }
                if (answer < 500) {
                    throw new AssertionError("answered " + answer + ": " + message);
                }
            } catch (IOException gone) {
                // It comes back.
            }
            pause();
        }
        pause();
    }

    private synchronized void took(List<Sent> fire, List<Sent> end, int answer) {
        fire.stream().filter(accepted::add).forEach(firing::add);
        ended.addAll(end);
        known += answer == 200 ? 1 : 0;
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String message(List<Sent> fire, List<Sent> end) {
        List<String> alerts = new ArrayList<>();
        fire.forEach(alert -> alerts.add(json("firing", alert, "0001-01-01T00:00:00Z")));
        end.forEach(alert -> alerts.add(json("resolved", alert, Instant.now().toString())));
        return "{\"version\":\"4\",\"groupKey\":\"g\",\"status\":\"firing\",\"receiver\":\"r\",\"alerts\":["
                + alerts.stream().collect(Collectors.joining(",")) + "]}";
    }

    private static String json(String status, Sent alert, String endsAt) {
        return """
                {"status":"%s","labels":{"alertname":"LoadHigh"},"annotations":{},"startsAt":"%s","endsAt":"%s",
                 "fingerprint":"%s"}""".formatted(status, alert.startsAt(), endsAt, alert.fingerprint());
    }
}
