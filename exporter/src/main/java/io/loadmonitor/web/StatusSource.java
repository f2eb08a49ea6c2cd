package io.loadmonitor.web;

import io.loadmonitor.desk.TriggerStatus;
import java.util.List;
import java.util.Optional;

/** Tells what the web server cannot know by itself. Safe for use by several threads, answers at once. */
@FunctionalInterface
public interface StatusSource {
    ServiceStatus status();

    /**
     * The state of the exporter.
     *
     * @param version of the exporter
     * @param host whose load it watches
     * @param source where dumps come from now: {@code kmod}, {@code bpf} or {@code procfs}
     * @param sourceReason why that source, for people
     * @param moduleVersion of the kernel module; empty when it is not loaded
     * @param stacksRemedy what would let dumps hold stacks, for people; empty when they can
     * @param notReady why it cannot do its work, for people; empty when it can
     * @param triggers what takes dumps by itself
     * @param notes what else a person has to know, such as a damaged archive that was moved aside
     */
    record ServiceStatus(
            String version,
            String host,
            String source,
            String sourceReason,
            Optional<String> moduleVersion,
            Optional<String> stacksRemedy,
            Optional<String> notReady,
            List<TriggerStatus> triggers,
            List<String> notes) {
        public ServiceStatus {
            triggers = List.copyOf(triggers);
            notes = List.copyOf(notes);
        }
    }
}
