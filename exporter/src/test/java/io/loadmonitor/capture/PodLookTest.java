package io.loadmonitor.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.dump.RawDump;
import io.loadmonitor.dump.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class PodLookTest {
    private static final String DB = "1b2c3d4e-0a1b-4c2d-8e3f-0123456789ab";
    private static final String WEB = "2b2c3d4e-0a1b-4c2d-8e3f-0123456789ab";
    private static final String HEAD = "load_monitor dump version=1 id=7 source=kmod\n";
    private static final String END = "end id=7 tasks=0\n";

    @TempDir
    Path folder;

    @Test
    void namesThePodsThatAreInTheDump() throws Exception {
        pod("shop_db-0_" + DB);
        pod("shop_web-5d4c8_" + WEB);
        pod("kube-system_etcd-node1_0f1e2d3c4b5a69788796a5b4c3d2e1f0");
        pod("not a pod");
        String before = HEAD + cgroup(1, DB) + cgroup(2, DB) + "cgroup id=3 path=\"/\"\n";
        assertEquals(
                before + "pod uid=\"" + DB + "\" namespace=\"shop\" name=\"db-0\"\n" + END,
                beside(new PodLook(folder), before + END));
        assertEquals(
                HEAD + "task pid=1 cgroup=\"/kubepods/pod" + WEB + "\" comm=\"web\"\npod uid=\"" + WEB
                        + "\" namespace=\"shop\" name=\"web-5d4c8\"\n" + END,
                beside(
                        new PodLook(folder),
                        HEAD + "task pid=1 cgroup=\"/kubepods/pod" + WEB + "\" comm=\"web\"\n" + END));
    }

    @Test
    void leavesADumpWithoutKnownPodsAsItIs() throws Exception {
        RawDump none = raw(HEAD + "cgroup id=3 path=\"/docker/" + "8f0c".repeat(16) + "\"\n" + END);
        assertSame(none, new PodLook(folder).beside(none));
        RawDump unknown = raw(HEAD + cgroup(1, DB) + END);
        assertSame(unknown, new PodLook(folder).beside(unknown));
        assertSame(unknown, new PodLook(folder.resolve("no-kubelet")).beside(unknown));
        pod("shop_db-0_" + DB);
        RawDump cutOff = raw(HEAD + cgroup(1, DB));
        assertSame(cutOff, new PodLook(folder).beside(cutOff));
    }

    @Test
    void remembersAPodWhoseFolderIsGone() throws Exception {
        Path db = pod("shop_db-0_" + DB);
        PodLook look = new PodLook(folder);
        String dump = HEAD + cgroup(1, DB) + END;
        assertTrue(beside(look, dump).contains("db-0"));
        Files.delete(db);
        assertTrue(beside(look, dump).contains("db-0"), "it is not looked at again");
    }

    @Test
    void standsInFrontOfASource() throws Exception {
        pod("shop_db-0_" + DB);
        DumpSource source = new PodLook(folder).naming(new DumpSource() {
            @Override
            public SourceKind kind() {
                return SourceKind.KMOD;
            }

            @Override
            public RawDump take(DumpOrder order) {
                return raw(HEAD + cgroup(1, DB) + END);
            }
        });
        assertEquals(SourceKind.KMOD, source.kind());
        assertTrue(text(source.take(DumpOrder.manual(new Reason("test")))).contains("name=\"db-0\""));
    }

    private Path pod(String name) throws IOException {
        return Files.createDirectory(folder.resolve(name));
    }

    private static String cgroup(int id, String uid) {
        return "cgroup id=" + id + " path=\"/kubepods.slice/kubepods-burstable-pod" + uid.replace('-', '_')
                + ".slice/cri-containerd-" + Integer.toString(id).repeat(64) + ".scope\"\n";
    }

    private static String beside(PodLook look, String dump) {
        return text(look.beside(raw(dump)));
    }

    private static RawDump raw(String text) {
        return RawDump.of(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String text(RawDump dump) {
        return new String(dump.toByteArray(), StandardCharsets.US_ASCII);
    }
}
