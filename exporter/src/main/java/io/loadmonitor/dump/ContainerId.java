package io.loadmonitor.dump;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The id of a container in a cgroup's path: 64 hexadecimal digits, alone or behind the name of the runtime. Seen in
 * paths such as
 *
 * <pre>{@code
 * /system.slice/docker-8f0c...64 digits...3b.scope                             docker, systemd driver
 * /docker/8f0c...3b                                                             docker, cgroupfs driver
 * /kubepods.slice/kubepods-pod1234.slice/cri-containerd-8f0c...3b.scope         containerd under Kubernetes
 * /machine.slice/libpod-8f0c...3b.scope/container                               podman
 * }</pre>
 */
final class ContainerId {
    private static final Pattern ID = Pattern.compile("(?:^|[/-])([0-9a-f]{64})(?=$|/|\\.scope)");

    private ContainerId() {}

    /** The innermost one of the path; empty for a path that names none. */
    static Optional<String> of(EscapedText cgroup) {
        Matcher matcher = ID.matcher(cgroup.escaped());
        Optional<String> id = Optional.empty();
        while (matcher.find()) {
            id = Optional.of(matcher.group(1));
        }
        return id;
    }
}
