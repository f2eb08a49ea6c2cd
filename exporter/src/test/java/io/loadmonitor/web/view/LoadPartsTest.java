package io.loadmonitor.web.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.LoadBreakdown;
import io.loadmonitor.dump.LoadCause;
import io.loadmonitor.dump.LoadPart;
import io.loadmonitor.dump.ProcessCount;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

final class LoadPartsTest {
    private static final LoadCause OTHER =
            CauseCatalogue.standard().cause("other").orElseThrow();

    @Test
    void fillsTheBar() {
        LoadParts parts = LoadParts.of(breakdown(OptionalInt.of(10), 6, 3, 1));
        assertEquals(
                List.of("0.00", "60.00", "90.00"),
                parts.rows().stream().map(LoadParts.Row::x).toList());
        assertEquals(
                List.of("60.00", "30.00", "10.00"),
                parts.rows().stream().map(LoadParts.Row::width).toList());
        assertEquals("6 waiting in f0, 3 waiting in f1, 1 waiting in f2", parts.label());
        assertEquals("", parts.note());
    }

    @Test
    void showsWhatTheDumpMissed() {
        LoadParts parts = LoadParts.of(breakdown(OptionalInt.of(12), 6, 3));
        assertEquals(3, parts.rows().get(2).tasks());
        assertEquals("fill-missing", parts.rows().get(2).fill());
        assertTrue(parts.note().contains("12 active tasks; 3 of them were gone"), parts.note());
    }

    @Test
    void saysThatMoreCameThanWereCounted() {
        LoadParts parts = LoadParts.of(breakdown(OptionalInt.of(1), 3));
        assertEquals("The kernel counted 1 active task; 2 more had come by the time the dump was taken.", parts.note());
        assertEquals("100.00", parts.rows().get(0).width());
    }

    @Test
    void sumsUpWhatIsTooManyForABarAndLosesNothing() {
        int[] tasks = new int[300];
        Arrays.fill(tasks, 2);
        LoadParts parts = LoadParts.of(breakdown(OptionalInt.empty(), tasks));
        assertEquals(16, parts.rows().size());
        assertEquals(600, parts.rows().stream().mapToInt(LoadParts.Row::tasks).sum());
        assertEquals("285 smaller parts", parts.rows().get(15).title());
    }

    @Test
    void showsAnEmptyDump() {
        LoadParts parts = LoadParts.of(breakdown(OptionalInt.empty()));
        assertEquals(List.of(), parts.rows());
        assertEquals(0, parts.tasks());
    }

    private static LoadBreakdown breakdown(OptionalInt active, int... tasks) {
        List<LoadPart> parts = new ArrayList<>();
        int sum = 0;
        for (int i = 0; i < tasks.length; i++) {
            parts.add(new LoadPart(
                    OTHER,
                    "f" + i,
                    "waiting in f" + i,
                    tasks[i],
                    List.of(new ProcessCount(new EscapedText("vf"), tasks[i])),
                    Optional.empty()));
            sum += tasks[i];
        }
        return new LoadBreakdown(
                parts,
                sum,
                active,
                OptionalDouble.of(4.42),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                true,
                Optional.empty());
    }
}
