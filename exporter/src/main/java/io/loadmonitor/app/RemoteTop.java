package io.loadmonitor.app;

import io.loadmonitor.sample.LoadMoment;
import io.loadmonitor.sample.LoadParts;
import io.loadmonitor.sample.TaskCounts;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Asks an exporter that runs, here or on another host. Where it stops answering, the last answer stays, and it is said
 * why.
 */
final class RemoteTop implements TopFeed {
    static final String PATH = "/api/v1/load?ticks=1";

    /** Half of what passes between two load ticks. */
    private static final Duration SPACING = Duration.ofMillis(2_500);

    private final ServerClient client;
    private final Clock clock;
    private String lastTick = "";
    private int ticks;
    private Optional<TopReading> last = Optional.empty();
    private long askedNanos;

    RemoteTop(ServerClient client, Clock clock) {
        this.client = client;
        this.clock = clock;
    }

    @Override
    public TopReading read() throws ServerException {
        if (last.isPresent() && System.nanoTime() - askedNanos < SPACING.toNanos()) {
            return last.get();
        }
        askedNanos = System.nanoTime();
        try {
            last = Optional.of(reading(new JsonFields(client.json(PATH))));
        } catch (ServerException e) {
            if (last.isEmpty()) {
                throw e;
            }
            last = Optional.of(last.get().withFault(Optional.of(e.getMessage())));
        }
        return last.get();
    }

    private TopReading reading(JsonFields answer) throws ServerException {
        if (answer.number("load1").isEmpty()) {
            throw new ServerException("the answer has no load1: this is no exporter of load-monitor");
        }
        JsonFields seen = answer.object("seen");
        if (seen.isEmpty()) {
            throw new ServerException("the exporter is an older one, which does not say what top shows");
        }
        List<JsonFields> told = answer.objects("ticks");
        JsonFields tick = told.isEmpty() ? answer.object("none") : told.get(told.size() - 1);
        if (!tick.text("at").equals(lastTick)) {
            lastTick = tick.text("at");
            ticks++;
        }
        Map<String, Integer> uninterruptible = counts(seen.objects("byCgroup"), "cgroup", "uninterruptible");
        LoadParts parts = new LoadParts(
                answer.number("load1").getAsDouble(),
                shares(answer.objects("byCause"), "cause"),
                shares(answer.objects("byCgroup"), "cgroup"),
                uninterruptible,
                Map.of(),
                new TaskCounts(
                        counts(seen.objects("byCause"), "cause", "tasks"),
                        counts(seen.objects("byCgroup"), "cgroup", "tasks"),
                        uninterruptible,
                        counts(seen.objects("byProgram"), "program", "tasks")),
                answer.number("intervalSeconds"));
        OptionalLong active = tick.whole("active");
        return new TopReading(
                time(tick.text("at")).orElseGet(clock::instant),
                new LoadMoment(
                        answer.text("host"),
                        answer.text("source"),
                        answer.number("load5").orElse(0),
                        answer.number("load15").orElse(0),
                        parts),
                active.isPresent() ? OptionalInt.of(whole(active)) : OptionalInt.empty(),
                answer.object("causes").texts(),
                Optional.empty());
    }

    /** Whatever somebody else's server says, it is no fault of this program. */
    private static int whole(OptionalLong number) {
        return (int) Math.max(0, Math.min(Integer.MAX_VALUE, number.orElse(0)));
    }

    private static Optional<Instant> time(String text) {
        try {
            return Optional.of(Instant.parse(text));
        } catch (DateTimeException none) {
            return Optional.empty();
        }
    }

    private static Map<String, Double> shares(List<JsonFields> parts, String key) {
        Map<String, Double> shares = new HashMap<>();
        parts.forEach(part -> shares.put(part.text(key), part.number("load1").orElse(0)));
        return shares;
    }

    private static Map<String, Integer> counts(List<JsonFields> parts, String key, String count) {
        Map<String, Integer> counts = new HashMap<>();
        parts.forEach(part -> counts.put(part.text(key), whole(part.whole(count))));
        return counts;
    }

    @Override
    public int ticks() {
        return ticks;
    }

    @Override
    public void close() {
        // Nothing is open between two questions.
    }
}
