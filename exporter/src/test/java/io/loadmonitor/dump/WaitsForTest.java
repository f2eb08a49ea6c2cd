package io.loadmonitor.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Whom the first line names. */
final class WaitsForTest {
    private static final String HEAD = """
            load_monitor dump version=1 id=1 source=bpf
            count running=0 uninterruptible=2
            stack id=1 tasks=2
              filename_create+0x95/0x170
              do_mkdirat+0x46/0x180
            stack id=2 tasks=1
              request_wait_answer+0x112/0x210
              fuse_lookup+0x75/0x1b0
            stack id=3 tasks=1
              cgroup_procs_write+0x95/0x170
            """;

    private static String first(String... lines) {
        StringBuilder text = new StringBuilder(HEAD);
        long tasks = 0;
        for (String line : lines) {
            text.append(line).append('\n');
            tasks += line.startsWith("task ") ? 1 : 0;
        }
        text.append("end id=1 tasks=").append(tasks).append('\n');
        return LoadBreakdown.of(DumpParser.parse(Dumps.raw(text.toString()))).headline();
    }

    private static String waiter(int pid, int lock, String comm) {
        return "task pid=" + pid + " state=D on=sleep stack=1 lock=" + lock + " wait=write comm=\"" + comm + "\"";
    }

    @Test
    void namesWhoHoldsItAndWhatThatOneWaitsFor() {
        assertEquals(
                "2 active tasks = 2 waiting for a reader-writer lock in filename_create, held by tar (9), which is"
                        + " waiting for a FUSE file system (mkdir)",
                first(
                        "lock id=1 type=rwsem held=write owner=9 waiters=2",
                        waiter(1, 1, "mkdir"),
                        waiter(2, 1, "mkdir"),
                        "task pid=9 state=S on=sleep stack=2 flags=owner comm=\"tar\""));
    }

    @Test
    void followsTheChainToItsEnd() {
        assertEquals(
                "2 active tasks = 1 waiting for a mutex in cgroup_procs_write, held by tar (9), which is waiting for a"
                        + " FUSE file system (b) + 1 waiting for a reader-writer lock in filename_create, held by b"
                        + " (2), which waits for tar (9), which is waiting for a FUSE file system (a)",
                first(
                        "lock id=1 type=rwsem held=write owner=2 waiters=1",
                        "lock id=2 type=mutex held=write owner=9 waiters=1",
                        waiter(1, 1, "a"),
                        "task pid=2 state=D on=sleep stack=3 lock=2 wait=write comm=\"b\"",
                        "task pid=9 state=S on=sleep stack=2 flags=owner comm=\"tar\""));
    }

    @Test
    void callsACircleADeadlock() {
        assertEquals(
                "2 active tasks = 1 waiting for a mutex in cgroup_procs_write, in a deadlock of a (1), b (2) (b) + 1"
                        + " waiting for a reader-writer lock in filename_create, in a deadlock of b (2), a (1)"
                        + " (a)",
                first(
                        "lock id=1 type=rwsem held=write owner=2 waiters=1",
                        "lock id=2 type=mutex held=write owner=1 waiters=1",
                        waiter(1, 1, "a"),
                        "task pid=2 state=D on=sleep stack=3 lock=2 wait=write comm=\"b\""));
    }

    @Test
    void saysHowManyReadAndNamesNone() {
        assertEquals(
                "2 active tasks = 2 waiting for a reader-writer lock in filename_create, held by 3 readers (mkdir)",
                first(
                        "lock id=1 type=rwsem held=read readers=3 waiters=2",
                        waiter(1, 1, "mkdir"),
                        waiter(2, 1, "mkdir")));
    }

    @Test
    void saysWhatIsOddAndWhatIsNotKnown() {
        String two = "2 active tasks = 2 waiting for a mutex in filename_create";
        String one = waiter(1, 1, "mkdir");
        String other = waiter(2, 1, "mkdir");
        assertEquals(
                two + ", which nobody holds (mkdir)", first("lock id=1 type=mutex held=nobody waiters=2", one, other));
        assertEquals(
                two + ", held by a task that ended with it (mkdir)",
                first("lock id=1 type=mutex held=gone waiters=2", one, other));
        assertEquals(
                two + " (mkdir)",
                first("lock id=1 type=mutex held=write waiters=2", one, other),
                "by whom is left out");
        assertEquals(two + " (mkdir)", first("lock id=1 type=mutex held=changing waiters=2", one, other));
        assertEquals(
                two + ", held by pid 9 (mkdir)",
                first("lock id=1 type=mutex held=write owner=9 waiters=2", one, other),
                "of a dump that does not list its owner");
        assertEquals(
                "2 active tasks = 2 other: in filename_create (mkdir)",
                first(one, other),
                "of a lock that has no line");
    }

    @Test
    void namesNobodyWhoWantsToLookLikeMore() {
        assertEquals(
                "2 active tasks = 2 waiting for a mutex in filename_create, held by \"x (1), which\" (9), which is"
                        + " waiting for a FUSE file system (mkdir)",
                first(
                        "lock id=1 type=mutex held=write owner=9 waiters=2",
                        waiter(1, 1, "mkdir"),
                        waiter(2, 1, "mkdir"),
                        "task pid=9 state=S on=sleep stack=2 flags=owner comm=\"x (1), which\""));
    }
}
