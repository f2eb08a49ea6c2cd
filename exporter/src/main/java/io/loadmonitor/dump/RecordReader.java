package io.loadmonitor.dump;

import io.loadmonitor.dump.StackDump.Asker;
import io.loadmonitor.dump.StackDump.Cost;
import io.loadmonitor.dump.StackDump.Counts;
import io.loadmonitor.dump.StackDump.Header;
import io.loadmonitor.dump.StackDump.History;
import io.loadmonitor.dump.StackDump.Load;
import io.loadmonitor.dump.StackDump.Placement;
import io.loadmonitor.dump.StackDump.Presence;
import io.loadmonitor.dump.StackDump.State;
import io.loadmonitor.dump.StackDump.Task;
import io.loadmonitor.dump.StackDump.Tick;
import io.loadmonitor.dump.StackDump.Time;
import io.loadmonitor.dump.StackDump.Trigger;
import io.loadmonitor.dump.StackDump.TriggerKind;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Each kind of line as the value it stands for; empty where the line lacks what makes the value. Stateless. */
final class RecordReader {
    /** {@code 10x6}: six ticks of 10 tasks. */
    private static final Pattern RUN = Pattern.compile("([0-9]{1,9})(?:x([0-9]{1,9}))?");

    /** As many numbers as the module names at most. */
    private static final Pattern CPUS = Pattern.compile("[0-9]{1,6}(?:,[0-9]{1,6}){0,31}");

    /** Of a dump that lists devices without the line that counts them. */
    static final MappedDevices NO_COUNTS_OF_DEVICES =
            new MappedDevices(OptionalLong.empty(), OptionalInt.empty(), OptionalInt.empty(), List.of());

    private RecordReader() {}

    static Optional<Header> header(DumpRecord line) {
        OptionalInt version = line.smallNumber("version");
        OptionalLong id = line.number("id");
        Optional<String> source = line.word("source");
        if (!line.titled() || version.isEmpty() || id.isEmpty() || source.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Header(
                version.getAsInt(), id.getAsLong(), source.get(), line.word("boot_id"), line.word("release")));
    }

    static Optional<Trigger> trigger(DumpRecord line) {
        Optional<String> kind = line.word("kind");
        if (kind.isEmpty()) {
            return Optional.empty();
        }
        TriggerKind known = Arrays.stream(TriggerKind.values())
                .filter(value -> value.text().equals(kind.get()))
                .findFirst()
                .orElse(TriggerKind.UNKNOWN);
        Optional<Presence> presence = line.word("cause")
                .flatMap(word -> Arrays.stream(Presence.values())
                        .filter(value -> value.text().equals(word))
                        .findFirst());
        return Optional.of(new Trigger(known, line.text("reason"), presence, asker(line)));
    }

    private static Optional<Asker> asker(DumpRecord line) {
        OptionalLong pid = line.number("asker_pid");
        Optional<EscapedText> comm = line.text("asker_comm");
        if (pid.isEmpty() || comm.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Asker(pid.getAsLong(), comm.get()));
    }

    static Optional<Time> time(DumpRecord line) {
        Optional<Instant> wall = Optional.empty();
        Optional<String> text = line.word("wall");
        if (text.isPresent()) {
            try {
                wall = Optional.of(Instant.parse(text.get()));
            } catch (DateTimeException malformed) {
                line.missing();
            }
        }
        return Optional.of(new Time(wall, line.number("monotonic_ns")));
    }

    static Optional<Load> load(DumpRecord line) {
        OptionalDouble load1 = line.decimal("avg1");
        OptionalDouble load5 = line.decimal("avg5");
        OptionalDouble load15 = line.decimal("avg15");
        if (load1.isEmpty() || load5.isEmpty() || load15.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Load(
                load1.getAsDouble(),
                load5.getAsDouble(),
                load15.getAsDouble(),
                line.smallNumber("active"),
                line.smallNumber("cpus"),
                silentCpus(line)));
    }

