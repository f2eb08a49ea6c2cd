package io.loadmonitor.archive;

import io.loadmonitor.dump.RawDump;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/** Texts of dumps, version 1, for tests of what becomes of them; not for tests of how they are read. */
public final class DumpTexts {
    public static final Instant NOON = Instant.parse("2026-11-22T12:04:10.123456Z");

    private DumpTexts() {}

    /** A dump of the module with two tasks: one waits in the function, the other computes. */
    public static String of(long id, String kind, Instant at, String comm, String cgroup, String function) {
        return """
                load_monitor dump version=1 id=%d source=kmod boot_id=6f1c2b9e-0000-4000-8000-000000000001 release=6.1.0-56-cloud-amd64
                trigger kind=%s reason="why not" cause=present
                time wall=%s monotonic_ns=%d
                load avg1=4.42 avg5=1.10 avg15=0.37 active=2 cpus=2
                count scanned=67 running=1 uninterruptible=1 iowait=0 captured=2 stacks=1 truncated=0
                stack id=1 tasks=1
                  %s+0x1af/0x3e0
                  __do_sys_vfork+0x43/0x70
                task pid=94 tgid=94 ppid=1 cpu=0 state=D on=sleep since_ms=35000 stack=1 cgroup="%s" comm="%s"
                task pid=96 tgid=96 ppid=1 cpu=1 state=R on=cpu-user stack=0 cgroup="/" comm="busy\\n(1)"
                end id=%d tasks=2
                """.formatted(id, kind, at, at.getEpochSecond() * 1000 + id, function, cgroup, comm, id);
    }

    public static RawDump manual(long id, Instant at) {
        return raw(of(id, "manual", at, "vf", "/system.slice/db.service", "kernel_clone"));
    }

    public static RawDump automatic(long id, Instant at) {
        return raw(of(id, "threshold", at, "vf", "/system.slice/db.service", "kernel_clone"));
    }

    public static RawDump raw(String text) {
        return RawDump.of(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The text up to the middle of its first task line. */
    public static RawDump cutOff(long id, Instant at) {
        String text = of(id, "manual", at, "vf", "/", "kernel_clone");
        return raw(text.substring(0, text.indexOf("task pid=96") + 15));
    }

    /** Who holds a lock waits for a disk, and one who waits for it holds another; two others wait for each other. */
    public static RawDump withLocks(long id, Instant at) {
        return raw("""
                load_monitor dump version=1 id=%d source=kmod boot_id=6f1c2b9e-0000-4000-8000-000000000001 release=6.12.9
                trigger kind=threshold reason="load 9.00 >= 4.00" cause=present
                time wall=%s monotonic_ns=%d
                load avg1=9.00 avg5=1.10 avg15=0.37 active=9 cpus=2
                stack id=1 tasks=1
                  blk_mq_get_tag+0x11d/0x2a0
                  submit_bio_noacct_nocheck+0x1b9/0x2f0
                stack id=2 tasks=4
                  mutex_lock+0x2e/0x40
                  proc_cgroup_show+0x4a/0x320
                stack id=3 tasks=2
                  rwsem_down_read_slowpath+0x2d3/0x640
                  kernfs_iop_permission+0x2b/0x80
                lock id=1 type=mutex held=write owner=11 waiters=4 name="cgroup_mutex"
                lock id=2 type=rwsem held=write owner=12 waiters=2 name="kernfs_rwsem"
                lock id=3 type=mutex held=write owner=21 waiters=1
                lock id=4 type=mutex held=write owner=22 waiters=1
                task pid=11 tgid=11 state=D on=sleep since_ms=9000 stack=1 cgroup="/backup" comm="tar"
                task pid=12 tgid=12 state=D on=sleep since_ms=8000 stack=2 lock=1 wait=write cgroup="/" comm="systemd"
                task pid=13 tgid=13 state=D on=sleep since_ms=7000 stack=2 lock=1 wait=write cgroup="/" comm="runc"
                task pid=14 tgid=14 state=D on=sleep since_ms=7000 stack=2 lock=1 wait=write cgroup="/" comm="runc"
                task pid=15 tgid=15 state=D on=sleep since_ms=6000 stack=2 lock=1 wait=write cgroup="/" comm="<b>odd</b>"
                task pid=16 tgid=16 state=D on=sleep since_ms=5000 stack=3 lock=2 wait=read cgroup="/" comm="ps"
                task pid=17 tgid=17 state=D on=sleep since_ms=5000 stack=3 lock=2 wait=read cgroup="/" comm="top"
                task pid=21 tgid=21 state=D on=sleep since_ms=4000 stack=2 lock=4 wait=write cgroup="/" comm="left"
                task pid=22 tgid=22 state=D on=sleep since_ms=4000 stack=2 lock=3 wait=write cgroup="/" comm="right"
                end id=%d tasks=9
                """.formatted(id, at, at.getEpochSecond() * 1000 + id, id));
    }

    /** @param own task lines beside the two threads of a driver that sleep for ever; they may be in stack 2 */
    public static RawDump withVendor(int id, Instant at, String own) {
        return raw("""
                load_monitor dump version=1 id=%d source=kmod boot_id=b release=6.1.0
                trigger kind=threshold cause=present
                time wall=%s monotonic_ns=%d
                load avg1=4.42 avg5=1.10 avg15=0.37 active=%d cpus=2
                stack id=1 tasks=2
                  vendor_wait+0x1/0x2 [vendor]
                  kthread+0x1/0x2
                stack id=2 tasks=1
                  mnt_want_write+0x1/0x2
                  path_openat+0x1/0x2
                task pid=70 tgid=70 state=D on=sleep since_ms=10 switches=%d start_ns=900000000 stack=1 cgroup="/" comm="vendor"
                task pid=71 tgid=71 state=D on=sleep since_ms=10 switches=%d start_ns=910000000 stack=1 cgroup="/" comm="vendor"
                %send id=%d tasks=%d
                """.formatted(
                        id,
                        at,
                        id * 1000L,
                        2 + own.lines().count(),
                        id,
                        id,
                        own,
                        id,
                        2 + own.lines().count()));
    }
}
