package io.loadmonitor.app;

import java.io.IOException;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** Puts each key that is pressed at the terminal into a queue, from a thread of its own, until it is closed. */
final class Keyboard implements AutoCloseable {
    /** Nobody presses anything. */
    static final Keyboard NONE = new Keyboard(null, null);

    private final @Nullable TerminalKeys keys;
    private final @Nullable Thread reset;

    private Keyboard(@Nullable TerminalKeys keys, @Nullable Thread reset) {
        this.keys = keys;
        this.reset = reset;
    }

    /** @throws IOException when there is no terminal, or it cannot be set */
    static Keyboard start(Queue<Integer> pressed) throws IOException {
        TerminalKeys keys = TerminalKeys.open();
        // Control-C must not leave a terminal that shows nothing of what is typed.
        Thread reset = new Thread(() -> close(keys), "terminal");
        Runtime.getRuntime().addShutdownHook(reset);
        Thread reading = new Thread(() -> read(keys, pressed), "keys");
        reading.setDaemon(true);
        reading.start();
        return new Keyboard(keys, reset);
    }

    private static void read(TerminalKeys keys, Queue<Integer> pressed) {
        try {
            int key;
            do {
                key = keys.read();
                pressed.add(key);
            } while (key >= 0);
        } catch (IOException gone) {
            pressed.add(-1);
        }
    }

    private static void close(TerminalKeys keys) {
        try {
            keys.close();
        } catch (IOException gone) {
            // With the terminal its settings are gone.
        }
    }

    @Override
    public void close() {
        if (keys != null && reset != null) {
            Runtime.getRuntime().removeShutdownHook(reset);
            close(keys);
        }
    }
}
