package io.loadmonitor.dump;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A pod of Kubernetes beside a dump: its cgroup names it by its uid alone. Immutable.
 *
 * <pre>{@code
 * /kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1b2c3d4e_0a1b_4c2d_8e3f_0123456789ab.slice/...
 * /kubepods/besteffort/pod1b2c3d4e-0a1b-4c2d-8e3f-0123456789ab/<64 digits>
 * /kubepods.slice/kubepods-pod0f1e2d3c4b5a69788796a5b4c3d2e1f0.slice/...      a static pod: the hash of its file
 * }</pre>
 *
 * @param uid lower case, with hyphens, or 32 digits of a static pod
 * @param namespace a label of RFC 1123
 * @param name a subdomain of RFC 1123
 * @see <a href="https://kubernetes.io/docs/concepts/overview/working-with-objects/names/">Object Names and IDs</a>
 */
public record Pod(String uid, String namespace, String name) {
    /** More than a node runs: the kubelet's default is 110, and 500 a large one. */
    public static final int MOST = 1000;

    private static final String UID_TEXT = "[0-9a-f]{8}(?:[_-][0-9a-f]{4}){3}[_-][0-9a-f]{12}|[0-9a-f]{32}";

    private static final Pattern IN_CGROUP = Pattern.compile("(?:^|[/-])pod(" + UID_TEXT + ")(?=[./:]|$)");
    private static final Pattern UID = Pattern.compile(UID_TEXT);
    private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?");
    private static final Pattern NAME = Pattern.compile("[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?");

    public Pod {
        if (!UID.matcher(uid).matches() || uid.indexOf('_') >= 0) {
            throw new IllegalArgumentException("no uid of a pod: \"" + uid + '"');
        }
        if (!NAMESPACE.matcher(namespace).matches()) {
            throw new IllegalArgumentException("no namespace: \"" + namespace + '"');
        }
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("no name of a pod: \"" + name + '"');
        }
    }

    /** As {@link #Pod}, of texts that may be unfit; empty then. */
    public static Optional<Pod> of(String uid, String namespace, String name) {
        try {
            return Optional.of(new Pod(uid.toLowerCase(Locale.ROOT), namespace, name));
        } catch (IllegalArgumentException unfit) {
            return Optional.empty();
        }
    }

    /** The uid in a cgroup's path, with hyphens; empty for a path that is no pod's. */
    public static Optional<String> uidOf(EscapedText cgroup) {
        Matcher uid = IN_CGROUP.matcher(cgroup.escaped());
        return uid.find() ? Optional.of(uid.group(1).replace('_', '-')) : Optional.empty();
    }

    /** {@code shop/web-5d4c8}. */
    public String label() {
        return namespace + '/' + name;
    }
}
