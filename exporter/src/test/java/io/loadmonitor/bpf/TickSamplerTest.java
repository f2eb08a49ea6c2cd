package io.loadmonitor.bpf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What was interrupted is what is behind the interrupt's entry. */
final class TickSamplerTest {
    private static final TickSampler.Entries ENTRIES = new TickSampler.Entries(
            new long[] {0xffffffff81000100L, 0xffffffff81000200L},
            new long[] {0xffffffff81000120L, 0xffffffff81000240L},
            new boolean[] {false, true});

    private static OnCpuSample sample(long... stack) {
        return ENTRIES.sample(1, 42, 7, stack);
    }

    @Test
    void leavesOutTheInterruptsOwnFrames() {
        OnCpuSample sample = sample(0xffffffff81000010L, 0xffffffff81000116L, 0xffffffff81000300L, 0xffffffff81000310L);
        assertEquals(OnCpuSample.Mode.KERNEL, sample.mode());
        assertArrayEquals(new long[] {0xffffffff81000300L, 0xffffffff81000310L}, sample.stack());
        assertEquals(42, sample.tid());
    }

    @Test
    void takesTheInnermostInterruptForTheOneThatSampled() {
        OnCpuSample sample = sample(0xffffffff81000116L, 0xffffffff81000300L, 0xffffffff81000116L, 0xffffffff81000310L);
        assertEquals(3, sample.stack().length, "a timer in an interrupt's own work");
    }

    @Test
    void isUserModeWhereNothingOfTheKernelWasInterrupted() {
        assertEquals(
                OnCpuSample.Mode.USER,
                sample(0xffffffff81000010L, 0xffffffff81000116L).mode());
        OnCpuSample arm64 = sample(0xffffffff81000210L, 0xffffffff81000300L);
        assertEquals(OnCpuSample.Mode.USER, arm64.mode());
        assertEquals(0, arm64.stack().length);
    }

    @Test
    void saysNothingOfWhatItDoesNotUnderstand() {
        assertEquals(OnCpuSample.Mode.UNKNOWN, sample(0xffffffff81000010L).mode());
        assertEquals(OnCpuSample.Mode.UNKNOWN, sample().mode());
        assertEquals(
                OnCpuSample.Mode.UNKNOWN,
                sample(0xffffffff81000100L, 0xffffffff81000121L).mode(),
                "a return address is behind its call, and the first byte of a function behind none of its own");
    }

    @Test
    void knowsWhichEntriesAreOfUserModeAlone() {
        assertTrue(TickSampler.Entries.isFromUser("el0t_64_irq"));
        assertFalse(TickSampler.Entries.isFromUser("el1h_64_irq"));
        assertTrue(TickSampler.Entries.NAMES.contains("asm_sysvec_apic_timer_interrupt"));
    }

    @Test
    void doesNotBeginWhereItWouldUnderstandNothing() {
        TickSampler.Entries none = new TickSampler.Entries(new long[0], new long[0], new boolean[0]);
        IOException refused = assertThrows(IOException.class, () -> TickSampler.open(Path.of("/sys"), none));
        assertEquals(
                "this kernel has no function by which interrupts enter it that is known here", refused.getMessage());
    }
}
