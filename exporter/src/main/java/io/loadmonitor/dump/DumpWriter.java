package io.loadmonitor.dump;

import io.loadmonitor.dump.StackDump.Placement;
import io.loadmonitor.dump.StackDump.State;
import io.loadmonitor.dump.StackDump.Task;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Writes the text of a dump (version 1, {@code exporter/docs/dump-format.md}): {@code DumpParser.parse(write(dump))}
 * equals {@code dump} for a dump without unread lines and within the parser's limits. What is absent is left out. A
 * dump that is not complete gets no footer. Stateless, safe for use by several threads.
 */
public final class DumpWriter {
    private static final List<String> COUNTS_IN_ORDER = List.of(
            "scanned",
            "running",
            "delayed",
            "uninterruptible",
            "iowait",
            "captured",
            "stacks",
            "truncated",
            "sampled",
            "of",
            "unstable",
            "unwind_failed",
            "partial",
            "no_room",
            "cgroup_no_room",
            "cpu_no_answer",
            "lost_dumps",
            "complete");

    private static final byte[] FOOTER = "end id=".getBytes(StandardCharsets.US_ASCII);

    private final StringBuilder text;

    private DumpWriter(int expectedChars) {
        text = new StringBuilder(expectedChars);
    }

    /**
     * @throws IllegalArgumentException when {@code dump} is complete but has no header, whose id the footer repeats;
     *     and when it is of another version
     */
    public static RawDump write(StackDump dump) {
        if (dump.complete() && dump.header().isEmpty()) {
            throw new IllegalArgumentException(
                    "a complete dump of " + dump.tasks().size() + " tasks has no header");
        }
        dump.header().filter(header -> header.version() != DumpParser.VERSION).ifPresent(header -> {
            throw new IllegalArgumentException("cannot write version " + header.version() + " of the dump text");
        });
        DumpWriter writer = new DumpWriter(
                1024 + 160 * dump.tasks().size() + 512 * dump.stacks().size());
        writer.head(dump);
        writer.stacks(dump);
        dump.lockFacts().locks().forEach(writer::lock);
        dump.tasks().forEach(writer::task);
        dump.lockFacts().owners().forEach(writer::task);
        dump.devices().ifPresent(writer::devices);
        writer.host(dump.hostState());
        dump.exporterPid().ifPresent(writer::exporter);
        writer.pods(dump.pods());
        if (dump.complete()) {
            writer.text.append("end id=").append(dump.header().orElseThrow().id());
            int tasks = dump.tasks().size() + dump.lockFacts().owners().size();
            writer.text.append(" tasks=").append(tasks).append('\n');
        }
        return RawDump.owning(writer.text.toString().getBytes(StandardCharsets.US_ASCII));
    }

    /**
     * The text with these records just before its footer and everything else as it was. A text whose last line is no
     * footer was cut off, and is given back as it is.
     */
    public static RawDump insert(RawDump raw, MappedDevices devices) {
        DumpWriter writer = new DumpWriter(64 + 64 * devices.listed().size());
        writer.devices(devices);
        return insert(raw, writer);
    }

    /**
     * As {@link #insert(RawDump, MappedDevices)}, the record of who wrote the dump down.
     *
     * @param exporterPid process id in the initial pid namespace
     */
    public static RawDump insertExporter(RawDump raw, long exporterPid) {
        DumpWriter writer = new DumpWriter(32);
        writer.exporter(exporterPid);
        return insert(raw, writer);
    }

    /** As {@link #insert(RawDump, MappedDevices)}, the records of what else the host was like. */
    public static RawDump insert(RawDump raw, HostState host) {
        DumpWriter writer = new DumpWriter(512);
        writer.host(host);
        return insert(raw, writer);
    }

    /** As {@link #insert(RawDump, MappedDevices)}, the records of pods. */
    public static RawDump insertPods(RawDump raw, List<Pod> pods) {
        DumpWriter writer = new DumpWriter(128 * pods.size());
        writer.pods(pods);
        return insert(raw, writer);
    }

    private static RawDump insert(RawDump raw, DumpWriter writer) {
        byte[] text = raw.bytes();
        int footer = lastLine(text);
        if (!startsWith(text, footer, FOOTER)) {
            return raw;
        }
        byte[] records = writer.text.toString().getBytes(StandardCharsets.US_ASCII);
        byte[] whole = Arrays.copyOf(text, text.length + records.length);
        System.arraycopy(text, footer, whole, footer + records.length, text.length - footer);
        System.arraycopy(records, 0, whole, footer, records.length);
        return RawDump.owning(whole);
    }

