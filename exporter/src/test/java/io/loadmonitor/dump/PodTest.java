package io.loadmonitor.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PodTest {
    private static final String UID = "1b2c3d4e-0a1b-4c2d-8e3f-0123456789ab";
    private static final String CONTAINER = "8f0c".repeat(16);

    /** BURSTABLE stands for a slice of systemd's driver, ID for a container's. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/kubepods.slice/kubepods-burstable.slice/BURSTABLE",
                "/kubepods.slice/kubepods-pod1b2c3d4e_0a1b_4c2d_8e3f_0123456789ab.slice/cri-containerd-ID.scope",
                "/system.slice/containerd.service/BURSTABLE:cri-containerd:ID",
                "/kubepods/besteffort/pod1b2c3d4e-0a1b-4c2d-8e3f-0123456789ab/ID",
                "/kubepods/pod1b2c3d4e-0a1b-4c2d-8e3f-0123456789ab"
            })
    void isNamedByItsUidInACgroup(String path) {
        String whole = path.replace("BURSTABLE", "kubepods-burstable-pod1b2c3d4e_0a1b_4c2d_8e3f_0123456789ab.slice")
                .replace("ID", CONTAINER);
        assertEquals(Optional.of(UID), Pod.uidOf(new EscapedText(whole)));
    }

    @Test
    void mayBeStatic() {
        assertEquals(
                Optional.of("0f1e2d3c4b5a69788796a5b4c3d2e1f0"),
                Pod.uidOf(new EscapedText("/kubepods.slice/kubepods-pod0f1e2d3c4b5a69788796a5b4c3d2e1f0.slice/x")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/system.slice/podman.service",
                "/user.slice/pod1b2c3d4e",
                "/kubepods/tripod1b2c3d4e-0a1b-4c2d-8e3f-0123456789ab",
                "/kubepods/pod1b2c3d4e-0a1b-4c2d-8e3f-0123456789abcd"
            })
    void isNotInEveryCgroup(String path) {
        assertEquals(Optional.empty(), Pod.uidOf(new EscapedText(path)));
    }

    @Test
    void hasNamesThatForgeNothing() {
        assertEquals("shop/web-5d4c8", new Pod(UID, "shop", "web-5d4c8").label());
        assertThrows(IllegalArgumentException.class, () -> new Pod(UID, "shop", "web (1)"));
        assertThrows(IllegalArgumentException.class, () -> new Pod(UID, "a/b", "web"));
        assertThrows(IllegalArgumentException.class, () -> new Pod(UID.replace('-', '_'), "shop", "web"));
        assertEquals(Optional.empty(), Pod.of("", "shop", "web"));
    }

    @Test
    void standsBesideItsContainer() {
        StackDump dump = DumpParser.parse(Dumps.raw(
                """
                load_monitor dump version=1 id=1 source=procfs
                cgroup id=1 path="/kubepods/podUID/ID"
                cgroup id=2 path="/kubepods/pod2b2c3d4e-0a1b-4c2d-8e3f-0123456789ab/ID2"
                task pid=11 tgid=11 state=D on=sleep stack=0 cgroup_id=1 comm="db"
                task pid=12 tgid=12 state=D on=sleep stack=0 cgroup_id=2 comm="web"
                task pid=13 tgid=13 state=D on=sleep stack=0 cgroup="/" comm="sh"
                pod uid="UID" namespace="shop" name="db-0"
                end id=1 tasks=3
                """.replace("UID", UID).replace("ID2", "7e".repeat(32)).replace("ID", CONTAINER)));
        assertEquals(List.of(), dump.unreadLines());
        assertEquals(List.of(new Pod(UID, "shop", "db-0")), dump.pods());
        assertEquals(
                Set.of("8f0c8f0c8f0c of shop/db-0", "7e7e7e7e7e7e", "in no container"),
                Set.copyOf(TaskGroups.of(dump, CauseCatalogue.standard(), Set.of()).by(GroupKind.CONTAINER).stream()
                        .map(TaskGroup::title)
                        .toList()));
    }

    @Test
    void isUnreadWhereItsNameIsNone() {
        StackDump dump = DumpParser.parse(Dumps.raw(
                "pod uid=\"" + UID + "\" namespace=\"shop\" name=\"Web\"\npod uid=\"" + UID + "\" name=\"web\"\n"));
        assertEquals(List.of(), dump.pods());
        assertEquals(2, dump.unreadCount());
    }
}
