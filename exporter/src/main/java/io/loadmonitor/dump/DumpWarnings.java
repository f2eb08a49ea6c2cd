package io.loadmonitor.dump;

import io.loadmonitor.dump.StackDump.Counts;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What to know of a dump before believing it: everything that makes it less than the whole truth. Stateless. */
public final class DumpWarnings {
    /** What gives the next dump stacks, for people: after a colon or a sentence. */
    public static final String STACKS_REMEDY =
            "give load-monitor CAP_BPF, CAP_PERFMON and CAP_SYSLOG, run it as root, or load the kernel module";

    private DumpWarnings() {}

    /** Sentences, the weightiest first; none for a dump that is whole. */
    public static List<String> of(StackDump dump) {
        List<String> warnings = new ArrayList<>();
        if (!dump.complete()) {
            warnings.add("The text was cut off or is damaged: tasks may be missing at its end.");
        }
        withoutStacks(dump).ifPresent(warnings::add);
        dump.counts().ifPresent(counts -> warnAbout(counts, dump, warnings));
        if (dump.unreadCount() > 0) {
            warnings.add(
                    count(dump.unreadCount(), "line was", "lines were") + " not understood; the raw text has them.");
        }
        dump.trigger().flatMap(StackDump.Trigger::presence).ifPresent(presence -> {
            switch (presence) {
                case PRESENT -> {}
                case DECAYING ->
                    warnings.add("The load was already falling: what raised it was gone when the dump was taken.");
                case NONE -> warnings.add("No task was active at that moment.");
            }
        });
        return warnings;
    }

    /** That there are no stacks, where they could not be read. */
    public static Optional<String> withoutStacks(StackDump dump) {
        boolean unreadable = dump.counts()
                .map(counts -> counts.of("stacks_readable").orElse(1) == 0)
                .orElse(false);
        if (unreadable || dump.stacksRefused()) {
            return Optional.of("Stacks could not be read, so this says who waits, but not for what: " + STACKS_REMEDY
                    + ", and take another. Where the kernel tells their wait channel, tasks are told apart by that one"
                    + " function.");
        }
        return Optional.empty();
    }

    private static void warnAbout(Counts counts, StackDump dump, List<String> warnings) {
        if (dump.sample().isPresent()) {
            warnings.add("There was no room for all tasks. Numbers of tasks are "
                    + dump.sample().get().estimate() + ", each of which had the same chance to be in it.");
        } else {
            warn(
                    counts,
                    "truncated",
                    "task did not fit and is missing.",
                    "tasks did not fit and are missing.",
                    warnings);
        }
        warn(
                counts,
                "unstable",
                "stack changed while it was read; it is marked.",
                "stacks changed while they were read; they are marked.",
                warnings);
        warn(counts, "unwind_failed", "stack could not be unwound.", "stacks could not be unwound.", warnings);
        warn(
                counts,
                "partial",
                "stack is not whole: its outer frames are missing.",
                "stacks are not whole: their outer frames are missing.",
                warnings);
        warn(counts, "no_room", "stack found no room.", "stacks found no room.", warnings);
        warn(
                counts,
                "cgroup_no_room",
                "task's cgroup found no room and is not known.",
                "tasks' cgroups found no room and are not known.",
                warnings);
        warn(counts, "cpu_no_answer", "CPU did not answer in time.", "CPUs did not answer in time.", warnings);
        warn(
                counts,
                "lost_dumps",
                "earlier dump was overwritten before it was read.",
                "earlier dumps were overwritten before they were read.",
                warnings);
    }

    private static void warn(Counts counts, String key, String one, String many, List<String> warnings) {
        long value = counts.of(key).orElse(0);
        if (value > 0) {
            warnings.add(count(value, one, many));
        }
    }

    private static String count(long count, String one, String many) {
        return String.format(Locale.ENGLISH, "%,d %s", count, count == 1 ? one : many);
    }
}
