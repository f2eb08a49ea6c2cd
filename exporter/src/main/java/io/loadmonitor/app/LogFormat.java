package io.loadmonitor.app;

/** How a line of the log is written. */
enum LogFormat {
    /** {@code ts=... level=info msg="..." key=value}, as Prometheus and its exporters write it. */
    LOGFMT,
    /** One JSON object a line. */
    JSON
}
