package io.loadmonitor.dump;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The container that a cgroup's path names: 64 hexadecimal digits, alone or behind the name of the runtime, or for LXC
 * the name that its administrator gave it. Immutable.
 *
 * <pre>{@code
 * /system.slice/docker-<64 digits>.scope                                        docker, systemd driver
 * /docker/<64 digits>                                                            docker, cgroupfs driver
 * /kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod<uid>.slice/crio-<64 digits>.scope
 * /kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod<uid>.slice/cri-containerd-<64 digits>.scope
 * /system.slice/containerd.service/kubepods-burstable-pod<uid>.slice:cri-containerd:<64 digits>
 * /kubepods/burstable/pod<uid>/<64 digits>                                       Kubernetes, cgroupfs driver
 * /machine.slice/libpod-<64 digits>.scope/container                              podman
 * /libpod_parent/libpod-<64 digits>                                              podman, cgroupfs driver
 * /lxc.payload.web1/system.slice/nginx.service, /lxc/web1                         LXC 4 and later, before
 * }</pre>
 *
 * A monitor beside the container ({@code crio-conmon-}, {@code libpod-conmon-}, {@code lxc.monitor.}) is not in it.
 *
 * @param runtime {@code docker}, {@code containerd}, {@code cri-o}, {@code podman}, {@code lxc}; empty where the path
 *     does not tell
 * @param full as the runtime's own programs take it
 * @see <a href="https://github.com/cri-o/cri-o/issues/811">crio- and crio-conmon-</a>
 * @see <a href="https://github.com/elastic/apm-agent-nodejs/issues/3550">cri-containerd behind a colon</a>
 * @see <a href="https://github.com/opencontainers/runtime-spec/blob/main/config-linux.md#cgroups-path">cgroupsPath,
 *     from which runc with systemd makes PREFIX-ID.scope</a>
 */
public record ContainerId(Optional<String> runtime, String full) {
    private static final int SHORT_LENGTH = 12;

    /** After the slash: a runtime's prefix or none, then the id, then the end or what systemd appends. */
    private static final Pattern ID =
            Pattern.compile("(?:^|/)(?:[^/:]*:)?(?:([a-z][a-z-]{0,30})[-:])?([0-9a-f]{64})(?:\\.scope)?(?=$|/)");

    /** A name that the administrator chose; {@code lxc-create} admits what a folder's name can be. */
    private static final Pattern LXC =
            Pattern.compile("(?:^|/)(?:lxc\\.payload[./]|lxc/)([A-Za-z0-9][A-Za-z0-9._-]{0,62})(?=$|/)");

    /** The innermost one of the path; empty for a path that names none. */
    public static Optional<ContainerId> of(EscapedText cgroup) {
        String path = cgroup.escaped();
        Optional<ContainerId> innermost = Optional.empty();
        int end = -1;
        Matcher id = ID.matcher(path);
        while (id.find()) {
            String prefix = id.group(1) == null ? "" : id.group(1);
            if (!prefix.endsWith("conmon")) {
                innermost = Optional.of(new ContainerId(runtime(prefix, path.substring(0, id.start(2))), id.group(2)));
                end = id.end();
            }
        }
        Matcher lxc = LXC.matcher(path);
        while (lxc.find()) {
            if (lxc.end() > end) {
                innermost = Optional.of(new ContainerId(Optional.of("lxc"), lxc.group(1)));
            }
        }
        return innermost;
    }

    /** The first 12 digits, as docker, podman and crictl show them; a name stays whole. */
    public String shortened() {
        return full.length() == 64 ? full.substring(0, SHORT_LENGTH) : full;
    }

    private static Optional<String> runtime(String prefix, String before) {
        return switch (prefix) {
            case "docker" -> Optional.of("docker");
            case "cri-containerd", "nerdctl" -> Optional.of("containerd");
            case "crio" -> Optional.of("cri-o");
            case "libpod", "libpod-payload" -> Optional.of("podman");
            default -> before.endsWith("/docker/") ? Optional.of("docker") : Optional.empty();
        };
    }
}
