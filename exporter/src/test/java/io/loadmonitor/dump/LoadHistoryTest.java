package io.loadmonitor.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LoadHistoryTest {
    /** Of real dumps: active tasks and load after each tick, oldest first. Ten tasks were started on an idle guest. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "at-rest                | 14:49:17.610 | 0 0.0",
                "threshold-busy-vfork   | 14:49:17.611 | 0 0.01, 0 0.01, 10 0.81, 10 1.54, 10 2.22, 10 2.84, 10 3.42,"
                        + " 10 3.95, 10 4.43",
                "manual-busy-vfork      | 14:49:17.611 | 0 0.01, 0 0.01, 10 0.81, 10 1.54, 10 2.22, 10 2.84, 10 3.42,"
                        + " 10 3.95, 10 4.43",
                "on-cpu-kernel          | 14:49:17.613 | 0 0.01, 0 0.01, 10 0.81, 10 1.55, 10 2.22, 10 2.85, 10 3.42,"
                        + " 10 3.95, 10 4.43, 10 4.88, 6 4.97, 1 4.65"
            })
    void tellsTheTicksOfACapture(String name, String oldest, String ticks) throws IOException {
        StackDump dump = capture("6.1.0-56-cloud-amd64-" + name + ".dump");

        List<LoadSample> samples = LoadHistory.of(dump);

        assertEquals(ticks, shown(samples));
        assertTrue(
                samples.get(0).at().toString().contains("T" + oldest),
                samples.get(0).toString());
        assertEquals(
                dump.tick().orElseThrow().active(),
                samples.get(samples.size() - 1).active());
        assertEquals(0, dump.unreadCount());
    }

    @Test
    void readsEveryHistoryOfTheCaptures() throws IOException {
        int found = 0;
        for (Captures.Capture capture : Captures.all()) {
            StackDump dump = DumpParser.parse(capture.read());
            found += dump.history().isPresent() ? 1 : 0;
            assertEquals(
                    Dumps.text(capture.read())
                            .lines()
                            .takeWhile(line -> !line.startsWith("end "))
                            .anyMatch(line -> line.startsWith("history ")),
                    dump.history().isPresent(),
                    capture.name());
        }
        assertTrue(found >= 10, found + " histories");
    }

    @Test
    void keepsTheTicksBeforeOneThatCannotBeRead() {
        StackDump dump = parse("tick age_ms=0 active=3 avg1=1.00", "history period_ms=5004 active=3x2,4,x,5");

        assertEquals(List.of(3, 3, 4), dump.history().orElseThrow().active());
        assertEquals(1, dump.unreadCount());
    }

    @ParameterizedTest
    @CsvSource({"''", "x", "1x0", "1x99999", "9999999999", "-1", "1.5"})
    void hasNoHistoryWithoutOneReadableTick(String active) {
        StackDump dump = parse("tick age_ms=0 active=3 avg1=1.00", "history period_ms=5004 active=" + active);

        assertEquals(Optional.empty(), dump.history());
        assertEquals(1, dump.unreadCount());
        assertEquals("3 1.0", shown(LoadHistory.of(dump)));
    }

    @Test
    void hasOnlyTheTickWhereTheHistoryContradictsIt() {
        assertEquals(
                "3 1.0",
                shown(LoadHistory.of(parse("tick age_ms=0 active=3 avg1=1.00", "history period_ms=5004 active=7x3"))));
    }

    @Test
    void hasNoTickWithoutItsTime() {
        assertEquals(List.of(), LoadHistory.of(parse("tick active=3 avg1=1.00", "history period_ms=5004 active=3")));
        assertEquals(List.of(), LoadHistory.of(parse("history period_ms=5004 active=3")));
    }

    @Test
    void endsAtTheEdgeOfTheCalendar() {
        List<LoadSample> samples = LoadHistory.of(
                parse("tick age_ms=0 active=3 avg1=3.00", "history period_ms=9223372036854775807 active=3x5"));

        assertEquals("3 3.0", shown(samples.subList(samples.size() - 1, samples.size())));
        assertTrue(samples.size() < 5);
    }

    /** The kernel's own arithmetic forwards, then back from what the dump shows. */
    @Property(tries = 300)
    void findsTheAveragesThatTheKernelHad(@ForAll("loads") List<Integer> oldestFirst) {
        long average = 0;
        List<Long> exact = new ArrayList<>();
        for (int active : oldestFirst) {
            long fixed = active * 2048L;
            average = (average * 1884 + fixed * 164 + (fixed >= average ? 2047 : 0)) / 2048;
            exact.add(average);
        }
        List<Integer> newestFirst = new ArrayList<>(oldestFirst);
        Collections.reverse(newestFirst);
        Collections.reverse(exact);
        double shown = (exact.get(0) + 10) * 100 / 2048 / 100.0;

        List<OptionalDouble> found = PastAverages.of(shown, newestFirst);

        assertEquals(newestFirst.size(), found.size());
        assertEquals(OptionalDouble.of(shown), found.get(0));
        for (int i = 1; i < found.size(); i++) {
            if (found.get(i).isPresent()) {
                assertEquals(exact.get(i) / 2048.0, found.get(i).getAsDouble(), 0.031, "tick " + i + " back");
            }
        }
        // The newest minute is always known.
        assertFalse(found.stream().limit(13).anyMatch(OptionalDouble::isEmpty), found.toString());
    }

    @Property(tries = 300)
    void neverThrowsWhateverTheNumbers(@ForAll double newest, @ForAll List<Integer> active) {
        List<Integer> fit =
                active.stream().map(tasks -> tasks & Integer.MAX_VALUE).toList();
        double load = Double.isFinite(newest) ? Math.abs(newest) : 1;
        assertEquals(fit.size(), PastAverages.of(load, fit).size());
    }

    @Provide
    Arbitrary<List<Integer>> loads() {
        Arbitrary<Integer> level = Arbitraries.oneOf(
                Arbitraries.integers().between(0, 12), Arbitraries.integers().between(0, 5_000));
        return level.list()
                .ofMinSize(1)
                .ofMaxSize(40)
                .flatMap(levels -> Arbitraries.integers()
                        .between(1, 40)
                        .map(times -> levels.stream()
                                .flatMap(tasks -> Stream.generate(() -> tasks).limit(times))
                                .toList()));
    }

    private static String shown(List<LoadSample> samples) {
        return samples.stream()
                .map(sample -> number(sample.active())
                        + (sample.load1().isPresent() ? " " + sample.load1().getAsDouble() : ""))
                .collect(Collectors.joining(", "));
    }

    private static String number(OptionalInt value) {
        return value.isPresent() ? Integer.toString(value.getAsInt()) : "";
    }

    private static StackDump capture(String name) throws IOException {
        return DumpParser.parse(Captures.all().stream()
                .filter(capture -> capture.name().equals(name))
                .findFirst()
                .orElseThrow()
                .read());
    }

    private static StackDump parse(String... lines) {
        return DumpParser.parse(Dumps.raw("load_monitor dump version=1 id=1 source=kmod\ntime wall="
                + Instant.parse("2026-11-22T12:00:00Z") + "\n" + String.join("\n", lines) + "\nend id=1 tasks=0\n"));
    }
}
