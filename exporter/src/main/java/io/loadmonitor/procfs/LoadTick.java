package io.loadmonitor.procfs;

/**
 * One step of the kernel's load average, which it takes every 5 seconds.
 *
 * @param active number of tasks that were running or uninterruptible at that moment, over the whole host
 * @param load1 the average after the step
 * @param seenNanos when the step was noticed, by the clock of {@link ActiveTasks#feed}; the step itself was at most the
 *     time between two samples before
 */
public record LoadTick(int active, double load1, long seenNanos) {}
