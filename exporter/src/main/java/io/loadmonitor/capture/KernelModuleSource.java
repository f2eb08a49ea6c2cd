package io.loadmonitor.capture;

import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.kernel.DumpDevice;
import io.loadmonitor.kernel.Errno;
import io.loadmonitor.kernel.KernelModule;
import io.loadmonitor.kernel.SystemCallException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
 * <p>The device is opened for each reading, because an open one keeps the module from being unloaded. One lock covers
 * trigger and reading, so that {@link #found} never gives out what {@link #take} made.
 */
public final class KernelModuleSource implements DumpSource {
    /** More own dumps than the module's ring can hold need not be remembered. */
    private static final int MAX_OWN = 1024;

    private final KernelModule module;
    private final Set<DumpHeading> own = new LinkedHashSet<>();

    public KernelModuleSource(KernelModule module) {
        this.module = module;
    }

    @Override
    public SourceKind kind() {
        return SourceKind.KMOD;
    }

    @Override
    public synchronized RawDump take(EscapedText reason) throws CaptureException {
        Optional<String> obstacle = module.obstacle();
        if (obstacle.isPresent()) {
            throw new CaptureException(CaptureException.Reason.UNAVAILABLE, obstacle.get());
        }
        try {
            long before = module.lastId();
            module.trigger(new String(reason.bytes(), StandardCharsets.US_ASCII));
            RawDump dump = readOwn(before, reason);
            remember(DumpHeading.of(dump));
            return dump;
        } catch (SystemCallException failed) {
            throw new CaptureException(reasonOf(failed), messageOf(failed), failed);
        } catch (NoSuchFileException unloaded) {
            throw new CaptureException(
                    CaptureException.Reason.UNAVAILABLE, "the kernel module was unloaded: " + unloaded.getMessage(), unloaded);
        } catch (IOException failed) {
            throw new CaptureException(CaptureException.Reason.FAILED, failed.getMessage(), failed);
        } catch (IllegalArgumentException unfit) {
            throw new CaptureException(CaptureException.Reason.FAILED, unfit.getMessage(), unfit);
        }
    }

    /**
     * The dumps in the module's ring with an id above {@code afterId} that no {@link #take} of this object made, oldest
     * first.
     */
    synchronized Found found(long afterId) throws IOException {
        List<RawDump> dumps = new ArrayList<>();
        long newest = afterId;
        long oldest = Long.MAX_VALUE;
        try (DumpDevice device = module.openDevice()) {
            for (Optional<RawDump> dump = device.next(); dump.isPresent(); dump = device.next()) {
                DumpHeading heading = DumpHeading.of(dump.get());
                OptionalLong id = heading.id();
                if (id.isPresent() && id.getAsLong() <= afterId) {
                    continue;
                }
                newest = Math.max(newest, id.orElse(newest));
                oldest = Math.min(oldest, id.orElse(oldest));
                if (!own.remove(heading)) {
                    dumps.add(dump.get());
                }
            }
        }
        long overwritten = afterId > 0 && oldest != Long.MAX_VALUE ? oldest - afterId - 1 : 0;
        return new Found(dumps, newest, overwritten);
    }

    /**
     * @param dumps oldest first
     * @param newestId of all that were read, own ones included
     * @param lost ids between the last reading and this that the ring no longer had
     */
    record Found(List<RawDump> dumps, long newestId, long lost) {
        Found {
            dumps = List.copyOf(dumps);
        }
    }

    private RawDump readOwn(long before, EscapedText reason) throws IOException, CaptureException {
        try (DumpDevice device = module.openDevice()) {
            for (Optional<RawDump> dump = device.next(); dump.isPresent(); dump = device.next()) {
                DumpHeading heading = DumpHeading.of(dump.get());
                OptionalLong id = heading.id();
                if (id.isPresent() && id.getAsLong() > before && heading.isManual(reason.escaped())) {
                    return dump.get();
                }
            }
        }
        throw new CaptureException(
                CaptureException.Reason.FAILED,
                "the kernel module accepted the trigger, but its device has no dump after id " + before
                        + " with the reason \"" + reason + '"');
    }

    private void remember(DumpHeading heading) {
        own.add(heading);
        if (own.size() > MAX_OWN) {
            own.remove(own.iterator().next());
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
        return String.valueOf(failed.getMessage());
    }
}
