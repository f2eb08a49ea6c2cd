package io.loadmonitor.procfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TaskSchedStatTest {
    @Test
    void readsTheTimeOfWaitingForACpu() throws Exception {
        assertEquals(
                OptionalLong.of(7_419_146),
                TaskSchedStat.runDelayNanos("5856863 7419146 2\n"),
                "captured on 6.18.44, x86-64");
        assertEquals(OptionalLong.of(0), TaskSchedStat.runDelayNanos("5856863 0 2\n"));
    }

    @Test
    void readsHowOftenItWasGivenACpu() throws Exception {
        assertEquals(OptionalLong.of(2), TaskSchedStat.timesOnCpu("5856863 7419146 2\n"));
        assertEquals(OptionalLong.empty(), TaskSchedStat.timesOnCpu("0 0 0\n"), "the kernel does not count");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0 0 0\n", "1 18446744073709551615 1\n"})
    void knowsNothingWhereTheKernelDoesNotCount(String text) throws Exception {
        assertEquals(OptionalLong.empty(), TaskSchedStat.runDelayNanos(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1 2", "1 2 3 4", "1 x 3", "1 -2 3"})
    void refusesOtherTextAndQuotesIt(String text) {
        MalformedKernelText refused = assertThrows(MalformedKernelText.class, () -> TaskSchedStat.runDelayNanos(text));
        assertTrue(refused.getMessage().endsWith('"' + text + '"'), refused.getMessage());
    }

    @Test
    void neverGoesBackOnThisHost() throws Exception {
        ProcFs procFs = ProcFs.ofThisHost();
        OptionalLong before = TaskSchedStat.runDelayNanos(procFs.read("self/schedstat"));
        OptionalLong after = TaskSchedStat.runDelayNanos(procFs.read("self/schedstat"));
        assertTrue(before.isEmpty() || after.orElseThrow() >= before.getAsLong());
    }
}