    /** None of them when one cannot be read. */
    private static List<Integer> silentCpus(DumpRecord line) {
        Optional<String> cpus = line.word("silent_cpus");
        if (cpus.isEmpty()) {
            return List.of();
        }
        if (!CPUS.matcher(cpus.get()).matches()) {
            line.missing();
            return List.of();
        }
        return Arrays.stream(cpus.get().split(",")).map(Integer::valueOf).toList();
    }

    static Optional<Tick> tick(DumpRecord line) {
        OptionalDouble load1 = line.decimal("avg1");
        if (load1.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Tick(line.number("age_ms"), line.smallNumber("active"), load1.getAsDouble()));
    }

    /** The ticks before the first that cannot be read: behind it nobody knows which is which. */
    static Optional<History> history(DumpRecord line) {
        Optional<String> runs = line.word("active");
        if (runs.isEmpty()) {
            return Optional.empty();
        }
        List<Integer> active = new ArrayList<>();
        for (String run : runs.get().split(",", -1)) {
            Matcher parts = RUN.matcher(run);
            int times = parts.matches() ? parts.group(2) == null ? 1 : Integer.parseInt(parts.group(2)) : 0;
            if (times == 0 || times > History.MOST_TICKS - active.size()) {
                line.missing();
                break;
            }
            active.addAll(Collections.nCopies(times, Integer.valueOf(parts.group(1))));
        }
        return active.isEmpty() ? Optional.empty() : Optional.of(new History(line.number("period_ms"), active));
    }

    static Optional<Counts> counts(DumpRecord line) {
        Map<String, Long> values = new HashMap<>();
        for (String key : line.keys()) {
            OptionalLong value = line.number(key);
            if (value.isPresent() && Word.is(key)) {
                values.put(key, value.getAsLong());
            }
        }
        return Optional.of(new Counts(values));
    }

    static Optional<Cost> cost(DumpRecord line) {
        return Optional.of(
                new Cost(line.number("capture_ns"), line.number("irq_off_max_ns"), line.number("rcu_max_ns")));
    }

    /** Without the devices, which have lines of their own. */
    static Optional<MappedDevices> devices(DumpRecord line) {
        return Optional.of(new MappedDevices(
                line.number("age_ms"), line.smallNumber("mapped"), line.smallNumber("suspended"), List.of()));
    }

    static Optional<MappedDevices.Device> device(DumpRecord line) {
        return line.text("dev").map(dev -> new MappedDevices.Device(dev, line.text("name")));
    }

    static Optional<HostState.Pressure> pressure(DumpRecord line) {
        return Optional.of(new HostState.Pressure(
                line.number("age_ms"),
                line.decimal("cpu_some"),
                line.decimal("memory_some"),
                line.decimal("memory_full"),
                line.decimal("io_some"),
                line.decimal("io_full")));
    }

    static Optional<HostState.Memory> memory(DumpRecord line) {
        return Optional.of(new HostState.Memory(
                line.number("age_ms"),
                line.number("total_kb"),
                line.number("available_kb"),
                line.number("dirty_kb"),
                line.number("writeback_kb"),
                line.number("swap_total_kb"),
                line.number("swap_free_kb")));
    }

    /** Empty without a name, or without the time that its numbers are of. */
    static Optional<HostState.Disk> disk(DumpRecord line) {
        Optional<EscapedText> dev = line.text("dev");
        long over = line.number("over_ms").orElse(0);
        return over == 0
                ? Optional.empty()
                : dev.map(name -> new HostState.Disk(
                        name,
                        over,
                        line.number("in_flight").orElse(0),
                        line.number("busy_ms").orElse(0),
                        line.number("reads").orElse(0),
                        line.number("read_ms").orElse(0),
                        line.number("writes").orElse(0),
                        line.number("write_ms").orElse(0)));
    }

    static Optional<KernelMessage> message(DumpRecord line) {
        OptionalInt level = line.smallNumber("level");
        if (level.orElse(0) > KernelMessage.LOWEST) {
            return Optional.empty();
        }
        return line.text("text").map(text -> new KernelMessage(level, text));
    }

