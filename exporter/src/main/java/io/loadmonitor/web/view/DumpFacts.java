package io.loadmonitor.web.view;

import io.loadmonitor.archive.ArchivedDump;
import io.loadmonitor.archive.DumpState;
import io.loadmonitor.archive.DumpSummary;
import io.loadmonitor.archive.DumpTrigger;
import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.MappedDevices;
import io.loadmonitor.dump.StackDump;
import io.loadmonitor.dump.StackDump.Counts;
import io.loadmonitor.report.Quantity;
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
    static List<String> warnings(ArchivedDump dump) {
        DumpSummary summary = dump.summary();
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
        warnings.addAll(dump.warnings());
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
}
