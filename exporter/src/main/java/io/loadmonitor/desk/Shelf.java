package io.loadmonitor.desk;

import io.loadmonitor.desk.CaptureObserver.FailureReason;
import io.loadmonitor.dump.RawDump;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * What became of captures, in memory until the archive has it: a disk that does not answer delays no capture. Bounded:
 * while it is full, no further dump is taken. Safe for use by several threads.
 */
final class Shelf {
    static final int MOST_TEXTS = 16;

    /** Of texts: a fourth of the usual heap. One that is larger by itself finds room when nothing else is there. */
    static final long MOST_BYTES = 32L << 20;

    /** Oldest first. Guarded by this, as all below. */
    private final Deque<Item> items = new ArrayDeque<>();

    private int texts;
    private long bytes;
    private boolean closed;

    /** How a capture ended. */
    sealed interface Item {
        CaptureOrder order();
    }

    /** @param took from asking the source to having the text */
    record Taken(CaptureOrder order, RawDump raw, Duration took) implements Item {}

    record Failed(CaptureOrder order, FailureReason reason, String why) implements Item {}

    synchronized void put(Item item) {
        items.addLast(item);
        if (item instanceof Taken taken) {
            texts++;
            bytes += taken.raw().sizeBytes();
        }
        notifyAll();
    }

    /** Whether another dump may be taken. */
    synchronized boolean hasRoom() {
        return texts < MOST_TEXTS && bytes < MOST_BYTES;
    }

    /** Returns when there is room, or the shelf is closed. */
    synchronized void awaitRoom() throws InterruptedException {
        while (!hasRoom() && !closed) {
            wait();
        }
    }

    /** The oldest item, which stays until {@link #remove}; empty when there is none and will be none. */
    synchronized Optional<Item> next() throws InterruptedException {
        while (items.isEmpty() && !closed) {
            wait();
        }
        return Optional.ofNullable(items.peekFirst());
    }

    /** Takes the oldest item off. */
    synchronized void remove() {
        if (items.removeFirst() instanceof Taken taken) {
            texts--;
            bytes -= taken.raw().sizeBytes();
        }
        notifyAll();
    }

    /** Texts that the archive does not have yet. */
    synchronized int texts() {
        return texts;
    }

    /** Nobody waits for anything here any more; what is there can still be taken. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }
}
