package io.loadmonitor.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.Golden;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import picocli.CommandLine;

/**
 * What {@code explain} says of the scenes in {@code kmod/tests/captures/RELEASE/causes}, against reports that somebody
 * has looked at.
 */
final class ExplainSceneTest {
    private static final Path CAPTURES = Path.of("../kmod/tests/captures");
    private static final Golden GOLDEN = new Golden(ExplainSceneTest.class, "app/explain");

    @TestFactory
    List<DynamicTest> explainsEverySceneAsItsReportSays() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path dump : dumps()) {
            tests.add(DynamicTest.dynamicTest(name(dump), () -> compare(dump)));
        }
        assertFalse(tests.isEmpty(), "no scene in " + CAPTURES);
        return tests;
    }

    @Test
    void hasNoReportWithoutItsScene() throws IOException {
        GOLDEN.assertNoOthers(dumps().stream().map(ExplainSceneTest::name).toList());
    }

    /** Stacks do not tell it; what the exporter saw beside the dump does. */
    @Test
    void namesASuspendedDeviceInTheFirstLine() throws IOException {
        List<Path> suspended = dumps().stream()
                .filter(dump -> dump.endsWith("suspended-device.dump"))
                .toList();
        assertEquals(4, suspended.size(), suspended.toString());
        for (Path dump : suspended) {
            String first = explain(dump).lines().findFirst().orElseThrow();
            assertTrue(
                    first.contains(" waiting for block I/O while dm-0 (volume) is suspended (db, "),
                    dump + ": " + first);
        }
    }

    private static void compare(Path dump) throws IOException {
        GOLDEN.compare(name(dump), explain(dump), dump);
    }

    private static String explain(Path dump) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        line.getSubcommands()
                .values()
                .forEach(command -> command.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true)));
        assertEquals(0, line.execute("explain", "--color=never", dump.toString()), err.toString());
        assertEquals("", err.toString());
        return out.toString();
    }

    private static String name(Path dump) {
        Path release = CAPTURES.relativize(dump).getName(0);
        return release + "-" + dump.getFileName().toString().replace(".dump", ".txt");
    }

    private static List<Path> dumps() throws IOException {
        try (Stream<Path> files = Files.walk(CAPTURES)) {
            return files.filter(file -> file.getParent().endsWith("causes")
                            && file.toString().endsWith(".dump"))
                    .sorted()
                    .toList();
        }
    }
}
