package io.loadmonitor.app;

import io.loadmonitor.archive.Retention;
import io.loadmonitor.incident.Rule;
import io.loadmonitor.incident.Rules;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What the configuration file decides. What it does not say is as in {@link #defaults()}.
 *
 * @param rules which alerts get a dump; the first that matches decides
 * @param retention what the archive keeps
 */
record Config(Rules rules, Retention retention, Limits limits) {
    /** Every alert about load or about tasks in uninterruptible sleep, by the names of the shipped alert rules. */
    static final Rule DEFAULT_RULE = new Rule(
            "load", Map.of("alertname", Pattern.compile("Load.*|Uninterruptible.*")), Duration.ofSeconds(30));

    static final Retention DEFAULT_RETENTION = new Retention(1_000, Duration.ofDays(30), 512L << 20, 256L << 20);

    static Config defaults() {
        return new Config(new Rules(List.of(DEFAULT_RULE)), DEFAULT_RETENTION, Limits.defaults());
    }
}
