package io.loadmonitor.web.view;

import io.loadmonitor.archive.DumpState;
import io.loadmonitor.archive.DumpSummary;
import io.loadmonitor.archive.DumpTrigger;
import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.MappedDevices;
import io.loadmonitor.dump.StackDump;
import io.loadmonitor.dump.StackDump.Counts;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a dump says about itself, in words. */
final class DumpFacts {
    private DumpFacts() {}

    static String trigger(DumpTrigger trigger) {
        return switch (trigger) {
            case THRESHOLD -> "by itself: the load crossed its threshold";
            case ACTIVE -> "by itself: many tasks became active at once";
            case PRESSURE -> "by itself: tasks stalled, as the kernel's pressure numbers say";
            case FOLLOW_UP -> "because the incident went on";
            case ALERT -> "for an alert";
            case MANUAL -> "on request";
            case UNKNOWN -> "for a reason that the dump does not tell";
        };
    }

    /** In two words, for a list. */
    static String brief(DumpTrigger trigger) {
        return switch (trigger) {
            case THRESHOLD -> "load crossed";
            case ACTIVE -> "many active";
            case PRESSURE -> "pressure";
            case FOLLOW_UP -> "follow-up";
            case ALERT -> "for the alert";
            case MANUAL -> "on request";
            case UNKNOWN -> "unknown why";
        };
    }

    static String state(DumpState state) {
        return switch (state) {
            case CAPTURING -> "being taken";
            case COMPLETE -> "complete";
            case INCOMPLETE -> "cut off";
            case FAILED -> "failed";
            case DELETED -> "deleted";
        };
    }

    /** Everything that makes the dump less than the whole truth. */
    static List<String> warnings(DumpSummary summary, Optional<StackDump> dump) {
        List<String> warnings = new ArrayList<>();
        if (summary.state() == DumpState.CAPTURING) {
            warnings.add("This dump is being taken. Load the page again in a moment.");
        }
        if (summary.state() == DumpState.FAILED) {
            warnings.add(
                    "There is no dump: " + VisibleText.of(summary.failure().orElse("the reason is not known")) + ".");
        }
        summary.deleted()
                .ifPresent(deletion -> warnings.add(DeletionWords.of(summary.id(), deletion)
                        + ". What it told is kept; its stacks and single tasks are not."));
        dump.ifPresent(content -> warnAbout(content, warnings));
        return warnings;
    }

    static List<Fact> facts(DumpSummary summary, Optional<StackDump> dump) {
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact("Host", VisibleText.of(summary.host())));
        facts.add(new Fact("Taken", trigger(summary.trigger())));
        summary.reason().map(EscapedText::escaped).ifPresent(reason -> facts.add(new Fact("Reason", reason)));
        dump.ifPresent(content -> addContent(content, facts));
        if (summary.rawBytes() > 0) {
            facts.add(new Fact("Text", Quantity.ofBytes(summary.rawBytes())));
        }
        return facts;
    }

    private static void addContent(StackDump dump, List<Fact> facts) {
        dump.trigger()
                .flatMap(StackDump.Trigger::asker)
                .ifPresent(asker -> facts.add(new Fact(
                        "Left out", asker.comm().escaped() + " (" + asker.pid() + "), who asked for the dump")));
        dump.load().ifPresent(load -> {
            facts.add(new Fact(
                    "Load",
                    String.format(
                            Locale.ROOT,
                            "%.2f  %.2f  %.2f (1, 5, 15 min)",
                            load.load1(),
                            load.load5(),
                            load.load15())));
            load.active().ifPresent(active -> facts.add(new Fact("Active tasks", Integer.toString(active))));
            load.cpus().ifPresent(cpus -> facts.add(new Fact("CPUs", cpus + silent(load.silentCpus()))));
        });
        dump.header().ifPresent(header -> {
            facts.add(new Fact("Source", VisibleText.of(header.source())));
            header.release().ifPresent(release -> facts.add(new Fact("Kernel", VisibleText.of(release))));
        });
        dump.devices().flatMap(MappedDevices::sentence).ifPresent(devices -> facts.add(new Fact("Devices", devices)));
        dump.counts().ifPresent(counts -> addCounts(counts, facts));
        dump.cost().ifPresent(cost -> {
            cost.captureNanos().ifPresent(nanos -> facts.add(new Fact("Capture took", Quantity.ofNanos(nanos))));
            cost.irqOffMaxNanos()
                    .ifPresent(nanos -> facts.add(new Fact("Interrupts off", "at most " + Quantity.ofNanos(nanos))));
        });
    }

    private static String silent(List<Integer> cpus) {
        if (cpus.isEmpty()) {
            return "";
        }
        return cpus.stream().map(String::valueOf).collect(Collectors.joining(", ", " (no answer from CPU ", ")"));
    }

    private static void addCounts(Counts counts, List<Fact> facts) {
        add(counts, "scanned", "Tasks looked at", facts);
        add(counts, "running", "Running", facts);
        add(counts, "delayed", "Of these asleep, still counted", facts);
        add(counts, "uninterruptible", "Uninterruptible", facts);
        add(counts, "captured", "Captured", facts);
        add(counts, "stacks", "Different stacks", facts);
    }

    private static void add(Counts counts, String key, String name, List<Fact> facts) {
        counts.of(key).ifPresent(value -> facts.add(new Fact(name, String.format(Locale.ENGLISH, "%,d", value))));
    }

    private static void warnAbout(StackDump dump, List<String> warnings) {
        if (!dump.complete()) {
            warnings.add("The text was cut off: tasks may be missing at its end.");
        }
        dump.counts().ifPresent(counts -> {
            if (counts.of("stacks_readable").orElse(1) == 0) {
                warnings.add("No stacks: the exporter may not read them (it needs CAP_SYS_ADMIN, or the kernel module)."
                        + " Where the kernel tells their wait channel, tasks are told apart by that one function.");
            }
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
        });
        if (dump.unreadCount() > 0) {
            warnings.add(Quantity.count(dump.unreadCount(), "line was", "lines were")
                    + " not understood; the raw text has them.");
        }
        dump.trigger().flatMap(StackDump.Trigger::presence).ifPresent(presence -> {
            switch (presence) {
                case PRESENT -> {}
                case DECAYING ->
                    warnings.add("The load was already falling: what raised it was gone when the dump was taken.");
                case NONE -> warnings.add("No task was active at that moment.");
            }
        });
    }

    private static void warn(Counts counts, String key, String one, String many, List<String> warnings) {
        long value = counts.of(key).orElse(0);
        if (value > 0) {
            warnings.add(Quantity.count(value, one, many));
        }
    }
}
