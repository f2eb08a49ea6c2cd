package io.loadmonitor.app;

import io.loadmonitor.log.Log;
import io.loadmonitor.log.LogFormat;
import io.loadmonitor.log.LogLevel;
import picocli.CommandLine.Option;

/** Flags of the log, which goes to standard error. */
final class LogOptions {
    @Option(
            names = "--log.level",
            paramLabel = "debug|info|warn|error",
            defaultValue = "info",
            description = "Write log lines of this level and above.")
    LogLevel level = LogLevel.INFO;

    @Option(
            names = "--log.format",
            paramLabel = "logfmt|json",
            defaultValue = "logfmt",
            description = "Form of a log line.")
    LogFormat format = LogFormat.LOGFMT;

    void install() {
        Log.send(level, format, System.err);
    }
}
