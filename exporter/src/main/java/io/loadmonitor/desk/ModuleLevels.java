package io.loadmonitor.desk;

import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * At what the kernel module takes dumps by itself, as far as these come here; neither where it is not loaded.
 *
 * @param load the 1-minute load
 * @param active the number of active tasks at a load tick
 */
public record ModuleLevels(OptionalDouble load, OptionalInt active) {
    public static final ModuleLevels NONE = new ModuleLevels(OptionalDouble.empty(), OptionalInt.empty());
}
