package io.loadmonitor.procfs;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.OptionalLong;

/**
 * {@code /proc/sys/kernel/hung_task_detect_count}, of {@code kernel/hung_task.c}: how many tasks the kernel has found
 * in uninterruptible sleep for longer than {@code hung_task_timeout_secs} (120 by default) since it was started; one
 * that stays is counted at each look. See Documentation/admin-guide/sysctl/kernel.rst.
 *
 * <pre>{@code
 * 0          (6.18.44, x86-64)
 * }</pre>
 *
 * It came with Linux 6.13 ("hung_task: add detect count for hung tasks") and is there with CONFIG_DETECT_HUNG_TASK
 * alone.
 */
public final class HungTasks {
    private static final String FILE = "sys/kernel/hung_task_detect_count";

    private HungTasks() {}

    /**
     * Reads the count; empty where the kernel has none.
     *
     * @throws MalformedKernelText quoting the text
     * @throws IOException when the file is there and cannot be read
     */
    public static OptionalLong detected(ProcFs procFs) throws IOException {
        try {
            return OptionalLong.of(parse(procFs.read(FILE)));
        } catch (NoSuchFileException olderKernel) {
            return OptionalLong.empty();
        }
    }

    static long parse(String text) throws MalformedKernelText {
        try {
            long count = Long.parseLong(text.strip());
            if (count >= 0) {
                return count;
            }
        } catch (NumberFormatException notANumber) {
            // Told below.
        }
        throw new MalformedKernelText("hung_task_detect_count", "no count", text);
    }
}
