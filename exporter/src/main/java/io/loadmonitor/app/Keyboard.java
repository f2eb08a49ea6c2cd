package io.loadmonitor.app;

import io.loadmonitor.kernel.TerminalMode;
import java.io.IOException;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** Puts each key that is pressed at the terminal into a queue, from a thread of its own, until it is closed. */
final class Keyboard implements AutoCloseable {
    /** Nobody presses anything. */
    static final Keyboard NONE = new Keyboard(null, null);

    private final @Nullable TerminalMode mode;
    private final @Nullable Thread reset;

    private Keyboard(@Nullable TerminalMode mode, @Nullable Thread reset) {
        this.mode = mode;
        this.reset = reset;
    }

    /** @throws IOException when there is no terminal, or it cannot be set */
    static Keyboard start(Queue<Integer> pressed) throws IOException {
        TerminalMode mode = TerminalMode.keysAtOnce();
        // Control-C must not leave a terminal that shows nothing of what is typed.
        Thread reset = new Thread(mode::close, "terminal");
        Runtime.getRuntime().addShutdownHook(reset);
        Thread reading = new Thread(() -> read(pressed), "keys");
        reading.setDaemon(true);
        reading.start();
        return new Keyboard(mode, reset);
    }

    private static void read(Queue<Integer> pressed) {
        try {
            int key;
            do {
                key = System.in.read();
                pressed.add(key);
            } while (key >= 0);
        } catch (IOException gone) {
            pressed.add(-1);
        }
    }

    @Override
    public void close() {
        if (mode != null && reset != null) {
            Runtime.getRuntime().removeShutdownHook(reset);
            mode.close();
        }
    }
}
