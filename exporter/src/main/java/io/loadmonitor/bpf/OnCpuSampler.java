package io.loadmonitor.bpf;

import io.loadmonitor.kernel.Errno;
import io.loadmonitor.kernel.SystemCallException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * Samples what is on the CPUs, by perf's software clock on each: the thread, whether it is in the kernel, and the
 * kernel's stack as the timer's interrupt finds it. Needs CAP_PERFMON (or a {@code kernel.perf_event_paranoid} of 0 and
 * less). Safe for use by several threads.
 *
 * <p>To begin and to end it the kernel waits for an answer of each CPU, and one whose interrupts are off gives none. So
 * threads of its own do that: nobody waits for them longer than 250 ms a CPU (they, too, wait their turn on a busy
 * host), and a CPU that has one of them waiting is left alone until it answers. CPUs that are isolated ({@code
 * isolcpus=}, {@code nohz_full=}) are not interrupted.
 */
public final class OnCpuSampler {
    /** Short, so that a task which was seen on a CPU is found on it; a sample takes some microseconds. */
    static final int PERIOD_NANOS = 1_000_000;

    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    /** To find out whether it can be done at all, by a thread that this program has not had before. */
    private static final long FIRST_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** So many CPUs may not answer until no more are asked. */
    private static final int MAX_WAITING = 4;

    private final Path sysfs;

    /** CPUs in whose opening or closing a thread is. Guarded by itself. */
    private final Set<Integer> busy = new TreeSet<>();

    /** @param sysfs where sysfs is mounted */
    public OnCpuSampler(Path sysfs) {
        this.sysfs = sysfs;
    }

    /**
     * Why no CPU can be sampled.
     *
     * @param isForRight whether a right is missing
     * @param words for people
     */
    public record Obstacle(boolean isForRight, String words) {}

    /**
     * Why no CPU can be sampled; empty when they can. Tries it on the first CPU that is online, which may not answer
     * for the moment: that is no obstacle.
     */
    public Optional<Obstacle> obstacle() {
        Optional<String> noCalls = SystemCalls.obstacle();
        if (noCalls.isPresent()) {
            return Optional.of(new Obstacle(false, noCalls.get()));
        }
        try {
            OptionalInt first = cpus().stream().findFirst();
            if (first.isEmpty()) {
                return Optional.of(new Obstacle(false, "every CPU is isolated"));
            }
            return ask(first.getAsInt()).map(OnCpuSampler::explained);
        } catch (IOException unreadable) {
            return Optional.of(new Obstacle(false, String.valueOf(unreadable.getMessage())));
        }
    }

    /**
     * Debian's and Ubuntu's kernels have a patch by which above 2, as they come, perf_event_open() is for CAP_SYS_ADMIN
     * alone (seen on Debian's 5.10, 6.1, 6.12 and 7.3).
     */
    public static Obstacle explained(SystemCallException refused) {
        boolean right = refused.is(Errno.EACCES) || refused.is(Errno.EPERM);
        return new Obstacle(
                right,
                right
                        ? "it needs CAP_PERFMON, and on kernels of Debian and Ubuntu kernel.perf_event_paranoid of 2 or"
                                + " less, or CAP_SYS_ADMIN (" + refused.getMessage() + ")"
                        : refused.getMessage());
    }

    /** The CPUs that it asks: online and not isolated. */
    public BitSet cpus() throws IOException {
        BitSet cpus = list("devices/system/cpu/online");
        cpus.andNot(isolated());
        return cpus;
    }

    /** The CPUs that an administrator isolated. */
    public BitSet isolated() throws IOException {
        BitSet isolated = list("devices/system/cpu/isolated");
        isolated.or(list("devices/system/cpu/nohz_full"));
        return isolated;
    }

    /** Nothing where the kernel has no such file. */
    private BitSet list(String name) throws IOException {
        Path file = sysfs.resolve(name);
        return Files.exists(file) ? CpuList.parse(Files.readString(file, StandardCharsets.ISO_8859_1)) : new BitSet();
    }

    /** Empty also when it does not answer in time. */
    private Optional<SystemCallException> ask(int cpu) {
        BitSet one = new BitSet();
        one.set(cpu);
        try (Sampling sampling = new Sampling(one, FIRST_PATIENCE_NANOS)) {
            sampling.open();
            return sampling.refused();
        }
    }

