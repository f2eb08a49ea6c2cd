package io.loadmonitor.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.dump.CallStack;
import io.loadmonitor.dump.Frame;
import io.loadmonitor.dump.StackDump;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * BPF beside the module, in one boot, of a kernel of Debian's: what an exporter sees that is nobody with three
 * capabilities is what the module sees, also where the kernel is locked down. Of which kernels, the system property
 * {@code bpf.kernels} says, as SUITE:FLAVOUR with commas between.
 */
final class BpfVmIT {
    private static final List<String> OPEN = List.of("open-1", "open-2", "open-3", "open-4", "open-5");

    /** What looks like load and is none: asleep in S, idle, frozen, or what is only there when it spins. */
    private static final Set<String> NO_LOAD = Set.of("known-sleep", "known-idle", "known-spin", "frozen");

    /** Of a sleeper's stack the module has the scheduler's own frames, too, where it has its own unwinder. */
    private static final Pattern GOES_TO_SLEEP =
            Pattern.compile("_*(schedule|wait_for|io_schedule|mutex_lock|down|rwsem|bit_wait|context_switch).*");

    static Stream<String> kernels() {
        return Stream.of(
                System.getProperty("bpf.kernels", "bookworm:cloud-amd64").split(",", -1));
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void seesWhatTheModuleSees(String kernel, @TempDir Path folder) {
        BpfGuest guest = BpfGuest.run(folder, kernel);
        for (String look : OPEN) {
            assertAlike(look, guest);
        }
        assertOnCpus(guest);
        assertLeavesOutWhoIsThrottled(guest);
        assertDelayed(guest);
        assertBlocked(guest);
        assertRights(guest);
        assertLockedDown(guest);
        assertSaysWhatItUses(guest);
    }

    private static List<StackDump.Task> named(StackDump dump, String comm) {
        return dump.tasks().stream()
                .filter(task -> task.comm().escaped().equals(comm))
                .toList();
    }

    private static List<String> functions(StackDump dump, StackDump.Task task) {
        return dump.stackOf(task).map(CallStack::frames).orElse(List.of()).stream()
                .map(Frame::function)
                .toList();
    }

    private static void assertWhole(String look, StackDump dump) {
        assertTrue(dump.complete(), look + ": " + dump);
        assertEquals(List.of(), dump.unreadLines(), look);
        StackDump.Counts counts = dump.counts().orElseThrow();
        assertEquals(1, counts.of("complete").orElseThrow(), look);
        assertEquals(
                dump.tasks().size(),
                counts.of("running").orElseThrow()
                        + counts.of("uninterruptible").orElseThrow(),
                look);
    }

    /** The tasks that are load in both, and of each that slept all the time between the two all that is said of it. */
    private static void assertAlike(String look, BpfGuest guest) {
        StackDump bpf = guest.dump(look, "bpf");
        StackDump kmod = guest.dump(look, "kmod");
        for (StackDump dump : List.of(bpf, kmod)) {
            assertWhole(look, dump);
            for (String name : NO_LOAD) {
                assertEquals(List.of(), named(dump, name), look + ", no load: " + name);
            }
            assertEquals(3, named(dump, "v\\n\\\"f").size(), () -> look + ": vforks in " + dump.tasks());
            for (String name : List.of("known-d", "known-killable", "busy", "second", "dd")) {
                assertEquals(1, named(dump, name).size(), () -> look + ": " + name + " in " + dump.tasks());
            }
            assertEquals(
                    "act", named(dump, "second").get(0).leader().orElseThrow().escaped(), look);
        }
        assertParked(look, bpf);
        long between = nanos(kmod) - nanos(bpf);
        int alike = 0;
        for (StackDump.Task task : kmod.tasks()) {
            if (task.state() != StackDump.State.UNINTERRUPTIBLE
                    || task.sinceMillis().orElseThrow() < between / 1_000_000 + 50) {
                continue;
            }
            Optional<StackDump.Task> found = bpf.tasks().stream()
                    .filter(other -> other.pid() == task.pid())
                    .findFirst();
            assertTrue(found.isPresent(), () -> look + ": the module alone has " + task);
            assertSame(look, bpf, found.get(), kmod, task);
            alike++;
        }
        assertTrue(alike >= 5, look + ": only " + alike + " tasks slept all the time");
    }

    private static long nanos(StackDump dump) {
        return dump.time().orElseThrow().monotonicNanos().orElseThrow();
    }

    /** The kernel threads of the helper module known_stack: there is one right answer. */
    private static void assertParked(String look, StackDump bpf) {
        for (String name : List.of("known-d", "known-killable")) {
            StackDump.Task task = named(bpf, name).get(0);
            assertEquals(
                    List.of("known_inner", "known_middle", "known_outer", "known_thread", "kthread"),
                    functions(bpf, task).subList(0, 5),
                    look);
            assertEquals(
                    Optional.of("known_stack"),
                    bpf.stackOf(task).orElseThrow().frames().get(0).module());
        }
    }

    private static void assertSame(
            String look, StackDump bpf, StackDump.Task one, StackDump kmod, StackDump.Task other) {
        String both = look + ": " + one + " and " + other;
        assertEquals(other.state(), one.state(), both);
        assertEquals(StackDump.Placement.SLEEP, one.placement(), both);
        assertEquals(other.switches(), one.switches(), both);
        assertEquals(other.startNanos(), one.startNanos(), both);
        assertEquals(other.tgid(), one.tgid(), both);
        assertEquals(other.ppid(), one.ppid(), both);
        assertEquals(other.comm(), one.comm(), both);
        assertEquals(other.leader(), one.leader(), both);
        assertEquals(other.cgroup(), one.cgroup(), both);
        assertEquals(Set.of(), one.flags(), both);
        List<Frame> seen = bpf.stackOf(one).orElseThrow().frames();
        // Of some kernels for arm64 a module gets no stack of who does not run.
        List<Frame> byModule = kmod.stackOf(other).map(CallStack::frames).orElse(seen);
        int own = byModule.size() - seen.size();
        assertTrue(own >= 0, both + ": " + seen + " and " + byModule);
        assertEquals(byModule.subList(own, byModule.size()), seen, both);
        for (Frame frame : byModule.subList(0, own)) {
            assertTrue(GOES_TO_SLEEP.matcher(frame.function()).matches(), both + ": BPF lacks " + frame);
        }
        long then = nanos(bpf) - one.sinceMillis().orElseThrow() * 1_000_000;
        long alsoThen = nanos(kmod) - other.sinceMillis().orElseThrow() * 1_000_000;
        // Both round, and the time of a dump is that of its beginning.
        assertTrue(Math.abs(then - alsoThen) < 2_000_000_000L, both);
    }

    /**
     * Three that run take turns on a CPU: in each look one is on it and two wait. What it does there is known where the
     * guest's CPU ticked within 20 ms, which an emulated one on a busy host often does not.
     */
    private static void assertOnCpus(BpfGuest guest) {
        int told = 0;
        boolean reads = false;
        for (String look : OPEN) {
            StackDump dump = guest.dump(look, "bpf");
            for (String name : List.of("busy", "second", "dd")) {
                StackDump.Task task = named(dump, name).get(0);
                assertEquals(StackDump.State.RUNNING, task.state(), task.toString());
                List<String> functions = functions(dump, task);
                reads |= functions.contains("vfs_read");
                boolean onCpu = task.placement() == StackDump.Placement.CPU_USER
                        || task.placement() == StackDump.Placement.CPU_KERNEL && !functions.isEmpty();
                told += onCpu ? 1 : 0;
                if (task.flags().isEmpty()) {
                    assertTrue(onCpu || task.placement() == StackDump.Placement.QUEUE, task.toString());
                    assertEquals(
                            task.placement() == StackDump.Placement.CPU_USER, functions.isEmpty(), task.toString());
                }
            }
        }
        assertTrue(
                guest.says("perf_event_paranoid 3"),
                "the kernel would give perf to CAP_PERFMON, and no tick is sampled");
        assertTrue(told >= 2, "on a CPU, and told what it does: " + told + " in five looks");
        assertTrue(reads, "dd was never seen where it reads");
    }

    /** It runs for a hundredth of the time. */
    private static void assertLeavesOutWhoIsThrottled(BpfGuest guest) {
        long seen = OPEN.stream()
                .filter(look -> !named(guest.dump(look, "bpf"), "deadline").isEmpty())
                .count();
        assertTrue(seen <= 1, "whose time is used up is in " + seen + " of five dumps");
    }

    private static void assertDelayed(BpfGuest guest) {
        if (!guest.says("delayed sleepers are possible")) {
            return;
        }
        StackDump dump = guest.dump("delayed", "bpf");
        assertEquals(1, named(dump, "delayed").size(), () -> "delayed: " + dump.header() + dump.tasks());
        StackDump.Task task = named(dump, "delayed").get(0);
        assertEquals(StackDump.State.RUNNING, task.state());
        assertEquals(StackDump.Placement.SLEEP, task.placement());
        assertEquals(Set.of("delayed"), task.flags());
        assertEquals("not_load_be_delayed", functions(dump, task).get(0));
        assertTrue(dump.counts().orElseThrow().of("delayed").orElseThrow() >= 1);
    }

    private static void assertBlocked(BpfGuest guest) {
        if (guest.says("blocked meanwhile: 1")) {
            StackDump dump = guest.dump("blocked", "bpf");
            assertEquals(1, named(dump, "blocker").size(), "who holds the lock");
            assertEquals(List.of(), named(dump, "blocked"), "who waits at a spinlock of PREEMPT_RT");
        }
    }

    private static void assertRights(BpfGuest guest) {
        StackDump dump = guest.dump("nameless", "bpf");
        assertWhole("nameless", dump);
        assertEquals(Set.of("no_symbols"), named(dump, "known-d").get(0).flags());
        assertEquals(List.of(), dump.stacks());
        assertTrue(guest.text("nameless", "bpf").contains("it needs CAP_SYSLOG"), guest.text("nameless", "bpf"));
        String refused = guest.text("powerless", "bpf");
        assertTrue(refused.contains("no dump: BPF: it needs CAP_BPF and CAP_PERFMON"), refused);
    }

    private static void assertLockedDown(BpfGuest guest) {
        assertTrue(guest.says("lockdown none integrity [confidentiality]"), guest.lines());
        assertAlike("locked", guest);
        StackDump anew = guest.dump("locked-anew", "bpf");
        assertWhole("locked-anew", anew);
        assertParked("locked-anew", anew);
        assertEquals(0, anew.counts().orElseThrow().of("not_sampled").orElseThrow(), "by perf");
    }

    private static void assertSaysWhatItUses(BpfGuest guest) {
        String status = guest.text("status", "bpf");
        assertTrue(status.contains("\"source\":{\"kind\":\"bpf\",\"reason\":\"asked for with --source=bpf\"}"), status);
        List<String> metrics =
                new ArrayList<>(guest.text("metrics", "bpf").lines().toList());
        assertEquals(
                Set.of("load_monitor_dump_source_info{source=\"bpf\",} 1.0", "load_monitor_stacks_readable 1.0"),
                metrics.stream().collect(Collectors.toSet()));
        String auto = guest.text("auto", "bpf");
        assertTrue(
                auto.contains(
                        "Dumps come from bpf: the kernel module is not loaded (there is no /sys/kernel/load_monitor)"),
                auto);
        assertEquals("bpf", guest.dump("auto", "bpf").header().orElseThrow().source());
    }
}
