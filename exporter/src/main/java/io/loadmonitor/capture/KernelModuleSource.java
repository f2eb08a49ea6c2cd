package io.loadmonitor.capture;

import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.kernel.DumpDevice;
import io.loadmonitor.kernel.Errno;
import io.loadmonitor.kernel.KernelModule;
import io.loadmonitor.kernel.SystemCallException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Dumps from the kernel module: writes the trigger, then reads the dump from the device.
 *
 * <p>The text is the module's, with the records of {@link DeviceLook} and {@link OwnProcess} in it.
 *
 * <p>The device is opened for each reading, because an open one keeps the module from being unloaded. One lock covers
 * trigger and reading, so that {@link #found} never gives out what {@link #take} made.
 */
public final class KernelModuleSource implements DumpSource {
    /** Older ones are long gone from the module's ring. */
    private static final int MAX_REMEMBERED = 256;

    private final KernelModule module;
    private final DeviceLook deviceLook;
    private final OwnProcess own;
    private final Trigger trigger;

    /** What {@link #found} shall not give out: what {@link #take} made, and what has no id and was given out once. */
    private final Set<DumpHeading> remembered = new LinkedHashSet<>();

    public KernelModuleSource(KernelModule module, DeviceLook deviceLook, OwnProcess own) {
        this(module, deviceLook, own, module::trigger);
    }

    KernelModuleSource(KernelModule module, DeviceLook deviceLook, OwnProcess own, Trigger trigger) {
        this.module = module;
        this.deviceLook = deviceLook;
        this.own = own;
        this.trigger = trigger;
    }

    /** As {@link KernelModule#trigger}. */
    @FunctionalInterface
    interface Trigger {
        void write(String reason) throws SystemCallException;
    }

    @Override
    public SourceKind kind() {
        return SourceKind.KMOD;
    }

    @Override
    public synchronized RawDump take(DumpOrder order) throws CaptureException {
        Optional<String> obstacle = module.obstacle();
        if (obstacle.isPresent()) {
            throw new CaptureException(CaptureException.Reason.UNAVAILABLE, obstacle.get());
        }
        try (DumpDevice device = module.openDevice()) {
            device.skipToEnd();
            long before = module.lastId();
            trigger.write(order.reason().text());
            RawDump dump = readOwn(device, before, order.reason().escaped());
            remember(DumpHeading.of(dump));
            return own.beside(deviceLook.beside(dump));
        } catch (SystemCallException failed) {
            throw new CaptureException(reasonOf(failed), messageOf(failed), failed);
        } catch (NoSuchFileException unloaded) {
            throw new CaptureException(
                    CaptureException.Reason.UNAVAILABLE,
                    "the kernel module was unloaded: there is no " + unloaded.getMessage(),
                    unloaded);
        } catch (IOException failed) {
            throw new CaptureException(CaptureException.Reason.FAILED, String.valueOf(failed.getMessage()), failed);
        }
    }

    /**
     * The dumps in the module's ring with an id above {@code afterId} that no {@link #take} of this object made, oldest
     * first.
     *
     * @param afterId 0 for all
     */
    synchronized Found found(long afterId) throws IOException {
        List<FoundDump> dumps = new ArrayList<>();
        long newest = afterId;
        long lost = 0;
        try (DumpDevice device = module.openDevice()) {
            for (Optional<RawDump> dump = device.next(); dump.isPresent(); dump = device.next()) {
                DumpHeading heading = DumpHeading.of(dump.get());
                OptionalLong id = heading.id();
                if (id.isPresent() && id.getAsLong() <= newest) {
                    continue;
                }
                if (id.isPresent()) {
                    lost += newest == 0 ? 0 : id.getAsLong() - newest - 1;
                    newest = id.getAsLong();
                }
                if (!remembered.contains(heading)) {
                    dumps.add(new FoundDump(newest, own.beside(deviceLook.beside(dump.get()))));
                }
                if (id.isEmpty()) {
                    remember(heading);
                }
            }
        }
        return new Found(dumps, newest, lost);
    }

    /**
     * @param id its own, or where its header is cut off that of the one before it
     */
    record FoundDump(long id, RawDump dump) {}

    /**
     * @param dumps oldest first
     * @param newestId of all that were read, own ones included
     * @param lost ids since {@code afterId} that the ring no longer had
     */
    record Found(List<FoundDump> dumps, long newestId, long lost) {
        Found {
            dumps = List.copyOf(dumps);
        }
    }

    private static RawDump readOwn(DumpDevice device, long before, EscapedText reason)
            throws IOException, CaptureException {
        for (Optional<RawDump> dump = device.next(); dump.isPresent(); dump = device.next()) {
            DumpHeading heading = DumpHeading.of(dump.get());
            OptionalLong id = heading.id();
            if (id.isPresent() && id.getAsLong() > before && heading.isManual(reason.escaped())) {
                return dump.get();
            }
        }
        throw new CaptureException(
                CaptureException.Reason.FAILED,
                "the kernel module accepted the trigger, but its device has no dump after id " + before
                        + " with the reason \"" + reason + '"');
    }

    private void remember(DumpHeading heading) {
        remembered.add(heading);
        if (remembered.size() > MAX_REMEMBERED) {
            remembered.remove(remembered.iterator().next());
        }
    }

    private static CaptureException.Reason reasonOf(SystemCallException failed) {
        if (failed.is(Errno.EBUSY)) {
            return CaptureException.Reason.BUSY;
        }
        if (failed.is(Errno.EAGAIN)) {
            return CaptureException.Reason.THROTTLED;
        }
        return failed.isAbsence() || failed.isRefusal()
                ? CaptureException.Reason.UNAVAILABLE
                : CaptureException.Reason.FAILED;
    }

    private static String messageOf(SystemCallException failed) {
        if (failed.is(Errno.EBUSY)) {
            return "the kernel module is taking another dump";
        }
        if (failed.is(Errno.EAGAIN)) {
            return "too soon after the last dump (the module's min_spacing_ms)";
        }
        if (failed.is(Errno.EINVAL)) {
            return "the kernel module refused the reason";
        }
        if (failed.is(Errno.ENOSPC)) {
            return "the kernel module has no room for the dump (its readers hold everything)";
        }
        return String.valueOf(failed.getMessage());
    }
}
