package io.loadmonitor.bpf;

import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * The lock that a task sleeps for, read before and after its stack. It tells the truth of that moment where the task is
 * proven to have slept all the while ({@link TaskRecord#isProven}), for a lock cannot go while somebody waits for it.
 * Immutable.
 *
 * @param address where it is; tells equal locks apart, and nothing else should be done with it
 * @param kind what it is
 * @param asReader whether the task waits to share it with others; false where the lock does not know sharing
 * @param holding what its own words said, both times
 * @param owner address of the task that holds it, or of a semaphore the one that took it last; only with {@link
 *     Holding#ALONE} and {@link Holding#TAKEN_LAST}
 * @param readers how many share it; only with {@link Holding#SHARED}
 */
public record AwaitedLock(
        long address, Kind kind, boolean asReader, Holding holding, OptionalLong owner, OptionalInt readers) {

    /** What a lock is, by the kernel's own name of its type. */
    public enum Kind {
        /** {@code struct mutex}. */
        MUTEX,
        /** {@code struct rw_semaphore}. */
        RW_SEMAPHORE,
        /** {@code struct semaphore}. */
        SEMAPHORE,
        /** {@code struct rt_mutex}; with PREEMPT_RT every lock that sleeps is one, or is made of one. */
        RT_MUTEX
    }

    /** Who had it. */
    public enum Holding {
        /** One task. */
        ALONE,
        /** Readers, whose names no lock keeps. */
        SHARED,
        /** Of a semaphore, which anybody may give back: who took it last. */
        TAKEN_LAST,
        /** Nobody, though somebody waits: it is being handed over, or a wake-up was lost. */
        NOBODY,
        /** It was not the same both times. */
        CHANGING
    }
}
