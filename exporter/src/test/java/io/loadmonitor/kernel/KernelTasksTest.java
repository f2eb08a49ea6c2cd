package io.loadmonitor.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class KernelTasksTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "running=8 uninterruptible=2 iowait=1 total=67\n",
                "running 8\nuninterruptible 2\niowait 1\ntotal 67\n",
                "running=8 idle=31 uninterruptible=2 iowait=1 total=67",
                "running 8\nuninterruptible 2\niowait 1\ntotal 67\ncomplete 1\n",
                "running 8\nuninterruptible 2\niowait 1\ntotal 67\nwalks 1\nby-word many\n\nlone\nthree words here\n"
            })
    void readsTheCountsByTheirNames(String text) throws IOException {
        assertEquals(new KernelTasks(8, 2, 1, 67, true), KernelTasks.parse(text));
    }

    @Test
    void saysThatTheModuleDidNotSeeAllThreads() throws IOException {
        String text = "running 8\nuninterruptible 2\niowait 1\ntotal 67\ncomplete 0\n";
        assertEquals(new KernelTasks(8, 2, 1, 67, false), KernelTasks.parse(text));
    }

    @Test
    void saysWhichCountIsMissing() {
        assertEquals(
                "tasks: no iowait in \"running=8 uninterruptible=2 total=67\"",
                assertThrows(IOException.class, () -> KernelTasks.parse("running=8 uninterruptible=2 total=67\n"))
                        .getMessage());
    }

    @Test
    void quotesWhatIsNoNumber() {
        assertEquals(
                "tasks: a number is malformed: \"running=many\"",
                assertThrows(IOException.class, () -> KernelTasks.parse("running=many\n"))
                        .getMessage());
    }
}
