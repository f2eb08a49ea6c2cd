package io.loadmonitor.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.procfs.ActiveTasks;
import io.loadmonitor.procfs.ProcFs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SourceChoiceTest {
    @TempDir
    private Path root;

    private FakeModule fake;

    @BeforeEach
    void lay() {
        fake = new FakeModule(root);
    }

    private SourceChoice choice(SourcePreference preference) {
        return new SourceChoice(
                preference,
                fake.module(),
                fake.source(),
                bpf(),
                new ProcfsSource(
                        new ProcFs(root),
                        new CpuSampling(new ProcFs(root), root),
                        fake.deviceLook(),
                        new ActiveTasks(),
                        Clock.systemUTC(),
                        ProcfsLimits.DEFAULT));
    }

    /** It refuses at once: the directory shows no process of the host's pid namespace. */
    private BpfSource bpf() {
        return new BpfSource(
                new ProcFs(root), root, fake.deviceLook(), new ActiveTasks(), Clock.systemUTC(), ProcfsLimits.DEFAULT);
    }

    @Test
    void takesTheModuleAsSoonAndAsLongAsItIsLoaded() throws IOException {
        SourceChoice choice = choice(SourcePreference.AUTO);
        assertEquals(SourceKind.PROCFS, choice.current().source().kind());
        assertTrue(
                choice.current().reason().startsWith("the kernel module is not loaded"),
                choice.current().reason());
        fake.load();
        assertEquals(SourceKind.KMOD, choice.current().source().kind());
        assertEquals("the kernel module is loaded", choice.current().reason());
        assertEquals(List.of(), choice.current().obstacles(), "nothing is better");
        fake.unload();
        assertEquals(SourceKind.PROCFS, choice.current().source().kind());
    }

    @Test
    void takesProcWhereTheDeviceWasNotPassedIn() throws IOException {
        fake.load();
        Files.delete(root.resolve("load_monitor"));
        SourceChoice.Chosen chosen = choice(SourcePreference.AUTO).current();
        assertEquals(SourceKind.PROCFS, chosen.source().kind());
        assertEquals(
                "the kernel module is loaded, but there is no " + root.resolve("load_monitor")
                        + "; bpf: the kernel walks the pid namespace of who asks, and this one is not the host's"
                        + " (pid: host), or " + root
                        + " is another's; what is on the CPUs has no stack: its threads have the numbers of"
                        + " another pid namespace than " + root + " shows",
                chosen.reason());
        assertEquals(
                List.of("kmod module", "bpf pid_namespace", "perf pid_namespace"),
                chosen.obstacles().stream()
                        .map(obstacle ->
                                obstacle.source() + " " + obstacle.kind().word())
                        .toList());
    }

    @Test
    void doesAsItWasAsked() throws IOException {
        SourceChoice.Chosen module = choice(SourcePreference.KMOD).current();
        assertEquals(SourceKind.KMOD, module.source().kind());
        assertTrue(
                module.reason().startsWith("asked for with --source=kmod, but the kernel module is not loaded"),
                module.reason());
        SourceChoice.Chosen bpf = choice(SourcePreference.BPF).current();
        assertEquals(SourceKind.BPF, bpf.source().kind());
        assertTrue(
                bpf.reason().startsWith("asked for with --source=bpf, but the kernel walks the pid namespace"),
                bpf.reason());
        fake.load();
        assertEquals(
                SourceKind.PROCFS,
                choice(SourcePreference.PROCFS).current().source().kind());
    }
}
