package io.loadmonitor.kernel;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** In a JVM of its own: this one is to stay as it is. */
final class OwnMemoryTest {
    private static final Pattern FIGURES =
            Pattern.compile("lockable=.*\nlocked=([0-9]+)\nresident=([0-9]+) then ([0-9]+)\n");

    /** Run with a limit that the command before it sets. */
    static final class Program {
        private Program() {}

        public static void main(String[] arguments) throws IOException {
            System.out.println("lockable=" + OwnMemory.lockableBytes());
            String before = kilobytes("VmRSS");
            OwnMemory.lock();
            System.out.println("locked=" + kilobytes("VmLck"));
            System.out.println("resident=" + before + " then " + kilobytes("VmRSS"));
        }

        private static String kilobytes(String name) throws IOException {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith(name + ":"))
                    .map(line -> line.replaceAll("[^0-9]", ""))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void locksWhatIsUsedAndNotWhatIsReserved() throws Exception {
        String said = run(program("-Xmx1g"), "$(ulimit -l)");
        assumeFalse(said.contains("SystemCallException: mlockall"), "who runs this may not: " + said);
        Matcher figures = FIGURES.matcher(said);
        assertTrue(figures.matches(), said);
        assertTrue(Long.parseLong(figures.group(1)) > 1 << 20, "more is mapped than the heap's gigabyte: " + said);
        long grownKilobytes = Long.parseLong(figures.group(3)) - Long.parseLong(figures.group(2));
        assertTrue(grownKilobytes < 20_000, "what is reserved stays reserved: " + said);
    }

    @Test
    void knowsTheLimit() throws Exception {
        String said = run(program("-Xmx64m"), "64");
        assertTrue(said.startsWith("lockable=OptionalLong[65536]\n"), said);
    }

    private static List<String> program(String heap) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                heap,
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Program.class.getName());
    }

    /** @param limit in KiB, as ulimit has it */
    private static String run(List<String> program, String limit) throws Exception {
        List<String> command = new ArrayList<>(List.of("sh", "-c", "ulimit -l " + limit + " && exec \"$@\"", "sh"));
        command.addAll(program);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said;
    }
}
