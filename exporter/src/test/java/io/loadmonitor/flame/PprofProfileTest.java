package io.loadmonitor.flame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class PprofProfileTest {
    private static final List<FoldedStack> STACKS = FoldedStacks.of(DumpTexts.read("""
            stack id=1 tasks=2
              kernel_clone+0x1af/0x3e0
              __do_sys_vfork+0x43/0x70
            task pid=1 state=D on=sleep stack=1 comm="vf"
            task pid=2 state=D on=sleep stack=1 comm="vf"
            task pid=3 state=R on=cpu-user stack=0 comm="busy"
            """));

    @Test
    void hasTheInnermostFunctionFirst() {
        PprofReader.Profile profile = PprofReader.read(PprofProfile.write(STACKS, Optional.empty(), "x"));
        assertEquals(
                List.of(
                        new PprofReader.Sample(List.of("[on CPU, user mode]", "busy"), 1, Map.of("comm", "busy")),
                        new PprofReader.Sample(
                                List.of("kernel_clone", "__do_sys_vfork", "vf"), 2, Map.of("comm", "vf"))),
                profile.samples());
        assertEquals(List.of("tasks/count"), profile.types());
        assertEquals("tasks", profile.defaultType());
    }

    @Test
    void saysWhenTheDumpWasTakenAndOfWhatItIs() {
        PprofReader.Profile profile = PprofReader.read(PprofProfile.write(
                STACKS, Optional.of(Instant.parse("2026-11-22T12:04:10.123456789Z")), "Dump 2 of db1 \u2014 \u00fc"));
        assertEquals(1_795_349_050_123_456_789L, profile.timeNanos());
        assertEquals(List.of("Dump 2 of db1 \u2014 \u00fc"), profile.comments());
        assertEquals(
                0,
                PprofReader.read(PprofProfile.write(STACKS, Optional.of(Instant.MAX), ""))
                        .timeNanos());
    }

    @Test
    void isAProfileWithoutSamplesWhenThereAreNoTasks() {
        assertEquals(
                List.of(),
                PprofReader.read(PprofProfile.write(List.of(), Optional.empty(), ""))
                        .samples());
    }

    /** More than 127 names: numbers of two bytes, and of three. */
    @Test
    void writesNumbersOfAnySize() {
        List<FoldedStack> stacks = new ArrayList<>();
        for (int i = 1; i <= 20_000; i++) {
            stacks.add(new FoldedStack(List.of(new FlameName("f" + i, FlameName.Kind.KERNEL)), i));
        }
        List<PprofReader.Sample> samples = PprofReader.read(PprofProfile.write(stacks, Optional.empty(), ""))
                .samples();
        assertEquals(20_000, samples.size());
        assertTrue(samples.stream().allMatch(sample -> sample.stack().equals(List.of("f" + sample.value()))));
    }
}
