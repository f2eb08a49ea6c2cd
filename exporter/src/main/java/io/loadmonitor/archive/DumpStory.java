package io.loadmonitor.archive;

import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.dump.DumpWarnings;
import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.FairSample;
import io.loadmonitor.dump.GroupKind;
import io.loadmonitor.dump.LoadBreakdown;
import io.loadmonitor.dump.LoadCause;
import io.loadmonitor.dump.LoadPart;
import io.loadmonitor.dump.MappedDevices;
import io.loadmonitor.dump.ProcessCount;
import io.loadmonitor.dump.StackDump;
import io.loadmonitor.dump.TaskGroup;
import io.loadmonitor.dump.TaskGroups;
import io.loadmonitor.json.JsonArray;
import io.loadmonitor.json.JsonObject;
import io.loadmonitor.json.JsonReader;
import io.loadmonitor.json.JsonValue;
import io.loadmonitor.json.MalformedJsonException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;

/**
 * What stays of a dump when its text is deleted: what the load consisted of and who it was, in some kB. Bounded: small
 * parts and rare names are summed up, never left out, so that it still sums to the dump's tasks. Immutable.
 *
 * <p>As it is stored ({@link #json}):
 *
 * <pre>{@code
 * {"tasks":5,"active":5,"load1":4.42,"at":"2026-11-22T12:04:10Z","presence":"present","complete":true,
 *  "parts":[{"cause":"ext4-journal","kind":"sleep","causeTitle":"waiting for the ext4 journal","detail":"",
 *            "title":"waiting for the ext4 journal","tasks":5,"chronic":false,"cgroup":"/system.slice/db.service",
 *            "processes":[{"comm":"db","tasks":5}]}],
 *  "processes":[{"title":"db (812)","tasks":5,"uninterruptible":5}],
 *  "cgroups":[{"title":"/system.slice/db.service","tasks":5,"uninterruptible":5}],
 *  "warnings":["1 stack could not be unwound."],"host":["Memory: 1.2 of 16.8 GB available."],"log":[]}
 * }</pre>
 *
 * @param processes the largest first; the last may be the sum of the others. They sum to the dump's tasks
 * @param cgroups the same
 * @param warnings as its page had them; none of one that was read before they were kept
 * @param host what the host was like beside it, as sentences; the same
 * @param log what the kernel said last, line by line; the same
 */
