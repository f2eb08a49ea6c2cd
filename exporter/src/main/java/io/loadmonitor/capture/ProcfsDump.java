package io.loadmonitor.capture;

import io.loadmonitor.bpf.OnCpuSample;
import io.loadmonitor.dump.CallStack;
import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.Frame;
import io.loadmonitor.dump.MappedDevices;
import io.loadmonitor.dump.StackDump;
import io.loadmonitor.procfs.TaskState;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Composes the dump from what was read.
 *
 * @param sleeping for how long at least each task in D sleeps, milliseconds by thread id, where that is proven
 * @param onCpus what was on the CPUs when the walk was over, by thread id
 */
record ProcfsDump(
        DumpHead head,
        long endNanos,
        Optional<MappedDevices> devices,
        ProcfsScan.Sight sight,
        Map<Long, Long> sleeping,
        Map<Long, CpuSampling.OnCpu> onCpus) {

    StackDump compose() {
        Map<List<String>, Integer> stackIds = new LinkedHashMap<>();
        List<StackDump.Task> tasks = new ArrayList<>(sight.tasks().size());
        for (ProcfsScan.SeenTask seen : sight.tasks()) {
            List<String> frames = onCpu(seen)
                    .map(CpuSampling.OnCpu::frames)
                    .orElse(seen.stack().frames());
            int stackId = frames.isEmpty() ? 0 : stackIds.computeIfAbsent(frames, unseen -> stackIds.size() + 1);
            tasks.add(task(seen, stackId));
        }
        List<CallStack> stacks = new ArrayList<>(stackIds.size());
        stackIds.forEach((frames, stackId) -> stacks.add(
                new CallStack(stackId, frames.stream().map(ProcfsDump::frame).toList())));
        return new StackDump(
                Optional.of(head.header()),
                Optional.of(head.trigger(active())),
                Optional.of(head.time()),
                Optional.of(head.loadLine(active())),
                head.tick(),
                Optional.empty(),
                Optional.of(counts(tasks, stacks)),
                Optional.of(new StackDump.Cost(
                        OptionalLong.of(endNanos - head.startNanos()), OptionalLong.empty(), OptionalLong.empty())),
                devices,
                // Its own threads are not in it.
                OptionalLong.empty(),
                stacks,
                tasks,
                true,
                List.of(),
                0);
    }

    /** Only who was seen to be in R is asked for: another one has run only since. */
    private Optional<CpuSampling.OnCpu> onCpu(ProcfsScan.SeenTask seen) {
        return seen.stat().state() == TaskState.RUNNING
                ? Optional.ofNullable(onCpus.get(seen.stat().pid()))
                : Optional.empty();
    }

    private static StackDump.Placement placement(OnCpuSample.Mode mode) {
        return switch (mode) {
            case KERNEL -> StackDump.Placement.CPU_KERNEL;
            case USER -> StackDump.Placement.CPU_USER;
            case UNKNOWN -> StackDump.Placement.CPU;
        };
    }

    private static Frame frame(String latin1) {
        boolean printable = latin1.chars().allMatch(c -> c >= 0x20 && c <= 0x7e);
        return Frame.parse(
                printable
                        ? latin1
                        : EscapedText.of(latin1.getBytes(StandardCharsets.ISO_8859_1))
                                .escaped());
    }

    private int active() {
        return sight.running() + sight.uninterruptible();
    }

    private StackDump.Counts counts(List<StackDump.Task> tasks, List<CallStack> stacks) {
        Map<String, Long> counts = new LinkedHashMap<>();
        counts.put("scanned", (long) sight.scanned());
        counts.put("running", (long) sight.running());
        counts.put("uninterruptible", (long) sight.uninterruptible());
        counts.put("iowait", head.stat().procsBlocked());
        counts.put("captured", (long) tasks.size());
        counts.put("stacks", (long) stacks.size());
        counts.put("truncated", (long) active() - tasks.size());
        counts.put("unstable", flagged(tasks, "unstable"));
        counts.put("unwind_failed", flagged(tasks, "unwind_failed"));
        sight.stacksReadable().ifPresent(readable -> counts.put("stacks_readable", readable ? 1L : 0L));
        counts.put("stacks_refused", flagged(tasks, "stack_refused"));
        counts.put("own_excluded", (long) sight.ownExcluded());
        counts.put("unreadable", (long) sight.unreadable());
        counts.put("complete", sight.complete() ? 1L : 0L);
        return new StackDump.Counts(counts);
    }

    private static long flagged(List<StackDump.Task> tasks, String flag) {
        return tasks.stream().filter(task -> task.flags().contains(flag)).count();
    }

    private StackDump.Task task(ProcfsScan.SeenTask seen, int stackId) {
        boolean running = seen.stat().state() == TaskState.RUNNING;
        Long sinceMillis = sleeping.get(seen.stat().pid());
        return new StackDump.Task(
                seen.stat().pid(),
                OptionalLong.of(seen.files().tgid()),
                OptionalLong.of(seen.stat().ppid()),
                OptionalInt.of(seen.stat().cpu()),
                running ? StackDump.State.RUNNING : StackDump.State.UNINTERRUPTIBLE,
                running
                        ? onCpu(seen).map(found -> placement(found.mode())).orElse(StackDump.Placement.UNKNOWN)
                        : StackDump.Placement.SLEEP,
                sinceMillis == null ? OptionalLong.empty() : OptionalLong.of(sinceMillis),
                seen.switches().isPresent()
                        ? OptionalLong.of(seen.switches().get().count())
                        : OptionalLong.empty(),
                OptionalLong.of(seen.stat().startNanos()),
                stackId,
                onCpu(seen)
                        .map(CpuSampling.OnCpu::flag)
                        .orElse(seen.stack().flag())
                        .map(Set::of)
                        .orElse(Set.of()),
                seen.waitChannel(),
                seen.cgroup().map(path -> EscapedText.of(path.getBytes(StandardCharsets.ISO_8859_1))),
                EscapedText.of(seen.stat().commBytes()),
                seen.leader().map(name -> EscapedText.of(name.getBytes(StandardCharsets.ISO_8859_1))),
                OptionalLong.empty(),
                seen.runDelayNanos().isPresent()
                        ? OptionalLong.of(TimeUnit.NANOSECONDS.toMillis(
                                seen.runDelayNanos().getAsLong()))
                        : OptionalLong.empty());
    }
}
