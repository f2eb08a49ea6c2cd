package io.loadmonitor.capture;

import io.loadmonitor.bpf.TaskIterator;
import io.loadmonitor.bpf.TaskRecord;
import io.loadmonitor.dump.CallStack;
import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.Frame;
import io.loadmonitor.dump.HostState;
import io.loadmonitor.dump.KernelLock;
import io.loadmonitor.dump.LockFacts;
import io.loadmonitor.dump.MappedDevices;
import io.loadmonitor.dump.StackDump;
import io.loadmonitor.procfs.KernelSymbols;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Composes the dump from what was seen.
 *
 * @param found the locks that tasks wait for
 * @param owners the tasks that hold them; those that are load are among the tasks, too
 * @param names what the addresses of the stacks and the locks are in, as far as it is known
 * @param cgroups paths by number, as far as they are proven
 * @param seenNanos when the look was over, by {@link System#nanoTime}
 */
record BpfDump(
        DumpHead head,
        TaskIterator.Walk walk,
        BpfLook look,
        LockLook.Found found,
        List<BpfLook.Placed> owners,
        Map<Long, KernelSymbols.Symbol> names,
        Map<Long, String> cgroups,
        long seenNanos,
        Optional<MappedDevices> devices) {

    /** A frame without a name. Its bare address is nobody's business. */
    private static final Frame UNKNOWN = new Frame("?", OptionalLong.empty(), OptionalLong.empty(), Optional.empty());

    StackDump compose() {
        Map<BpfLook.Frames, Integer> stackIds = new LinkedHashMap<>();
        List<StackDump.Task> tasks = new ArrayList<>();
        Set<Long> listed = new HashSet<>();
        for (BpfLook.Placed placed : look.placed()) {
            tasks.add(task(placed, stackId(placed, stackIds), true));
            listed.add((long) placed.seen().record().pid());
        }
        List<StackDump.Task> others = owners.stream()
                .filter(placed -> !listed.contains((long) placed.seen().record().pid()))
                .map(placed -> task(placed, stackId(placed, stackIds), false))
                .toList();
        List<CallStack> stacks = new ArrayList<>(stackIds.size());
        stackIds.forEach((frames, id) -> stacks.add(new CallStack(id, named(frames, names))));
        return new StackDump(
                Optional.of(head.header()),
                Optional.of(head.trigger(look.active())),
                Optional.of(head.time()),
                Optional.of(head.loadLine(look.active())),
                head.tick(),
                Optional.empty(),
                Optional.of(counts(tasks, stacks)),
                Optional.of(new StackDump.Cost(
                        OptionalLong.of(seenNanos - head.startNanos()), OptionalLong.empty(), OptionalLong.empty())),
                devices,
                HostState.UNKNOWN,
                // Its own threads are not in it.
                OptionalLong.empty(),
                List.of(),
                new LockFacts(found.locks().stream().map(this::lock).toList(), others),
                stacks,
                tasks,
                true,
                List.of(),
                0);
    }

    private static int stackId(BpfLook.Placed placed, Map<BpfLook.Frames, Integer> stackIds) {
        return placed.frames()
                .map(frames -> stackIds.computeIfAbsent(frames, unseen -> stackIds.size() + 1))
                .orElse(0);
    }

    private KernelLock lock(LockLook.Named lock) {
        KernelSymbols.Symbol symbol = names.get(lock.address());
        return new KernelLock(
                lock.id(),
                lock.type(),
                lock.held(),
                lock.owner(),
                lock.readers(),
                OptionalInt.of(lock.waiters()),
                // Of one that is part of something else, the name would be that of its neighbour.
                symbol == null || symbol.start() != lock.address()
                        ? Optional.empty()
                        : Optional.of(EscapedText.of(symbol.name().getBytes(StandardCharsets.ISO_8859_1))));
    }

    /** With the names that are known. */
    static List<Frame> named(BpfLook.Frames frames, Map<Long, KernelSymbols.Symbol> names) {
        List<Frame> named = new ArrayList<>(frames.shown());
        for (int i = 0; i < frames.shown(); i++) {
            KernelSymbols.Symbol symbol = names.get(frames.lookup(i));
            named.add(symbol == null ? UNKNOWN : frame(symbol, frames.addresses()[i]));
        }
        return named;
    }

    private static Frame frame(KernelSymbols.Symbol symbol, long address) {
        try {
            return new Frame(symbol.name(), OptionalLong.of(address - symbol.start()), symbol.size(), symbol.module());
        } catch (IllegalArgumentException unprintable) {
            return UNKNOWN;
        }
    }

    private StackDump.Counts counts(List<StackDump.Task> tasks, List<CallStack> stacks) {
        Map<String, Long> counts = new LinkedHashMap<>();
        counts.put("scanned", walk.scanned());
        counts.put("running", (long) look.running());
        counts.put("delayed", (long) look.delayed());
        counts.put("uninterruptible", (long) look.uninterruptible());
        counts.put("iowait", head.stat().procsBlocked());
        counts.put("captured", (long) tasks.size());
        counts.put("stacks", (long) stacks.size());
        counts.put("truncated", (long) look.active() - tasks.size());
        if (tasks.size() < look.active()) {
            counts.put("sampled", (long) tasks.size());
            counts.put("of", (long) look.active());
        }
        for (String flag : List.of("unstable", "unwind_failed", "partial", "no_room", "no_symbols", "not_sampled")) {
            counts.put(flag, flagged(tasks, flag));
        }
        counts.put("cpu_no_answer", (long) look.cpusWithoutAnswer());
        counts.put("own_excluded", (long) look.ownExcluded());
        counts.put("complete", walk.complete() ? 1L : 0L);
        return new StackDump.Counts(counts);
    }

    private static long flagged(List<StackDump.Task> tasks, String flag) {
        return tasks.stream().filter(task -> task.flags().contains(flag)).count();
    }

    /** @param load false of one that is told of because it holds a lock */
    private StackDump.Task task(BpfLook.Placed placed, int stackId, boolean load) {
        TaskRecord record = placed.seen().record();
        TaskRecord.Share share = placed.seen().share();
        Set<String> flags = new LinkedHashSet<>();
        if (share == TaskRecord.Share.DELAYED) {
            flags.add("delayed");
        }
        if (!load) {
            flags.add(LockFacts.OWNER);
        }
        placed.flag().ifPresent(flags::add);
        boolean movedOn = flags.contains("unstable");
        boolean waits = placed.on() == BpfLook.On.QUEUE && !movedOn;
        return new StackDump.Task(
                record.pid(),
                OptionalLong.of(record.tgid()),
                record.ppid().isPresent() ? OptionalLong.of(record.ppid().getAsInt()) : OptionalLong.empty(),
                record.cpu(),
                state(share),
                placement(placed.on()),
                movedOn ? OptionalLong.empty() : millis(look.sinceNanos(record, record.lastArrivalNanos())),
                OptionalLong.of(record.first().switches()),
                OptionalLong.of(record.startNanos()),
                stackId,
                flags,
                Optional.empty(),
                Optional.ofNullable(cgroups.get(record.cgroup()))
                        .map(path -> EscapedText.of(path.getBytes(StandardCharsets.ISO_8859_1))),
                EscapedText.of(record.comm()),
                record.pid() == record.tgid() || record.ppid().isEmpty()
                        ? Optional.empty()
                        : Optional.of(EscapedText.of(record.leader())),
                waits ? millis(look.sinceNanos(record, record.lastQueuedNanos())) : OptionalLong.empty(),
                millis(record.runDelayNanos()),
                Optional.ofNullable(found.waits().get(record.pid())));
    }

    private static StackDump.State state(TaskRecord.Share share) {
        return switch (share) {
            case UNINTERRUPTIBLE -> StackDump.State.UNINTERRUPTIBLE;
            case RUNNING, DELAYED -> StackDump.State.RUNNING;
            case NONE -> StackDump.State.SLEEPING;
        };
    }

    private static StackDump.Placement placement(BpfLook.On on) {
        return switch (on) {
            case CPU_USER -> StackDump.Placement.CPU_USER;
            case CPU_KERNEL -> StackDump.Placement.CPU_KERNEL;
            case CPU -> StackDump.Placement.CPU;
            case QUEUE -> StackDump.Placement.QUEUE;
            case SLEEP -> StackDump.Placement.SLEEP;
        };
    }

    private static OptionalLong millis(OptionalLong nanos) {
        return nanos.isPresent() ? OptionalLong.of(TimeUnit.NANOSECONDS.toMillis(nanos.getAsLong())) : nanos;
    }
}
