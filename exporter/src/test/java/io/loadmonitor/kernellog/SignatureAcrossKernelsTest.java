package io.loadmonitor.kernellog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.dump.SignatureFinder;
import io.loadmonitor.dump.StackDump;
import io.loadmonitor.dump.StackDump.State;
import io.loadmonitor.dump.StackSignature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The same scene on three kernels, as four sources tell it, has the same signatures. */
final class SignatureAcrossKernelsTest {
    private static final Path LOGS = Path.of("src/test/resources/io/loadmonitor/kernellog/captures");
    private static final Path DUMPS = Path.of("../kmod/tests/captures/6.1.0-56-cloud-amd64");

    /** vfork(2), whose child does not return. The ids never change: archives remember by them. */
    private static final List<String> VFORK = List.of("kernel_clone", "sys_vfork");

    private static final String VFORK_ID = "823a7beca258c0fd";

    /** open(2) with O_CREAT in a frozen file system. */
    private static final List<String> FROZEN =
            List.of("mnt_want_write", "path_openat", "do_filp_open", "do_sys_openat2", "sys_openat");

    private static final String FROZEN_ID = "67d149d6e2fb91b8";

    @TestFactory
    List<DynamicTest> findsTheScenesTwoStacksUnderTheSameIds() {
        List<DynamicTest> tests = new ArrayList<>();
        for (String kernel : List.of("5.10.0-46", "6.1.0-56", "6.12.117+deb12")) {
            for (String source : List.of("proc-stack", "sysrq-w", "sysrq-t")) {
                Path file = LOGS.resolve("debian-" + kernel + '-' + source + ".txt");
                tests.add(DynamicTest.dynamicTest(kernel + ' ' + source, () -> {
                    Map<List<String>, String> found = signatures(file);
                    assertTrue(found.containsKey(VFORK), found.toString());
                    assertTrue(found.containsKey(FROZEN), found.toString());
                    assertEquals(VFORK_ID, found.get(VFORK));
                    assertEquals(FROZEN_ID, found.get(FROZEN));
                }));
            }
        }
        return tests;
    }

    @Test
    void findsThemInADumpOfTheModule() throws IOException {
        assertEquals(
                VFORK_ID, signatures(DUMPS.resolve("manual-busy-vfork.dump")).get(VFORK));
        assertEquals(
                FROZEN_ID, signatures(DUMPS.resolve("frozen-filesystem.dump")).get(FROZEN));
    }

    private static Map<List<String>, String> signatures(Path file) throws IOException {
        Map<List<String>, String> found = new TreeMap<>((a, b) -> a.toString().compareTo(b.toString()));
        for (LogReport report : KernelLogReader.read(Files.readAllBytes(file)).reports()) {
            StackDump dump = report.dump();
            SignatureFinder finder = new SignatureFinder(dump);
            for (StackDump.Task task : dump.tasks()) {
                if (task.state() != State.RUNNING) {
                    StackSignature signature = finder.find(task);
                    found.put(signature.frames(), signature.id());
                }
            }
        }
        return found;
    }
}
