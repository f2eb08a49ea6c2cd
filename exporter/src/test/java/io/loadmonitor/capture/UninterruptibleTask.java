package io.loadmonitor.capture;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A real process in uninterruptible sleep, made without special rights: it calls clone with CLONE_VFORK, so the kernel
 * puts it to sleep in D until its child ends (wait_for_vfork_done), and the child waits for the end of its standard
 * input. It raises the load by one. Perl, which every Debian has, makes the raw call; without CLONE_VM the child has
 * its own copy of the memory, so sharing a stack cannot harm it. When this program dies the pipe closes and both end.
 */
public final class UninterruptibleTask implements AutoCloseable {
    /** CLONE_VFORK (linux/sched.h) and SIGCHLD as the signal at the child's end. */
    private static final int FLAGS = 0x4000 | 17;

    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final Process process;

    private UninterruptibleTask(Process process) {
        this.process = process;
    }

    /** Starts one and waits until it sleeps. */
    public static UninterruptibleTask start() throws IOException, InterruptedException {
        String script = "my $child = syscall(" + cloneNumber() + ", " + FLAGS + ", 0, 0, 0, 0);"
                + " exit 1 if $child < 0;"
                + " sysread(STDIN, my $end, 1) if $child == 0;"
                + " exit 0;";
        UninterruptibleTask task = new UninterruptibleTask(new ProcessBuilder("perl", "-e", script)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
        long start = System.nanoTime();
        while (!task.isUninterruptible()) {
            if (!task.process.isAlive() || System.nanoTime() - start > LIMIT_NANOS) {
                task.close();
                throw new IOException("the process did not come into state D");
            }
            Thread.sleep(5);
        }
        return task;
    }

    public long pid() {
        return process.pid();
    }

    /** Whether it is in state D now. */
    public boolean isUninterruptible() throws IOException {
        Path stat = Path.of("/proc", Long.toString(pid()), "stat");
        try {
            return Files.readString(stat, StandardCharsets.ISO_8859_1).contains(") D ");
        } catch (IOException ended) {
            return false;
        }
    }

    /** Ends both processes and waits for it. */
    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException("process " + pid() + " did not end when its input did");
            }
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** __NR_clone. */
    private static int cloneNumber() {
        String architecture = System.getProperty("os.arch");
        return switch (architecture) {
            case "amd64" -> 56;
            case "aarch64", "riscv64" -> 220;
            default -> throw new IllegalStateException("the number of clone is not known on " + architecture);
        };
    }
}