    /** Where the last line begins; the end of the text when that line is not terminated. */
    private static int lastLine(byte[] text) {
        int start = text.length - 1;
        if (start < 0 || text[start] != '\n') {
            return text.length;
        }
        while (start > 0 && text[start - 1] != '\n') {
            start--;
        }
        return start;
    }

    private static boolean startsWith(byte[] text, int from, byte[] word) {
        return text.length - from >= word.length && Arrays.equals(text, from, from + word.length, word, 0, word.length);
    }

    private void head(StackDump dump) {
        dump.header().ifPresent(header -> {
            text.append("load_monitor dump version=")
                    .append(header.version())
                    .append(" id=")
                    .append(header.id());
            word("source", Optional.of(header.source()));
            word("boot_id", header.bootId());
            word("release", header.release());
            text.append('\n');
        });
        dump.trigger().ifPresent(trigger -> {
            text.append("trigger kind=").append(trigger.kind().text());
            quoted("reason", trigger.reason());
            word("cause", trigger.presence().map(StackDump.Presence::text));
            trigger.asker().ifPresent(asker -> {
                text.append(" asker_pid=").append(asker.pid());
                quoted("asker_comm", Optional.of(asker.comm()));
            });
            text.append('\n');
        });
        dump.time().ifPresent(time -> {
            text.append("time");
            word("wall", time.wall().map(Object::toString));
            number("monotonic_ns", time.monotonicNanos());
            text.append('\n');
        });
        dump.load().ifPresent(load -> {
            text.append("load avg1=").append(decimal(load.load1()));
            text.append(" avg5=")
                    .append(decimal(load.load5()))
                    .append(" avg15=")
                    .append(decimal(load.load15()));
            number("active", load.active());
            number("cpus", load.cpus());
            if (!load.silentCpus().isEmpty()) {
                text.append(" silent_cpus=");
                text.append(load.silentCpus().stream().map(String::valueOf).collect(Collectors.joining(",")));
            }
            text.append('\n');
        });
        dump.tick().ifPresent(tick -> {
            text.append("tick");
            number("age_ms", tick.ageMillis());
            number("active", tick.active());
            text.append(" avg1=").append(decimal(tick.load1())).append('\n');
        });
        dump.counts().ifPresent(counts -> counts(counts.values()));
        dump.cost().ifPresent(cost -> {
            text.append("cost");
            number("capture_ns", cost.captureNanos());
            number("irq_off_max_ns", cost.irqOffMaxNanos());
            number("rcu_max_ns", cost.rcuMaxNanos());
            text.append('\n');
        });
        dump.history().ifPresent(this::history);
    }

    private void history(StackDump.History history) {
        text.append("history");
        number("period_ms", history.periodMillis());
        List<Integer> active = history.active();
        for (int i = 0, next; i < active.size(); i = next) {
            next = i + 1;
            while (next < active.size() && active.get(next).equals(active.get(i))) {
                next++;
            }
            text.append(i == 0 ? " active=" : ",").append(active.get(i));
            if (next - i > 1) {
                text.append('x').append(next - i);
            }
        }
        text.append('\n');
    }

    private void counts(Map<String, Long> values) {
        text.append("count");
        for (String key : COUNTS_IN_ORDER) {
            if (values.containsKey(key)) {
                text.append(' ').append(key).append('=').append(values.get(key));
            }
        }
        for (String key : new TreeSet<>(values.keySet())) {
            if (!COUNTS_IN_ORDER.contains(key)) {
                text.append(' ').append(key).append('=').append(values.get(key));
            }
        }
        text.append('\n');
    }

    private void stacks(StackDump dump) {
        Map<Integer, Integer> tasksByStack = new HashMap<>();
        dump.tasks().forEach(task -> tasksByStack.merge(task.stackId(), 1, Integer::sum));
        dump.lockFacts().owners().forEach(task -> tasksByStack.merge(task.stackId(), 1, Integer::sum));
        for (CallStack stack : dump.stacks()) {
            text.append("stack id=").append(stack.id());
            text.append(" tasks=")
                    .append(tasksByStack.getOrDefault(stack.id(), 0))
                    .append('\n');
            stack.frames().forEach(frame -> text.append("  ").append(frame).append('\n'));
        }
    }

    private void devices(MappedDevices devices) {
        text.append("devices");
        number("age_ms", devices.ageMillis());
        number("mapped", devices.mapped());
        number("suspended", devices.suspended());
        text.append('\n');
        for (MappedDevices.Device device : devices.listed()) {
            text.append("device");
            quoted("dev", Optional.of(device.dev()));
            quoted("name", device.name());
            text.append(" suspended=1\n");
        }
    }

