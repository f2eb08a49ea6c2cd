package io.loadmonitor.procfs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TaskStatTest {
    @Test
    void readsTheParentOfAVfork() throws IOException {
        assertEquals(
                new TaskStat(5590, "perl", TaskState.UNINTERRUPTIBLE, 5578, 1, 1_999_730_000_000L),
                TaskStat.parse(Capture.read("vfork-parent/stat")));
    }

    @Test
    void knowsAnIdleKernelWorkerFromATaskInD() throws IOException {
        TaskStat worker = TaskStat.parse(Capture.read("idle-worker/stat"));
        assertEquals(TaskState.IDLE, worker.state());
        assertEquals("kworker/0:0H-events_highpri", worker.comm());
        assertEquals(2, worker.ppid());
    }

    @Test
    void keepsCommContainingParenthesesNewlineQuoteAndBytesThatAreNoUtf8() throws IOException {
        TaskStat stat = TaskStat.parse(Capture.read("odd-names/stat"));
        assertArrayEquals(
                new byte[] {'a', ')', ' ', 'R', ' ', '(', 'b', '\n', (byte) 0xff, '"', '\\', 'x'}, stat.commBytes());
        assertEquals(TaskState.SLEEPING, stat.state(), "not the R inside the name");
        assertEquals(5699, stat.pid());
    }

    @Test
    void acceptsAnEmptyComm() throws IOException {
        assertEquals(
                "",
                TaskStat.parse(Capture.read("busy/stat").replace("(perl)", "()"))
                        .comm());
    }

    @Test
    void callsALetterThatItDoesNotKnowUnknown() throws IOException {
        TaskStat stat = TaskStat.parse(Capture.read("busy/stat").replace(") R ", ") Q "));
        assertEquals(TaskState.UNKNOWN, stat.state());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "(a) R 1",
                "1 (a",
                "1 a) R 1",
                "1 (a)",
                "1 (a) R 1 2 3",
                "x (a) R 5578 5578 5027 0 -1 4194304 268 0 0 0 20 0 0 0 20 0 1 0 200024 8069120 1221 1 1 1 1 0 0 0 0"
                        + " 134 0 0 0 0 17 1",
                "1 (a) R 5578 5578 5027 0 -1 4194304 268 0 0 0 20 0 0 0 20 0 1 0 9223372036854775807 8069120 1221 1 1"
                        + " 1 1 0 0 0 0 134 0 0 0 0 17 1"
            })
    void refusesOtherTextAndQuotesIt(String text) {
        MalformedKernelText refused = assertThrows(MalformedKernelText.class, () -> TaskStat.parse(text));
        assertTrue(
                refused.getMessage().contains('"' + text.substring(0, Math.min(text.length(), 200))),
                refused.getMessage());
    }
}
