package io.loadmonitor.incident;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * When the exporter takes a dump by itself. Immutable.
 *
 * @param load the 1-minute load at or above which it does, from 0.01, two decimals; empty for never
 * @param active the number of active tasks at a load tick, 1 or more; empty for never
 * @param pressure the share of {@link #WINDOW} in percent, 1 to 100, for which all tasks stalled; never for what is not
 *     in it
 * @param cooldown least time between two such dumps
 */
public record Triggers(OptionalDouble load, OptionalInt active, Map<Stall, Integer> pressure, Duration cooldown) {
    /** Without special rights the kernel measures times of 2 s alone, and multiples (kernel/sched/psi.c, 6.5). */
    public static final Duration WINDOW = Duration.ofSeconds(2);

    /** As the module does without being told. */
    public static final Triggers DEFAULT =
            new Triggers(OptionalDouble.of(4), OptionalInt.empty(), Map.of(), Duration.ofSeconds(20));

    public Triggers {
        pressure = Map.copyOf(pressure);
        if (load.isPresent() && !(load.getAsDouble() >= 0.01)) {
            throw new IllegalArgumentException("load is " + load.getAsDouble() + ", but must be 0.01 or more");
        }
        if (active.isPresent() && active.getAsInt() < 1) {
            throw new IllegalArgumentException("active is " + active.getAsInt() + ", but must be 1 or more");
        }
        if (pressure.values().stream().anyMatch(percent -> percent < 1 || percent > 100)) {
            throw new IllegalArgumentException("pressure is " + pressure + ", but must be from 1 to 100 percent");
        }
        if (cooldown.isNegative()) {
            throw new IllegalArgumentException("cooldown is " + cooldown + ", but must be 0 or more");
        }
    }

    /** The same for what nobody else watches. */
    public Triggers without(boolean otherLoad, boolean otherActive) {
        return new Triggers(
                otherLoad ? OptionalDouble.empty() : load,
                otherActive ? OptionalInt.empty() : active,
                pressure,
                cooldown);
    }

    /** Below it the load is low: what it crosses, and where it crosses nothing the module's usual threshold. */
    public double lowLoad() {
        return load.orElse(DEFAULT.load().getAsDouble());
    }

    /** {@code 4.00}, as in a reason and as the module shows its own. */
    public static String shown(double load) {
        return String.format(Locale.ROOT, "%.2f", load);
    }

    /** {@code memory full >= 50% of 2 s}. */
    public static String shown(Stall stall, int percent) {
        return stall.resource() + " full >= " + percent + "% of " + WINDOW.toSeconds() + " s";
    }
}
