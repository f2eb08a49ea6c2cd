package io.loadmonitor.e2e;

/** Says on the terminal what a loop has come to, with the seconds since its start. */
final class Timeline {
    private final String name;
    private final long start = System.nanoTime();

    Timeline(String name) {
        this.name = name;
    }

    void step(String what) {
        System.out.printf("[%s %6.1f s] %s%n", name, (System.nanoTime() - start) / 1e9, what);
    }
}
