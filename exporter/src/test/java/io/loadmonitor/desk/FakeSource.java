package io.loadmonitor.desk;

import io.loadmonitor.capture.CaptureException;
import io.loadmonitor.capture.DumpSource;
import io.loadmonitor.capture.SourceKind;
import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.dump.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Answers as it is told, and remembers the reasons that it was given. */
final class FakeSource implements DumpSource {
    private final List<EscapedText> reasons = new ArrayList<>();
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
    public RawDump take(Reason reason) throws CaptureException {
        int call;
        synchronized (this) {
            reasons.add(reason.escaped());
            call = reasons.size();
            running++;
            mostRunning = Math.max(mostRunning, running);
        }
        try {
            return answer.take(call, reason.escaped());
        } finally {
            synchronized (this) {
                running--;
            }
        }
    }

    synchronized List<String> reasons() {
        return reasons.stream().map(EscapedText::escaped).toList();
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
