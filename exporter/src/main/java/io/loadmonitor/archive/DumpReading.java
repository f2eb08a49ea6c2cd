package io.loadmonitor.archive;

import io.loadmonitor.dump.CallStack;
import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.dump.ContainerId;
import io.loadmonitor.dump.DumpParser;
import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.Frame;
import io.loadmonitor.dump.LoadBreakdown;
import io.loadmonitor.dump.LoadHistory;
import io.loadmonitor.dump.LoadSample;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.dump.StackDump;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What the archive takes from a dump's text beside the text itself.
 *
 * @param takenAt by the dump's own clock; empty where the text does not say
 * @param identity source, boot id, number and monotonic time: the module counts anew when it is loaded anew, the procfs
 *     source at each start, so the number alone names nothing. Empty where the text lacks one of them
 * @param trigger as the source tells it
 * @param uninterruptible tasks in uninterruptible sleep, of the count line
 * @param causeIds of its tasks; at most {@link #MAX_NAMES}, as are all names
 * @param comms of the tasks' programs, escaped form: what a thread calls itself cannot be searched for
 * @param containers ids or names of those that its cgroups name
 * @param ticks of the load before it, oldest first; only what the module told
 * @param signatures at most {@link DumpSignature#MOST}
 * @param causes by which the headline and the story were made
 */
record DumpReading(
        DumpState state,
        Optional<String> identity,
        Optional<String> source,
        DumpTrigger trigger,
        Optional<EscapedText> reason,
        Optional<Instant> takenAt,
        OptionalDouble load1,
        OptionalInt active,
        OptionalInt uninterruptible,
        int tasks,
        String headline,
        Set<String> causeIds,
        Set<String> comms,
        Set<String> cgroups,
        Set<String> containers,
        Set<String> functions,
        List<LoadSample> ticks,
        List<DumpSignature> signatures,
        DumpStory story,
        CauseCatalogue causes,
        StackDump dump) {
    /** Of the kinds of names. A dump that has those of a lower one gets them anew: 1 added causes and containers, 2 the story. */
    static final int NAMES_VERSION = 2;

    /** Names of a kind that can be searched for in one dump. Which ones are left out beyond it is not defined. */
    static final int MAX_NAMES = 10_000;

    private static final int MAX_NAME_LENGTH = 1024;
    private static final String MODULE = "kmod";
    private static final Instant END_OF_TIME = Instant.parse("9999-12-31T23:59:59Z");
    private static final int MAX_HEADLINE_LENGTH = 1000;

    DumpReading {
        causeIds = Set.copyOf(causeIds);
        comms = Set.copyOf(comms);
        cgroups = Set.copyOf(cgroups);
        containers = Set.copyOf(containers);
        functions = Set.copyOf(functions);
        ticks = List.copyOf(ticks);
        signatures = List.copyOf(signatures);
    }

    /** With what the host always has at its end. */
    String headline(Set<String> chronic) {
        return headline(LoadBreakdown.of(dump, causes, chronic));
    }

    /** The same. */
    DumpStory story(Set<String> chronic) {
        return chronic.isEmpty() ? story : DumpStory.of(dump, LoadBreakdown.of(dump, causes, chronic), causes);
    }

    /** By the catalogue of the jar. */
    static DumpReading of(RawDump raw) {
        return of(raw, CauseCatalogue.standard());
    }

    /** @param causes by which the headline and the parts are found */
    static DumpReading of(RawDump raw, CauseCatalogue causes) {
        StackDump dump = DumpParser.parse(raw);
        LoadBreakdown breakdown = LoadBreakdown.of(dump, causes);
        Set<String> comms = new TreeSet<>();
        Set<String> cgroups = new TreeSet<>();
        Set<String> containers = new TreeSet<>();
        for (StackDump.Task task : dump.tasks()) {
            add(comms, task.program().escaped());
            task.cgroup()
                    .filter(cgroup -> add(cgroups, cgroup.escaped()))
                    .flatMap(ContainerId::of)
                    .ifPresent(container -> add(containers, container.full()));
        }
        return new DumpReading(
                dump.complete() ? DumpState.COMPLETE : DumpState.INCOMPLETE,
                identity(dump),
                dump.header().map(StackDump.Header::source),
                dump.trigger().map(trigger -> trigger(trigger.kind())).orElse(DumpTrigger.UNKNOWN),
                dump.trigger().flatMap(StackDump.Trigger::reason),
                dump.time().flatMap(StackDump.Time::wall).filter(DumpReading::plausible),
                dump.load().map(load -> OptionalDouble.of(load.load1())).orElseGet(OptionalDouble::empty),
                dump.load().map(StackDump.Load::active).orElseGet(OptionalInt::empty),
                uninterruptible(dump),
                dump.tasks().size(),
                headline(breakdown),
                breakdown.parts().stream().map(part -> part.cause().id()).collect(Collectors.toSet()),
                comms,
                cgroups,
                containers,
                functions(dump),
                ticks(dump),
                DumpSignature.of(dump),
                DumpStory.of(dump, breakdown, causes),
                causes,
                dump);
    }

    private static OptionalInt uninterruptible(StackDump dump) {
        OptionalLong count =
                dump.counts().map(counts -> counts.of("uninterruptible")).orElseGet(OptionalLong::empty);
        return count.isPresent()
                ? OptionalInt.of((int) Math.min(count.getAsLong(), Integer.MAX_VALUE))
                : OptionalInt.empty();
    }

    /** What the procfs source could tell, the exporter has seen itself. */
    private static List<LoadSample> ticks(StackDump dump) {
        if (dump.header().filter(header -> header.source().equals(MODULE)).isEmpty()) {
            return List.of();
        }
        Instant earliest = dump.time()
                .flatMap(StackDump.Time::wall)
                .filter(DumpReading::plausible)
                .map(wall -> wall.minus(TickTable.KEPT_BEFORE_A_DUMP))
                .orElse(END_OF_TIME);
        return LoadHistory.of(dump).stream()
                .filter(tick -> tick.at().isAfter(earliest))
                .toList();
    }

    private static Optional<String> identity(StackDump dump) {
        if (dump.header().isEmpty() || dump.time().isEmpty()) {
            return Optional.empty();
        }
        StackDump.Header header = dump.header().get();
        StackDump.Time time = dump.time().get();
        if (header.bootId().isEmpty() || time.monotonicNanos().isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(header.source()
                + ' '
                + header.bootId().get()
                + ' '
                + header.id()
                + ' '
                + time.monotonicNanos().getAsLong());
    }

    /** Anything may stand in a damaged text; what the calendar cannot hold is not when the dump was taken. */
    private static boolean plausible(Instant time) {
        return time.isAfter(Instant.EPOCH) && time.isBefore(END_OF_TIME);
    }

    private static DumpTrigger trigger(StackDump.TriggerKind kind) {
        return switch (kind) {
            case THRESHOLD -> DumpTrigger.THRESHOLD;
            case ACTIVE -> DumpTrigger.ACTIVE;
            case PRESSURE -> DumpTrigger.PRESSURE;
            case FOLLOW_UP -> DumpTrigger.FOLLOW_UP;
            case MANUAL -> DumpTrigger.MANUAL;
            case UNKNOWN -> DumpTrigger.UNKNOWN;
        };
    }

    private static Set<String> functions(StackDump dump) {
        Set<String> functions = new TreeSet<>();
        for (CallStack stack : dump.stacks()) {
            for (Frame frame : stack.frames()) {
                add(functions, frame.function());
            }
        }
        // Where stacks cannot be read, the wait channel is the one function that is known.
        for (StackDump.Task task : dump.tasks()) {
            task.waitChannel().ifPresent(function -> add(functions, function));
        }
        return functions;
    }

    /** Whether it is there now and was not before. */
    private static boolean add(Set<String> names, String name) {
        return names.size() < MAX_NAMES && name.length() <= MAX_NAME_LENGTH && names.add(name);
    }

    static String headline(LoadBreakdown breakdown) {
        return breakdown.headline(MAX_HEADLINE_LENGTH);
    }
}
