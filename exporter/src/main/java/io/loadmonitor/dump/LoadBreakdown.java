package io.loadmonitor.dump;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * What the load consisted of. Every task of the dump is in exactly one part. Immutable.
 *
 * @param parts largest first
 * @param tasks in the dump; the parts sum to it
 * @param active tasks that the source counted as load, captured or not
 * @param load1 the 1-minute load average
 * @param at when the dump was taken, by the host's clock
 * @param presence whether what raised the load was still there
 * @param complete whether the dump is whole
 */
public record LoadBreakdown(
        List<LoadPart> parts,
        int tasks,
        OptionalInt active,
        OptionalDouble load1,
        Optional<Instant> at,
        Optional<StackDump.Presence> presence,
        boolean complete) {
    public LoadBreakdown {
        parts = List.copyOf(parts);
    }

    public static LoadBreakdown of(StackDump dump) {
        throw new UnsupportedOperationException("in progress");
    }

    /** Active tasks less those in the dump; negative when tasks came between counting and capturing. */
    public OptionalInt remainder() {
        return active.isPresent() ? OptionalInt.of(active.getAsInt() - tasks) : OptionalInt.empty();
    }

    /** One sentence: {@code Load 4.42 at 12:04:10 = 8 on CPU in user mode (busy) + 2 waiting in kernel_clone (vf)}. */
    public String headline() {
        throw new UnsupportedOperationException("in progress");
    }
}
