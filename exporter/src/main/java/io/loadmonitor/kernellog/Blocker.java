package io.loadmonitor.kernellog;

import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.Frame;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Who holds the lock that a hung task waits for, as the kernel says it since 6.15.
 *
 * @param waiter the task that waits
 * @param waiterPid its pid
 * @param lock with its article: {@code a mutex}, {@code an rw-semaphore}
 * @param formerly whether the holder is only the last one that is known: semaphores have no owner
 * @param holder empty where the kernel found none
 * @param holderPid of {@code holder}
 * @param holderState the kernel's letter; empty where the text does not show the holder
 * @param frames the holder's stack, innermost first, without the way into sleep; empty where the text does not show it
 */
public record Blocker(
        EscapedText waiter,
        long waiterPid,
        String lock,
        boolean formerly,
        Optional<EscapedText> holder,
        OptionalLong holderPid,
        Optional<String> holderState,
        List<Frame> frames) {
    public Blocker {
        frames = List.copyOf(frames);
    }
}
