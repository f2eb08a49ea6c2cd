package io.loadmonitor.dump;

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
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Dumps as properties want them: any value that the records admit, names chosen to break out of their quotes. */
final class Dumps {
    private static final List<String> HOSTILE_NAMES = List.of(
            "",
            "busy",
            "busy\n(1)",
            "a\" pid=1 comm=\"b",
            "\nend id=1 tasks=0\n",
            "\\",
            "\\\\\"",
            "\\x41",
            "\\n",
            "x\ntask pid=7 state=D comm=\"y\"",
            "\r\n",
            "\0",
            " lead",
            "trail ",
            "a;b",
            "(x) R 1 (y)",
            "\u00e9\u4e16",
            "stack=9",
            "\"");

    private Dumps() {}

    static Arbitrary<StackDump> any() {
        return Combinators.combine(
                        head(), stacks(), tasks().list().ofMaxSize(12), lockFacts(), Arbitraries.of(true, false))
                .as((head, stacks, tasks, locks, complete) -> new StackDump(
                        head.header(),
                        head.trigger(),
                        head.time(),
                        head.load(),
                        head.tick(),
                        head.history(),
                        head.counts(),
                        head.cost(),
                        head.devices(),
                        head.hostState(),
                        head.exporterPid(),
                        head.pods(),
                        locks,
                        stacks,
                        tasks,
                        complete && head.header().isPresent(),
                        List.of(),
                        0));
    }

    static Arbitrary<EscapedText> names() {
        Arbitrary<EscapedText> hostile = Arbitraries.of(HOSTILE_NAMES).map(EscapedText::of);
        Arbitrary<EscapedText> bytes =
                Arbitraries.bytes().array(byte[].class).ofMaxSize(64).map(EscapedText::of);
        Arbitrary<EscapedText> escapes =
                Arbitraries.strings().withChars("\\x4n\"1 =a").ofMaxLength(20).map(EscapedText::new);
        return Arbitraries.oneOf(hostile, bytes, escapes);
    }

    static Arbitrary<String> words() {
        return Arbitraries.strings()
                .withCharRange('!', '~')
                .ofMinLength(1)
                .ofMaxLength(40)
                .filter(word -> word.indexOf('"') < 0);
    }

    private static Arbitrary<StackDump> head() {
        Arbitrary<Optional<Header>> header = Combinators.combine(
                        Arbitraries.just(1), longs(), words(), words().optional(), words().optional())
                .as(Header::new)
                .optional();
        Arbitrary<Optional<Trigger>> trigger = Combinators.combine(
                        Arbitraries.of(TriggerKind.class),
                        names().optional(),
                        Arbitraries.of(Presence.class).optional())
                .as(Trigger::new)
                .optional();
        Arbitrary<Optional<Instant>> wall = Combinators.combine(
                        Arbitraries.longs().between(-100_000_000_000L, 400_000_000_000L),
                        Arbitraries.longs().between(0, 999_999_999))
                .as(Instant::ofEpochSecond)
                .optional();
        Arbitrary<Optional<Time>> time =
                Combinators.combine(wall, optionalLongs()).as(Time::new).optional();
        Arbitrary<Optional<Load>> load = Combinators.combine(
                        loads(),
                        loads(),
                        loads(),
                        optionalInts(),
                        optionalInts(),
                        Arbitraries.integers().between(0, 999_999).list().ofMaxSize(32))
                .as(Load::new)
                .optional();
        Arbitrary<Optional<Tick>> tick = Combinators.combine(optionalLongs(), optionalInts(), loads())
                .as(Tick::new)
                .optional();
        Arbitrary<Optional<Counts>> counts = Arbitraries.maps(
                        Arbitraries.oneOf(
                                Arbitraries.of("running", "captured", "stacks_readable"),
                                words().map(word -> word.replace('=', '_'))),
                        longs())
                .ofMaxSize(6)
                .map(Counts::new)
                .optional();
        Arbitrary<Optional<Cost>> cost = Combinators.combine(optionalLongs(), optionalLongs(), optionalLongs())
                .as(Cost::new)
                .optional();
        Arbitrary<Optional<History>> history = Combinators.combine(
                        optionalLongs(),
                        Arbitraries.integers()
                                .between(0, 999_999_999)
                                .list()
                                .ofMinSize(1)
                                .ofMaxSize(8))
                .as(History::new)
                .optional();
        Arbitrary<StackDump> rest = Combinators.combine(header, trigger, time, load, tick, history, counts, cost)
                .as((a, b, c, d, e, f, g, h) -> new StackDump(
                        a,
                        b,
                        c,
                        d,
                        e,
                        f,
                        g,
                        h,
                        Optional.empty(),
                        OptionalLong.empty(),
                        List.of(),
                        List.of(),
                        false,
                        List.of(),
                        0));
        return Combinators.combine(
                        rest,
                        devices().optional(),
                        hostStates(),
                        optionalLongs(),
                        pods().list().ofMaxSize(3))
                .as((head, devices, host, exporterPid, pods) -> new StackDump(
                        head.header(),
                        head.trigger(),
                        head.time(),
                        head.load(),
                        head.tick(),
                        head.history(),
                        head.counts(),
                        head.cost(),
                        devices,
                        host,
                        exporterPid,
                        pods,
                        LockFacts.NONE,
                        List.of(),
                        List.of(),
                        false,
                        List.of(),
                        0));
    }

