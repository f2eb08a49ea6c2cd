package io.loadmonitor.capture;

/**
 * Why dumps cannot come from a source that would be better, or have no stacks of what is on the CPUs.
 *
 * @param source {@code kmod}, {@code bpf}, or {@code perf}, which gives the stacks on the CPUs
 * @param kind one of a few words, for a metric
 * @param words for people
 */
public record SourceObstacle(String source, Kind kind, String words) {
    static final String PERF = "perf";

    /** What stands in the way. */
    public enum Kind {
        /** The kernel module is not loaded, or cannot be asked from here. */
        MODULE("module"),
        /** CAP_BPF, CAP_PERFMON or CAP_SYSLOG is missing, or a setting of the kernel asks for more. */
        CAPABILITIES("capabilities"),
        /** The kernel shows no BTF, or none that is understood. */
        BTF("btf"),
        /** This program, or its /proc, is not in the host's pid namespace. */
        PID_NAMESPACE("pid_namespace"),
        /** Something else; the words say what. */
        OTHER("other");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        /** As in the metric. */
        public String word() {
            return word;
        }
    }
}
