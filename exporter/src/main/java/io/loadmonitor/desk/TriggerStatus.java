package io.loadmonitor.desk;

/**
 * Who takes a dump by itself because of one thing.
 *
 * @param name {@code load}, {@code active}, {@code pressure memory} or {@code pressure io}
 * @param words one sentence for people: who, at what; or why nobody
 * @param hindered whether it is to be watched and cannot be
 */
public record TriggerStatus(String name, By by, String words, boolean hindered) {
    /** Whose dump it is. */
    public enum By {
        MODULE,
        EXPORTER,
        NOBODY
    }
}
