package io.loadmonitor.app;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * The keys of the terminal, each at once and without being shown; a terminal is set so by {@code stty} (coreutils), and
 * set back when this is closed. Not safe for use by several threads.
 */
final class TerminalKeys implements AutoCloseable {
    private static final Path TERMINAL = Path.of("/dev/tty");

    private final InputStream keys;
    private final String settings;

    private TerminalKeys(InputStream keys, String settings) {
        this.keys = keys;
        this.settings = settings;
    }

    /** @throws IOException when there is no terminal, or it cannot be set */
    static TerminalKeys open() throws IOException {
        String settings = stty("-g");
        stty("-icanon", "-echo", "min", "1");
        return new TerminalKeys(Files.newInputStream(TERMINAL), settings);
    }

    /** The next key; -1 at the end. */
    int read() throws IOException {
        return keys.read();
    }

    /** Lines and columns; 24 and 80 where nobody knows. */
    static int[] size() {
        try {
            String[] size = stty("size").split(" ", -1);
            int lines = Integer.parseInt(size[0]);
            int columns = Integer.parseInt(size[1]);
            return lines > 0 && columns > 0 ? new int[] {lines, columns} : new int[] {24, 80};
        } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException unknown) {
            return new int[] {24, 80};
        }
    }

    private static String stty(String... arguments) throws IOException {
        String[] command = new String[arguments.length + 1];
        command[0] = "stty";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        Process process = new ProcessBuilder(command)
                .redirectInput(TERMINAL.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (InputStream out = process.getInputStream()) {
            String said = new String(out.readAllBytes(), java.nio.charset.StandardCharsets.US_ASCII).strip();
            if (!process.waitFor(5, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IOException("the terminal cannot be set (stty " + String.join(" ", arguments) + ")");
            }
            return said;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public void close() throws IOException {
        stty(settings);
        keys.close();
    }
}
