package io.loadmonitor.capture;

import io.loadmonitor.bpf.OnCpuSample;
import io.loadmonitor.bpf.TaskRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What one walk and the samples around it saw: the tasks of the load by the kernel's own rule, and their stacks where
 * those are proven. Bounded in tasks, stacks and frames. For one thread.
 */
final class BpfLook {
    /** As the module's. */
    static final int MAX_STACKS = 4_096;

    static final int MAX_ALL_FRAMES = 65_536;

    /** Frames that are shown of a stack. */
    static final int SHOWN_FRAMES = TaskRecord.MAX_FRAMES - 1;

    private final boolean frozenByFlag;
    private final int maxTasks;
    private final OptionalLong ownPid;
    private final boolean sleepersAlone;
    private final Random dice = new Random();
    private final List<Seen> tasks = new ArrayList<>();
    private final Map<Frames, Frames> stacks = new HashMap<>();

    /** Of the tasks that are kept and were on a CPU, the nearest sample. */
    private final Map<Integer, OnCpuSample> samples = new HashMap<>();

    private final Map<Integer, Seen> onCpu = new HashMap<>();
    private BitSet silent = new BitSet();
    private BitSet isolated = new BitSet();
    private boolean refused;
    private boolean namesHidden;
    private int allFrames;
    private int running;
    private int delayed;
    private int uninterruptible;
    private int ownExcluded;
    private long napNanos;
    private boolean sawReader;
    private OptionalLong clockAhead = OptionalLong.empty();

    /** @param ownPid this program, whose threads are not load that anybody asks for */
    BpfLook(boolean frozenByFlag, int maxTasks, OptionalLong ownPid) {
        this(frozenByFlag, maxTasks, ownPid, false);
    }

    private BpfLook(boolean frozenByFlag, int maxTasks, OptionalLong ownPid, boolean sleepersAlone) {
        this.frozenByFlag = frozenByFlag;
        this.maxTasks = maxTasks;
        this.ownPid = ownPid;
        this.sleepersAlone = sleepersAlone;
    }

    /**
     * With the stacks of sleepers alone. Who waits for a CPU was interrupted anywhere: to name that place takes a
     * reading of all symbols, and it is not why the task waits.
     */
    static BpfLook ofSleepers(boolean frozenByFlag, int maxTasks, OptionalLong ownPid) {
        return new BpfLook(frozenByFlag, maxTasks, ownPid, true);
    }

