package io.loadmonitor.capture;

import io.loadmonitor.kernel.DeviceMapper;
import io.loadmonitor.kernel.Errno;
import io.loadmonitor.kernel.KernelModule;
import io.loadmonitor.kernel.SystemCallException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The kernel module's files as ordinary ones, and its behaviour at the trigger. */
final class FakeModule {
    private final Path knobs;
    private final Path device;
    private final KernelModule module;
    private final List<String> ring = new ArrayList<>();
    private long lastId;
    private long clock;
    private long ageNanos;
    private Optional<Errno> refusal = Optional.empty();
    private Runnable beforeCapture = () -> {};

    FakeModule(Path root) {
        this.knobs = root.resolve("sys/kernel/load_monitor");
        this.device = root.resolve("load_monitor");
        this.module = new KernelModule(root.resolve("sys"), device);
    }

    KernelModule module() {
        return module;
    }

    /** A source whose trigger is this module's. */
    KernelModuleSource source() {
        return source(new OwnProcess(OptionalLong.empty(), 0));
    }

    /** The same, of a program of which so much is known. */
    KernelModuleSource source(OwnProcess own) {
        return new KernelModuleSource(module, deviceLook(), own, this::trigger);
    }

    /** At the devices of {@code sys/block}, with names from {@code mapper}; the module's clock stands still. */
    DeviceLook deviceLook() {
        Path root = device.getParent();
        return new DeviceLook(new DeviceMapper(root.resolve("sys"), root.resolve("mapper")), () -> clock + ageNanos);
    }

    /** From now on the newest dump is so old when it is looked at. */
    synchronized void age(Duration age) {
        ageNanos = age.toNanos();
    }

    synchronized void load() throws IOException {
        Files.createDirectories(knobs);
        Files.writeString(knobs.resolve("trigger"), "");
        lastId = 0;
        ring.clear();
        store();
    }

    synchronized void unload() throws IOException {
        Files.delete(device);
        Files.delete(knobs.resolve("trigger"));
        Files.delete(knobs.resolve("last_id"));
        Files.delete(knobs);
    }

    /** The next triggers fail so. */
    synchronized void refuse(Errno errno) {
        refusal = Optional.of(errno);
    }

    /** Happens between the trigger and its dump. */
    synchronized void beforeCapture(Runnable event) {
        beforeCapture = event;
    }

    /** Takes a dump by itself. */
    synchronized String takeAutomatic() {
        return take("threshold", "1-minute load 4.02 >= 4.00");
    }

    /** Takes a dump as somebody else asked. */
    synchronized String takeManual(String reason) {
        return take("manual", reason);
    }

    synchronized void forget(int dumps) throws IOException {
        ring.subList(0, dumps).clear();
        store();
    }

    private synchronized void trigger(String reason) throws SystemCallException {
        if (refusal.isPresent()) {
            throw new SystemCallException(
                    "write", knobs.resolve("trigger").toString(), refusal.get().number());
        }
        beforeCapture.run();
        take("manual", reason);
    }

    private String take(String kind, String reason) {
        lastId++;
        clock += 1_000_000;
        String quoted = reason.replace("\\", "\\\\").replace("\"", "\\\"");
        String dump = "load_monitor dump version=1 id=" + lastId + " source=kmod boot_id=6f1c release=6.1.0\n"
                + "trigger kind=" + kind + " reason=\"" + quoted + "\" cause=present\n"
                + "time wall=2026-11-22T12:04:10.123456Z monotonic_ns=" + clock + "\n"
                + "end id=" + lastId + " tasks=0\n";
        ring.add(dump);
        try {
            Files.writeString(device, dump, StandardCharsets.ISO_8859_1, StandardOpenOption.APPEND);
            storeLastId();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        return dump;
    }

    private void store() throws IOException {
        // Nobody may see half of it, as with the kernel's.
        Path whole = device.resolveSibling("load_monitor.new");
        Files.writeString(whole, String.join("", ring), StandardCharsets.ISO_8859_1);
        Files.move(whole, device, StandardCopyOption.ATOMIC_MOVE);
        storeLastId();
    }

    private void storeLastId() throws IOException {
        try (RandomAccessFile file =
                new RandomAccessFile(knobs.resolve("last_id").toFile(), "rw")) {
            byte[] text = (lastId + "\n").getBytes(StandardCharsets.US_ASCII);
            file.write(text);
            file.setLength(text.length);
        }
    }
}
