package io.loadmonitor.desk;

import io.loadmonitor.archive.DumpSummary;
import io.loadmonitor.archive.DumpTrigger;
import io.loadmonitor.archive.IntakeOutcome;
import io.loadmonitor.archive.LimitKind;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What the observers heard, in order. */
final class Heard implements CaptureObserver, AlertObserver {
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

    @Override
    public void captured(DumpSummary dump, Duration took) {
        events.add("captured " + dump.id() + ' ' + dump.trigger());
    }

    @Override
    public void found(DumpSummary dump) {
        events.add("found " + dump.id() + ' ' + dump.trigger());
    }

    @Override
    public void failed(DumpTrigger trigger, FailureReason reason) {
        events.add("failed " + trigger + ' ' + reason);
    }

    @Override
    public void refused(DumpTrigger trigger, LimitKind limit) {
        events.add("refused " + trigger + ' ' + limit);
    }

    @Override
    public void takenIn(List<IntakeOutcome> outcomes) {
        events.add("taken in " + outcomes.stream().map(IntakeOutcome::outcome).toList());
    }

    /** The next event; waits for it. */
    String next() throws InterruptedException {
        String event = events.poll(30, TimeUnit.SECONDS);
        if (event == null) {
            throw new AssertionError("nothing happened for 30 s");
        }
        return event;
    }

    boolean nothing() {
        return events.isEmpty();
    }
}
