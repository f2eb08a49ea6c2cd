package io.loadmonitor.procfs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Paths of control groups in the unified hierarchy by their numbers, as the kernel knows them ({@code kernfs_node.id}).
 * Safe for use by several threads.
 *
 * <p>A path is read from {@code /proc/PID/cgroup} of a task that was seen in the group, and believed when its directory
 * below {@code /sys/fs/cgroup} has that number as its inode's: so a task that moved on or ended cannot make it wrong,
 * and what cannot be seen to be true, as from a cgroup namespace that does not hold it, is left out. A number is never
 * used again, and no group of this hierarchy can be renamed, so what was once found stays true.
 *
 * <p>Kernels before 6.13 take the cgroup_mutex for that file, which others may hold for long. So it is read on a thread
 * of its own, with a time limit; while one hangs, no other begins.
 */
public final class CgroupPaths {
    private static final int MAX_REMEMBERED = 4_096;

    /** Tasks of one group of which the path is asked: most may have ended by then. */
    private static final int TRIES = 3;

    private final ProcFs procFs;
    private final Path sysfs;

    // Guarded by this.
    private final Map<Long, String> remembered = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, String> eldest) {
            return size() > MAX_REMEMBERED;
        }
    };
    private boolean reading;

    /** @param sysfs where sysfs is mounted; {@code fs/cgroup} in it has the hierarchy */
    public CgroupPaths(ProcFs procFs, Path sysfs) {
        this.procFs = procFs;
        this.sysfs = sysfs;
    }

    /**
     * Finds paths.
     *
     * @param tasks process or thread ids seen in each group, by the group's number
     * @param limitNanos what is not found by then is left out
     * @return by number, those that are proven; each char is one byte
     */
    public Map<Long, String> find(Map<Long, List<Long>> tasks, long limitNanos) throws InterruptedException {
        Map<Long, List<Long>> unknown = new HashMap<>(tasks);
        CountDownLatch done = new CountDownLatch(1);
        synchronized (this) {
            unknown.keySet().removeAll(remembered.keySet());
            if (!unknown.isEmpty() && !reading) {
                reading = true;
                Thread thread = new Thread(() -> read(unknown, done), "cgroup-paths");
                thread.setDaemon(true);
                thread.start();
            } else {
                done.countDown();
            }
        }
        done.await(limitNanos, TimeUnit.NANOSECONDS);
        Map<Long, String> found = new HashMap<>();
        synchronized (this) {
            for (Long number : tasks.keySet()) {
                String path = remembered.get(number);
                if (path != null) {
                    found.put(number, path);
                }
            }
        }
        return found;
    }

    private void read(Map<Long, List<Long>> unknown, CountDownLatch done) {
        try {
            unknown.forEach((number, ids) -> path(number, ids).ifPresent(path -> {
                synchronized (this) {
                    remembered.put(number, path);
                }
            }));
        } finally {
            synchronized (this) {
                reading = false;
            }
            done.countDown();
        }
    }

    private Optional<String> path(long number, List<Long> ids) {
        for (Long id : ids.subList(0, Math.min(TRIES, ids.size()))) {
            try {
                Optional<String> path = TaskCgroup.parse(procFs.read(id + "/cgroup"));
                if (path.isPresent() && has(path.get(), number)) {
                    return path;
                }
            } catch (IOException ended) {
                // The next one then.
            }
        }
        return Optional.empty();
    }

    /** On hosts with both hierarchies side by side, the unified one is in a directory of its own. */
    private boolean has(String path, long number) {
        for (String mount : List.of("fs/cgroup", "fs/cgroup/unified")) {
            // A path's bytes are the name that this program's encoding of files gives back to the kernel.
            String name = new String(path.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
            try {
                Path directory = sysfs.resolve(mount + name);
                if (!name.contains("/..")
                        && Files.getAttribute(directory, "unix:ino").equals(number)) {
                    return true;
                }
            } catch (IOException | InvalidPathException | UnsupportedOperationException notThere) {
                // Elsewhere, or gone.
            }
        }
        return false;
    }
}
