package io.loadmonitor.procfs;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The threads of this very process, {@code /proc/self/task/TID/stat}. Immutable, safe for use by several threads.
 *
 * @param procFs where they are looked up
 */
public record OwnThreads(ProcFs procFs) {
    /**
     * A thread that was in uninterruptible sleep at each of the looks, and had the same number and start throughout:
     * one that the kernel holds, and where no signal reaches it. Empty when there is none, and where that cannot be
     * read.
     *
     * @param looks 1 or more
     * @param pause between two of them
     * @return its name and number, for people
     */
    public Optional<String> uninterruptibleThroughout(int looks, Duration pause) throws InterruptedException {
        Map<Long, TaskStat> held = uninterruptible();
        for (int look = 1; look < looks && !held.isEmpty(); look++) {
            Thread.sleep(pause.toMillis());
            Map<Long, TaskStat> now = uninterruptible();
            held.values().removeIf(before -> {
                TaskStat same = now.get(before.pid());
                return same == null || same.startNanos() != before.startNanos();
            });
        }
        return held.values().stream().findFirst().map(thread -> thread.comm() + " (" + thread.pid() + ")");
    }

    private Map<Long, TaskStat> uninterruptible() {
        Map<Long, TaskStat> found = new HashMap<>();
        try (DirectoryStream<Path> tasks =
                Files.newDirectoryStream(procFs.root().resolve("self/task"))) {
            for (Path task : tasks) {
                stat(task)
                        .filter(stat -> stat.state() == TaskState.UNINTERRUPTIBLE)
                        .ifPresent(stat -> found.put(stat.pid(), stat));
            }
        } catch (IOException | DirectoryIteratorException notThere) {
            return found;
        }
        return found;
    }

    private Optional<TaskStat> stat(Path task) {
        try {
            return Optional.of(TaskStat.parse(procFs.read(task.resolve("stat"))));
        } catch (IOException ended) {
            return Optional.empty();
        }
    }
}
