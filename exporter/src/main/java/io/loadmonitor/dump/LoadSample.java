package io.loadmonitor.dump;

import java.time.Instant;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * The load at one moment, as far as it is known. Immutable.
 *
 * @param at by the host's clock
 * @param active running and uninterruptible tasks at a load tick, by the kernel's own count
 * @param load1 the 1-minute average after it
 * @param running tasks on a CPU or waiting for one
 * @param uninterruptible tasks in uninterruptible sleep that counts as load
 */
public record LoadSample(
        Instant at, OptionalInt active, OptionalDouble load1, OptionalInt running, OptionalInt uninterruptible) {
    public LoadSample {
        requireNotNegative("active", active);
        requireNotNegative("running", running);
        requireNotNegative("uninterruptible", uninterruptible);
        if (load1.isPresent() && !(load1.getAsDouble() >= 0 && load1.getAsDouble() < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("not a load average: " + load1.getAsDouble());
        }
    }

    /** Of a load tick. */
    public static LoadSample tick(Instant at, int active, OptionalDouble load1) {
        return new LoadSample(at, OptionalInt.of(active), load1, OptionalInt.empty(), OptionalInt.empty());
    }

    private static void requireNotNegative(String name, OptionalInt tasks) {
        if (tasks.isPresent() && tasks.getAsInt() < 0) {
            throw new IllegalArgumentException(name + " is negative: " + tasks.getAsInt());
        }
    }
}
