package io.loadmonitor.e2e;

/** A task that makes load as long as it lives: on a quiet host a dump would be empty. */
final class Spinner implements AutoCloseable {
    private final Thread thread = new Thread(Spinner::spin, "spinner");

    private Spinner() {}

    static Spinner start() {
        Spinner spinner = new Spinner();
        spinner.thread.setDaemon(true);
        spinner.thread.start();
        return spinner;
    }

    private static void spin() {
        while (!Thread.currentThread().isInterrupted()) {
            Thread.onSpinWait();
        }
    }

    boolean spins() {
        return thread.isAlive();
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
