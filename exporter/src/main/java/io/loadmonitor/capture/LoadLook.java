package io.loadmonitor.capture;

import io.loadmonitor.dump.StackDump;

/**
 * What a light look saw.
 *
 * @param tasks those of the load with what their cause is known by; the rest of a dump may be missing
 * @param cpuNanos CPU time that it took
 */
public record LoadLook(StackDump tasks, long cpuNanos) {}
