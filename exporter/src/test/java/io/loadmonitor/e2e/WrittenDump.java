package io.loadmonitor.e2e;

import io.loadmonitor.dump.RawDump;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A dump of the module as a test writes it: all its tasks make up the load. */
final class WrittenDump {
    static final String BOOT = "6f1c0a52-5c6c-4d0e-9a53-2f8f54f0c1aa";

    /** Well before all that a test tells of. */
    private static final Instant BOOTED =
            Instant.now().truncatedTo(ChronoUnit.DAYS).minus(Duration.ofDays(700));

    private final int id;
    private final String trigger;
    private final Instant at;
    private final List<Group> groups = new ArrayList<>();
    private double load = Double.NaN;
    private int missing;
    private Duration tickAge = Duration.ZERO;
    private String history = "";

    private WrittenDump(int id, String trigger, Instant at) {
        this.id = id;
        this.trigger = trigger;
        this.at = at;
    }

    /**
     * Tasks that are alike.
     *
     * @param comm and cgroup in escaped form
     * @param place such as {@code D on=sleep}
     * @param frames of the stack, or empty text
     */
    private record Group(
            int tasks, int firstPid, String comm, String cgroup, String place, String frames, Duration since) {}

    /** @param trigger as in the trigger line: {@code kind=manual reason="..."} */
    static WrittenDump of(int id, String trigger, Instant at) {
        return new WrittenDump(id, trigger, at);
    }

    /** Tasks that nobody asks more about. */
    WrittenDump with(int tasks, String comm, String place, String frames) {
        int pid = 100 + groups.stream().mapToInt(Group::tasks).sum();
        return with(tasks, pid, comm, "/", place, frames, Duration.ofSeconds(1));
    }

    /** @param since for how long they have been in their state: for as long they did not run */
    WrittenDump with(int tasks, int firstPid, String comm, String cgroup, String place, String frames, Duration since) {
        groups.add(new Group(tasks, firstPid, comm, cgroup, place, frames, since));
        return this;
    }

    WrittenDump load(double average) {
        load = average;
        return this;
    }

    /** Tasks that the kernel counted and that the dump does not have. */
    WrittenDump missing(int tasks) {
        missing = tasks;
        return this;
    }

    /**
     * @param age of the newest load tick
     * @param active tasks at the load ticks, the newest first, as {@code 10x6,3}
     */
    WrittenDump history(Duration age, String active) {
        tickAge = age;
        history = active;
        return this;
    }

    Instant at() {
        return at;
    }

    RawDump raw() {
        return RawDump.of(text().getBytes(StandardCharsets.US_ASCII));
    }

    String text() {
        int tasks = groups.stream().mapToInt(Group::tasks).sum();
        double average = Double.isNaN(load) ? tasks + .42 : load;
        long nanos = Duration.between(BOOTED, at).toNanos();
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT, """
                load_monitor dump version=1 id=%d source=kmod boot_id=%s release=6.1.0-56-cloud-amd64
                trigger %s cause=present
                time wall=%s monotonic_ns=%d
                load avg1=%.2f avg5=%.2f avg15=%.2f active=%d cpus=8
                """, id, BOOT, trigger, at, nanos, average, average / 2, average / 4, tasks + missing));
        if (!history.isEmpty()) {
            text.append(String.format(
                    Locale.ROOT,
                    "tick age_ms=%d active=%s avg1=%.2f\n",
                    tickAge.toMillis(),
                    history.split("[x,]")[0],
                    average));
            text.append("history period_ms=5004 active=").append(history).append('\n');
        }
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < groups.size(); i++) {
            Group group = groups.get(i);
            boolean stacked = !group.frames().isEmpty();
            if (stacked) {
                text.append("stack id=" + (i + 1) + " tasks=" + group.tasks() + "\n" + group.frames());
            }
            for (int pid = group.firstPid(); pid < group.firstPid() + group.tasks(); pid++) {
                // Who sleeps on has the switches of the moment when it fell asleep.
                long switches = (nanos - group.since().toNanos()) / 1_000_000;
                rows.append("task pid=" + pid + " tgid=" + group.firstPid() + " ppid=1 cpu=" + pid % 8 + " state="
                        + group.place()
                        + " since_ms=" + group.since().toMillis() + " switches=" + switches + " start_ns="
                        + pid * 1_000_000_000L
                        + " stack=" + (stacked ? i + 1 : 0) + " cgroup=\"" + group.cgroup() + "\" comm=\""
                        + group.comm() + "\"\n");
            }
        }
        return text.append(rows)
                .append("end id=" + id + " tasks=" + tasks + "\n")
                .toString();
    }
}
