package io.loadmonitor.capture;

/** What the operator asked for with {@code --source}. */
public enum SourcePreference {
    /** The module where it can be used, else BPF where that can be, else /proc. */
    AUTO("auto"),
    /** The module; no dump where it cannot be used. */
    KMOD("kmod"),
    /** BPF and perf; no dump where they cannot be used. */
    BPF("bpf"),
    PROCFS("procfs");

    private final String label;

    SourcePreference(String label) {
        this.label = label;
    }

    /** As the flag spells it. */
    public String label() {
        return label;
    }
}
