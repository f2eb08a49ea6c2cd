package io.loadmonitor.web;

import io.loadmonitor.dump.RawDump;
import java.nio.charset.StandardCharsets;

/** Dumps and alerts as they come in. */
final class Samples {
    static final String MESSAGE = """
            {"version":"4","groupKey":"{}:{alertname=\\"LoadHigh\\"}","truncatedAlerts":0,"status":"firing",
             "receiver":"load-monitor","groupLabels":{},"commonLabels":{},"commonAnnotations":{},
             "externalURL":"http://alertmanager.example:9093","notification_reason":"first","alerts":[%s]}""";

    /** A device's name that tries to be something else. */
    private static final String DEVICE = "<img src=x onerror=alert(1)>";

    private Samples() {}

    /** A dump with two vfork parents and eight busy tasks; comms that try to be something else. */
    static RawDump dump(int id) {
        return dump(id, "busy");
    }

    static RawDump dump(int id, String escapedComm) {
        StringBuilder text = new StringBuilder("""
                load_monitor dump version=1 id=%d source=kmod boot_id=6f1c0a52-5c6c-4d0e-9a53-2f8f54f0c1aa \
                release=6.1.0-56-cloud-amd64
                trigger kind=manual reason="alert LoadHigh" cause=present asker_pid=412 asker_comm="java"
                time wall=2026-11-22T12:04:10.123456Z monotonic_ns=3557017%d000
                load avg1=4.42 avg5=1.10 avg15=0.37 active=10 cpus=2
                tick age_ms=1200 active=10 avg1=4.42
                count scanned=67 running=8 uninterruptible=2 iowait=0 captured=10 stacks=1 truncated=0 unstable=0 \
                unwind_failed=0 cpu_no_answer=0 lost_dumps=0
                cost capture_ns=812345 irq_off_max_ns=9100 rcu_max_ns=210000
                stack id=1 tasks=2
                  kernel_clone+0x1af/0x3e0
                  __do_sys_vfork+0x43/0x70
                  do_syscall_64+0x55/0xb0
                """.formatted(id, id));
        for (int i = 0; i < 2; i++) {
            text.append("task pid=" + (94 + i) + " tgid=" + (94 + i) + " ppid=1 cpu=0 state=D on=sleep since_ms=35000"
                    + " switches=12 start_ns=2980000000 stack=1 cgroup=\"/system.slice/db.service\" comm=\"vf\"\n");
        }
        for (int i = 0; i < 8; i++) {
            text.append("task pid=" + (96 + i) + " tgid=" + (96 + i) + " ppid=1 cpu=" + i % 2 + " state=R on="
                    + (i < 2 ? "cpu-user" : "queue") + " since_ms=40 stack=0 cgroup=\"/\" comm=\"" + escapedComm
                    + "\"\n");
        }
        text.append(
                "devices age_ms=12 mapped=5 suspended=1\ndevice dev=\"dm-0\" name=\"" + DEVICE + "\" suspended=1\n");
        text.append("end id=" + id + " tasks=10\n");
        return RawDump.of(text.toString().getBytes(StandardCharsets.US_ASCII));
    }

    /**
     * Four tasks, a fair sample of 40, with threads whose program has another name, one of them a delayed sleeper. Made
     * up.
     */
    static RawDump sampled(int id) {
        return RawDump.of(("""
                load_monitor dump version=1 id=%1$d source=kmod boot_id=6f1c0a52-5c6c-4d0e-9a53-2f8f54f0c1aa \
                release=6.12.0
                trigger kind=manual reason="synthetic" cause=present
                time wall=2026-11-22T12:04:10.123456Z monotonic_ns=3557017%1$d000
                load avg1=40.42 avg5=1.10 avg15=0.37 active=40 cpus=2
                count scanned=670 running=30 delayed=10 uninterruptible=10 captured=4 stacks=1 truncated=36 sampled=4 \
                of=40
                cgroup id=1 path="/system.slice/app.service"
                stack id=1 tasks=2
                  ep_poll+0x1/0x2
                task pid=94 tgid=94 ppid=1 cpu=0 state=D on=sleep since_ms=35000 stack=1 cgroup_id=1 comm="vf"
                task pid=812 tgid=800 ppid=1 cpu=0 state=R on=queue since_ms=45 queued_ms=40 run_delay_ms=9120 stack=0 \
                cgroup_id=1 leader="java" comm="GC Thread#0"
                task pid=813 tgid=800 ppid=1 cpu=0 state=R on=queue since_ms=41 queued_ms=41 run_delay_ms=20 stack=0 \
                cgroup_id=1 leader="java" comm="GC Thread#1"
                task pid=900 tgid=900 ppid=1 cpu=0 state=R on=sleep since_ms=3 stack=1 flags=delayed comm="nginx"
                end id=%1$d tasks=4
                """).formatted(id).getBytes(StandardCharsets.US_ASCII));
    }

    static String firing(String fingerprint) {
        return firing(fingerprint, "LoadHigh", "load is high", "https://runbooks.example/LoadHigh");
    }

    static String firing(String fingerprint, String name, String summary, String runbook) {
        return MESSAGE.formatted("""
                {"status":"firing","labels":{"alertname":"%s","instance":"db1:9817"},
                 "annotations":{"summary":"%s","runbook_url":"%s"},"startsAt":"2026-11-22T12:04:00.123456789Z",
                 "endsAt":"0001-01-01T00:00:00Z","generatorURL":"http://prometheus.example/graph",
                 "fingerprint":"%s"}""".formatted(name, summary, runbook, fingerprint));
    }

    static String resolved(String fingerprint) {
        return MESSAGE.formatted("""
                {"status":"resolved","labels":{"alertname":"LoadHigh","instance":"db1:9817"},"annotations":{},
                 "startsAt":"2026-11-22T12:04:00.123456789Z","endsAt":"2026-11-22T12:09:00Z","generatorURL":"",
                 "fingerprint":"%s"}""".formatted(fingerprint));
    }
}
