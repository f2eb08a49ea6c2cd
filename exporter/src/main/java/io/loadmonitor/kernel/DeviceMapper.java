package io.loadmonitor.kernel;

import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.MappedDevices;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which device-mapper devices are suspended, from {@code /sys/block/dm-N/dm/suspended} ({@code drivers/md/dm-sysfs.c},
 * Documentation/ABI/testing/sysfs-block-dm):
 *
 * <pre>{@code
 * 1          (6.1.0-56-cloud-amd64, "1\n" or "0\n")
 * }</pre>
 *
 * <p>That file answers whatever hangs: dm_attr_suspended_show looks at a flag and takes no more than a spin lock. The
 * file {@code name} beside it must not be read: dm_attr_name_show takes dm_hash_cells_mutex, which the task may hold
 * that is stuck. So names come from the links that udev makes in {@code /dev/mapper}:
 *
 * <pre>{@code
 * vg0-data -> ../dm-0
 * }</pre>
 *
 * Where there are device nodes instead, or nothing, devices have no names. A name is as udev mangles it ({@code \x20}
 * for a blank).
 *
 * <p>A look is whole or it is none: what it could not read in full it does not tell. It happens in a thread of its own:
 * on a host that hangs opening any file may, and a dump must not wait for it. Safe for use by several threads.
 */
public final class DeviceMapper {
    /** Block devices of a host with thousands of paths to its disks, and then some. */
    static final int MOST_ENTRIES = 16_384;

    private static final Logger LOG = LoggerFactory.getLogger(DeviceMapper.class);

    /**
     * A file takes some 20 us, but a thread on a crowded host may have to wait for a CPU. The dump waits for the look.
     */
    private static final Duration TIME = Duration.ofSeconds(1);

    private static final Pattern DEVICE = Pattern.compile("dm-(0|[1-9][0-9]{0,6})");
    private static final Pattern TARGET = Pattern.compile("\\.\\./(dm-[0-9]{1,7})");

    private final Path devices;
    private final Path links;
    private final long timeNanos;
    // Guarded by this.
    private boolean told;
    private @Nullable Thread hanging;

    /**
     * @param sysfsRoot where sysfs is mounted, {@code /sys}
     * @param links {@code /dev/mapper}
     */
    public DeviceMapper(Path sysfsRoot, Path links) {
        this(sysfsRoot, links, TIME);
    }

    DeviceMapper(Path sysfsRoot, Path links, Duration time) {
        this.devices = sysfsRoot.resolve("block");
        this.links = links;
        this.timeNanos = time.toNanos();
    }

    /**
     * The devices now, without an age. Empty when one of them, or the list of them, cannot be read, when there are more
     * than {@value #MOST_ENTRIES} block devices, when it takes longer than 1 s, or while an earlier look still hangs;
     * that is logged when it begins.
     */
    public synchronized Optional<MappedDevices> look() {
        if (hanging != null && hanging.isAlive()) {
            return unknown("an earlier look at " + devices + " hangs");
        }
        hanging = null;
        FutureTask<MappedDevices> look = new FutureTask<>(() -> read(System.nanoTime() + timeNanos));
        Thread thread = new Thread(look, "device-look");
        thread.setDaemon(true);
        thread.start();
        try {
            MappedDevices seen = look.get(timeNanos, TimeUnit.NANOSECONDS);
            told = false;
            return Optional.of(seen);
        } catch (ExecutionException failed) {
            return unknown(String.valueOf(failed.getCause()));
        } catch (TimeoutException late) {
            hanging = thread;
            return unknown("reading " + devices + " takes longer than " + timeNanos / 1_000_000 + " ms");
        } catch (InterruptedException interrupted) {
            hanging = thread;
            Thread.currentThread().interrupt();
            return unknown("interrupted");
        }
    }

    private Optional<MappedDevices> unknown(String why) {
        if (!told) {
            told = true;
            LOG.info("Dumps will not say which device-mapper devices are suspended: {}", why);
        }
        return Optional.empty();
    }

    private MappedDevices read(long deadline) throws IOException {
        int mapped = 0;
        // By number, so that the same devices always give the same text.
        TreeSet<Integer> suspended = new TreeSet<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(devices)) {
            int seen = 0;
            for (Path entry : entries) {
                if (++seen > MOST_ENTRIES) {
                    throw new IOException(devices + " has more than " + MOST_ENTRIES + " entries");
                }
                if (System.nanoTime() - deadline > 0) {
                    throw new IOException("reading " + devices + " took longer than " + timeNanos / 1_000_000 + " ms");
                }
                Matcher device = DEVICE.matcher(String.valueOf(entry.getFileName()));
                Optional<Boolean> state =
                        device.matches() ? suspended(entry.resolve("dm/suspended")) : Optional.empty();
                mapped += state.isPresent() ? 1 : 0;
                if (state.orElse(false)) {
                    suspended.add(Integer.valueOf(device.group(1)));
                }
            }
        }
        List<String> listed = suspended.stream()
                .limit(MappedDevices.MOST_LISTED)
                .map(number -> "dm-" + number)
                .toList();
        Map<String, String> names = listed.isEmpty() ? Map.of() : names(deadline);
        return new MappedDevices(
                OptionalLong.empty(),
                OptionalInt.of(mapped),
                OptionalInt.of(suspended.size()),
                listed.stream()
                        .map(dev -> new MappedDevices.Device(
                                EscapedText.of(dev),
                                Optional.ofNullable(names.get(dev)).map(EscapedText::of)))
                        .toList());
    }

    /** Empty for a device that is gone: it may be removed between the listing and the look. */
    private static Optional<Boolean> suspended(Path file) throws IOException {
        String text;
        try (InputStream in = Files.newInputStream(file)) {
            text = new String(in.readNBytes(3), StandardCharsets.ISO_8859_1);
        } catch (IOException failed) {
            if (Files.notExists(file)) {
                return Optional.empty();
            }
            throw failed;
        }
        return switch (text) {
            case "0\n" -> Optional.of(false);
            case "1\n" -> Optional.of(true);
            default ->
                throw new IOException(file + " is neither 0 nor 1, but begins with \"" + EscapedText.of(text) + '"');
        };
    }

    /** Names by devices, as far as they can be read: a device without its name is still told. */
    private Map<String, String> names(long deadline) {
        Map<String, String> names = new HashMap<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(links)) {
            int seen = 0;
            for (Path link : entries) {
                if (++seen > MOST_ENTRIES || System.nanoTime() - deadline > 0) {
                    break;
                }
                if (Files.isSymbolicLink(link)) {
                    Matcher target = TARGET.matcher(Files.readSymbolicLink(link).toString());
                    if (target.matches()) {
                        // Of several links the same one always.
                        names.merge(
                                target.group(1),
                                String.valueOf(link.getFileName()),
                                (one, other) -> one.compareTo(other) <= 0 ? one : other);
                    }
                }
            }
        } catch (IOException | DirectoryIteratorException unreadable) {
            LOG.debug("names of device-mapper devices: {}", unreadable.toString());
        }
        return names;
    }
}
