package io.loadmonitor.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.fail;

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

/** What {@code explain} says of the scenes in {@code kmod/tests/captures/RELEASE/causes}, against reports that somebody has looked at. */
final class ExplainSceneTest {
    private static final Path CAPTURES = Path.of("../kmod/tests/captures");
    private static final Path GOLDEN = Path.of("src/test/resources/io/loadmonitor/app/explain");
    private static final boolean REWRITE = Boolean.getBoolean("golden.rewrite");
    private static final String HOW_TO_REWRITE =
            " To accept what is said now: mvn -pl exporter test -Dtest=ExplainSceneTest -Dgolden.rewrite=true,"
                    + " then look at the difference in git.";

    @TestFactory
    List<DynamicTest> explainsEverySceneAsItsReportSays() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path dump : dumps()) {
            tests.add(DynamicTest.dynamicTest(golden(dump).getFileName().toString(), () -> compare(dump)));
        }
        assertFalse(tests.isEmpty(), "no scene in " + CAPTURES);
        return tests;
    }

    @Test
    void hasNoReportWithoutItsScene() throws IOException {
        List<Path> expected = dumps().stream().map(ExplainSceneTest::golden).toList();
        try (Stream<Path> files = Files.list(GOLDEN)) {
            List<Path> left = files.filter(file -> !expected.contains(file)).toList();
            assertEquals(List.of(), left, "reports whose dump is gone: remove them");
        }
    }

    private static void compare(Path dump) throws IOException {
        String report = explain(dump);
        Path golden = golden(dump);
        if (REWRITE) {
            Files.createDirectories(GOLDEN);
            Files.writeString(golden, report);
            return;
        }
        if (!Files.exists(golden)) {
            fail(dump + " has no report " + golden + '.' + HOW_TO_REWRITE);
        }
        assertEquals(Files.readString(golden), report, dump + " is explained otherwise." + HOW_TO_REWRITE);
    }

    private static String explain(Path dump) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        line.getSubcommands().values().forEach(command ->
                command.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true)));
        assertEquals(0, line.execute("explain", "--color=never", dump.toString()), err.toString());
        assertEquals("", err.toString());
        return out.toString();
    }

    private static Path golden(Path dump) {
        Path release = CAPTURES.relativize(dump).getName(0);
        return GOLDEN.resolve(release + "-" + dump.getFileName().toString().replace(".dump", ".txt"));
    }

    private static List<Path> dumps() throws IOException {
        try (Stream<Path> files = Files.walk(CAPTURES)) {
            return files.filter(file -> file.getParent().endsWith("causes") && file.toString().endsWith(".dump"))
                    .sorted()
                    .toList();
        }
    }
}