    /**
     * Addresses, innermost first.
     *
     * @param exact whether the first is where it was, and not where it returns to
     */
    record Frames(long[] addresses, boolean exact) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Frames frames
                    && exact == frames.exact
                    && Arrays.equals(addresses, frames.addresses);
        }

        @Override
        public int hashCode() {
            return 31 * Arrays.hashCode(addresses) + (exact ? 1 : 0);
        }

        int shown() {
            return Math.min(addresses.length, SHOWN_FRAMES);
        }

        boolean isCut() {
            return addresses.length > SHOWN_FRAMES;
        }

        /** What the name of a frame is looked up by: a return address may be behind its function's end. */
        long lookup(int frame) {
            return frame == 0 && exact ? addresses[0] : addresses[frame] - 1;
        }

        /** Of all frames that are shown. */
        List<Long> lookups() {
            return IntStream.range(0, shown()).mapToObj(this::lookup).toList();
        }
    }

    /**
     * A task of the load.
     *
     * @param record without its stack
     * @param frames empty when there is none, or it is not proven
     * @param flag why there is none
     */
    record Seen(TaskRecord record, TaskRecord.Share share, Optional<Frames> frames, Optional<String> flag) {}

    /** Before the walk the reading thread goes to sleep for a moment; CLOCK_MONOTONIC then. */
    void napsFrom(long monotonicNanos) {
        napNanos = monotonicNanos;
    }

    /** One record of the walk. */
    void see(TaskRecord record) {
        if (record.isReader()) {
            sawReader = true;
            if (record.lastArrivalNanos() != 0) {
                clockAhead = OptionalLong.of(record.lastArrivalNanos() - napNanos);
            }
        }
        TaskRecord.Share share = record.share(frozenByFlag);
        if (share == TaskRecord.Share.NONE) {
            return;
        }
        if (record.isReader() || ownPid.isPresent() && ownPid.getAsLong() == record.tgid()) {
            ownExcluded++;
            return;
        }
        switch (share) {
            case NONE -> {}
            case RUNNING -> running++;
            case DELAYED -> {
                running++;
                delayed++;
            }
            case UNINTERRUPTIBLE -> uninterruptible++;
        }
        keep(record, share);
    }

    /** Where there is no room for all, each has the same chance to be kept (Vitter's algorithm R). */
    private void keep(TaskRecord record, TaskRecord.Share share) {
        if (tasks.size() < maxTasks) {
            tasks.add(seen(record, share));
            return;
        }
        int place = dice.nextInt(active());
        if (place < maxTasks) {
            onCpu.remove(tasks.get(place).record().pid());
            tasks.set(place, seen(record, share));
        }
    }

    private Seen seen(TaskRecord record, TaskRecord.Share share) {
        TaskRecord bare = record.withoutStack();
        if (share == TaskRecord.Share.RUNNING && record.first().onCpu()) {
            Seen seen = new Seen(bare, share, Optional.empty(), Optional.empty());
            onCpu.put(record.pid(), seen);
            return seen;
        }
        if (sleepersAlone && !share.sleeps()) {
            return new Seen(bare, share, Optional.empty(), Optional.empty());
        }
        if (!record.isProven(frozenByFlag)) {
            return new Seen(bare, share, Optional.empty(), Optional.of("unstable"));
        }
        if (record.stack().length == 0) {
            return new Seen(bare, share, Optional.empty(), Optional.of("unwind_failed"));
        }
        Optional<Frames> frames = intern(new Frames(record.stack(), false));
        return new Seen(bare, share, frames, frames.isPresent() ? Optional.empty() : Optional.of("no_room"));
    }

    private Optional<Frames> intern(Frames frames) {
        Frames same = stacks.get(frames);
        if (same != null) {
            return Optional.of(same);
        }
        if (stacks.size() == MAX_STACKS || allFrames + frames.shown() > MAX_ALL_FRAMES) {
            return Optional.empty();
        }
        allFrames += frames.shown();
        stacks.put(frames, frames);
        return Optional.of(frames);
    }

    /** What the CPUs' interrupts found; of each task on a CPU the one that is nearest to when the walk saw it. */
    void samples(List<OnCpuSample> found) {
        for (OnCpuSample sample : found) {
            Seen task = onCpu.get(sample.tid());
            if (task != null) {
                samples.merge(
                        sample.tid(),
                        sample,
                        (one, other) -> distance(one, task) <= distance(other, task) ? one : other);
            }
        }
    }

    private static long distance(OnCpuSample sample, Seen task) {
        return Math.abs(sample.nanos() - task.record().nowNanos());
    }

    /** Whether a task that was seen on a CPU has not been found there by an interrupt yet. */
    boolean awaitsSamples() {
        return onCpu.values().stream()
                .anyMatch(task -> !samples.containsKey(task.record().pid())
                        && task.record().cpu().isPresent()
                        && !silent.get(task.record().cpu().getAsInt()));
    }

    /**
     * @param cpus which were not sampled
     * @param refused whether the kernel refused it
     */
    void silent(BitSet cpus, boolean refused) {
        silent = cpus;
        this.refused = refused;
    }

    void isolated(BitSet cpus) {
        isolated = cpus;
    }

    /** Their names may not be read, so that no stack says anything. */
    void forgetStacks() {
        namesHidden = true;
    }

    /** The tasks that are kept, those on a CPU with what its interrupt found. */
    List<Placed> placed() {
        return tasks.stream()
                .map(seen -> onCpu.containsKey(seen.record().pid()) ? onCpu(seen) : offCpu(seen))
                .map(placed -> namesHidden && placed.frames.isPresent()
                        ? new Placed(placed.seen, placed.on, Optional.empty(), Optional.of("no_symbols"))
                        : placed)
                .toList();
    }

    /**
     * A task and where it was.
     *
     * @param flag why it has no stack, or no whole one
     */
    record Placed(Seen seen, On on, Optional<Frames> frames, Optional<String> flag) {}

    /** Where a task was. */
    enum On {
        CPU_USER,
        CPU_KERNEL,
        CPU,
        QUEUE,
        SLEEP
    }

    private static Placed offCpu(Seen seen) {
        return new Placed(seen, seen.share.sleeps() ? On.SLEEP : On.QUEUE, seen.frames, partialFlag(seen));
    }

    private static Optional<String> partialFlag(Seen seen) {
        return seen.flag.or(() -> partial(seen.frames));
    }

    private static Optional<String> partial(Optional<Frames> frames) {
        return frames.filter(Frames::isCut).map(all -> "partial");
    }

    private Placed onCpu(Seen seen) {
        OnCpuSample sample = samples.get(seen.record.pid());
        if (sample == null) {
            return new Placed(seen, On.CPU, Optional.empty(), Optional.of(whyNotSampled(seen)));
        }
        return switch (sample.mode()) {
            case USER -> new Placed(seen, On.CPU_USER, Optional.empty(), Optional.empty());
            case UNKNOWN -> new Placed(seen, On.CPU, Optional.empty(), Optional.of("unwind_failed"));
            case KERNEL -> {
                if (sample.stack().length == 0) {
                    yield new Placed(seen, On.CPU_KERNEL, Optional.empty(), Optional.of("unwind_failed"));
                }
                Optional<Frames> frames = intern(new Frames(sample.stack(), true));
                yield new Placed(
                        seen, On.CPU_KERNEL, frames, frames.isPresent() ? partial(frames) : Optional.of("no_room"));
            }
        };
    }

    private String whyNotSampled(Seen seen) {
        OptionalInt cpu = seen.record.cpu();
        if (cpu.isPresent() && isolated.get(cpu.getAsInt())) {
            return "cpu_isolated";
        }
        if (refused) {
            return "not_sampled";
        }
        return cpu.isPresent() && silent.get(cpu.getAsInt()) ? "cpu_no_answer" : "unstable";
    }

    /** A task that was no load when the walk saw it, with its stack as far as that is proven and there is room. */
    Placed beside(TaskRecord record) {
        TaskRecord.Share share = record.share(frozenByFlag);
        On on = share != TaskRecord.Share.RUNNING ? On.SLEEP : record.first().onCpu() ? On.CPU : On.QUEUE;
        boolean proven = record.stayedOff();
        Optional<Frames> frames = proven && record.stack().length > 0 && !namesHidden
                ? intern(new Frames(record.stack(), false))
                : Optional.empty();
        Optional<String> flag =
                proven ? namesHidden ? Optional.of("no_symbols") : partial(frames) : Optional.of("unstable");
        return new Placed(new Seen(record.withoutStack(), share, frames, flag), on, frames, flag);
    }

    /** What names are looked up by. */
    Collection<Long> addresses() {
        samples.values().stream()
                .filter(sample -> sample.stack().length > 0)
                .forEach(sample -> intern(new Frames(sample.stack(), true)));
        Set<Long> addresses = new HashSet<>();
        stacks.keySet().forEach(frames -> addresses.addAll(frames.lookups()));
        return addresses;
    }

    Map<Long, List<Long>> tasksByCgroup() {
        Map<Long, List<Long>> groups = new HashMap<>();
        for (Seen seen : tasks) {
            if (seen.record.cgroup() != 0) {
                groups.computeIfAbsent(seen.record.cgroup(), number -> new ArrayList<>(1))
                        .add((long) seen.record.pid());
            }
        }
        return groups;
    }

    /**
     * At most for how long ago that was; empty where it is not known.
     *
     * @param then by the scheduler's clock, 0 for not known
     */
    OptionalLong sinceNanos(TaskRecord record, long then) {
        if (then == 0 || clockAhead.isEmpty()) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(Math.max(0, record.nowNanos() + clockAhead.getAsLong() - then));
    }

    /** Of the CPUs that are not isolated, those that were not sampled though nobody refused it. */
    int cpusWithoutAnswer() {
        return refused ? 0 : silent.cardinality();
    }

    boolean sawReader() {
        return sawReader;
    }

    int active() {
        return running + uninterruptible;
    }

    int running() {
        return running;
    }

    int delayed() {
        return delayed;
    }

    int uninterruptible() {
        return uninterruptible;
    }

    int ownExcluded() {
        return ownExcluded;
    }
}