    static Arbitrary<HostState> hostStates() {
        Arbitrary<OptionalDouble> percents = Arbitraries.integers()
                .between(0, 10_000)
                .map(hundredths -> hundredths / 100.0)
                .optional()
                .map(value -> value.map(OptionalDouble::of).orElse(OptionalDouble.empty()));
        Arbitrary<HostState.Pressure> pressure = Combinators.combine(
                        optionalLongs(), percents, percents, percents, percents, percents)
                .as(HostState.Pressure::new);
        Arbitrary<HostState.Memory> memory = Combinators.combine(
                        optionalLongs(),
                        optionalLongs(),
                        optionalLongs(),
                        optionalLongs(),
                        optionalLongs(),
                        optionalLongs(),
                        optionalLongs())
                .as(HostState.Memory::new);
        Arbitrary<HostState.Disk> disk = Combinators.combine(
                        names(), longs().filter(over -> over > 0), longs(), longs(), longs(), longs(), longs(), longs())
                .as(HostState.Disk::new);
        Arbitrary<KernelMessage> messages = Combinators.combine(
                        Arbitraries.integers()
                                .between(0, 7)
                                .optional()
                                .map(value -> value.map(OptionalInt::of).orElse(OptionalInt.empty())),
                        names())
                .as(KernelMessage::new);
        return Combinators.combine(
                        pressure.optional(),
                        memory.optional(),
                        disk.list().ofMaxSize(3),
                        messages.list().ofMaxSize(3))
                .as(HostState::new);
    }

    private static Arbitrary<Pod> pods() {
        return Combinators.combine(
                        Arbitraries.of("1b2c3d4e-0a1b-4c2d-8e3f-0123456789ab", "0f1e2d3c4b5a69788796a5b4c3d2e1f0"),
                        Arbitraries.of("shop", "kube-system"),
                        Arbitraries.of("db-0", "etcd-node1.example.com"))
                .as(Pod::new);
    }

    static Arbitrary<MappedDevices> devices() {
        Arbitrary<MappedDevices.Device> device =
                Combinators.combine(names(), names().optional()).as(MappedDevices.Device::new);
        return Combinators.combine(
                        optionalLongs(),
                        optionalInts(),
                        optionalInts(),
                        device.list().ofMaxSize(5))
                .as(MappedDevices::new);
    }

    private static Arbitrary<List<CallStack>> stacks() {
        Arbitrary<String> symbols = Arbitraries.oneOf(
                Arbitraries.of("kernel_clone", "io_schedule", "blkdev_put.part.0", "?", "_R[x]", "mutex_lock"),
                Arbitraries.strings().withCharRange('a', 'z').ofMinLength(1).ofMaxLength(200));
        Arbitrary<Frame> frames = Combinators.combine(
                        symbols,
                        Arbitraries.longs().map(OptionalLong::of),
                        optionalLongs(),
                        Arbitraries.of("ext4", "load_monitor").optional(),
                        Arbitraries.of(true, false))
                .as((symbol, offset, size, module, plain) -> plain
                        ? new Frame(symbol, OptionalLong.empty(), OptionalLong.empty(), module)
                        : new Frame(symbol, offset, size, module));
        return Combinators.combine(
                        Arbitraries.integers().between(1, 20), frames.list().ofMaxSize(8))
                .as(CallStack::new)
                .list()
                .ofMaxSize(6);
    }

