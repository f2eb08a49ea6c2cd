package io.loadmonitor.report.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.loadmonitor.dump.CallStack;
import io.loadmonitor.dump.DumpWarnings;
import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.FairSample;
import io.loadmonitor.dump.Frame;
import io.loadmonitor.dump.HostState;
import io.loadmonitor.dump.KernelLock;
import io.loadmonitor.dump.KernelMessage;
import io.loadmonitor.dump.LoadBreakdown;
import io.loadmonitor.dump.LoadPart;
import io.loadmonitor.dump.LockWait;
import io.loadmonitor.dump.MappedDevices;
import io.loadmonitor.dump.ProcessCount;
import io.loadmonitor.dump.StackDump;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a dump's text says, or that of a captured kernel log, and what its load consisted of.
 *
 * @param warnings what to know before believing it, as sentences
 * @param cause whether what raised the load was still there: {@code present}, {@code decaying} or {@code none}
 * @param locks that tasks wait for; not there where no lock is known
 * @param owners who hold these and are no part of the load themselves
 * @param unreadLines lines of the dump that were not understood
 */
public record DumpContent(
        List<String> warnings,
        @Nullable Header header,
        @Nullable String cause,
        @Nullable Asker asker,
        @Nullable Load load,
        @Nullable Map<String, Long> counts,
        @Nullable Cost cost,
        @Nullable Devices devices,
        @Nullable Host hostState,
        Breakdown breakdown,
        List<Stack> stacks,
        List<Task> taskList,
        @Nullable List<Lock> locks,
        @Nullable List<Task> owners,
        int unreadLines) {
    public DumpContent {
        warnings = List.copyOf(warnings);
        stacks = List.copyOf(stacks);
        taskList = List.copyOf(taskList);
    }

    /** @param breakdown of the dump */
    public static DumpContent of(StackDump dump, LoadBreakdown breakdown) {
        return of(dump, breakdown, DumpWarnings.of(dump), Map.of(), List.of());
    }

    /**
     * @param works by pid
     * @param offCpuMicros in the order of the dump's tasks; those beyond its end have none
     */
    static DumpContent of(
            StackDump dump,
            LoadBreakdown breakdown,
            List<String> warnings,
            Map<Long, String> works,
            List<Long> offCpuMicros) {
        Map<Integer, Integer> tasksOf = new HashMap<>();
        List<Task> tasks = new ArrayList<>(dump.tasks().size());
        for (StackDump.Task task : dump.tasks()) {
            tasksOf.merge(task.stackId(), 1, Integer::sum);
            int index = tasks.size();
            tasks.add(
                    Task.of(task, works.get(task.pid()), index < offCpuMicros.size() ? offCpuMicros.get(index) : null));
        }
        List<Task> owners = dump.lockFacts().owners().stream()
                .map(task -> Task.of(task, null, null))
                .toList();
        return new DumpContent(
                warnings,
                dump.header().map(Header::of).orElse(null),
                dump.trigger()
                        .flatMap(StackDump.Trigger::presence)
                        .map(presence -> presence.name().toLowerCase(Locale.ROOT))
                        .orElse(null),
                dump.trigger().flatMap(StackDump.Trigger::asker).map(Asker::of).orElse(null),
                dump.load().map(Load::of).orElse(null),
                dump.counts()
                        .<Map<String, Long>>map(counts -> new TreeMap<>(counts.values()))
                        .orElse(null),
                dump.cost().map(Cost::of).orElse(null),
                dump.devices().map(Devices::of).orElse(null),
                dump.hostState().equals(HostState.UNKNOWN) ? null : Host.of(dump.hostState()),
                Breakdown.of(breakdown),
                dump.stacks().stream()
                        .map(stack -> Stack.of(stack, tasksOf.getOrDefault(stack.id(), 0)))
                        .toList(),
                tasks,
                dump.lockFacts().locks().isEmpty()
                        ? null
                        : dump.lockFacts().locks().stream().map(Lock::of).toList(),
                owners.isEmpty() ? null : owners,
                dump.unreadLines().size());
    }

    /** The first line. */
    public record Header(
            int version,
            long sourceId,
            String source,
            @Nullable String bootId,
            @Nullable String release) {
        public static Header of(StackDump.Header header) {
            return new Header(
                    header.version(),
                    header.id(),
                    header.source(),
                    header.bootId().orElse(null),
                    header.release().orElse(null));
        }
    }

    /** Who asked for the dump, and is not among its tasks. */
    public record Asker(long pid, String comm) {
        public static Asker of(StackDump.Asker asker) {
            return new Asker(asker.pid(), asker.comm().escaped());
        }
    }

    /** The load line. */
    public record Load(
            double load1,
            double load5,
            double load15,
            @Nullable Integer active,
            @Nullable Integer cpus,
            @Nullable List<Integer> silentCpus) {
        public static Load of(StackDump.Load load) {
            return new Load(
                    load.load1(),
                    load.load5(),
                    load.load15(),
                    Absent.orNull(load.active()),
                    Absent.orNull(load.cpus()),
                    load.silentCpus().isEmpty() ? null : load.silentCpus());
        }
    }

    /** The cost line. */
    public record Cost(
            @Nullable Long captureNanos,
            @Nullable Long irqOffMaxNanos,
            @Nullable Long rcuMaxNanos) {
        public static Cost of(StackDump.Cost cost) {
            return new Cost(
                    Absent.orNull(cost.captureNanos()),
                    Absent.orNull(cost.irqOffMaxNanos()),
                    Absent.orNull(cost.rcuMaxNanos()));
        }
    }

    /** The device-mapper devices beside the dump; not there when nobody looked. */
    public record Devices(
            @Nullable Long ageMillis,
            @Nullable Integer mapped,
            @Nullable Integer suspended,
            List<Device> suspendedDevices) {
        public static Devices of(MappedDevices devices) {
            return new Devices(
                    Absent.orNull(devices.ageMillis()),
                    Absent.orNull(devices.mapped()),
                    Absent.orNull(devices.suspended()),
                    devices.listed().stream().map(Device::of).toList());
        }
    }

    /** One that is suspended. */
    public record Device(String dev, @Nullable String name) {
        public static Device of(MappedDevices.Device device) {
            return new Device(
                    device.dev().escaped(),
                    device.name().map(EscapedText::escaped).orElse(null));
        }
    }

    /** What else the host was like beside the dump; not there when nobody looked. */
    public record Host(
            @Nullable Pressure pressure, @Nullable Memory memory, List<Disk> disks, List<Message> messages) {
        public Host {
            disks = List.copyOf(disks);
            messages = List.copyOf(messages);
        }

        static Host of(HostState host) {
            return new Host(
                    host.pressure().map(Pressure::of).orElse(null),
                    host.memory().map(Memory::of).orElse(null),
                    host.disks().stream().map(Disk::of).toList(),
                    host.messages().stream().map(Message::of).toList());
        }
    }

    /** A line of the kernel's log. */
    public record Message(@Nullable Integer level, String text) {
        static Message of(KernelMessage message) {
            return new Message(Absent.orNull(message.level()), message.text().escaped());
        }
    }

    /** Percent of the last 10 s in which tasks stalled. */
    public record Pressure(
            @Nullable Long ageMillis,
            @Nullable Double cpuSome,
            @Nullable Double memorySome,
            @Nullable Double memoryFull,
            @Nullable Double ioSome,
            @Nullable Double ioFull) {
        static Pressure of(HostState.Pressure pressure) {
            return new Pressure(
                    Absent.orNull(pressure.ageMillis()),
                    Absent.orNull(pressure.cpuSome()),
                    Absent.orNull(pressure.memorySome()),
                    Absent.orNull(pressure.memoryFull()),
                    Absent.orNull(pressure.ioSome()),
                    Absent.orNull(pressure.ioFull()));
        }
    }

    /** In kB of 1,024 bytes. */
    public record Memory(
            @Nullable Long ageMillis,
            @Nullable Long totalKb,
            @Nullable Long availableKb,
            @Nullable Long dirtyKb,
            @Nullable Long writebackKb,
            @Nullable Long swapTotalKb,
            @Nullable Long swapFreeKb) {
        static Memory of(HostState.Memory memory) {
            return new Memory(
                    Absent.orNull(memory.ageMillis()),
                    Absent.orNull(memory.total()),
                    Absent.orNull(memory.available()),
                    Absent.orNull(memory.dirty()),
                    Absent.orNull(memory.writeback()),
                    Absent.orNull(memory.swapTotal()),
                    Absent.orNull(memory.swapFree()));
        }
    }

    /** What a disk did in the milliseconds before. */
    public record Disk(
            String dev,
            long overMillis,
            long inFlight,
            long busyMillis,
            long reads,
            long readMillis,
            long writes,
            long writeMillis) {
        static Disk of(HostState.Disk disk) {
            return new Disk(
                    disk.dev().escaped(),
                    disk.overMillis(),
                    disk.inFlight(),
                    disk.busyMillis(),
                    disk.reads(),
                    disk.readMillis(),
                    disk.writes(),
                    disk.writeMillis());
        }
    }

    /**
     * What the load consisted of: the parts sum to tasks, and tasks and remainder to active.
     *
     * @param estimated from what; not there when the numbers are counted
     */
    public record Breakdown(
            int tasks,
            @Nullable Integer active,
            @Nullable Integer remainder,
            @Nullable Estimated estimated,
            List<Part> parts) {
        public static Breakdown of(LoadBreakdown breakdown) {
            return new Breakdown(
                    breakdown.tasks(),
                    Absent.orNull(breakdown.active()),
                    Absent.orNull(breakdown.remainder()),
                    breakdown.sample().map(Estimated::of).orElse(null),
                    breakdown.parts().stream()
                            .map(part -> Part.of(part, breakdown.tasks()))
                            .toList());
        }
    }

    /**
     * The dump is a fair sample, and numbers of tasks are scaled up.
     *
     * @param sampled tasks in the dump
     * @param of that they stand for
     */
    public record Estimated(int sampled, int of, String text) {
        public static Estimated of(FairSample sample) {
            return new Estimated(sample.tasks(), sample.of(), sample.estimate());
        }
    }

    /**
     * Tasks that make up load for the same reason at the same place.
     *
     * @param share of all tasks of the breakdown, 0 to 1
     * @param chronic whether the host always has it
     * @param cgroup that holds all of them
     */
    public record Part(
            String cause,
            String detail,
            String title,
            String explanation,
            String check,
            int tasks,
            double share,
            @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean chronic,
            @Nullable String cgroup,
            List<Process> processes) {
        static Part of(LoadPart part, int whole) {
            return new Part(
                    part.cause().id(),
                    part.detail(),
                    part.title(),
                    part.cause().explanation(),
                    part.cause().check(),
                    part.tasks(),
                    Share.of(part.tasks(), whole),
                    part.chronic(),
                    part.cgroup().map(EscapedText::escaped).orElse(null),
                    part.processes().stream().map(Process::of).toList());
        }
    }

    /** How many tasks of one program are in a part. */
    public record Process(String comm, int tasks) {
        public static Process of(ProcessCount count) {
            return new Process(count.comm().escaped(), count.tasks());
        }
    }

    /**
     * A stack, innermost frame first.
     *
     * @param tasks of taskList that have it
     */
    public record Stack(int id, int tasks, List<String> frames) {
        static Stack of(CallStack stack, int tasks) {
            return new Stack(
                    stack.id(),
                    tasks,
                    stack.frames().stream().map(Frame::toString).toList());
        }
    }

    /**
     * A lock that tasks wait for.
     *
     * @param held {@code write}, {@code read}, {@code last}, {@code gone}, {@code nobody}, {@code changing} or
     *     {@code unknown}
     * @param owner the pid of who has it alone, or of a semaphore of who took it last
     * @param name of one that the kernel has once
     */
    public record Lock(
            int id,
            String type,
            String held,
            @Nullable Long owner,
            @Nullable Integer readers,
            @Nullable Integer waiters,
            @Nullable String name) {
        static Lock of(KernelLock lock) {
            return new Lock(
                    lock.id(),
                    lock.type().text(),
                    lock.held().text(),
                    Absent.orNull(lock.owner()),
                    Absent.orNull(lock.readers()),
                    Absent.orNull(lock.waiters()),
                    lock.name().map(EscapedText::escaped).orElse(null));
        }
    }

    /**
     * A task line. Of pid and comm a kernel log may have one alone.
     *
     * @param lock the id of the one that it waits for
     * @param lockWait {@code read} or {@code write}: what it wants of it
     * @param work what a kernel worker works on, where a kernel log says it
     * @param offCpuMicros for how long it slept, where the text is of folded stacks over time
     */
    public record Task(
            @Nullable Long pid,
            @Nullable Long tgid,
            @Nullable Long ppid,
            @Nullable Integer cpu,
            String state,
            String on,
            @Nullable Long sinceMillis,
            @Nullable Long switches,
            @Nullable Long startNanos,
            @Nullable Long queuedMillis,
            @Nullable Long runDelayMillis,
            @Nullable Integer stack,
            @Nullable Integer lock,
            @Nullable String lockWait,
            @Nullable List<String> flags,
            @Nullable String waitChannel,
            @Nullable String cgroup,
            @Nullable String leader,
            @Nullable String comm,
            @Nullable String work,
            @Nullable Long offCpuMicros) {
        static Task of(StackDump.Task task, @Nullable String work, @Nullable Long offCpuMicros) {
            return new Task(
                    task.flags().contains("pid_unknown") ? null : task.pid(),
                    Absent.orNull(task.tgid()),
                    Absent.orNull(task.ppid()),
                    Absent.orNull(task.cpu()),
                    task.state().name().toLowerCase(Locale.ROOT),
                    task.placement().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                    Absent.orNull(task.sinceMillis()),
                    Absent.orNull(task.switches()),
                    Absent.orNull(task.startNanos()),
                    Absent.orNull(task.queuedMillis()),
                    Absent.orNull(task.runDelayMillis()),
                    task.stackId() == 0 ? null : task.stackId(),
                    task.lockWait().map(LockWait::lock).orElse(null),
                    task.lockWait()
                            .map(wait -> wait.asReader() ? "read" : "write")
                            .orElse(null),
                    task.flags().isEmpty() ? null : List.copyOf(new TreeSet<>(task.flags())),
                    task.waitChannel().orElse(null),
                    task.cgroup().map(EscapedText::escaped).orElse(null),
                    task.leader().map(EscapedText::escaped).orElse(null),
                    task.flags().contains("comm_unknown") ? null : task.comm().escaped(),
                    work,
                    offCpuMicros);
        }
    }
}
