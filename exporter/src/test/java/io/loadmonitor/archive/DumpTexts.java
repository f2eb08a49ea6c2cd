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
