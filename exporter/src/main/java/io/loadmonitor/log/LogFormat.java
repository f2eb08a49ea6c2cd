package io.loadmonitor.log;

/** How a line of the log is written. */
public enum LogFormat {
    /** {@code ts=... level=info msg="..." key=value}, as Prometheus and its exporters write it. */
    LOGFMT,
    /** One JSON object a line. */
    JSON
}
