package io.loadmonitor.e2e;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** Active tasks at load ticks, and the 1-minute average that the kernel makes of them (kernel/sched/loadavg.c). */
final class LoadSeries {
    static final Duration PERIOD = Duration.ofMillis(5_004);
    private static final int MOST_TOLD = 120;

    private final Instant first;
    private final int[] active;
    private final long[] averages;

    /** @param before average before the first tick */
    LoadSeries(Instant first, double before, int... active) {
        this.first = first;
        this.active = active.clone();
        this.averages = new long[active.length];
        long average = Math.round(before * 2048);
        for (int i = 0; i < active.length; i++) {
            long fixed = active[i] * 2048L;
            long sum = average * 1884 + fixed * (2048 - 1884);
            average = (fixed >= average ? sum + 2047 : sum) / 2048;
            averages[i] = average;
        }
    }

    /** Gives the dump what the module knew when it was taken. */
    WrittenDump tell(WrittenDump dump) {
        int newest = newest(dump.at());
        StringBuilder history = new StringBuilder();
        for (int tick = newest; tick >= Math.max(0, newest - MOST_TOLD); tick--) {
            history.append(history.length() == 0 ? "" : ",").append(active[tick]);
        }
        Duration age = Duration.between(first.plus(PERIOD.multipliedBy(newest)), dump.at());
        return dump.load(load(dump.at())).history(age, history.toString());
    }

    /** As /proc/loadavg shows it: rounded by a two hundredth, then cut off. */
    double load(Instant at) {
        long shown = averages[newest(at)] + 10;
        return (shown >> 11) + ((shown & 2047) * 100 >> 11) / 100.0;
    }

    String loadText(Instant at) {
        return String.format(Locale.ROOT, "%.2f", load(at));
    }

    private int newest(Instant at) {
        return (int) Math.min(active.length - 1, Duration.between(first, at).dividedBy(PERIOD));
    }
}