public record DumpStory(
        LoadBreakdown breakdown,
        List<Group> processes,
        List<Group> cgroups,
        List<String> warnings,
        List<String> host,
        List<String> log) {
    static final int MOST_PARTS = 32;
    static final int MOST_NAMES = 12;
    static final int MOST_GROUPS = 16;
    private static final int LONGEST_CGROUP = 300;

    private static final EscapedText OTHER_NAMES = new EscapedText("(others)");
    private static final JsonReader READER = new JsonReader();

    public DumpStory {
        processes = List.copyOf(processes);
        cgroups = List.copyOf(cgroups);
        warnings = List.copyOf(warnings);
        host = List.copyOf(host);
        log = List.copyOf(log);
    }

    /**
     * Tasks of one process or cgroup.
     *
     * @param title in words: {@code java (812)}, {@code /system.slice/db.service}
     * @param uninterruptible how many of them sleep in D
     */
    public record Group(String title, int tasks, int uninterruptible) {}

    static DumpStory of(StackDump dump, LoadBreakdown breakdown, CauseCatalogue causes) {
        TaskGroups groups = TaskGroups.of(dump, causes, Set.of());
        return new DumpStory(
                bounded(breakdown),
                groups(groups.by(GroupKind.PROCESS), "process", "processes"),
                groups(groups.by(GroupKind.CGROUP), "cgroup", "cgroups"),
                DumpWarnings.of(dump),
                dump.hostState().sentences(),
                dump.hostState().log());
    }

    private static List<Group> groups(List<TaskGroup> all, String one, String many) {
        List<Group> groups = new ArrayList<>();
        int shown = all.size() > MOST_GROUPS ? MOST_GROUPS - 1 : all.size();
        all.stream()
                .limit(shown)
                .forEach(group -> groups.add(new Group(group.title(), group.tasks(), group.uninterruptible())));
        List<TaskGroup> rest = all.subList(shown, all.size());
        if (!rest.isEmpty()) {
            groups.add(new Group(
                    rest.size() + " other " + (rest.size() == 1 ? one : many),
                    rest.stream().mapToInt(TaskGroup::tasks).sum(),
                    rest.stream().mapToInt(TaskGroup::uninterruptible).sum()));
        }
        return groups;
    }

    private static LoadBreakdown bounded(LoadBreakdown breakdown) {
        List<LoadPart> all = breakdown.parts();
        int shown = all.size() > MOST_PARTS ? MOST_PARTS - 1 : all.size();
        List<LoadPart> kept = breakdown.largest(shown);
        List<LoadPart> parts = new ArrayList<>(kept.stream()
                .map(part -> new LoadPart(
                        part.cause(),
                        part.detail(),
                        part.title(),
                        part.tasks(),
                        bounded(part.processes()),
                        part.cgroup().map(DumpStory::cut),
                        part.chronic()))
                .toList());
        List<LoadPart> rest = all.stream().filter(part -> !kept.contains(part)).toList();
        if (!rest.isEmpty()) {
            int tasks = rest.stream().mapToInt(LoadPart::tasks).sum();
            List<ProcessCount> names =
                    rest.stream().flatMap(part -> part.processes().stream()).toList();
            String title = "in " + rest.size() + (rest.size() == 1 ? " smaller part" : " smaller parts");
            parts.add(new LoadPart(smallerParts(title), "", title, tasks, bounded(names), Optional.empty(), false));
        }
        return new LoadBreakdown(
                parts,
                breakdown.tasks(),
                breakdown.active(),
                breakdown.load1(),
                breakdown.at(),
                breakdown.presence(),
                breakdown.devices(),
                breakdown.complete(),
                breakdown.sample());
    }

    private static LoadCause smallerParts(String title) {
        return former("smaller-parts", LoadCause.Kind.UNKNOWN, title);
    }

    /** The most frequent ones, and the others in one sum; equal names are one. */
    private static List<ProcessCount> bounded(List<ProcessCount> names) {
        Map<EscapedText, ProcessCount> byName = new LinkedHashMap<>();
        names.forEach(name -> byName.merge(
                name.comm(),
                new ProcessCount(name.comm(), name.tasks(), name.cgroup().map(DumpStory::cut)),
                (one, other) -> new ProcessCount(
                        one.comm(),
                        one.tasks() + other.tasks(),
                        one.cgroup().equals(other.cgroup()) ? one.cgroup() : Optional.empty())));
        List<ProcessCount> all = byName.values().stream()
                .sorted(Comparator.comparingInt(ProcessCount::tasks).reversed())
                .toList();
        if (all.size() <= MOST_NAMES) {
            return all;
        }
        List<ProcessCount> kept = new ArrayList<>(all.subList(0, MOST_NAMES - 1));
        kept.add(new ProcessCount(
                OTHER_NAMES,
                all.subList(MOST_NAMES - 1, all.size()).stream()
                        .mapToInt(ProcessCount::tasks)
                        .sum()));
        return kept;
    }

    private static EscapedText cut(EscapedText path) {
        String text = path.escaped();
        return text.length() <= LONGEST_CGROUP ? path : new EscapedText(text.substring(0, LONGEST_CGROUP) + "...");
    }

    byte[] json() {
        JsonObject story = new JsonObject().put("tasks", breakdown.tasks());
        breakdown.active().ifPresent(active -> story.put("active", active));
        breakdown.load1().ifPresent(load -> story.put("load1", load));
        breakdown.at().ifPresent(at -> story.put("at", at.toString()));
        breakdown.presence().ifPresent(presence -> story.put("presence", word(presence)));
        story.put("complete", breakdown.complete());
        breakdown
                .sample()
                .ifPresent(sample ->
                        story.putObject("sample").put("tasks", sample.tasks()).put("of", sample.of()));
        breakdown.devices().ifPresent(devices -> put(devices, story.putObject("devices")));
        JsonArray parts = story.putArray("parts");
        breakdown.parts().forEach(part -> put(part, parts.addObject()));
        put(processes, story.putArray("processes"));
        put(cgroups, story.putArray("cgroups"));
        JsonArray sentences = story.putArray("warnings");
        warnings.forEach(sentences::add);
        JsonArray beside = story.putArray("host");
        host.forEach(beside::add);
        JsonArray said = story.putArray("log");
        log.forEach(said::add);
        return story.bytes();
    }

    private static void put(LoadPart part, JsonObject into) {
        into.put("cause", part.cause().id())
                .put("kind", part.cause().kind().text())
                .put("causeTitle", part.cause().title())
                .put("detail", part.detail())
                .put("title", part.title())
                .put("tasks", part.tasks())
                .put("chronic", part.chronic());
        part.cgroup().ifPresent(path -> into.put("cgroup", path.escaped()));
        JsonArray names = into.putArray("processes");
        for (ProcessCount process : part.processes()) {
            JsonObject name =
                    names.addObject().put("comm", process.comm().escaped()).put("tasks", process.tasks());
            process.cgroup().ifPresent(path -> name.put("cgroup", path.escaped()));
        }
    }

    private static void put(MappedDevices devices, JsonObject into) {
        devices.ageMillis().ifPresent(age -> into.put("ageMillis", age));
        devices.mapped().ifPresent(mapped -> into.put("mapped", mapped));
        devices.suspended().ifPresent(suspended -> into.put("suspended", suspended));
        JsonArray listed = into.putArray("listed");
        for (MappedDevices.Device device : devices.listed()) {
            JsonObject one = listed.addObject().put("dev", device.dev().escaped());
            device.name().ifPresent(name -> one.put("name", name.escaped()));
        }
    }

    private static void put(List<Group> groups, JsonArray into) {
        groups.forEach(group -> into.addObject()
                .put("title", group.title())
                .put("tasks", group.tasks())
                .put("uninterruptible", group.uninterruptible()));
    }

    /**
     * @param causes whose words explain its parts now; one that is gone from them keeps its title alone
     * @throws IllegalArgumentException when it is not what {@link #json} gave
     */
    static DumpStory read(byte[] json, CauseCatalogue causes) {
        try {
            Fields story = Fields.of(READER.read(json));
            List<LoadPart> parts = story.objects("parts").stream()
                    .map(part -> part(part, causes))
                    .toList();
            LoadBreakdown breakdown = new LoadBreakdown(
                    parts,
                    story.number("tasks"),
                    story.optionalNumber("active"),
                    story.optionalDecimal("load1"),
                    story.optionalText("at").map(Instant::parse),
                    story.optionalText("presence").map(DumpStory::presence),
                    story.optionalObject("devices").map(DumpStory::devices),
                    story.flag("complete"),
                    story.optionalObject("sample")
                            .map(sample -> new FairSample(sample.number("tasks"), sample.number("of"))));
            return new DumpStory(
                    breakdown,
                    readGroups(story.objects("processes")),
                    readGroups(story.objects("cgroups")),
                    story.texts("warnings"),
                    story.texts("host"),
                    story.texts("log"));
        } catch (MalformedJsonException | DateTimeException | ArithmeticException e) {
            throw new IllegalArgumentException("not a dump's story: " + e.getMessage(), e);
        }
    }

    private static LoadPart part(Fields part, CauseCatalogue causes) {
        List<ProcessCount> names = part.objects("processes").stream()
                .map(name -> new ProcessCount(
                        new EscapedText(name.text("comm")),
                        name.number("tasks"),
                        name.optionalText("cgroup").map(EscapedText::new)))
                .toList();
        LoadCause.Kind kind = Arrays.stream(LoadCause.Kind.values())
                .filter(known -> known.text().equals(part.text("kind")))
                .findFirst()
                .orElse(LoadCause.Kind.UNKNOWN);
        return new LoadPart(
                causes.cause(part.text("cause"))
                        .orElseGet(() -> former(part.text("cause"), kind, part.text("causeTitle"))),
                part.text("detail"),
                part.text("title"),
                part.number("tasks"),
                names,
                part.optionalText("cgroup").map(EscapedText::new),
                part.flag("chronic"));
    }

    private static LoadCause former(String id, LoadCause.Kind kind, String title) {
        return new LoadCause(
                id,
                kind,
                title,
                Optional.empty(),
                Optional.empty(),
                "The causes in force now do not have this one.",
                "Nothing more is known of it.",
                List.of(),
                false);
    }

    private static List<Group> readGroups(List<Fields> groups) {
        return groups.stream()
                .map(group -> new Group(group.text("title"), group.number("tasks"), group.number("uninterruptible")))
                .toList();
    }

    private static MappedDevices devices(Fields devices) {
        return new MappedDevices(
                devices.optionalWhole("ageMillis"),
                devices.optionalNumber("mapped"),
                devices.optionalNumber("suspended"),
                devices.objects("listed").stream()
                        .map(device -> new MappedDevices.Device(
                                new EscapedText(device.text("dev")),
                                device.optionalText("name").map(EscapedText::new)))
                        .toList());
    }

    private static String word(StackDump.Presence presence) {
        return presence.name().toLowerCase(Locale.ROOT);
    }

    private static StackDump.Presence presence(String word) {
        return StackDump.Presence.valueOf(word.toUpperCase(Locale.ROOT));
    }

    /** The fields of an object; each is asked for as what it has to be. */
    private record Fields(Map<String, JsonValue> values) {
        static Fields of(JsonValue value) {
            return new Fields(value.fields().orElseThrow(() -> missing("an object", value.toString())));
        }

        private static IllegalArgumentException missing(String what, String where) {
            return new IllegalArgumentException(what + " is missing in " + where);
        }

        private <T> T need(String name, Function<JsonValue, Optional<T>> kind) {
            return optional(name)
                    .flatMap(kind)
                    .orElseThrow(() -> missing(name, values.keySet().toString()));
        }

        private Optional<JsonValue> optional(String name) {
            return Optional.ofNullable(values.get(name));
        }

        String text(String name) {
            return need(name, JsonValue::text);
        }

        Optional<String> optionalText(String name) {
            return optional(name).flatMap(JsonValue::text);
        }

        int number(String name) {
            OptionalInt number = optionalNumber(name);
            return number.orElseThrow(() -> missing(name, values.keySet().toString()));
        }

        OptionalInt optionalNumber(String name) {
            OptionalLong whole = optionalWhole(name);
            return whole.isPresent() ? OptionalInt.of(Math.toIntExact(whole.getAsLong())) : OptionalInt.empty();
        }

        OptionalLong optionalWhole(String name) {
            return optional(name).map(JsonValue::whole).orElse(OptionalLong.empty());
        }

        OptionalDouble optionalDecimal(String name) {
            return optional(name).map(JsonValue::number).orElse(OptionalDouble.empty());
        }

        boolean flag(String name) {
            return need(name, JsonValue::flag);
        }

        Optional<Fields> optionalObject(String name) {
            return optional(name).map(Fields::of);
        }

        /** None where there is no such list. */
        List<String> texts(String name) {
            return optional(name).flatMap(JsonValue::items).orElse(List.of()).stream()
                    .flatMap(item -> item.text().stream())
                    .toList();
        }

        List<Fields> objects(String name) {
            return need(name, JsonValue::items).stream().map(Fields::of).toList();
        }
    }
}