    private void host(HostState host) {
        host.pressure().ifPresent(pressure -> {
            text.append("pressure");
            number("age_ms", pressure.ageMillis());
            decimal("cpu_some", pressure.cpuSome());
            decimal("memory_some", pressure.memorySome());
            decimal("memory_full", pressure.memoryFull());
            decimal("io_some", pressure.ioSome());
            decimal("io_full", pressure.ioFull());
            text.append('\n');
        });
        host.memory().ifPresent(memory -> {
            text.append("memory");
            number("age_ms", memory.ageMillis());
            number("total_kb", memory.total());
            number("available_kb", memory.available());
            number("dirty_kb", memory.dirty());
            number("writeback_kb", memory.writeback());
            number("swap_total_kb", memory.swapTotal());
            number("swap_free_kb", memory.swapFree());
            text.append('\n');
        });
        for (HostState.Disk disk : host.disks()) {
            text.append("disk");
            quoted("dev", Optional.of(disk.dev()));
            text.append(" over_ms=").append(disk.overMillis());
            text.append(" in_flight=").append(disk.inFlight());
            text.append(" busy_ms=").append(disk.busyMillis());
            text.append(" reads=").append(disk.reads());
            text.append(" read_ms=").append(disk.readMillis());
            text.append(" writes=").append(disk.writes());
            text.append(" write_ms=").append(disk.writeMillis());
            text.append('\n');
        }
        for (KernelMessage message : host.messages()) {
            text.append("message");
            number("level", message.level());
            quoted("text", Optional.of(message.text()));
            text.append('\n');
        }
    }

    private void exporter(long pid) {
        text.append("exporter pid=").append(pid).append('\n');
    }

    private void pods(List<Pod> pods) {
        for (Pod pod : pods) {
            text.append("pod");
            quoted("uid", Optional.of(new EscapedText(pod.uid())));
            quoted("namespace", Optional.of(new EscapedText(pod.namespace())));
            quoted("name", Optional.of(new EscapedText(pod.name())));
            text.append('\n');
        }
    }

    private void lock(KernelLock lock) {
        text.append("lock id=").append(lock.id());
        if (lock.type() != KernelLock.Type.UNKNOWN) {
            text.append(" type=").append(lock.type().text());
        }
        if (lock.held() != KernelLock.Held.UNKNOWN) {
            text.append(" held=").append(lock.held().text());
        }
        number("owner", lock.owner());
        number("readers", lock.readers());
        number("waiters", lock.waiters());
        quoted("name", lock.name());
        text.append('\n');
    }

    private void task(Task task) {
        text.append("task pid=").append(task.pid());
        number("tgid", task.tgid());
        number("ppid", task.ppid());
        number("cpu", task.cpu());
        if (task.state() != State.UNKNOWN) {
            text.append(" state=").append(task.state().text());
        }
        if (task.placement() != Placement.UNKNOWN) {
            text.append(" on=").append(task.placement().text());
        }
        number("since_ms", task.sinceMillis());
        number("queued_ms", task.queuedMillis());
        number("run_delay_ms", task.runDelayMillis());
        number("switches", task.switches());
        number("start_ns", task.startNanos());
        text.append(" stack=").append(task.stackId());
        if (!task.flags().isEmpty()) {
            text.append(" flags=").append(String.join("|", new TreeSet<>(task.flags())));
        }
        task.lockWait()
                .ifPresent(wait -> text.append(" lock=")
                        .append(wait.lock())
                        .append(" wait=")
                        .append(wait.asReader() ? "read" : "write"));
        word("wchan", task.waitChannel());
        quoted("cgroup", task.cgroup());
        quoted("leader", task.leader());
        quoted("comm", Optional.of(task.comm()));
        text.append('\n');
    }

    private void number(String key, OptionalLong value) {
        value.ifPresent(number -> text.append(' ').append(key).append('=').append(number));
    }

    private void number(String key, OptionalInt value) {
        value.ifPresent(number -> text.append(' ').append(key).append('=').append(number));
    }

    private void decimal(String key, OptionalDouble value) {
        value.ifPresent(number -> text.append(' ').append(key).append('=').append(decimal(number)));
    }

    private void word(String key, Optional<String> value) {
        value.ifPresent(word -> text.append(' ').append(key).append('=').append(word));
    }

    private void quoted(String key, Optional<EscapedText> value) {
        value.ifPresent(inner -> text.append(' ')
                .append(key)
                .append("=\"")
                .append(inner.escaped())
                .append('"'));
    }

    /** At least the two decimals of /proc/loadavg, and as many more as the value has; never an exponent. */
    private static String decimal(double value) {
        BigDecimal exact = BigDecimal.valueOf(value);
        return (exact.scale() < 2 ? exact.setScale(2) : exact).toPlainString();
    }
}
