package io.loadmonitor.archive;

import io.loadmonitor.dump.StackSignature;
import java.time.Instant;
import java.util.Optional;

/**
 * A signature of a dump, and what the host's earlier dumps had of it.
 *
 * @param tasks that the dump has of it, at least 1
 * @param before empty when none of the host's earlier dumps had it
 * @param chronic whether the host always has it: see {@link ChronicRule}
 */
public record SeenSignature(StackSignature signature, int tasks, Optional<Earlier> before, boolean chronic) {
    /**
     * The dumps before that had it.
     *
     * @param dumps how many, at least 1; deleted ones included
     * @param first when the first of them was taken
     * @param last when the newest of them was taken
     */
    public record Earlier(long dumps, Instant first, Instant last) {}
}
