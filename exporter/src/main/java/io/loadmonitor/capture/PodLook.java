package io.loadmonitor.capture;

import io.loadmonitor.dump.DumpWriter;
import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.Pod;
import io.loadmonitor.dump.RawDump;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Names the pods whose tasks are in a dump, by the folders that the kubelet makes for their logs in
 * {@code /var/log/pods} (pkg/kubelet/kuberuntime/helpers.go, BuildPodLogsDirectory; Kubernetes 1.14 and later):
 *
 * <pre>{@code
 * shop_web-5d4c8_1b2c3d4e-0a1b-4c2d-8e3f-0123456789ab        NAMESPACE_NAME_UID
 * }</pre>
 *
 * <p>No file is opened and nobody is asked. The folder is listed only when a dump has a pod whose name is not known, in
 * a thread of its own: on a host whose disk hangs it may not come back, and a dump must not wait for it. Safe for use
 * by several threads.
 */
public final class PodLook {
    /** Of pods that there were, too, until the kubelet clears them away. */
    static final int MOST_ENTRIES = 16_384;

    private static final Logger LOG = LoggerFactory.getLogger(PodLook.class);
    private static final Duration TIME = Duration.ofMillis(500);
    /** A listing that did not have a pod is not made again for it at once. */
    private static final Duration AGAIN = Duration.ofSeconds(10);

    /** The path of a cgroup as dumps have it, or a part of one. */
    private static final Pattern CGROUP = Pattern.compile("\"(/[^\"]{0,4096})\"");

    private static final Pattern FOLDER = Pattern.compile("([^_]+)_([^_]+)_([^_]+)");

    private final Path folder;
    private final TimedLook<Map<String, Pod>> look;
    // Guarded by this.
    private Map<String, Pod> known = Map.of();
    private boolean listed;
    private long listedNanos;
    private boolean told;

    /** @param folder {@code /var/log/pods}; where it is not there, pods have no names */
    public PodLook(Path folder) {
        this.folder = folder;
        this.look = new TimedLook<>("pod-look", TIME, this::list);
    }

    /** The source, with the pods' names in its dumps. */
    public DumpSource naming(DumpSource source) {
        return source.adding(this::beside);
    }

    /** The dump with a record of each pod in it whose name is known, before its footer; else unchanged. */
    public RawDump beside(RawDump dump) {
        Set<String> uids = uids(dump);
        if (uids.isEmpty()) {
            return dump;
        }
        Map<String, Pod> names = names(uids);
        List<Pod> pods = uids.stream()
                .map(names::get)
                .filter(Objects::nonNull)
                .limit(Pod.MOST)
                .toList();
        return pods.isEmpty() ? dump : DumpWriter.insertPods(dump, pods);
    }

    /** In order, so that the same pods always give the same text. */
    private static Set<String> uids(RawDump dump) {
        Set<String> uids = new TreeSet<>();
        Matcher cgroup = CGROUP.matcher(new String(dump.toByteArray(), StandardCharsets.ISO_8859_1));
        while (uids.size() < Pod.MOST && cgroup.find()) {
            Pod.uidOf(new EscapedText(cgroup.group(1))).ifPresent(uids::add);
        }
        return uids;
    }

    private synchronized Map<String, Pod> names(Set<String> uids) {
        if (known.keySet().containsAll(uids) || listed && System.nanoTime() - listedNanos < AGAIN.toNanos()) {
            return known;
        }
        try {
            known = look.now();
            told = false;
            listed = true;
            listedNanos = System.nanoTime();
        } catch (TimedLook.FailedException e) {
            unknown("listing " + folder + ": " + e.getMessage());
        }
        return known;
    }

    private void unknown(String why) {
        if (!told) {
            told = true;
            LOG.info("Dumps will not name new pods: {}", why);
        }
    }

    private Map<String, Pod> list() throws IOException {
        Map<String, Pod> pods = new HashMap<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            int seen = 0;
            for (Path entry : entries) {
                if (++seen > MOST_ENTRIES) {
                    throw new IOException(folder + " has more than " + MOST_ENTRIES + " entries");
                }
                pod(String.valueOf(entry.getFileName())).ifPresent(pod -> pods.put(pod.uid(), pod));
            }
        } catch (NoSuchFileException noKubelet) {
            return Map.of();
        }
        return Map.copyOf(pods);
    }

    private static Optional<Pod> pod(String name) {
        Matcher parts = FOLDER.matcher(name);
        return parts.matches() ? Pod.of(parts.group(3), parts.group(1), parts.group(2)) : Optional.empty();
    }
}