    static Optional<Pod> pod(DumpRecord line) {
        Optional<EscapedText> uid = line.text("uid");
        Optional<EscapedText> namespace = line.text("namespace");
        Optional<EscapedText> name = line.text("name");
        return uid.isPresent() && namespace.isPresent() && name.isPresent()
                ? Pod.of(
                        uid.get().escaped(),
                        namespace.get().escaped(),
                        name.get().escaped())
                : Optional.empty();
    }

    /**
     * A task without a name stays a task, for the tasks must sum to the load; its line is noted as unread. So is that
     * of a task in a cgroup that no record names.
     *
     * @param cgroups paths by the ids of their records
     */
    static Optional<Task> task(DumpRecord line, Map<Integer, EscapedText> cgroups) {
        OptionalLong pid = line.number("pid");
        if (pid.isEmpty()) {
            return Optional.empty();
        }
        Optional<EscapedText> comm = line.text("comm");
        if (comm.isEmpty()) {
            line.missing();
        }
        return Optional.of(new Task(
                pid.getAsLong(),
                line.number("tgid"),
                line.number("ppid"),
                line.smallNumber("cpu"),
                state(line.word("state").orElse("")),
                placement(line.word("on").orElse("")),
                line.number("since_ms"),
                line.number("switches"),
                line.number("start_ns"),
                line.smallNumber("stack").orElse(0),
                flags(line.word("flags").orElse("")),
                line.word("wchan"),
                line.text("cgroup").or(() -> cgroup(line, cgroups)),
                comm.orElse(new EscapedText("")),
                line.text("leader"),
                line.number("queued_ms"),
                line.number("run_delay_ms"),
                lockWait(line)));
    }

    private static Optional<LockWait> lockWait(DumpRecord line) {
        OptionalInt lock = line.smallNumber("lock");
        String wait = line.word("wait").orElse("");
        if (lock.isEmpty() || lock.getAsInt() == 0) {
            return Optional.empty();
        }
        return Optional.of(new LockWait(lock.getAsInt(), wait.equals("read")));
    }

    static Optional<KernelLock> lock(DumpRecord line) {
        OptionalInt id = line.smallNumber("id");
        if (id.isEmpty() || id.getAsInt() == 0) {
            return Optional.empty();
        }
        return Optional.of(new KernelLock(
                id.getAsInt(),
                KernelLock.Type.of(line.word("type").orElse("")),
                KernelLock.Held.of(line.word("held").orElse("")),
                line.number("owner"),
                line.smallNumber("readers"),
                line.smallNumber("waiters"),
                line.text("name")));
    }

    private static Optional<EscapedText> cgroup(DumpRecord line, Map<Integer, EscapedText> cgroups) {
        OptionalInt id = line.smallNumber("cgroup_id");
        if (id.isEmpty()) {
            return Optional.empty();
        }
        Optional<EscapedText> path = Optional.ofNullable(cgroups.get(id.getAsInt()));
        if (path.isEmpty()) {
            line.missing();
        }
        return path;
    }

    /** Bytes that are not printable ASCII are not the kernel's; they are shown escaped. */
    static Frame frame(String latin1) {
        String text = latin1.strip();
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < 0x20 || text.charAt(i) > 0x7e) {
                return Frame.parse(EscapedText.ofLatin1(text).escaped());
            }
        }
        return Frame.parse(text);
    }

    private static State state(String text) {
        return Arrays.stream(State.values())
                .filter(value -> value.text().equals(text))
                .findFirst()
                .orElse(State.UNKNOWN);
    }

    private static Placement placement(String text) {
        return Arrays.stream(Placement.values())
                .filter(value -> value.text().equals(text))
                .findFirst()
                .orElse(Placement.UNKNOWN);
    }

    private static Set<String> flags(String text) {
        Set<String> flags = new HashSet<>();
        for (String flag : text.split("\\|")) {
            if (!flag.isEmpty()) {
                flags.add(flag);
            }
        }
        return flags;
    }
}
