package io.loadmonitor.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.dump.LoadSample;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class LoadTimelineTest {
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

    @Test
    void aTickThatBothSawIsOne() {
        LoadSample module = LoadSample.tick(NOON, 10, OptionalDouble.empty());
        LoadSample own = own(NOON.plusMillis(900), 9, 4.43);

        LoadTimeline line = LoadTimeline.of(List.of(module), List.of(own, own));

        assertEquals(
                List.of(new LoadSample(
                        NOON, OptionalInt.of(10), OptionalDouble.of(4.43), OptionalInt.of(8), OptionalInt.of(2))),
                line.ticks());
    }

    @Test
    void samplesOfOtherTicksStayApart() {
        LoadSample module = LoadSample.tick(NOON, 10, OptionalDouble.empty());
        for (int millis : new int[] {-501, 2001, 5004}) {
            assertEquals(
                    2,
                    LoadTimeline.of(List.of(module), List.of(own(NOON.plusMillis(millis), 9, 4)))
                            .seen(),
                    millis + " ms");
        }
    }

    @Test
    void isEmptyWhereNothingIsKnown() {
        assertEquals(new LoadTimeline(0, List.of()), LoadTimeline.of(List.of(), List.of()));
    }

    @Property(tries = 100)
    void keepsTheMaximaInOrderWithinItsBound(
            @ForAll @IntRange(min = 1, max = 8000) int count, @ForAll @IntRange(min = 1, max = 100_000) int seed) {
        Random random = new Random(seed);
        List<LoadSample> samples = new ArrayList<>();
        Instant at = NOON;
        for (int i = 0; i < count; i++) {
            at = at.plusMillis(2500L + random.nextInt(6000));
            samples.add(own(at, random.nextInt(500), random.nextInt(5000) / 100.0));
        }

        LoadTimeline line = LoadTimeline.of(List.of(), samples);

        assertEquals(count, line.seen());
        assertTrue(line.ticks().size() <= LoadTimeline.MOST_TICKS, line.ticks().size() + " ticks");
        assertTrue(new HashSet<>(samples).containsAll(line.ticks()));
        for (int i = 1; i < line.ticks().size(); i++) {
            assertTrue(line.ticks().get(i - 1).at().isBefore(line.ticks().get(i).at()));
        }
        assertEquals(
                samples.stream()
                        .mapToInt(sample -> sample.active().orElseThrow())
                        .max(),
                line.mostActive());
        assertEquals(
                samples.stream()
                        .mapToDouble(sample -> sample.load1().orElseThrow())
                        .max(),
                line.highestLoad());
        if (count <= LoadTimeline.MOST_TICKS) {
            assertEquals(samples, line.ticks());
        } else {
            assertTrue(
                    line.ticks().size() >= LoadTimeline.MOST_TICKS / 2 - 8,
                    line.ticks().size() + " ticks");
        }
    }

    private static LoadSample own(Instant at, int active, double load) {
        return new LoadSample(
                at, OptionalInt.of(active), OptionalDouble.of(load), OptionalInt.of(8), OptionalInt.of(2));
    }
}
