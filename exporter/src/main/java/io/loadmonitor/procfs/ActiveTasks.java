package io.loadmonitor.procfs;

import java.util.OptionalInt;
import java.util.OptionalLong;

/** Placeholder for signatures. */
public final class ActiveTasks {
    public synchronized void feed(double load1, long monotonicNanos) {}

    public synchronized OptionalInt atLastTick() {
        return OptionalInt.empty();
    }

    public synchronized OptionalLong lastTickNanos() {
        return OptionalLong.empty();
    }
}
