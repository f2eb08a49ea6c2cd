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
    /**
     * Alerts about load and about tasks in uninterruptible sleep, by the names of the shipped alert rules, but not those
     * about load-monitor itself (LoadMonitor...). An alert that fires on asks for no second dump, so the cooldown only
     * keeps alerts that begin together from asking for one each.
     */
    static final Rule DEFAULT_RULE = new Rule(
            "load",
            Map.of("alertname", Pattern.compile("Load(?!Monitor).*|Uninterruptible.*")),
            Duration.ofSeconds(30));

    static Config defaults() {
        return new Config(new Rules(List.of(DEFAULT_RULE)), Retention.DEFAULT, Limits.defaults());
    }
}
