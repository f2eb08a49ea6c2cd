package io.loadmonitor.kernellog;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * As {@link Blocker}, of which the holder's stack is not known yet; names are one character a byte.
 *
 * @param waitsAsReader whether the waiter wants to share the lock
 * @param heldByReader whether the holder shares it
 */
record RawBlocker(
        long waiterPid,
        String waiter,
        boolean waitsAsReader,
        String lock,
        boolean formerly,
        OptionalLong holderPid,
        Optional<String> holder,
        boolean heldByReader) {}
