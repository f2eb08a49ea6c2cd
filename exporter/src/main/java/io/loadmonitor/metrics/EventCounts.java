package io.loadmonitor.metrics;

import io.loadmonitor.archive.DumpSummary;
import io.loadmonitor.archive.DumpTrigger;
import io.loadmonitor.archive.IntakeOutcome;
import io.loadmonitor.archive.LimitKind;
import io.loadmonitor.desk.AlertObserver;
import io.loadmonitor.desk.CaptureObserver;
import io.loadmonitor.guard.Denial;
import io.prometheus.client.Counter;
import io.prometheus.client.Histogram;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * Counts what happens: dumps, failures, alerts, webhook answers. Every label value is there from the start with 0, so
 * that {@code increase()} sees the first event too. Safe for use by several threads; blocks nobody.
 */
public final class EventCounts implements CaptureObserver, AlertObserver, FamilyReader {
    /** Every status that the webhook documents; any other is counted under {@code other}. */
    private static final Set<String> CODES =
            Set.of("200", "202", "400", "401", "403", "404", "405", "408", "411", "413", "415", "429", "500", "503");

    /** 1 ms with the module to the longest walk of /proc. */
    private static final double[] DURATION_SECONDS = {
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10
    };

    /** The label outcome of an alert that cannot be read. */
    private static final String MALFORMED = "malformed";

    private final Counter dumps = counter(Family.DUMPS, labels(DumpTrigger.values()));
    private final Counter failures = counter(Family.DUMP_FAILURES, labels(FailureReason.values()));
    private final Counter alerts = counter(
            Family.ALERTS,
            Stream.concat(labels(IntakeOutcome.Outcome.values()).stream(), Stream.of(MALFORMED))
                    .toList());
    private final Counter withoutDump = counter(Family.ALERTS_WITHOUT_DUMP, labels(IntakeOutcome.WithoutDump.values()));
    private final Counter refused = counter(Family.DUMPS_REFUSED, labels(LimitKind.values()));
    private final Counter webhook = counter(
            Family.WEBHOOK_REQUESTS,
            Stream.concat(CODES.stream().sorted(), Stream.of("other")).toList());
    private final Counter denials = counter(
            Family.REFUSALS, Arrays.stream(Denial.values()).map(Denial::label).toList());
    private final Histogram duration = Histogram.build(Family.DUMP_DURATION.metricName(), Family.DUMP_DURATION.help())
            .buckets(DURATION_SECONDS)
            .withoutExemplars()
            .create();
    private final AtomicBoolean newDump = new AtomicBoolean(true);
    private final AtomicLong events = new AtomicLong();

    @Override
    public void captured(DumpSummary dump, Duration took) {
        duration.observe(took.toNanos() / 1e9);
        found(dump);
    }

    @Override
    public void found(DumpSummary dump) {
        dumps.labels(label(dump.trigger())).inc();
        newDump.set(true);
        events.incrementAndGet();
    }

    @Override
    public void failed(DumpTrigger trigger, FailureReason reason) {
        failures.labels(label(reason)).inc();
        events.incrementAndGet();
    }

    @Override
    public void refused(DumpTrigger trigger, LimitKind limit) {
        refused.labels(label(limit)).inc();
        events.incrementAndGet();
    }

    @Override
    public void takenIn(List<IntakeOutcome> outcomes) {
        events.incrementAndGet();
        for (IntakeOutcome outcome : outcomes) {
            alerts.labels(label(outcome.outcome())).inc();
            outcome.withoutDump()
                    .ifPresent(why -> withoutDump.labels(label(why)).inc());
        }
    }

    @Override
    public void malformed(int count) {
        alerts.labels(MALFORMED).inc(count);
    }

    /** Counts an answer of the webhook. */
    public void webhookAnswered(int status) {
        String code = Integer.toString(status);
        webhook.labels(CODES.contains(code) ? code : "other").inc();
    }

    /** Counts a request that was refused because of who sent it. */
    public void denied(Denial why) {
        denials.labels(why.label()).inc();
    }

    /** Dumps, failures, refusals and messages of alerts so far: after each the archive may hold something else. */
    long events() {
        return events.get();
    }

    /** Whether there may be a newer dump than at the last call; true at the first. */
    boolean takeNewDump() {
        return newDump.getAndSet(false);
    }

    /** The next {@link #takeNewDump} is true again. */
    void putBackNewDump() {
        newDump.set(true);
    }

    @Override
    public String collector() {
        return "events";
    }

    @Override
    public Set<Family> families() {
        return Set.of(
                Family.DUMPS,
                Family.DUMP_FAILURES,
                Family.DUMP_DURATION,
                Family.ALERTS,
                Family.ALERTS_WITHOUT_DUMP,
                Family.DUMPS_REFUSED,
                Family.WEBHOOK_REQUESTS,
                Family.REFUSALS);
    }

    @Override
    public void read(Samples samples) {
        samples.addAll(Family.DUMPS, dumps.collect());
        samples.addAll(Family.DUMP_FAILURES, failures.collect());
        samples.addAll(Family.DUMP_DURATION, duration.collect());
        samples.addAll(Family.ALERTS, alerts.collect());
        samples.addAll(Family.ALERTS_WITHOUT_DUMP, withoutDump.collect());
        samples.addAll(Family.DUMPS_REFUSED, refused.collect());
        samples.addAll(Family.WEBHOOK_REQUESTS, webhook.collect());
        samples.addAll(Family.REFUSALS, denials.collect());
    }

    private static Counter counter(Family family, List<String> labelValues) {
        Counter counter = Counter.build(family.metricName(), family.help())
                .labelNames(family.labels().toArray(String[]::new))
                .withoutExemplars()
                .create();
        labelValues.forEach(counter::labels);
        return counter;
    }

    private static List<String> labels(Enum<?>[] values) {
        return Arrays.stream(values).map(EventCounts::label).toList();
    }

    private static String label(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
