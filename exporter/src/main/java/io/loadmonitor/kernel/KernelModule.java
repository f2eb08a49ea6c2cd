package io.loadmonitor.kernel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * The knobs of the module {@code load_monitor}, documented in {@code kmod/ABI/}. Immutable, safe for use by several
 * threads; every call asks the kernel again, so the module may be loaded and unloaded meanwhile.
 */
public final class KernelModule {
    private static final int MAX_REASON_CHARS = 63;

    private final Path knobs;
    private final Path parameters;
    private final Path device;

    /**
     * @param sysfsRoot where sysfs is mounted, {@code /sys}
     * @param device {@code /dev/load_monitor}
     */
    public KernelModule(Path sysfsRoot, Path device) {
        this.knobs = sysfsRoot.resolve("kernel/load_monitor");
        this.parameters = sysfsRoot.resolve("module/load_monitor");
        this.device = device;
    }

    /** Whether the module is loaded. */
    public boolean present() {
        return Files.isDirectory(knobs);
    }

    /**
     * What keeps this program from taking dumps with the module, in words; empty when nothing is known to. The last
     * word is the kernel's: {@link #trigger} may still fail.
     */
    public Optional<String> obstacle() {
        if (!present()) {
            return Optional.of("the kernel module is not loaded (there is no " + knobs + ")");
        }
        Path trigger = knobs.resolve("trigger");
        if (!Files.isWritable(trigger)) {
            return Optional.of("the kernel module is loaded, but " + trigger
                    + " cannot be written (needs root, or the group of the module's gid=, and a writable /sys)");
        }
        if (!Files.exists(device)) {
            return Optional.of("the kernel module is loaded, but there is no " + device);
        }
        if (!Files.isReadable(device)) {
            return Optional.of("the kernel module is loaded, but " + device
                    + " cannot be read (needs CAP_SYS_ADMIN, or the group of the module's gid=)");
        }
        return NativeLibrary.obstacle();
    }

    /** The module's version; empty when it is not loaded or has none. */
    public Optional<String> version() {
        try {
            return Optional.of(Files.readString(parameters.resolve("version"), StandardCharsets.US_ASCII)
                    .strip());
        } catch (IOException absent) {
            return Optional.empty();
        }
    }

    /**
     * Takes a dump now; returns when it is captured.
     *
     * @param reason 1 to 63 characters of printable ASCII
     * @throws SystemCallException EBUSY while one is being captured, EAGAIN too soon after the last manual one, EINVAL
     *     for a reason that the module refuses, ENOENT when it is not loaded, EACCES without the right
     * @throws IllegalArgumentException when the reason is empty, too long or not printable ASCII
     */
    public void trigger(String reason) throws SystemCallException {
        if (reason.isEmpty()
                || reason.length() > MAX_REASON_CHARS
                || reason.chars().anyMatch(c -> c < 0x20 || c > 0x7e)) {
            throw new IllegalArgumentException("the reason must be 1 to " + MAX_REASON_CHARS
                    + " characters of printable ASCII, not " + reason.length() + " characters");
        }
        try (OpenFile trigger = OpenFile.toWrite(knobs.resolve("trigger"))) {
            trigger.write(reason.getBytes(StandardCharsets.US_ASCII));
        }
    }

    /**
     * The 1-minute load at which the module takes a dump by itself; empty when it does not, and when it is not loaded.
     *
     * @throws IOException when the knob is there and cannot be read
     */
    public OptionalDouble threshold() throws IOException {
        double load = knob("threshold");
        return load > 0 ? OptionalDouble.of(load) : OptionalDouble.empty();
    }

    /** The same of the number of active tasks at a load tick. */
    public OptionalInt activeThreshold() throws IOException {
        double tasks = knob("active_threshold");
        return tasks > 0 ? OptionalInt.of((int) tasks) : OptionalInt.empty();
    }

    /** 0 without the module. */
    private double knob(String name) throws IOException {
        String text;
        try {
            text = Files.readString(knobs.resolve(name), StandardCharsets.US_ASCII)
                    .strip();
        } catch (NoSuchFileException unloaded) {
            return 0;
        }
        if (!text.matches("[0-9]{1,9}(\\.[0-9]{1,2})?")) {
            throw new IOException(name + ": not a number of 0 or more: \"" + text + '"');
        }
        return Double.parseDouble(text);
    }

    /** Whether the dumps that it takes by itself can be read here: as far as the device's mode and owner tell. */
    public boolean dumpsReadable() {
        return Files.isReadable(device) && NativeLibrary.obstacle().isEmpty();
    }

    /**
     * The id of the newest finished dump, 0 when there is none yet.
     *
     * @throws IOException when the module is not loaded
     */
    public long lastId() throws IOException {
        return LastId.parse(Files.readString(knobs.resolve("last_id"), StandardCharsets.US_ASCII));
    }

    /** Opens {@code last_id} to wait for the next dump. */
    public LastId openLastId() throws IOException {
        return LastId.open(knobs.resolve("last_id"));
    }

    /** Opens the device at its oldest dump. */
    public DumpDevice openDevice() throws IOException {
        return DumpDevice.open(device);
    }

    /**
     * The exact counts now.
     *
     * @throws IOException when the module is not loaded
     */
    public KernelTasks tasks() throws IOException {
        return KernelTasks.parse(Files.readString(knobs.resolve("tasks"), StandardCharsets.US_ASCII));
    }
}
