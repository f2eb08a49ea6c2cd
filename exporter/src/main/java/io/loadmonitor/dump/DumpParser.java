package io.loadmonitor.dump;

import io.loadmonitor.dump.StackDump.Cost;
import io.loadmonitor.dump.StackDump.Counts;
import io.loadmonitor.dump.StackDump.Header;
import io.loadmonitor.dump.StackDump.History;
import io.loadmonitor.dump.StackDump.Load;
import io.loadmonitor.dump.StackDump.Task;
import io.loadmonitor.dump.StackDump.Tick;
import io.loadmonitor.dump.StackDump.Time;
import io.loadmonitor.dump.StackDump.Trigger;
import io.loadmonitor.dump.StackDump.UnreadLine;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Reads the text of a dump (version 1, {@code exporter/docs/dump-format.md}). It never throws on content; what it does
 * with odd content:
 * <ul>
 * <li>A kind that it does not know is skipped with the indented lines under it, as long as the line has the shape of a
 *     record. So is a key that it does not know. Neither is an unread line: a newer source may write them.
 * <li>Of a version that it does not know it reads the header alone; the rest is unread.
 * <li>A value that cannot be read is absent, and its line is listed as unread though the rest of it counts; so is the
 *     cgroup of a task whose {@code cgroup_id} no record before it has. A line
 *     without what makes its record (a task's pid, a stack's id, the header's id) is unread as a whole; so is a second
 *     line of a kind that there is once.
 * <li>A last line without its newline is unread, for its last value may be cut.
 * <li>Whatever follows the footer, or a second header, belongs to no dump and is unread.
 * <li>{@code complete} means: the footer is there, repeats the header's id and states the number of tasks
 *     that were read.
 * <li>Limits: lines of 64 KiB, 100,000 tasks, 100,000 stacks, 100,000 cgroups, 100,000 locks, 1,000,000 frames, 64
 *     devices, 16 disks, 20 messages, 1,000 pods. What is beyond them is unread. Of the
 *     unread lines the first 1,000 are kept, all are counted.
 * </ul>
 * Time and memory are linear in the text. {@link #parse} is safe for use by several threads.
 */
public final class DumpParser {
    /** The version that is read, and written by {@link DumpWriter}. */
    static final int VERSION = 1;

    static final int MOST_TASKS = 100_000;
    static final int MOST_STACKS = 100_000;
    static final int MOST_CGROUPS = 100_000;
    static final int MOST_LOCKS = 100_000;
    static final int MOST_FRAMES = 1_000_000;
    static final int MOST_UNREAD_LINES = 1_000;

    private Optional<Header> header = Optional.empty();
    private Optional<Trigger> trigger = Optional.empty();
    private Optional<Time> time = Optional.empty();
    private Optional<Load> load = Optional.empty();
    private Optional<Tick> tick = Optional.empty();
    private Optional<History> history = Optional.empty();
    private Optional<Counts> counts = Optional.empty();
    private Optional<Cost> cost = Optional.empty();
    private Optional<MappedDevices> devices = Optional.empty();
    private Optional<HostState.Pressure> pressure = Optional.empty();
    private Optional<HostState.Memory> memory = Optional.empty();
    private final List<HostState.Disk> disks = new ArrayList<>();
    private final List<KernelMessage> messages = new ArrayList<>();
    private OptionalLong exporterPid = OptionalLong.empty();
    private final List<MappedDevices.Device> suspended = new ArrayList<>();
    private final List<Pod> pods = new ArrayList<>();
    private final List<CallStack> stacks = new ArrayList<>();
    private final List<Task> tasks = new ArrayList<>();
    private final List<Task> owners = new ArrayList<>();
    private final List<KernelLock> locks = new ArrayList<>();
    private final List<UnreadLine> unreadLines = new ArrayList<>();
    private int unreadCount;

    private final Map<Integer, EscapedText> cgroups = new HashMap<>();
    private final Map<String, Frame> framesByText = new HashMap<>();
    private final List<Frame> openFrames = new ArrayList<>();
    private int openStack;
    private int frameCount;
    private boolean skipping;
    private boolean ended;
    private boolean overLimit;
    private boolean complete;

    private DumpParser() {}

    /** Reads what can be read of {@code raw}. */
    public static StackDump parse(RawDump raw) {
        DumpParser parser = new DumpParser();
        DumpLines lines = new DumpLines(raw.bytes());
        while (lines.next()) {
            if (!lines.blank() && !parser.read(lines)) {
                parser.unread(lines);
            }
        }
        parser.closeStack();
        return new StackDump(
                parser.header,
                parser.trigger,
                parser.time,
                parser.load,
                parser.tick,
                parser.history,
                parser.counts,
                parser.cost,
                parser.devices(),
                new HostState(parser.pressure, parser.memory, parser.disks, parser.messages),
                parser.exporterPid,
                parser.pods,
                new LockFacts(parser.locks, parser.owners),
                parser.stacks,
                parser.tasks,
                parser.complete && !parser.overLimit,
                parser.unreadLines,
                parser.unreadCount);
    }

    private Optional<MappedDevices> devices() {
        if (devices.isEmpty() && suspended.isEmpty()) {
            return Optional.empty();
        }
        MappedDevices counted = devices.orElse(RecordReader.NO_COUNTS_OF_DEVICES);
        return Optional.of(new MappedDevices(counted.ageMillis(), counted.mapped(), counted.suspended(), suspended));
    }

    private void unread(DumpLines lines) {
        unreadCount++;
        if (unreadLines.size() < MOST_UNREAD_LINES) {
            unreadLines.add(lines.unread());
        }
    }

    /** Reads one line; false when it, or something in it, was not understood. */
    private boolean read(DumpLines lines) {
        if (ended || lines.tooLong() || !lines.terminated()) {
            return false;
        }
        if (lines.indented()) {
            return skipping || frame(lines.latin1());
        }
        closeStack();
        skipping = false;
        DumpRecord line = new DumpRecord(lines.latin1());
        if (!record(line)) {
            line.missing();
        }
        return line.understood();
    }

    /** Takes one record in; false when it is unread as a whole. */
    @SuppressWarnings("AssignmentExpression") // read down the columns: each is taken once, and only if it can be read
    private boolean record(DumpRecord line) {
        switch (line.kind()) {
            case "load_monitor":
                return header(line);
            case "trigger":
                return trigger.isEmpty() && (trigger = RecordReader.trigger(line)).isPresent();
            case "time":
                return time.isEmpty() && (time = RecordReader.time(line)).isPresent();
            case "load":
                return load.isEmpty() && (load = RecordReader.load(line)).isPresent();
            case "tick":
                return tick.isEmpty() && (tick = RecordReader.tick(line)).isPresent();
            case "history":
                return history.isEmpty() && (history = RecordReader.history(line)).isPresent();
            case "count":
                return counts.isEmpty() && (counts = RecordReader.counts(line)).isPresent();
            case "cost":
                return cost.isEmpty() && (cost = RecordReader.cost(line)).isPresent();
            case "devices":
                return devices.isEmpty() && (devices = RecordReader.devices(line)).isPresent();
            case "device":
                return device(line);
            case "pressure":
                return pressure.isEmpty() && (pressure = RecordReader.pressure(line)).isPresent();
            case "memory":
                return memory.isEmpty() && (memory = RecordReader.memory(line)).isPresent();
            case "disk":
                return disk(line);
            case "message":
                return message(line);
            case "exporter":
                return exporterPid.isEmpty() && (exporterPid = line.number("pid")).isPresent();
            case "pod":
                return pod(line);
            case "stack":
                return stack(line);
            case "cgroup":
                return cgroup(line);
            case "lock":
                return lock(line);
            case "task":
                return task(line);
            case "end":
                return footer(line);
            default:
                skipping = line.plausible();
                return skipping;
        }
    }

    private boolean header(DumpRecord line) {
        if (header.isPresent()) {
            ended = true;
            return false;
        }
        header = RecordReader.header(line);
        ended = header.isPresent() && header.get().version() != VERSION;
        return header.isPresent();
    }

    /** Only what is suspended is kept; of a device that is not, a newer source may write, too. */
    private boolean device(DumpRecord line) {
        OptionalInt state = line.smallNumber("suspended");
        Optional<MappedDevices.Device> device = RecordReader.device(line);
        if (device.isEmpty() || state.orElse(0) > 1) {
            return false;
        }
        if (state.orElse(0) == 0) {
            return true;
        }
        return suspended.size() < MappedDevices.MOST_LISTED && suspended.add(device.get());
    }

    private boolean disk(DumpRecord line) {
        Optional<HostState.Disk> disk = RecordReader.disk(line);
        return disk.isPresent() && disks.size() < HostState.MOST_DISKS && disks.add(disk.get());
    }

    private boolean message(DumpRecord line) {
        Optional<KernelMessage> message = RecordReader.message(line);
        return message.isPresent() && messages.size() < HostState.MOST_MESSAGES && messages.add(message.get());
    }

    private boolean pod(DumpRecord line) {
        Optional<Pod> pod = RecordReader.pod(line);
        return pod.isPresent() && pods.size() < Pod.MOST && pods.add(pod.get());
    }

    /** Of an id that is there twice the first counts, for tasks may refer to it already. */
    private boolean cgroup(DumpRecord line) {
        OptionalInt id = line.smallNumber("id");
        Optional<EscapedText> path = line.text("path");
        return id.isPresent()
                && path.isPresent()
                && cgroups.size() < MOST_CGROUPS
                && cgroups.putIfAbsent(id.getAsInt(), path.get()) == null;
    }

    private boolean stack(DumpRecord line) {
        OptionalInt id = line.smallNumber("id");
        if (id.isEmpty() || id.getAsInt() == 0) {
            return false;
        }
        if (stacks.size() == MOST_STACKS) {
            overLimit = true;
            return false;
        }
        openStack = id.getAsInt();
        return true;
    }

    private boolean frame(String text) {
        if (openStack == 0) {
            return false;
        }
        if (frameCount == MOST_FRAMES) {
            overLimit = true;
            return false;
        }
        frameCount++;
        openFrames.add(framesByText.computeIfAbsent(text, RecordReader::frame));
        return true;
    }

    private void closeStack() {
        if (openStack != 0) {
            stacks.add(new CallStack(openStack, openFrames));
            openStack = 0;
            openFrames.clear();
        }
    }

    private boolean task(DumpRecord line) {
        if (tasks.size() + owners.size() == MOST_TASKS) {
            overLimit = true;
            return false;
        }
        Optional<Task> task = RecordReader.task(line, cgroups);
        task.ifPresent(one -> (one.flags().contains(LockFacts.OWNER) ? owners : tasks).add(one));
        return task.isPresent();
    }

    private boolean lock(DumpRecord line) {
        Optional<KernelLock> lock = RecordReader.lock(line);
        return lock.isPresent() && locks.size() < MOST_LOCKS && locks.add(lock.get());
    }

    private boolean footer(DumpRecord line) {
        OptionalLong id = line.number("id");
        OptionalLong count = line.number("tasks");
        if (id.isEmpty() || count.isEmpty()) {
            return false;
        }
        ended = true;
        complete = header.isPresent()
                && header.get().id() == id.getAsLong()
                && tasks.size() + owners.size() == count.getAsLong();
        return true;
    }
}
