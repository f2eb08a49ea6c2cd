package io.loadmonitor.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class LockTreeTest {
    private static final String STACKS = """
            stack id=1 tasks=1
              blk_mq_get_tag+0x11d/0x2a0
              __blk_mq_alloc_requests+0x1a9/0x2e0
              submit_bio_noacct_nocheck+0x1b9/0x2f0
            stack id=2 tasks=1
              rwsem_down_write_slowpath+0x2d3/0x640
            """;

    /** The tree as indented lines. */
    private static String drawn(String records) {
        StackDump dump = DumpParser.parse(
                RawDump.of(("""
                load_monitor dump version=1 id=17 source=kmod boot_id=6f1c release=6.12.9
                trigger kind=manual reason="x" cause=present
                time wall=2026-11-22T12:04:10.123456Z monotonic_ns=35570173000
                load avg1=4.42 avg5=1.10 avg15=0.37 active=3 cpus=2
                """ + STACKS + records + "end id=17 tasks=9\n").getBytes(StandardCharsets.US_ASCII)));
        StringBuilder drawing = new StringBuilder();
        LockTree.of(dump, CauseCatalogue.standard()).roots().forEach(root -> draw(root, "", drawing));
        return drawing.toString();
    }

    private static void draw(LockTree.Holder holder, String indent, StringBuilder drawing) {
        drawing.append(indent)
                .append(holder.words())
                .append(holder.deadlock() ? " (deadlock)" : "")
                .append('\n');
        for (LockTree.HeldLock lock : holder.locks()) {
            drawing.append(indent)
                    .append("  ")
                    .append(lock.lock().words())
                    .append(": ")
                    .append(lock.waiting())
                    .append(lock.programs().stream()
                            .map(one -> " " + one.tasks() + "x" + one.comm().escaped())
                            .collect(Collectors.joining()))
                    .append('\n');
            lock.holders().forEach(next -> draw(next, indent + "    ", drawing));
        }
    }

    private static String task(int pid, String comm, String more) {
        return "task pid=" + pid + " tgid=" + pid + " cpu=0 state=D on=sleep " + more + " comm=\"" + comm + "\"\n";
    }

    @Test
    void theRootIsWhoWaitsForNoLock() {
        assertEquals(
                """
                tar (10), waiting for a free request of a block device
                  the mutex cgroup_mutex: 4 3xrunc
                    systemd (11)
                      a reader-writer lock: 2 1xps 1xtop
                """,
                drawn("""
                lock id=1 type=mutex held=write owner=10 waiters=4 name="cgroup_mutex"
                lock id=2 type=rwsem held=write owner=11 waiters=2
                """ + task(10, "tar", "stack=1") + task(11, "systemd", "stack=0 lock=1 wait=write")
                        + task(12, "runc", "stack=0 lock=1 wait=write") + task(13, "runc", "stack=0 lock=1 wait=write")
                        + task(14, "runc", "stack=0 lock=1 wait=write") + task(15, "ps", "stack=2 lock=2 wait=read")
                        + task(16, "top", "stack=2 lock=2 wait=read")));
    }

    @Test
    void aDeadlockHasNoRootAndIsShownAllTheSame() {
        assertEquals(
                """
                a (10) (deadlock)
                  a mutex: 2 1xc
                    b (11)
                      a mutex: 1 1xa
                """,
                drawn("""
                lock id=1 type=mutex held=write owner=10 waiters=2
                lock id=2 type=mutex held=write owner=11 waiters=1
                """ + task(10, "a", "stack=0 lock=2 wait=write") + task(11, "b", "stack=0 lock=1 wait=write")
                        + task(12, "c", "stack=0 lock=1 wait=write")));
    }

    @Test
    void whoIsNotProvenHasNoName() {
        assertEquals(
                """
                3 readers; no lock keeps their names
                  a reader-writer lock: 2 1xw
                    x (11)
                      a mutex: 1 1xy
                perhaps pid 77, who took it last
                  a semaphore: 1 1xs
                a task that ended with it
                  a mutex: 1 1xz
                """,
                drawn("""
                lock id=1 type=rwsem held=read readers=3 waiters=2
                lock id=2 type=mutex held=write owner=11 waiters=1
                lock id=3 type=semaphore held=last owner=77 waiters=1
                lock id=4 type=mutex held=gone waiters=1
                """ + task(10, "w", "stack=0 lock=1 wait=write") + task(11, "x", "stack=0 lock=1 wait=write")
                        + task(12, "y", "stack=0 lock=2 wait=write") + task(13, "s", "stack=0 lock=3 wait=write")
                        + task(14, "z", "stack=0 lock=4 wait=write")));
    }

    /** A dump is somebody else's text: a chain of ten thousand is no deeper than others. */
    @Test
    void aChainHasAnEnd() {
        StringBuilder records = new StringBuilder();
        for (int i = 1; i <= 10_000; i++) {
            records.append("lock id=" + i + " type=mutex held=write owner=" + (100_000 + i) + " waiters=1\n");
            records.append(task(100_000 + i, "t", i == 1 ? "stack=1" : "stack=0 lock=" + (i - 1) + " wait=write"));
        }
        String drawing = drawn(records.toString());
        assertTrue(drawing.lines().count() > 10_000, "each lock is there");
        assertTrue(drawing.lines().allMatch(line -> line.length() < 200), "no line is deeper than others");
    }
}