    /** Begins; takes some 50 us a CPU. The caller ends it by {@link Sampling#close}. */
    public Sampling begin() throws IOException {
        Sampling sampling = new Sampling(cpus(), PATIENCE_NANOS);
        sampling.open();
        return sampling;
    }

    private boolean enter(int cpu) {
        synchronized (busy) {
            return busy.add(cpu);
        }
    }

    private void leave(int cpu) {
        synchronized (busy) {
            busy.remove(cpu);
        }
    }

    /** Running samples of all CPUs. Draining and closing are for one thread. */
    public final class Sampling implements CpuSamples {
        private final long patienceNanos;

        // Guarded by this.
        private final BitSet unasked;
        private final BitSet silent;
        private final List<PerfRing> rings = new ArrayList<>();
        private Optional<SystemCallException> refused = Optional.empty();
        private int working;
        private int steps;
        private boolean closed;

        private Sampling(BitSet cpus, long patienceNanos) {
            this.patienceNanos = patienceNanos;
            unasked = (BitSet) cpus.clone();
            silent = (BitSet) cpus.clone();
        }

        /** Returns when all CPUs are sampled but those that do not answer. */
        private synchronized void open() {
            for (int workers = 0; workers < MAX_WAITING && !unasked.isEmpty(); workers++) {
                working++;
                Thread thread = new Thread(this::work, "perf-open");
                thread.setDaemon(true);
                thread.start();
                if (!awaitAll()) {
                    return;
                }
            }
        }

        /** Until there is nothing left to do, or no CPU answered for a while; false when interrupted. */
        private boolean awaitAll() {
            while (working > 0 && !(unasked.isEmpty() && silent.isEmpty())) {
                int before = steps;
                try {
                    TimeUnit.NANOSECONDS.timedWait(this, patienceNanos);
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                    return false;
                }
                if (steps == before) {
                    return true;
                }
            }
            return true;
        }

        /** Of a thread of its own: opens what nobody opens yet, and at the end closes what it opened. */
        private void work() {
            List<Integer> cpus = new ArrayList<>();
            List<PerfRing> own = new ArrayList<>();
            for (int cpu = next(); cpu >= 0; cpu = next()) {
                // Where an earlier thread still waits, this one would wait as well.
                if (enter(cpu)) {
                    open(cpu, cpus, own);
                    leave(cpu);
                }
            }
            awaitClosed();
            for (int i = 0; i < own.size(); i++) {
                boolean first = enter(cpus.get(i));
                own.get(i).close();
                if (first) {
                    leave(cpus.get(i));
                }
            }
        }

        private synchronized int next() {
            int cpu = closed ? -1 : unasked.nextSetBit(0);
            if (cpu >= 0) {
                unasked.clear(cpu);
            }
            return cpu;
        }

        private void open(int cpu, List<Integer> cpus, List<PerfRing> own) {
            try {
                PerfRing ring = PerfRing.open(cpu, PERIOD_NANOS);
                cpus.add(cpu);
                own.add(ring);
                opened(cpu, Optional.of(ring), Optional.empty());
            } catch (SystemCallException failed) {
                opened(cpu, Optional.empty(), Optional.of(failed));
            }
        }

        private synchronized void opened(int cpu, Optional<PerfRing> ring, Optional<SystemCallException> failed) {
            ring.filter(open -> !closed).ifPresent(open -> {
                rings.add(open);
                silent.clear(cpu);
            });
            refused = failed.or(() -> refused);
            steps++;
            notifyAll();
        }

        private synchronized void awaitClosed() {
            working--;
            steps++;
            notifyAll();
            while (!closed) {
                try {
                    wait();
                } catch (InterruptedException nobodysBusiness) {
                    closed = true;
                }
            }
        }

        /** Why the kernel refused to sample a CPU; empty when it did not. */
        public synchronized Optional<SystemCallException> refused() {
            return refused;
        }

        @Override
        public synchronized BitSet silent() {
            return (BitSet) silent.clone();
        }

        @Override
        public synchronized void drain(List<OnCpuSample> samples) {
            rings.forEach(ring -> ring.drain(samples));
        }

        @Override
        public synchronized void close() {
            // First nobody reads the rings any more, then they are unmapped.
            rings.clear();
            closed = true;
            notifyAll();
        }
    }
}
