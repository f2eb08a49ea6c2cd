package io.loadmonitor.dump;

import io.loadmonitor.dump.LoadCause.Kind;
import io.loadmonitor.dump.StackDump.Presence;
import io.loadmonitor.dump.StackDump.Task;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the load consisted of. Every task of the dump is in exactly one part. Of a dump that is a fair sample, all
 * numbers of tasks are scaled up to the whole. Immutable.
 *
 * @param parts what waits in D before what runs or waits for a CPU, then what the host always has, and load-monitor
 *     itself at the end; of each the largest first
 * @param tasks in the dump, or that the sample in the dump stands for; the parts sum to it
 * @param active tasks that the source counted as load, captured or not
 * @param load1 the 1-minute load average
 * @param at when the dump was taken, by the host's clock
 * @param presence whether what raised the load was still there
 * @param devices the host's device-mapper devices beside the dump; absent when nobody looked
 * @param complete whether the dump is whole and its source looked at every thread ({@code complete=} of the count line)
 * @param sample from which the numbers are estimated; empty when they are counted
 */
public record LoadBreakdown(
        List<LoadPart> parts,
        int tasks,
        OptionalInt active,
        OptionalDouble load1,
        Optional<Instant> at,
        Optional<Presence> presence,
        Optional<MappedDevices> devices,
        boolean complete,
        Optional<FairSample> sample) {
    private static final int PARTS_IN_HEADLINE = 5;
    private static final int CHRONIC_IN_HEADLINE = 2;

    /** By {@link #rank}; below it is what made this load. */
    private static final int RANK_CHRONIC = 2;

    private static final int RANK_ITSELF = 3;
    private static final DateTimeFormatter TIME_OF_DAY =
            DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private record Place(LoadCause cause, String detail, String title, boolean chronic) {}

    /** The tasks of a place as they are counted. */
    private static final class Tally {
        final Map<EscapedText, Integer> names = new HashMap<>();
        final Map<EscapedText, Cgroups> cgroupsByName = new HashMap<>();
        final Cgroups cgroups = new Cgroups();
        final Set<String> holds = new HashSet<>();
        int tasks;

        void add(Task task, Optional<WaitsFor.Hold> hold) {
            tasks++;
            if (holds.size() < 2) {
                holds.add(hold.map(WaitsFor.Hold::words).orElse(""));
            }
            names.merge(task.program(), 1, Integer::sum);
            cgroupsByName.computeIfAbsent(task.program(), name -> new Cgroups()).add(task.cgroup());
            cgroups.add(task.cgroup());
        }

        /** Where it is the same for all of them. */
        Optional<String> heldBy() {
            return holds.size() == 1
                    ? holds.stream().filter(words -> !words.isEmpty()).findFirst()
                    : Optional.empty();
        }
    }

    /** Whether some tasks are in one cgroup. */
    private static final class Cgroups {
        private final Set<Optional<EscapedText>> seen = new HashSet<>();

        void add(Optional<EscapedText> cgroup) {
            if (seen.size() < 2) {
                seen.add(cgroup);
            }
        }

        /** Empty when there are several, and when it is not known. */
        Optional<EscapedText> only() {
            return seen.size() == 1 ? seen.iterator().next() : Optional.empty();
        }
    }

    public LoadBreakdown {
        parts = List.copyOf(parts);
        int sum = parts.stream().mapToInt(LoadPart::tasks).sum();
        if (sum != tasks) {
            throw new IllegalArgumentException("the parts sum to " + sum + " tasks, not to " + tasks);
        }
    }

    /** By the catalogue of the jar. Time grows with the dump, memory with its tasks. */
    public static LoadBreakdown of(StackDump dump) {
        return of(dump, CauseCatalogue.standard());
    }

    /** With nothing known about what the host always has. */
    public static LoadBreakdown of(StackDump dump, CauseCatalogue catalogue) {
        return of(dump, catalogue, Set.of());
    }

    /**
     * Time grows with the dump, memory with its tasks.
     *
     * @param chronic ids of the signatures that the host always has; their tasks are in parts of their own
     */
    public static LoadBreakdown of(StackDump dump, CauseCatalogue catalogue, Set<String> chronic) {
        CauseFinder finder = new CauseFinder(catalogue, dump);
        SignatureFinder signatures = new SignatureFinder(dump);
        WaitsFor waitsFor = new WaitsFor(dump, finder);
        Map<Place, Tally> places = new HashMap<>();
        for (Task task : dump.tasks()) {
            CauseFinder.Finding found = finder.find(task);
            boolean always = !chronic.isEmpty()
                    && !dump.isExporter(task)
                    && chronic.contains(signatures.find(task).id());
            places.computeIfAbsent(
                            new Place(found.cause(), found.detail(), found.title(), always), place -> new Tally())
                    .add(task, waitsFor.of(task));
        }
        Map<Place, Integer> counts = new HashMap<>();
        places.forEach((place, tally) -> counts.put(place, tally.tasks));
        // By cause first, so that the sum of a cause's parts is the same wherever only causes are shown.
        Map<Place, Integer> meant = FairSample.apportion(
                counts,
                dump.tasksMeant(),
                List.of(place -> place.cause.id(), place -> Boolean.toString(place.chronic), place -> place.detail));
        List<LoadPart> parts = new ArrayList<>(places.size());
        // The stack does not prove which device a task waits for, so no more is said than what was so meanwhile.
        String suspended = dump.devices()
                .flatMap(MappedDevices::brief)
                .map(words -> " while " + words)
                .orElse("");
        places.forEach(
                (place, tally) -> parts.add(part(place, tally, meant.getOrDefault(place, tally.tasks), suspended)));
        parts.sort(Comparator.comparingInt(LoadBreakdown::rank)
                .thenComparing(Comparator.comparingInt(LoadPart::tasks).reversed())
                .thenComparing(part -> part.cause().id())
                .thenComparing(LoadPart::detail));
        return new LoadBreakdown(
                parts,
                dump.tasksMeant(),
                active(dump),
                dump.load().map(load -> OptionalDouble.of(load.load1())).orElse(OptionalDouble.empty()),
                dump.time().flatMap(StackDump.Time::wall),
                dump.trigger().flatMap(StackDump.Trigger::presence),
                dump.devices(),
                dump.complete() && dump.counts().map(LoadBreakdown::lookedAtAll).orElse(true),
                dump.sample());
    }

    /**
     * Active tasks less those in the dump; negative when tasks came between counting and capturing. 0 of a fair sample,
     * which stands for all of them.
     */
    public OptionalInt remainder() {
        return active.isPresent() ? OptionalInt.of(active.getAsInt() - tasks) : OptionalInt.empty();
    }

    /**
     * One sentence: {@code 33 active tasks at 12:04:10 (load 4.42) = 24 waiting for the ext4 journal (db, db.service) +
     * 9 on CPU in user mode (java)}. The time is UTC. The numbers after the equals sign sum to the one before it: the
     * active tasks, with the remainder as a term of its own; {@code captured tasks} where the text does not say how
     * many were active. The load average is beside it and no sum of anything; {@code decaying} where it is an echo.
     *
     * <p>The five largest parts at most, in the order of {@link #parts}, and the rest in one sum; what the host always
     * has in another, {@code + 3 chronic (asleep in vendor_wait)}, and load-monitor itself last. At its end stands
     * whether the numbers are estimated and whether the dump is incomplete. Bounded in length, printable ASCII.
     */
    public String headline() {
        return sentence() + remarks();
    }

    /**
     * The largest parts, but those that the host always has and load-monitor itself only when there is room after all
     * others; in the order of {@link #parts}.
     *
     * @param most how many at most
     */
    public List<LoadPart> largest(int most) {
        return largest(parts, most);
    }

    private static List<LoadPart> largest(List<LoadPart> of, int most) {
        Set<LoadPart> kept = of.stream()
                .sorted(Comparator.comparing((LoadPart part) -> rank(part) >= RANK_CHRONIC)
                        .thenComparing(Comparator.comparingInt(LoadPart::tasks).reversed()))
                .limit(most)
                .collect(Collectors.toSet());
        return of.stream().filter(kept::contains).toList();
    }

    /** What waits is why the load is high more often than what runs, and is what the reader cannot see in top. */
    private static int rank(LoadPart part) {
        Kind kind = part.cause().kind();
        if (kind == Kind.ITSELF) {
            return RANK_ITSELF;
        }
        if (part.chronic()) {
            return RANK_CHRONIC;
        }
        return kind == Kind.SLEEP || kind == Kind.NO_STACK ? 0 : 1;
    }

    /** Cut to so many characters, but for the remarks at its end. */
    public String headline(int longest) {
        String sentence = sentence();
        String remarks = remarks();
        int room = Math.max(0, longest - remarks.length());
        return (sentence.length() <= room ? sentence : sentence.substring(0, Math.max(0, room - 3)) + "...") + remarks;
    }

    private String remarks() {
        return sample.map(drawn -> " (" + drawn.estimate() + ")").orElse("")
                + (complete ? "" : " (the dump is incomplete)");
    }

    private String sentence() {
        List<String> terms = terms();
        StringBuilder text = new StringBuilder(subject(terms.isEmpty()));
        for (int i = 0; i < terms.size(); i++) {
            text.append(i == 0 ? " = " : " + ").append(terms.get(i));
        }
        int remainder = remainder().orElse(0);
        if (remainder > 0) {
            text.append(terms.isEmpty() ? " = " : " + ").append(remainder).append(" not in the dump");
        } else if (remainder < 0) {
            text.append(" - ").append(-(long) remainder).append(" that came after counting");
        }
        return text.toString();
    }

    /** {@code 25 active tasks at 06:34:22 (load 16.18)}: the number that the terms sum to, and what it is of. */
    private String subject(boolean noTerms) {
        int number = active.orElse(tasks);
        // A sample is drawn of the active tasks, whether the text counts them or not.
        String kind = active.isPresent() || sample.isPresent() ? "active" : "captured";
        StringBuilder text = new StringBuilder();
        text.append(number == 0 && noTerms ? "no" : Integer.toString(number))
                .append(' ')
                .append(kind)
                .append(number == 1 || number == 0 && noTerms ? " task" : " tasks");
        at.ifPresent(time -> text.append(" at ").append(TIME_OF_DAY.format(time)));
        boolean decaying = presence.equals(Optional.of(Presence.DECAYING));
        load1.ifPresent(
                load -> text.append(String.format(Locale.ROOT, " (load %.2f%s)", load, decaying ? ", decaying" : "")));
        return text.append(load1.isEmpty() && decaying ? " (decaying)" : "").toString();
    }

    private List<String> terms() {
        List<String> terms = new ArrayList<>();
        List<LoadPart> own =
                parts.stream().filter(part -> rank(part) < RANK_CHRONIC).toList();
        List<LoadPart> shown = largest(own, PARTS_IN_HEADLINE);
        shown.forEach(part -> terms.add(part.text()));
        int others = own.stream().mapToInt(LoadPart::tasks).sum()
                - shown.stream().mapToInt(LoadPart::tasks).sum();
        if (others > 0) {
            int more = own.size() - shown.size();
            terms.add(others + " in " + more + (more == 1 ? " other part" : " other parts"));
        }
        chronic().ifPresent(terms::add);
        parts.stream()
                .filter(part -> rank(part) == RANK_ITSELF)
                .forEach(part -> terms.add(part.tasks() + " " + part.title()));
        return terms;
    }

    private Optional<String> chronic() {
        List<LoadPart> always =
                parts.stream().filter(part -> rank(part) == RANK_CHRONIC).toList();
        if (always.isEmpty()) {
            return Optional.empty();
        }
        StringBuilder text = new StringBuilder();
        text.append(always.stream().mapToInt(LoadPart::tasks).sum()).append(" chronic (");
        for (int i = 0; i < Math.min(always.size(), CHRONIC_IN_HEADLINE); i++) {
            text.append(i == 0 ? "" : ", ").append(always.get(i).title());
        }
        int others = always.size() - CHRONIC_IN_HEADLINE;
        return Optional.of(
                text.append(others > 0 ? ", " + others + " other parts)" : ")").toString());
    }

    private static OptionalInt active(StackDump dump) {
        OptionalInt said = dump.load().map(StackDump.Load::active).orElse(OptionalInt.empty());
        if (said.isPresent()) {
            return said;
        }
        OptionalLong running = dump.counts().map(counts -> counts.of("running")).orElse(OptionalLong.empty());
        OptionalLong blocked =
                dump.counts().map(counts -> counts.of("uninterruptible")).orElse(OptionalLong.empty());
        if (running.isEmpty() || blocked.isEmpty()) {
            return OptionalInt.empty();
        }
        long sum = Math.min(running.getAsLong(), Integer.MAX_VALUE) + Math.min(blocked.getAsLong(), Integer.MAX_VALUE);
        return OptionalInt.of((int) Math.min(sum, Integer.MAX_VALUE));
    }

    private static boolean lookedAtAll(StackDump.Counts counts) {
        return counts.of("complete").orElse(1) != 0;
    }

    /**
     * @param tasks that the tallied ones stand for
     * @param suspended for the titles of what waits for a device; empty where none is suspended
     */
    private static LoadPart part(Place place, Tally tally, int tasks, String suspended) {
        List<ProcessCount> processes = new ArrayList<>(tally.names.size());
        FairSample.apportion(tally.names, tasks, EscapedText::escaped)
                .forEach((comm, count) -> processes.add(new ProcessCount(
                        comm,
                        count,
                        Optional.ofNullable(tally.cgroupsByName.get(comm)).flatMap(Cgroups::only))));
        processes.sort(Comparator.comparingInt(ProcessCount::tasks)
                .reversed()
                .thenComparing(process -> process.comm().escaped()));
        String title = place.title
                + (place.cause.waitsForDevice() ? suspended : "")
                + tally.heldBy().map(words -> ", " + words).orElse("");
        return new LoadPart(place.cause, place.detail, title, tasks, processes, tally.cgroups.only(), place.chronic);
    }
}
