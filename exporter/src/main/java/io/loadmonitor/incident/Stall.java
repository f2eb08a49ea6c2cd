package io.loadmonitor.incident;

/** What all tasks can wait for at a time, as the kernel's pressure numbers tell it (/proc/pressure). */
public enum Stall {
    MEMORY("memory"),
    IO("io");

    private final String resource;

    Stall(String resource) {
        this.resource = resource;
    }

    /** The name of its file, and of its setting. */
    public String resource() {
        return resource;
    }
}
