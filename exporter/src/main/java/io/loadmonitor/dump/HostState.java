package io.loadmonitor.dump;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What the host was like beside a dump: what people look at next.
 *
 * <pre>{@code
 * pressure age_ms=12 cpu_some=12.34 memory_some=0.00 memory_full=0.00 io_some=88.10 io_full=80.02
 * memory age_ms=12 total_kb=16410832 available_kb=1204112 dirty_kb=340212 writeback_kb=12880 swap_total_kb=0 ...
 * disk dev="sda" over_ms=5003 in_flight=34 busy_ms=5003 reads=12 read_ms=70 writes=340 write_ms=84320
 * message level=3 text="[ 1209.600012] blk_update_request: I/O error, dev sda, sector 2048"
 * }</pre>
 *
 * Immutable.
 *
 * @param disks those that did something or had something to do, the busiest first
 * @param messages the newest lines of the kernel's log, oldest first; none where they cannot be read
 */
public record HostState(
        Optional<Pressure> pressure, Optional<Memory> memory, List<Disk> disks, List<KernelMessage> messages) {
    /** Disks that a dump tells of. */
    public static final int MOST_DISKS = 16;

    /** Lines of the kernel's log that a dump has. */
    public static final int MOST_MESSAGES = 20;

    /** Nobody looked. */
    public static final HostState UNKNOWN = new HostState(Optional.empty(), Optional.empty(), List.of(), List.of());

    private static final int LONGEST_NAME = 32;
    private static final double MILLIS = 1000.0;
    private static final double KIB_OF_MB = 1e6 / 1024;
    private static final double KIB_OF_GB = 1e9 / 1024;

    public HostState {
        disks = List.copyOf(disks);
        messages = List.copyOf(messages);
        if (disks.size() > MOST_DISKS || messages.size() > MOST_MESSAGES) {
            throw new IllegalArgumentException(disks.size() + " disks and " + messages.size()
                    + " messages, expected at most " + MOST_DISKS + " and " + MOST_MESSAGES);
        }
    }

    /**
     * Percent of the last 10 s in which tasks could not go on for want of something, as the kernel's pressure stall
     * information has it: {@code some}, at least one task; {@code full}, all that were not idle.
     *
     * @param ageMillis from the dump's moment to the look
     */
    public record Pressure(
            OptionalLong ageMillis,
            OptionalDouble cpuSome,
            OptionalDouble memorySome,
            OptionalDouble memoryFull,
            OptionalDouble ioSome,
            OptionalDouble ioFull) {}

    /**
     * In kB of 1,024 bytes.
     *
     * @param ageMillis from the dump's moment to the look
     * @param dirty what waits to be written to disks
     * @param writeback what is being written
     */
    public record Memory(
            OptionalLong ageMillis,
            OptionalLong total,
            OptionalLong available,
            OptionalLong dirty,
            OptionalLong writeback,
            OptionalLong swapTotal,
            OptionalLong swapFree) {}

    /**
     * What a disk did in a time that ended beside the dump.
     *
     * @param dev the kernel's name for it, {@code sda}
     * @param overMillis how long that time is; more than 0
     * @param inFlight requests that were begun and had not ended at its end
     * @param busyMillis of it with at least one request in flight
     * @param reads that ended in it
     * @param readMillis that these took together, from the beginning of each to its end
     */
    public record Disk(
            EscapedText dev,
            long overMillis,
            long inFlight,
            long busyMillis,
            long reads,
            long readMillis,
            long writes,
            long writeMillis) {
        public Disk {
            if (overMillis < 1
                    || inFlight < 0
                    || busyMillis < 0
                    || reads < 0
                    || readMillis < 0
                    || writes < 0
                    || writeMillis < 0) {
                throw new IllegalArgumentException("disk " + dev.escaped() + " has a negative number, or no time");
            }
        }

        /** {@code sda: 34 requests in flight, busy 100 % of 5.0 s; 68 writes a second, 248.0 ms each}. */
        private String sentence() {
            StringBuilder text = new StringBuilder("Disk ")
                    .append(EscapedText.asName(dev.escaped(), LONGEST_NAME))
                    .append(": ")
                    .append(inFlight)
                    .append(inFlight == 1 ? " request" : " requests")
                    .append(" in flight, busy ")
                    .append(Math.round(Math.min(100, 100.0 * busyMillis / overMillis)))
                    .append(String.format(Locale.ROOT, " %% of %.1f s", overMillis / MILLIS));
            each(text, reads, readMillis, "reads");
            each(text, writes, writeMillis, "writes");
            return text.append('.').toString();
        }

        private void each(StringBuilder text, long count, long millis, String what) {
            if (count > 0) {
                double perSecond = count * MILLIS / overMillis;
                text.append(String.format(
                        Locale.ROOT,
                        perSecond < 10 ? "; %.1f %s a second, %.1f ms each" : "; %.0f %s a second, %.1f ms each",
                        perSecond,
                        what,
                        (double) millis / count));
            }
        }
    }

    /** The lines of the kernel's log as they stand there, without their levels: printable ASCII. */
    public List<String> log() {
        return messages.stream().map(message -> message.text().escaped()).toList();
    }

    /** The rest in words, one thing each: printable ASCII, bounded; none where nobody looked. */
    public List<String> sentences() {
        List<String> sentences = new ArrayList<>();
        pressure.flatMap(HostState::sentence).ifPresent(sentences::add);
        memory.flatMap(HostState::sentence).ifPresent(sentences::add);
        disks.forEach(disk -> sentences.add(disk.sentence()));
        return List.copyOf(sentences);
    }

    /** {@code Tasks stalled in the last 10 s: for I/O 88 % of the time (all of them 80 %), for memory 0 %}. */
    private static Optional<String> sentence(Pressure pressure) {
        List<String> parts = new ArrayList<>();
        stalled(parts, "for I/O", pressure.ioSome(), pressure.ioFull());
        stalled(parts, "for memory", pressure.memorySome(), pressure.memoryFull());
        stalled(parts, "for a CPU", pressure.cpuSome(), OptionalDouble.empty());
        return parts.isEmpty()
                ? Optional.empty()
                : Optional.of("Time of the last 10 s in which tasks stalled: " + String.join(", ", parts) + ".");
    }

    private static void stalled(List<String> parts, String what, OptionalDouble some, OptionalDouble full) {
        if (some.isPresent()) {
            parts.add(what + " " + Math.round(some.getAsDouble()) + " %"
                    + (full.isPresent() && Math.round(full.getAsDouble()) > 0
                            ? " (all of them " + Math.round(full.getAsDouble()) + " %)"
                            : ""));
        }
    }

    /** {@code Memory: 1.2 of 16.8 GB available, 348 MB to be written to disks, 13 MB being written}. */
    private static Optional<String> sentence(Memory memory) {
        if (memory.total().isEmpty()) {
            return Optional.empty();
        }
        List<String> parts = new ArrayList<>();
        memory.available()
                .ifPresent(available -> parts.add(String.format(
                        Locale.ROOT,
                        "%.1f of %.1f GB available",
                        available / KIB_OF_GB,
                        memory.total().getAsLong() / KIB_OF_GB)));
        memory.dirty().ifPresent(dirty -> parts.add(Math.round(dirty / KIB_OF_MB) + " MB to be written to disks"));
        memory.writeback().ifPresent(written -> parts.add(Math.round(written / KIB_OF_MB) + " MB being written"));
        if (memory.swapTotal().orElse(0) > 0 && memory.swapFree().isPresent()) {
            parts.add(String.format(
                    Locale.ROOT,
                    "%.1f of %.1f GB of swap free",
                    memory.swapFree().getAsLong() / KIB_OF_GB,
                    memory.swapTotal().getAsLong() / KIB_OF_GB));
        }
        return parts.isEmpty() ? Optional.empty() : Optional.of("Memory: " + String.join(", ", parts) + ".");
    }
}
