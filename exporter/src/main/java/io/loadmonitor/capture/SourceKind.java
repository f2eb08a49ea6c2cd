package io.loadmonitor.capture;

/** Where dumps come from. */
public enum SourceKind {
    /** The kernel module. */
    KMOD("kmod"),
    /** A BPF iterator of tasks, and samples of perf. */
    BPF("bpf"),
    /** {@code /proc/PID/task/TID/{stat,stack,wchan}}. */
    PROCFS("procfs");

    private final String label;

    SourceKind(String label) {
        this.label = label;
    }

    /** As in the dump's header, the flag {@code --source} and metrics. */
    public String label() {
        return label;
    }
}
