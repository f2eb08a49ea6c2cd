package io.loadmonitor.desk;

import io.loadmonitor.capture.CaptureException;
import io.loadmonitor.capture.DumpOrder;
import io.loadmonitor.capture.DumpSource;
import io.loadmonitor.capture.SourceKind;
import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.dump.StackDump.TriggerKind;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Answers as it is told, and remembers the reasons and kinds that it was given. */
final class FakeSource implements DumpSource {
    private final List<EscapedText> reasons = new ArrayList<>();
    private final List<TriggerKind> kinds = new ArrayList<>();
    private final Answer answer;
    private int running;
    private int mostRunning;

    FakeSource(Answer answer) {
        this.answer = answer;
    }

    /** What the source does on its n-th call, from 1. */
    @FunctionalInterface
    interface Answer {
        RawDump take(int call, EscapedText reason) throws CaptureException;
    }

    @Override
    public SourceKind kind() {
        return SourceKind.PROCFS;
    }

    @Override
    public RawDump take(DumpOrder order) throws CaptureException {
        int call;
        synchronized (this) {
            reasons.add(order.reason().escaped());
            kinds.add(order.kind());
            call = reasons.size();
            running++;
            mostRunning = Math.max(mostRunning, running);
        }
        try {
            return answer.take(call, order.reason().escaped());
        } finally {
            synchronized (this) {
                running--;
            }
        }
    }

    synchronized List<String> reasons() {
        return reasons.stream().map(EscapedText::escaped).toList();
    }

    synchronized List<TriggerKind> kinds() {
        return List.copyOf(kinds);
    }

    synchronized int mostRunning() {
        return mostRunning;
    }

    static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
