package io.loadmonitor.procfs;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;

/**
 * Visits every thread of every process, {@code /proc/PID/task/TID/stat}. Threads come and go meanwhile: one that ended
 * between listing and reading (ENOENT, ESRCH) is passed over, as if it had ended before the walk.
 */
public final class ThreadWalk {
    private final ProcFs procFs;

    public ThreadWalk(ProcFs procFs) {
        this.procFs = procFs;
    }

    /** Is given each thread. */
    @FunctionalInterface
    public interface Visitor {
        /**
         * @param thread where the thread's files are
         * @param stat what its stat said
         */
        void visit(TaskFiles thread, TaskStat stat);
    }

    /**
     * @param threads visited
     * @param unreadable threads, or whole processes, that exist but could not be read (another user's under {@code
     *     hidepid=1}, or malformed). With {@code hidepid=2} they do not show at all
     * @param complete false when the walk was stopped before its end
     */
    public record Outcome(int threads, int unreadable, boolean complete) {}

    /**
     * Walks once. Costs about 10 to 30 us a thread.
     *
     * @param stop asked before each thread; when true the walk ends there
     * @throws IOException when the mount point itself cannot be listed
     */
    public Outcome walk(BooleanSupplier stop, Visitor visitor) throws IOException {
        Walk walk = new Walk(stop, visitor);
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(procFs.root(), ThreadWalk::isNumber)) {
            for (Path process : processes) {
                if (!walk.process(process)) {
                    return walk.outcome(false);
                }
            }
        } catch (DirectoryIteratorException broken) {
            throw broken.getCause();
        }
        return walk.outcome(true);
    }

    private static boolean isNumber(Path path) {
        char first = path.getFileName().toString().charAt(0);
        return first >= '1' && first <= '9';
    }

    private final class Walk {
        private final BooleanSupplier stop;
        private final Visitor visitor;
        private int threads;
        private int unreadable;

        Walk(BooleanSupplier stop, Visitor visitor) {
            this.stop = stop;
            this.visitor = visitor;
        }

        /** False when the walk must end. */
        boolean process(Path process) {
            try (DirectoryStream<Path> tasks =
                    Files.newDirectoryStream(process.resolve("task"), ThreadWalk::isNumber)) {
                for (Path task : tasks) {
                    if (stop.getAsBoolean()) {
                        return false;
                    }
                    thread(process, task);
                }
            } catch (NoSuchFileException ended) {
                return true;
            } catch (IOException | DirectoryIteratorException endedOrHidden) {
                countIfThere(process);
            }
            return true;
        }

        private void thread(Path process, Path task) {
            TaskFiles files;
            TaskStat stat;
            try {
                files = TaskFiles.of(procFs, process, task);
                stat = files.stat();
            } catch (MalformedKernelText | NumberFormatException unfit) {
                unreadable++;
                return;
            } catch (NoSuchFileException ended) {
                return;
            } catch (IOException endedOrHidden) {
                countIfThere(task);
                return;
            }
            threads++;
            visitor.visit(files, stat);
        }

        /**
         * ESRCH and EPERM (hidepid) have no exception of their own in Java. NOFOLLOW_LINKS makes it an lstat, which
         * hidepid=1 allows; access would fail too.
         */
        private void countIfThere(Path directory) {
            if (Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
                unreadable++;
            }
        }

        Outcome outcome(boolean complete) {
            return new Outcome(threads, unreadable, complete);
        }
    }
}
