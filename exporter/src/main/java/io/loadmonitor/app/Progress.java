package io.loadmonitor.app;

import java.nio.file.Path;
import java.util.concurrent.Callable;

/**
 * Says on a terminal what takes longer than a second, and for how long already, on one line of standard error that is
 * gone when it is done. Elsewhere it says nothing: a log needs no such line.
 */
final class Progress {
    private static final Path STANDARD_ERROR = Path.of("/proc/self/fd/2");
    private static final long SECOND_MILLIS = 1000;

    private Progress() {}

    /** @param doing such as {@code taking a dump} */
    static <T> T during(String doing, Callable<T> work) throws Exception {
        if (!Terminal.is(STANDARD_ERROR)) {
            return work.call();
        }
        Thread said = new Thread(() -> say(doing), "progress");
        said.setDaemon(true);
        said.start();
        try {
            return work.call();
        } finally {
            said.interrupt();
            // So that its last line is gone before anything else is written.
            said.join(SECOND_MILLIS);
        }
    }

    private static void say(String doing) {
        int seconds = 0;
        try {
            while (true) {
                Thread.sleep(SECOND_MILLIS);
                seconds++;
                System.err.print("\r" + PlainLine.of(doing) + " ... " + seconds + " s");
                System.err.flush();
            }
        } catch (InterruptedException done) {
            if (seconds > 0) {
                System.err.print("\r\033[K");
                System.err.flush();
            }
        }
    }
}
