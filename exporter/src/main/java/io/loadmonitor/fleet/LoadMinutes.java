package io.loadmonitor.fleet;

import io.loadmonitor.archive.Outbox.Minute;
import io.loadmonitor.sample.LoadTickParts;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The load by cause of each minute, from load ticks. Stateless. */
final class LoadMinutes {
    /** A part that is smaller in the mean is left out; the store would have a row for it. */
    static final double LEAST = 0.005;

    private LoadMinutes() {}

    /**
     * The minutes that are over and have ticks, the oldest first; each cause's mean over the ticks of the minute.
     *
     * @param after minutes that began later than this alone
     * @param now by the clock of the ticks
     */
    static List<Minute> of(List<LoadTickParts> ticks, Instant after, Instant now) {
        Instant current = now.truncatedTo(ChronoUnit.MINUTES);
        Map<Instant, List<LoadTickParts>> byMinute = new TreeMap<>();
        for (LoadTickParts tick : ticks) {
            Instant minute = tick.at().truncatedTo(ChronoUnit.MINUTES);
            if (minute.isAfter(after) && minute.isBefore(current)) {
                byMinute.computeIfAbsent(minute, none -> new ArrayList<>()).add(tick);
            }
        }
        List<Minute> minutes = new ArrayList<>();
        byMinute.forEach((minute, of) -> minutes.add(new Minute(minute, mean(of))));
        return minutes;
    }

    private static Map<String, Double> mean(List<LoadTickParts> ticks) {
        Map<String, Double> sums = new HashMap<>();
        ticks.forEach(tick -> tick.load1ByCause().forEach((cause, part) -> sums.merge(cause, part, Double::sum)));
        Map<String, Double> means = new HashMap<>();
        sums.forEach((cause, sum) -> {
            double mean = sum / ticks.size();
            if (mean >= LEAST) {
                means.put(cause, mean);
            }
        });
        return means;
    }
}
