package io.loadmonitor.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.LogManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The program as a whole, with a standard output of the test's own. */
final class StandardOutputTest {
    private static final Path DUMP =
            Path.of("../kmod/tests/captures/6.1.0-56-cloud-amd64/cgroups.dump").toAbsolutePath();

    private final PrintStream out = System.out;
    private final PrintStream err = System.err;
    private final ByteArrayOutputStream told = new ByteArrayOutputStream();

    StandardOutputTest() {
        System.setErr(new PrintStream(told, true));
    }

    @AfterEach
    void giveBack() throws IOException {
        // The command "dump" has set the log up as its own.
        LogManager.getLogManager().readConfiguration();
        System.setOut(out);
        System.setErr(err);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "explain DUMP",
                "explain --json DUMP",
                "explain --help",
                "dump --source=procfs --log.level=error",
                "dump --help",
                "--help",
                "--version"
            })
    void whatDoesNotFitOnADiskIsOneSentenceAndExit1(String arguments) throws IOException {
        try (OutputStream full = new FileOutputStream("/dev/full")) {
            assertEquals(1, run(arguments, full), () -> arguments + ": " + told());
        }
        assertEquals(
                "load-monitor-exporter: cannot write to standard output: No space left on device\n", told(), arguments);
    }

    @ParameterizedTest
    @ValueSource(strings = {"explain DUMP", "explain --json DUMP", "--help", "dump --source=procfs --log.level=error"})
    void aReaderThatHasSeenEnoughIsNoFault(String arguments) throws IOException {
        Pipe pipe = Pipe.open();
        pipe.source().close();
        try (OutputStream broken = Channels.newOutputStream(pipe.sink())) {
            assertEquals(141, run(arguments, broken), () -> arguments + ": " + told());
        }
        assertEquals("", told(), arguments);
    }

    @Test
    void whatFitsIsWrittenWholeAndExits0() throws IOException {
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        assertEquals(0, run("dump --source=procfs --log.level=error", written), this::told);
        String text = written.toString(StandardCharsets.ISO_8859_1);
        assertTrue(text.startsWith("load_monitor dump version=1 "), text);
        assertTrue(text.lines().reduce("", (before, line) -> line).startsWith("end "), text);
        assertEquals("", told());
    }

    /** Wrong use stays 2, and a text that cannot be explained 1, whatever else goes wrong. */
    @Test
    void keepsTheCommandsOwnExitCode() throws IOException {
        try (OutputStream full = new FileOutputStream("/dev/full")) {
            assertEquals(2, run("--bogus", full));
            Path empty = Files.createTempFile("load-monitor", ".txt");
            try {
                assertEquals(1, run("explain --json " + empty, full));
            } finally {
                Files.delete(empty);
            }
        }
        assertTrue(told().contains("holds no dump"), told());
        assertTrue(told().endsWith("cannot write to standard output: No space left on device\n"), told());
    }

    /** Not to fill a disk with the pieces that still fit when somebody makes room. */
    @Test
    void writesNothingMoreAfterAFailure() throws IOException {
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        boolean[] full = {true};
        StandardOutput output = new StandardOutput(new OutputStream() {
            @Override
            public void write(int oneByte) throws IOException {
                if (full[0]) {
                    throw new IOException("full");
                }
                written.write(oneByte);
            }
        });
        PrintStream printed = new PrintStream(output, true);
        printed.println("lost");
        full[0] = false;
        printed.println("late");
        assertEquals("", written.toString(StandardCharsets.US_ASCII));
        assertEquals("full", output.failure().orElseThrow().getMessage());
        assertTrue(!output.readerIsGone());
    }

    private int run(String arguments, OutputStream to) {
        return Main.run(arguments.replace("DUMP", DUMP.toString()).split(" "), to);
    }

    private String told() {
        return told.toString(StandardCharsets.UTF_8);
    }
}
