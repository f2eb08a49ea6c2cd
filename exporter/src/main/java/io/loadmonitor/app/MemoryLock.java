package io.loadmonitor.app;

import io.loadmonitor.kernel.OwnMemory;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the exporter's memory is locked, so that it answers while the machine swaps. What is locked cannot be taken
 * back when memory is short: some 100 MB with the heap of {@code jvm.options}, and with no bound on the heap whatever
 * the JVM once used. So it is done by itself only where somebody lifted the limit for it, as the unit does, and the
 * heap is bounded.
 */
enum MemoryLock {
    /** Where RLIMIT_MEMLOCK is unlimited, which it is nowhere by itself, and the heap is small. */
    AUTO,
    /** Wherever the kernel lets it. */
    ON,
    OFF;

    /** The heap of {@code jvm.options} is 112 MB. */
    private static final long LARGEST_HEAP_BYTES = 512L << 20;

    private static final Logger LOG = LoggerFactory.getLogger(MemoryLock.class);

    /** Does it now, and tells the log. Nothing else depends on it, so a failure is a line of the log. */
    void apply() {
        try {
            Optional<String> reason =
                    obstacle(OwnMemory.lockableBytes(), Runtime.getRuntime().maxMemory());
            if (reason.isPresent()) {
                LOG.atDebug().addKeyValue("reason", reason.get()).log("memory is not locked");
                return;
            }
            OwnMemory.lock();
            LOG.atInfo().log("memory is locked: the exporter answers while the machine swaps (--memory.lock)");
        } catch (IOException e) {
            LOG.atWarn()
                    .addKeyValue("error", e.getMessage())
                    .log("memory cannot be locked (--memory.lock): that needs LimitMEMLOCK=infinity or CAP_IPC_LOCK."
                            + " While the machine swaps, answers may be late");
        }
    }

    /** Why it is not even tried; empty when it is. */
    Optional<String> obstacle(OptionalLong lockableBytes, long maxHeapBytes) {
        return switch (this) {
            case OFF -> Optional.of("--memory.lock=off");
            case ON -> Optional.empty();
            case AUTO -> {
                if (lockableBytes.isPresent()) {
                    yield Optional.of("RLIMIT_MEMLOCK is " + lockableBytes.getAsLong() + " bytes and not unlimited");
                }
                yield maxHeapBytes > LARGEST_HEAP_BYTES
                        ? Optional.of("the heap may grow to " + (maxHeapBytes >> 20) + " MB: give Java -Xmx112m")
                        : Optional.empty();
            }
        };
    }
}
