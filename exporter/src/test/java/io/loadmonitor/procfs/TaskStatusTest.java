package io.loadmonitor.procfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class TaskStatusTest {
    /** Of a running kernel thread on 6.18.44, shortened; a name with a newline is from the same kernel. */
    private static final String TEXT = """
            Name:\tx\\nvoluntary_ctxt_switches:\t99
            Umask:\t0000
            State:\tD (disk sleep)
            Cpus_allowed_list:\t0-1
            voluntary_ctxt_switches:\t40
            nonvoluntary_ctxt_switches:\t2
            """;

    @Test
    void sumsBothKindsOfSwitches() throws Exception {
        assertEquals(OptionalLong.of(42), TaskStatus.switches(TEXT));
    }

    @Test
    void knowsNothingWhereOneKindIsMissing() throws Exception {
        assertEquals(OptionalLong.empty(), TaskStatus.switches(TEXT.replace("nonvoluntary", "other")));
        assertEquals(OptionalLong.empty(), TaskStatus.switches(""));
    }

    @Test
    void refusesWhatIsNoNumber() {
        assertThrows(MalformedKernelText.class, () -> TaskStatus.switches(TEXT.replace("40", "forty")));
        assertThrows(MalformedKernelText.class, () -> TaskStatus.switches(TEXT.replace("40", "9223372036854775807")));
    }
}
