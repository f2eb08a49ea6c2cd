package io.loadmonitor.bpf;

/**
 * What a CPU's timer interrupt found. Immutable.
 *
 * @param cpu which
 * @param tid the thread that was on it, in this program's pid namespace; 0 for the idle one
 * @param nanos when, CLOCK_MONOTONIC
 * @param mode what it was doing
 * @param stack of the kernel, innermost first, the first an exact address and the others return addresses; empty when
 *     it was not in the kernel, or the kernel gave none
 */
public record OnCpuSample(int cpu, int tid, long nanos, Mode mode, long[] stack) {
    public enum Mode {
        KERNEL,
        /** Also a guest's code, for which the host has no stack either. */
        USER,
        UNKNOWN
    }
}
