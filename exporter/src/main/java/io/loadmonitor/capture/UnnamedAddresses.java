package io.loadmonitor.capture;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Addresses that have no name, such as those of code that the kernel made at run time. To look for one takes a reading
 * of all symbols, which is too much for each of many looks; so it is asked for again after a while only. Not safe for
 * use by several threads.
 */
final class UnnamedAddresses {
    static final int MOST = 4_096;
    static final long AGAIN_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** By address, when it was asked for; the longest ago first. */
    private final Map<Long, Long> askedNanos = new LinkedHashMap<>();

    /** Those of which it is not known that they have none. */
    List<Long> without(Collection<Long> addresses, long nanos) {
        return addresses.stream()
                .filter(address -> {
                    Long asked = askedNanos.get(address);
                    return asked == null || nanos - asked >= AGAIN_NANOS;
                })
                .toList();
    }

    /** What became of those that were asked for. */
    void note(Collection<Long> asked, Set<Long> named, long nanos) {
        for (Long address : asked) {
            askedNanos.remove(address);
            if (!named.contains(address)) {
                askedNanos.put(address, nanos);
            }
        }
        var eldest = askedNanos.keySet().iterator();
        while (askedNanos.size() > MOST) {
            eldest.next();
            eldest.remove();
        }
    }
}
