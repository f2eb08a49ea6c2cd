package io.loadmonitor.flame;

/**
 * One box of a flame graph.
 *
 * @param depth 0 for the box of all tasks
 * @param from where it begins, in tasks from the left
 * @param width in tasks; with two dumps the larger number of each stack, so that what is gone can be seen
 * @param before tasks of the first dump; the same as after where there is one dump only
 * @param after tasks of the second dump
 * @param wayIn whether it only says how tasks came into the kernel; never the box of where a task is
 */
public record FlameFrame(FlameName name, int depth, int from, int width, int before, int after, boolean wayIn) {
    /** Tasks that came, or negative, that went. */
    public int difference() {
        return after - before;
    }
}
