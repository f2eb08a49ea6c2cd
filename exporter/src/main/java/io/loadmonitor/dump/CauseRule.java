package io.loadmonitor.dump;

import java.util.Optional;

/**
 * One {@code frames} or {@code first} line of a catalogue. Immutable.
 *
 * @param cause that it leads to
 * @param specificity 1 to 99; among the rules that fit a stack the greatest wins
 * @param first whether the names hold only for the function that the task waits in, not for any frame
 * @param names of functions
 * @param within names of which one must stand farther out in the stack
 * @param place {@code file:line}
 */
record CauseRule(
        LoadCause cause,
        int specificity,
        boolean first,
        FunctionNames names,
        Optional<FunctionNames> within,
        String place) {}
