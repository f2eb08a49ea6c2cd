package io.loadmonitor.procfs;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The files of one thread, {@code /proc/PID/task/TID/}. Only those whose reading waits for nothing that the thread
 * could hold for long: never cmdline, environ, maps or smaps, which need the mmap_lock that a stuck task may hold.
 *
 * <p>Every method throws {@link IOException} when the thread has ended ({@link java.nio.file.NoSuchFileException} or
 * ESRCH) or its file may not be read ({@link java.nio.file.AccessDeniedException}, EACCES or EPERM on reading).
 */
public final class TaskFiles {
    private final ProcFs procFs;
    private final Path directory;
    private final long tgid;

    private TaskFiles(ProcFs procFs, Path directory, long tgid) {
        this.procFs = procFs;
        this.directory = directory;
        this.tgid = tgid;
    }

    /** @throws NumberFormatException when the process' directory is not named by a number */
    static TaskFiles of(ProcFs procFs, Path process, Path task) {
        return new TaskFiles(procFs, task, Long.parseLong(process.getFileName().toString()));
    }

    /** The id of the thread's process. */
    public long tgid() {
        return tgid;
    }

    /**
     * Reads the name of the process' main thread, {@code /proc/TGID/comm}, each char one byte. It stays until the last
     * thread has ended, also when the main thread has. Takes that thread's alloc_lock, a spin lock.
     */
    public String leaderComm() throws IOException {
        String text = procFs.read(Long.toString(tgid) + "/comm");
        return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    }

    /**
     * Reads from {@code schedstat} for how many nanoseconds the thread waited for a CPU in all its life; empty where
     * the kernel does not count it. Takes no lock.
     */
    public OptionalLong runDelayNanos() throws IOException {
        return TaskSchedStat.runDelayNanos(procFs.read(directory.resolve("schedstat")));
    }

    /**
     * Reads from {@code schedstat} how often the thread was given a CPU in all its life; empty where the kernel does
     * not count it. Takes no lock.
     */
    public OptionalLong timesOnCpu() throws IOException {
        return TaskSchedStat.timesOnCpu(procFs.read(directory.resolve("schedstat")));
    }

    /**
     * Reads from {@code status} how often a CPU was taken from the thread in all its life; empty where it does not say.
     */
    public OptionalLong switches() throws IOException {
        return TaskStatus.switches(procFs.read(directory.resolve("status")));
    }

    /** Reads {@code stat}. */
    public TaskStat stat() throws IOException {
        return TaskStat.parse(procFs.read(directory.resolve("stat")));
    }

    /**
     * Reads {@code stack}, for which the kernel wants CAP_SYS_ADMIN in the initial user namespace and the right to
     * trace the thread. It takes the thread's exec_update_lock, which exec holds for short: callers have a time limit.
     */
    public TaskStack stack() throws IOException {
        return TaskStack.parse(procFs.read(directory.resolve("stack")));
    }

    /** Reads {@code wchan}. */
    public Optional<String> waitChannel() throws IOException {
        return WaitChannel.parse(procFs.read(directory.resolve("wchan")));
    }

    /**
     * Reads {@code cgroup}. Kernels before 6.13 take the cgroup_mutex for it, which others may hold for long: callers
     * have a time limit.
     */
    public Optional<String> cgroup() throws IOException {
        return TaskCgroup.parse(procFs.read(directory.resolve("cgroup")));
    }
}
