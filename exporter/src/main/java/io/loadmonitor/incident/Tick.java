package io.loadmonitor.incident;

import java.time.Instant;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * The load at one of the kernel's load ticks, every 5 s.
 *
 * @param load1 the 1-minute average
 * @param active active tasks
 * @param uninterruptible of those, the ones in uninterruptible sleep
 */
public record Tick(Instant at, OptionalDouble load1, OptionalInt active, OptionalInt uninterruptible) {}
