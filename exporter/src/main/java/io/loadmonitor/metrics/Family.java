package io.loadmonitor.metrics;

import io.prometheus.client.Collector.Type;
import java.util.List;

/**
 * Every metric family that the exporter can publish, in the order in which they are written. Names, help and labels
 * stand here alone; {@code exporter/docs/metrics.md} lists the same, and a test compares the two.
 */
public enum Family {
    LOAD1(Type.GAUGE, "load_monitor_load1", "Load average over 1 minute, in tasks (first field of /proc/loadavg)."),
    LOAD5(Type.GAUGE, "load_monitor_load5", "Load average over 5 minutes, in tasks."),
    LOAD15(Type.GAUGE, "load_monitor_load15", "Load average over 15 minutes, in tasks."),
    LOAD1_BY_CAUSE(
            Type.GAUGE,
            "load_monitor_load1_by_cause",
            "What each cause adds to load_monitor_load1, by the tasks seen at each load tick and damped as the kernel"
                    + " damps its average; they sum to it. unseen is what the kernel counted and no look saw.",
            "cause"),
    LOAD1_BY_CGROUP(
            Type.GAUGE,
            "load_monitor_load1_by_cgroup",
            "What each control group adds to load_monitor_load1: the 20 largest, other and unseen, which sum to it.",
            "cgroup"),
    TASK_SECONDS(
            Type.COUNTER,
            "load_monitor_task_seconds_total",
            "Active tasks times the seconds for which they were, by cause: its rate is their mean number.",
            "cause"),
    UNINTERRUPTIBLE_BY_CGROUP(
            Type.GAUGE,
            "load_monitor_uninterruptible_by_cgroup",
            "Tasks in uninterruptible sleep at the last look, by control group: the 20 largest and other. A group"
                    + " without any is absent.",
            "cgroup"),
    SAMPLE_INTERVAL(
            Type.GAUGE,
            "load_monitor_sample_interval_seconds",
            "Time between the last two looks at the tasks of the load: 5 where each load tick is looked at. Absent"
                    + " until there were two."),
    CPUS(Type.GAUGE, "load_monitor_cpus", "CPUs that are online."),
    ACTIVE_TASKS(
            Type.GAUGE,
            "load_monitor_active_tasks",
            "Tasks that the kernel counted at its last 5 s load tick, computed back from two load averages. Absent"
                    + " until two ticks were seen."),
    TASKS(
            Type.GAUGE,
            "load_monitor_tasks",
            "Tasks (threads) by state; the states add up to all tasks. running and uninterruptible make up the load."
                    + " The exporter's own threads are not counted as running.",
            "state"),
    IOWAIT_TASKS(
            Type.GAUGE,
            "load_monitor_iowait_tasks",
            "Tasks that wait for block input or output (procs_blocked of /proc/stat). Each is counted in"
                    + " load_monitor_tasks too, mostly as uninterruptible."),
    OLDEST_UNINTERRUPTIBLE(
            Type.GAUGE,
            "load_monitor_oldest_uninterruptible_seconds",
            "For how long at least the task that has been longest in one uninterruptible sleep has been in it. Absent"
                    + " while none was seen in the same sleep twice."),
    HUNG_TASKS(
            Type.COUNTER,
            "load_monitor_hung_tasks_total",
            "Hung tasks that the kernel has found since it was started (hung_task_detect_count, Linux 6.13 and"
                    + " later). Absent where the kernel does not count them."),
    THREADS(Type.GAUGE, "load_monitor_threads", "Tasks (threads) on the host, of every state."),
    KERNEL_MODULE_UP(
            Type.GAUGE,
            "load_monitor_kernel_module_up",
            "Whether the kernel module is loaded and can be used: 1 or 0."),
    KERNEL_MODULE_INFO(
            Type.GAUGE,
            "load_monitor_kernel_module_info",
            "The loaded kernel module; the value is 1. Absent without it.",
            "version"),
    DUMP_SOURCE_INFO(
            Type.GAUGE, "load_monitor_dump_source_info", "Where the next dump comes from; the value is 1.", "source"),
    DUMP_SOURCE_OBSTACLE(
            Type.GAUGE,
            "load_monitor_dump_source_obstacle",
            "Why dumps do not come from a better source (kmod, bpf), or have no stacks of what is on the CPUs (perf);"
                    + " the value is 1. Absent where nothing is missing.",
            "source",
            "obstacle"),
    STACKS_READABLE(
            Type.GAUGE,
            "load_monitor_stacks_readable",
            "Whether the next dump can hold the stacks of tasks in uninterruptible sleep: 1 or 0."),
    DUMPS(
            Type.COUNTER,
            "load_monitor_dumps_total",
            "Dumps archived since the exporter was started, by what asked for them.",
            "trigger"),
    DUMP_FAILURES(
            Type.COUNTER,
            "load_monitor_dump_failures_total",
            "Dumps that were asked for and not taken or not archived.",
            "reason"),
    DUMPS_LOST(
            Type.COUNTER,
            "load_monitor_dumps_lost_total",
            "Dumps of the kernel module that were overwritten before they were read."),
    DUMP_DURATION(
            Type.HISTOGRAM,
            "load_monitor_dump_duration_seconds",
            "Time that the dumps which the exporter asked for took, from asking until the text was there."),
    LAST_DUMP_TIMESTAMP(
            Type.GAUGE,
            "load_monitor_last_dump_timestamp_seconds",
            "When the newest archived dump was taken. Absent before the first."),
    LAST_DUMP_ID(
            Type.GAUGE,
            "load_monitor_last_dump_id",
            "Number of the newest archived dump, that of its page /dumps/NUMBER. Absent before the first."),
    LOAD_CONTRIBUTION(
            Type.GAUGE,
            "load_monitor_load_contribution",
            "Tasks of the newest archived dump by cause; the causes add up to its tasks. Absent when the dump is"
                    + " older than 5 minutes.",
            "cause"),
    WEBHOOK_REQUESTS(
            Type.COUNTER,
            "load_monitor_webhook_requests_total",
            "Requests to the alert webhook, by status code.",
            "code"),
    REFUSALS(
            Type.COUNTER,
            "load_monitor_web_refusals_total",
            "Requests that were refused because of who sent them, by the reason why.",
            "reason"),
    CERTIFICATE_EXPIRY(
            Type.GAUGE,
            "load_monitor_tls_certificate_expiry_timestamp_seconds",
            "When the server's certificate expires, or one of those that it shows with it, if that is sooner. Absent"
                    + " without TLS."),
    ALERTS(
            Type.COUNTER,
            "load_monitor_alerts_total",
            "Alerts received in webhook requests, by what became of them.",
            "outcome"),
    ALERTS_WITHOUT_DUMP(
            Type.COUNTER,
            "load_monitor_alerts_without_dump_total",
            "New alerts that did not ask for a dump of their own, by the reason why.",
            "reason"),
    DUMPS_REFUSED(
            Type.COUNTER,
            "load_monitor_dumps_refused_total",
            "Dumps that were asked for and that a limit did not allow then, by the limit.",
            "limit"),
    ARCHIVE_UP(
            Type.GAUGE,
            "load_monitor_archive_up",
            "Whether the archive is open and took what was written last: 1 or 0."),
    ARCHIVE_BEGUN_ANEW(
            Type.COUNTER,
            "load_monitor_archive_begun_anew_total",
            "Archives that were begun anew since the start, because the file was damaged or removed."),
    ARCHIVE_DUMPS(Type.GAUGE, "load_monitor_archive_dumps", "Dumps in the archive."),
    ARCHIVE_BYTES(Type.GAUGE, "load_monitor_archive_bytes", "Size of the archive on disk."),
    ARCHIVE_PRUNED(
            Type.COUNTER,
            "load_monitor_archive_pruned_total",
            "Dumps that were deleted since the exporter was started, by the setting of the retention that wanted it.",
            "reason"),
    INCIDENTS_OPEN(Type.GAUGE, "load_monitor_incidents_open", "Incidents that last."),
    ARCHIVE_OLDEST_TIMESTAMP(
            Type.GAUGE,
            "load_monitor_archive_oldest_timestamp_seconds",
            "When the oldest dump in the archive was taken. Absent while it is empty."),
    QUEUE_LENGTH(Type.GAUGE, "load_monitor_queue_length", "Dumps that are asked for and not yet taken."),
    QUEUE_CAPACITY(Type.GAUGE, "load_monitor_queue_capacity", "Most dumps that may be asked for and not yet taken."),
    CONFIG_RELOAD_SUCCESSFUL(
            Type.GAUGE,
            "load_monitor_config_last_reload_successful",
            "Whether the last attempt to read the configuration succeeded: 1 or 0."),
    CONFIG_RELOAD_TIMESTAMP(
            Type.GAUGE,
            "load_monitor_config_last_reload_success_timestamp_seconds",
            "When the configuration was last read with success."),
    FLEET_LAG(
            Type.GAUGE,
            "load_monitor_fleet_lag_seconds",
            "How long the oldest of what the fleet's store does not have yet has waited; 0 when it has all. Absent"
                    + " without --fleet.url, as is what follows of the fleet."),
    FLEET_ROWS(
            Type.COUNTER,
            "load_monitor_fleet_rows_shipped_total",
            "Rows that were new to the fleet's store: dumps, their parts, incidents, minutes of load."),
    FLEET_FAILURES(
            Type.COUNTER,
            "load_monitor_fleet_failures_total",
            "Tries to ship to the fleet's store that failed, by reason; they are tried again.",
            "reason"),
    FLEET_DROPPED(
            Type.COUNTER,
            "load_monitor_fleet_dropped_total",
            "What the fleet's store will never have: dumps that the retention deleted before they were shipped, and"
                    + " what the store refused. Counted in the archive, over restarts.",
            "reason"),
    EXTERNAL_URL(
            Type.GAUGE,
            "load_monitor_external_url_info",
            "Where people find the exporter, without a slash at its end; the value is 1. Absent without"
                    + " --web.external-url.",
            "url"),
    BUILD_INFO(
            Type.GAUGE,
            "load_monitor_build_info",
            "The exporter: its version, the commit that it was built from, that commit's time, and its Java; the"
                    + " value is 1.",
            "version",
            "revision",
            "revisiondate",
            "javaversion"),
    PROCESS_CPU(Type.COUNTER, "process_cpu_seconds_total", "User and system CPU time that the exporter has used."),
    PROCESS_RESIDENT(Type.GAUGE, "process_resident_memory_bytes", "Resident memory of the exporter."),
    PROCESS_VIRTUAL(Type.GAUGE, "process_virtual_memory_bytes", "Virtual memory of the exporter."),
    PROCESS_START(Type.GAUGE, "process_start_time_seconds", "When the exporter was started."),
    PROCESS_OPEN_FDS(Type.GAUGE, "process_open_fds", "File descriptors that the exporter has open."),
    PROCESS_MAX_FDS(Type.GAUGE, "process_max_fds", "File descriptors that the exporter may have open."),
    JVM_FINALIZATION(Type.GAUGE, "jvm_memory_objects_pending_finalization", "Objects that wait to be finalized."),
    JVM_AREA_USED(Type.GAUGE, "jvm_memory_bytes_used", "Memory of the JVM in use, by area: heap or nonheap.", "area"),
    JVM_AREA_COMMITTED(
            Type.GAUGE,
            "jvm_memory_bytes_committed",
            "Memory of the JVM that the JVM has, by area: heap or nonheap.",
            "area"),
    JVM_AREA_MAX(
            Type.GAUGE,
            "jvm_memory_bytes_max",
            "Memory of the JVM that it may have at most; -1 where there is no bound, by area: heap or nonheap.",
            "area"),
    JVM_AREA_INIT(
            Type.GAUGE,
            "jvm_memory_bytes_init",
            "Memory of the JVM that it had at the start, by area: heap or nonheap.",
            "area"),
    JVM_POOL_USED(Type.GAUGE, "jvm_memory_pool_bytes_used", "The same of one pool: bytes in use.", "pool"),
    JVM_POOL_COMMITTED(
            Type.GAUGE, "jvm_memory_pool_bytes_committed", "The same of one pool: bytes that the JVM has.", "pool"),
    JVM_POOL_MAX(
            Type.GAUGE,
            "jvm_memory_pool_bytes_max",
            "The same of one pool: bytes that it may have at most; -1 where there is no bound.",
            "pool"),
    JVM_POOL_INIT(
            Type.GAUGE, "jvm_memory_pool_bytes_init", "The same of one pool: bytes that it had at the start.", "pool"),
    JVM_POOL_COLLECTION_USED(
            Type.GAUGE,
            "jvm_memory_pool_collection_used_bytes",
            "After the last collection of a pool: bytes in use.",
            "pool"),
    JVM_POOL_COLLECTION_COMMITTED(
            Type.GAUGE,
            "jvm_memory_pool_collection_committed_bytes",
            "After the last collection of a pool: bytes that the pool had.",
            "pool"),
    JVM_POOL_COLLECTION_MAX(
            Type.GAUGE,
            "jvm_memory_pool_collection_max_bytes",
            "After the last collection of a pool: bytes that it might have had; -1 where there was no bound.",
            "pool"),
    JVM_POOL_COLLECTION_INIT(
            Type.GAUGE,
            "jvm_memory_pool_collection_init_bytes",
            "After the last collection of a pool: bytes that it had at the start.",
            "pool"),
    JVM_GC(
            Type.SUMMARY,
            "jvm_gc_collection_seconds",
            "Time that collections took, and how many there were, by collector.",
            "gc"),
    COLLECTOR_DURATION(
            Type.GAUGE,
            "load_monitor_scrape_collector_duration_seconds",
            "Time that a collector took in this scrape.",
            "collector"),
    COLLECTOR_SUCCESS(
            Type.GAUGE,
            "load_monitor_scrape_collector_success",
            "Whether a collector succeeded in this scrape: 1 or 0.",
            "collector");

    private final Type type;
    private final String metricName;
    private final String help;
    private final List<String> labels;

    Family(Type type, String metricName, String help, String... labels) {
        this.type = type;
        this.metricName = metricName;
        this.help = help;
        this.labels = List.of(labels);
    }

    /** With {@code _total} where it is a counter. */
    public String metricName() {
        return metricName;
    }

    public String help() {
        return help;
    }

    public List<String> labels() {
        return labels;
    }

    /** {@code counter}, {@code gauge}, {@code histogram} or {@code summary}. */
    public String typeName() {
        return type.name().toLowerCase(java.util.Locale.ROOT);
    }

    /** Whether its samples have names of their own, such as {@code _sum}. */
    boolean hasParts() {
        return type == Type.HISTOGRAM || type == Type.SUMMARY;
    }

    Type type() {
        return type;
    }
}
