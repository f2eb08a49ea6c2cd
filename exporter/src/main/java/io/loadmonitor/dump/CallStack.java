package io.loadmonitor.dump;

import java.util.List;

/**
 * The frames of one stack, innermost first as the kernel prints them. Immutable.
 *
 * @param id the number by which the dump's tasks refer to it, from 1
 * @param frames innermost first
 */
public record CallStack(int id, List<Frame> frames) {
    public CallStack {
        frames = List.copyOf(frames);
        if (id < 1) {
            throw new IllegalArgumentException("a stack's id is at least 1, not " + id);
        }
    }
}
