package io.loadmonitor.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ContainerIdTest {
    private static final String ID = "8f0c".repeat(16);

    /** ID stands for 64 digits. The paths are of the sources that {@link ContainerId} names, with other ids. */
    @ParameterizedTest
    @CsvSource(
            nullValues = "none",
            value = {
                "/system.slice/docker-ID.scope, docker",
                "/docker/ID, docker",
                "/docker/ID/system.slice/sshd.service, docker",
                "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod7d4424e6_bb13.slice/docker-ID.scope,"
                        + " docker",
                "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-poda5c1f8d5_1919.slice/crio-ID.scope,"
                        + " cri-o",
                "/kubepods.slice/kubepods-pod4d7e5f1a_0001.slice/crio-ID.scope/container, cri-o",
                "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-besteffort.slice/cri-containerd-ID.scope,"
                        + " containerd",
                "/system.slice/containerd.service/kubepods-burstable-podff49d0be_16b7.slice:cri-containerd:ID,"
                        + " containerd",
                "/system.slice/nerdctl-ID.scope, containerd",
                "/kubepods/burstable/pod58662905-8ccc-11e7-a695-c85b76cda386/ID, none",
                "/default/ID, none",
                "/machine.slice/libpod-ID.scope/container, podman",
                "/libpod_parent/libpod-ID, podman",
                "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-ID.scope, podman"
            })
    void findsIdAndRuntime(String path, String runtime) {
        ContainerId found =
                ContainerId.of(EscapedText.of(path.replace("ID", ID))).orElseThrow();
        assertEquals(ID, found.full());
        assertEquals("8f0c8f0c8f0c", found.shortened());
        assertEquals(Optional.ofNullable(runtime), found.runtime());
    }

    @ParameterizedTest
    @CsvSource({
        "/lxc/web1, web1",
        "/lxc/web1/system.slice/nginx.service, web1",
        "/lxc.payload.web-2.example/init.scope, web-2.example",
        "/lxc.payload/web1, web1"
    })
    void findsTheNamesOfLxc(String path, String name) {
        ContainerId found = ContainerId.of(EscapedText.of(path)).orElseThrow();
        assertEquals(name, found.full());
        assertEquals(name, found.shortened());
        assertEquals(Optional.of("lxc"), found.runtime());
    }

    @Test
    void takesTheInnermost() {
        String outer = "0".repeat(64);
        assertEquals(ID, of("/docker/" + outer + "/docker/" + ID).orElseThrow().full());
        assertEquals(ID, of("/lxc/web1/docker/" + ID).orElseThrow().full());
        assertEquals(
                "web1",
                of("/docker/" + ID + "/lxc.payload.web1/init.scope")
                        .orElseThrow()
                        .full());
    }

    @Test
    void findsNoneInOtherPaths() {
        for (String path : new String[] {
            "/",
            "",
            "/system.slice/db.service",
            "/a/" + ID + "0",
            "/" + ID.toUpperCase(Locale.ROOT),
            "/x" + ID,
            "/machine.slice/libpod-conmon-" + ID + ".scope",
            "/kubepods.slice/crio-conmon-" + ID + ".scope",
            "/lxc.monitor.web1",
            "/lxc",
            "/lxcfs",
            "/kubepods.slice/kubepods-burstable.slice",
            "/docker/../" + ID + "<"
        }) {
            assertEquals(Optional.empty(), of(path), path);
        }
    }

    private static Optional<ContainerId> of(String path) {
        return ContainerId.of(EscapedText.of(path));
    }
}
