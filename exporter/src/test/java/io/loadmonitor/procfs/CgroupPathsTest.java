package io.loadmonitor.procfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class CgroupPathsTest {
    private static final long LIMIT = TimeUnit.SECONDS.toNanos(20);

    @TempDir
    private Path root;

    private long group(String path) throws IOException {
        Path directory = Files.createDirectories(root.resolve("fs/cgroup" + path));
        return (Long) Files.getAttribute(directory, "unix:ino");
    }

    private void task(long pid, String cgroup) throws IOException {
        Path directory = Files.createDirectories(root.resolve(Long.toString(pid)));
        Files.writeString(directory.resolve("cgroup"), cgroup);
    }

    private CgroupPaths paths() {
        return new CgroupPaths(new ProcFs(root), root);
    }

    @Test
    void findsThePathThatHasTheNumber() throws Exception {
        long db = group("/system.slice/db.service");
        task(7, "1:name=systemd:/x\n0::/system.slice/db.service\n");
        assertEquals(Map.of(db, "/system.slice/db.service"), paths().find(Map.of(db, List.of(6L, 7L)), LIMIT));
    }

    @Test
    void findsItWhereTheUnifiedHierarchyIsBesideTheOthers() throws Exception {
        long db = group("/unified/db");
        task(7, "0::/db\n");
        assertEquals(Map.of(db, "/db"), paths().find(Map.of(db, List.of(7L)), LIMIT));
    }

    @Test
    void leavesOutWhatIsNotProven() throws Exception {
        long db = group("/db");
        long web = group("/web");
        task(7, "0::/web\n");
        task(8, "0::/../db\n");
        task(9, "0::/db (deleted)\n");
        assertEquals(Map.of(), paths().find(Map.of(db, List.of(7L, 8L, 9L)), LIMIT), "it moved on since");
        assertEquals(Map.of(web, "/web"), paths().find(Map.of(web, List.of(7L)), LIMIT));
    }

    @Test
    void remembersWhatWasFoundWhenTheTasksAreGone() throws Exception {
        long db = group("/db");
        task(7, "0::/db\n");
        CgroupPaths paths = paths();
        assertEquals(1, paths.find(Map.of(db, List.of(7L)), LIMIT).size());
        Files.delete(root.resolve("7/cgroup"));
        assertEquals(Map.of(db, "/db"), paths.find(Map.of(db, List.of(7L)), LIMIT));
    }

    @Test
    void waitsNoLongerThanItMayForAFileThatHangs() throws Exception {
        long db = group("/db");
        Path directory = Files.createDirectories(root.resolve("7"));
        Process fifo = new ProcessBuilder("mkfifo", directory.resolve("cgroup").toString()).start();
        assertEquals(0, fifo.waitFor());
        CgroupPaths paths = paths();
        long start = System.nanoTime();
        assertEquals(Map.of(), paths.find(Map.of(db, List.of(7L)), TimeUnit.MILLISECONDS.toNanos(50)));
        task(8, "0::/db\n");
        assertEquals(Map.of(), paths.find(Map.of(db, List.of(8L)), LIMIT), "while one hangs, no other begins");
        assertTrue(System.nanoTime() - start < LIMIT / 2);
        // A writer that goes lets the reader go.
        Files.writeString(directory.resolve("cgroup"), "0::/db\n");
        while (paths.find(Map.of(db, List.of(8L)), LIMIT).isEmpty()) {
            Thread.sleep(5);
        }
    }
}
