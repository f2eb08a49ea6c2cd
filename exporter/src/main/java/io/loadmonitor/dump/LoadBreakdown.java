package io.loadmonitor.dump;

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

/**
 * What the load consisted of. Every task of the dump is in exactly one part. Of a dump that is a fair sample, all
 * numbers of tasks are scaled up to the whole. Immutable.
 *
 * @param parts largest first, those that the host always has after all others
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
    private static final DateTimeFormatter TIME_OF_DAY =
            DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private record Place(LoadCause cause, String detail, boolean chronic) {}

    /** The tasks of a place as they are counted. */
    private static final class Tally {
        final Map<EscapedText, Integer> names = new HashMap<>();
        final Set<Optional<EscapedText>> cgroups = new HashSet<>();
        int tasks;

        void add(Task task) {
            tasks++;
            names.merge(task.program(), 1, Integer::sum);
            if (cgroups.size() < 2) {
                cgroups.add(task.cgroup());
            }
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
        Map<Place, Tally> places = new HashMap<>();
        for (Task task : dump.tasks()) {
            CauseFinder.Finding found = finder.find(task);
            boolean always =
                    !chronic.isEmpty() && chronic.contains(signatures.find(task).id());
            places.computeIfAbsent(new Place(found.cause(), found.function(), always), place -> new Tally())
                    .add(task);
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
        parts.sort(Comparator.comparing(LoadPart::chronic)
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
     * One sentence: {@code Load 4.42 at 12:04:10 = 24 waiting for the ext4 journal (db, system.slice/db) + 9 on CPU in
     * user mode (java)}. The time is UTC; the numbers sum to the active tasks, with the remainder as a term of its own.
     * At most five parts, the rest in one sum, and what the host always has in another:
     * {@code + 3 chronic (asleep in vendor_wait)}. At its end stands whether the numbers are estimated and whether the
     * dump is incomplete. Bounded in length, printable ASCII.
     */
    public String headline() {
        return sentence() + remarks();
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
        StringBuilder text = new StringBuilder("Load");
        load1.ifPresent(load -> text.append(String.format(Locale.ROOT, " %.2f", load)));
        at.ifPresent(time -> text.append(" at ").append(TIME_OF_DAY.format(time)));
        if (presence.equals(Optional.of(Presence.DECAYING))) {
            text.append(", decaying,");
        }
        text.append(" = ");
        List<LoadPart> own = parts.stream().filter(part -> !part.chronic()).toList();
        for (int i = 0; i < Math.min(own.size(), PARTS_IN_HEADLINE); i++) {
            text.append(i == 0 ? "" : " + ").append(own.get(i).text());
        }
        if (parts.isEmpty()) {
            text.append(presence.equals(Optional.of(Presence.NONE)) ? "no task active" : "no task in the dump");
        }
        int others =
                own.stream().skip(PARTS_IN_HEADLINE).mapToInt(LoadPart::tasks).sum();
        if (others > 0) {
            text.append(" + ").append(others).append(" in ").append(own.size() - PARTS_IN_HEADLINE);
            text.append(own.size() - PARTS_IN_HEADLINE == 1 ? " other part" : " other parts");
        }
        chronic().ifPresent(chronic -> text.append(own.isEmpty() ? "" : " + ").append(chronic));
        int remainder = remainder().orElse(0);
        if (remainder > 0) {
            text.append(" + ").append(remainder).append(" not in the dump");
        } else if (remainder < 0) {
            text.append(" - ").append(-(long) remainder).append(" that came after counting");
        }
        return text.toString();
    }

    private Optional<String> chronic() {
        List<LoadPart> always = parts.stream().filter(LoadPart::chronic).toList();
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
                .forEach((comm, count) -> processes.add(new ProcessCount(comm, count)));
        processes.sort(Comparator.comparingInt(ProcessCount::tasks)
                .reversed()
                .thenComparing(process -> process.comm().escaped()));
        Optional<EscapedText> cgroup =
                tally.cgroups.size() == 1 ? tally.cgroups.iterator().next() : Optional.empty();
        String title = place.cause.title(place.detail) + (place.cause.waitsForDevice() ? suspended : "");
        return new LoadPart(place.cause, place.detail, title, tasks, processes, cgroup, place.chronic);
    }
}