    private static Arbitrary<Task> tasks() {
        Arbitrary<Task> numbers = Combinators.combine(
                        longs(),
                        optionalLongs(),
                        optionalInts(),
                        optionalLongs(),
                        Arbitraries.of(State.class),
                        Arbitraries.of(Placement.class),
                        Arbitraries.integers().between(0, 20))
                .as((pid, tgid, cpu, since, state, on, stack) -> new Task(
                        pid,
                        tgid,
                        OptionalLong.empty(),
                        cpu,
                        state,
                        on,
                        since,
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        stack,
                        Set.of(),
                        Optional.empty(),
                        Optional.empty(),
                        new EscapedText("")));
        Arbitrary<Task> described = Combinators.combine(
                        numbers,
                        optionalLongs(),
                        optionalLongs(),
                        optionalLongs(),
                        Arbitraries.oneOf(Arbitraries.just("delayed"), words().map(word -> word.replace('|', '_')))
                                .set()
                                .ofMaxSize(3),
                        words().optional(),
                        names().optional(),
                        names())
                .as((task, ppid, switches, start, flags, wchan, cgroup, comm) -> new Task(
                        task.pid(),
                        task.tgid(),
                        ppid,
                        task.cpu(),
                        task.state(),
                        task.placement(),
                        task.sinceMillis(),
                        switches,
                        start,
                        task.stackId(),
                        flags,
                        wchan,
                        cgroup,
                        comm));
        Arbitrary<Optional<LockWait>> waits = Combinators.combine(
                        Arbitraries.integers().between(1, 20), Arbitraries.of(true, false))
                .as(LockWait::new)
                .optional();
        return Combinators.combine(described, names().optional(), optionalLongs(), optionalLongs(), waits)
                .as((task, leader, queued, runDelay, wait) -> new Task(
                        task.pid(),
                        task.tgid(),
                        task.ppid(),
                        task.cpu(),
                        task.state(),
                        task.placement(),
                        task.sinceMillis(),
                        task.switches(),
                        task.startNanos(),
                        task.stackId(),
                        task.flags(),
                        task.waitChannel(),
                        task.cgroup(),
                        task.comm(),
                        leader,
                        queued,
                        runDelay,
                        wait));
    }

    private static Arbitrary<LockFacts> lockFacts() {
        Arbitrary<KernelLock> locks = Combinators.combine(
                        Arbitraries.integers().greaterOrEqual(1),
                        Arbitraries.of(KernelLock.Type.class),
                        Arbitraries.of(KernelLock.Held.class),
                        optionalLongs(),
                        optionalInts(),
                        optionalInts(),
                        names().optional())
                .as(KernelLock::new);
        Arbitrary<Task> owners = tasks().map(Dumps::owner);
        return Combinators.combine(locks.list().ofMaxSize(4), owners.list().ofMaxSize(3))
                .as(LockFacts::new);
    }

    private static Task owner(Task task) {
        Set<String> flags = new HashSet<>(task.flags());
        flags.add(LockFacts.OWNER);
        return new Task(
                task.pid(),
                task.tgid(),
                task.ppid(),
                task.cpu(),
                task.state(),
                task.placement(),
                task.sinceMillis(),
                task.switches(),
                task.startNanos(),
                task.stackId(),
                flags,
                task.waitChannel(),
                task.cgroup(),
                task.comm(),
                task.leader(),
                task.queuedMillis(),
                task.runDelayMillis(),
                task.lockWait());
    }

    private static Arbitrary<Double> loads() {
        return Arbitraries.oneOf(
                Arbitraries.integers().between(0, 1_000_000).map(hundredths -> hundredths / 100.0),
                longs().map(Double::longBitsToDouble).filter(Double::isFinite));
    }

    private static Arbitrary<Long> longs() {
        return Arbitraries.longs().greaterOrEqual(0);
    }

    private static Arbitrary<Integer> ints() {
        return Arbitraries.integers().greaterOrEqual(0);
    }

    private static Arbitrary<OptionalLong> optionalLongs() {
        return longs().optional().map(value -> value.map(OptionalLong::of).orElse(OptionalLong.empty()));
    }

    private static Arbitrary<OptionalInt> optionalInts() {
        return ints().optional().map(value -> value.map(OptionalInt::of).orElse(OptionalInt.empty()));
    }

    /** The same dump as a fair sample of so many tasks; it must have some of its own, and fewer. */
    static StackDump sampledOf(StackDump dump, int of) {
        return new StackDump(
                dump.header(),
                dump.trigger(),
                dump.time(),
                Optional.empty(),
                dump.tick(),
                dump.history(),
                Optional.of(new Counts(Map.of("sampled", (long) dump.tasks().size(), "of", (long) of))),
                dump.cost(),
                dump.devices(),
                dump.exporterPid(),
                dump.stacks(),
                dump.tasks(),
                dump.complete(),
                List.of(),
                0);
    }

    /** Text of a dump, one character a byte. */
    static RawDump raw(String latin1) {
        return RawDump.of(latin1.getBytes(StandardCharsets.ISO_8859_1));
    }

    static String text(RawDump raw) {
        return new String(raw.toByteArray(), StandardCharsets.ISO_8859_1);
    }

    static Map<String, Long> partsByTitle(LoadBreakdown breakdown) {
        Map<String, Long> parts = new TreeMap<>();
        breakdown.parts().forEach(part -> parts.put(part.title(), (long) part.tasks()));
        return parts;
    }
}
