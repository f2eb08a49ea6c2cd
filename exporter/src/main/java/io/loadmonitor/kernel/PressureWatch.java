package io.loadmonitor.kernel;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears from the kernel that all tasks stall, for memory or for I/O (/proc/pressure). Where it cannot, it says so once
 * in the log and in {@link #obstacle}, and everything else goes on. Each resource has a thread of its own that waits in
 * poll(2) and holds no lock while it does or tells. Safe for use by several threads.
 */
public final class PressureWatch implements AutoCloseable {
    /** How soon a thread sees that it is to end. */
    private static final int POLL_MILLIS = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(PressureWatch.class);

    private final Path folder;
    private final String share;
    private final Duration window;
    private final Listener listener;

    /** By resource. Guarded by this. */
    private final Map<String, Watcher> watchers = new HashMap<>();

    /** By resource. Guarded by this. */
    private final Map<String, String> obstacles = new HashMap<>();

    /** Called by the thread of a resource; must not block. */
    @FunctionalInterface
    public interface Listener {
        /** @param percent of the window, that was watched for */
        void stalled(String resource, int percent);
    }

    /**
     * Watches nothing yet.
     *
     * @param procRoot where procfs is mounted, {@code /proc}
     * @param window 2 s, or a multiple: for others the kernel wants CAP_SYS_RESOURCE
     */
    public PressureWatch(Path procRoot, Duration window, Listener listener) {
        this(procRoot, "full", window, listener);
    }

    PressureWatch(Path procRoot, String share, Duration window, Listener listener) {
        this.folder = procRoot.resolve("pressure");
        this.share = share;
        this.window = window;
        this.listener = listener;
    }

    /**
     * Watches these from now on and nothing else; what is watched so already goes on. Returns within milliseconds.
     *
     * @param percents of the window for which all tasks stalled, 1 to 100, by resource: {@code memory}, {@code io}
     */
    public synchronized void watch(Map<String, Integer> percents) {
        watchers.values().removeIf(watcher -> !watcher.goesOn(percents));
        obstacles.keySet().retainAll(percents.keySet());
        for (Map.Entry<String, Integer> wanted : new TreeMap<>(percents).entrySet()) {
            if (!watchers.containsKey(wanted.getKey())) {
                begin(wanted.getKey(), wanted.getValue());
            }
        }
    }

    private void begin(String resource, int percent) {
        Path file = folder.resolve(resource);
        Optional<String> obstacle = NativeLibrary.obstacle();
        if (obstacle.isEmpty()) {
            try {
                Watcher watcher = new Watcher(
                        resource,
                        percent,
                        PressureTrigger.open(
                                file, share, window.multipliedBy(percent).dividedBy(100), window));
                watchers.put(resource, watcher);
                obstacles.remove(resource);
                watcher.start();
                return;
            } catch (SystemCallException refused) {
                obstacle = Optional.of(why(file, refused));
            }
        }
        hinder(resource, obstacle.get());
    }

    private synchronized void hinder(String resource, String obstacle) {
        if (!obstacle.equals(obstacles.put(resource, obstacle))) {
            LOG.atWarn()
                    .addKeyValue("resource", resource)
                    .addKeyValue("reason", obstacle)
                    .log("pressure is not watched, so no dump is taken because of it; all else goes on");
        }
    }

    private static String why(Path file, SystemCallException refused) {
        if (refused.is(Errno.ENOENT) || refused.is(Errno.EOPNOTSUPP)) {
            return "this kernel tells no pressure (" + refused.getMessage() + "); it may need psi=1 at its start";
        }
        if (refused.is(Errno.EROFS)) {
            return file + " is on a file system that is mounted read-only";
        }
        if (refused.isRefusal()) {
            return file + " cannot be written (" + refused.getMessage() + "); before Linux 6.5 that needs"
                    + " CAP_SYS_RESOURCE";
        }
        return String.valueOf(refused.getMessage());
    }

    /** What keeps it from watching a resource that it was told to watch, for people; empty when nothing does. */
    public synchronized Optional<String> obstacle(String resource) {
        return Optional.ofNullable(obstacles.get(resource));
    }

    /** Ends the threads, within about a second, and does not wait for them. */
    @Override
    public synchronized void close() {
        watch(Map.of());
    }

    /** One resource. */
    private final class Watcher implements Runnable {
        private final String resource;
        private final int percent;
        private final PressureTrigger trigger;
        private volatile boolean ended;

        Watcher(String resource, int percent, PressureTrigger trigger) {
            this.resource = resource;
            this.percent = percent;
            this.trigger = trigger;
        }

        void start() {
            Thread thread = new Thread(this, "pressure-" + resource);
            thread.setDaemon(true);
            thread.start();
        }

        boolean goesOn(Map<String, Integer> percents) {
            ended = ended || !Integer.valueOf(percent).equals(percents.get(resource));
            return !ended;
        }

        @Override
        public void run() {
            try (trigger) {
                while (!ended) {
                    if (trigger.await(POLL_MILLIS) && !ended) {
                        listener.stalled(resource, percent);
                    }
                }
            } catch (IOException | RuntimeException failed) {
                ended = true;
                hinder(resource, String.valueOf(failed.getMessage()));
            }
        }
    }
}
