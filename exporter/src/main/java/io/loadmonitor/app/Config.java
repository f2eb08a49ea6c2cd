package io.loadmonitor.app;

import io.loadmonitor.archive.Retention;
import io.loadmonitor.incident.Rules;

/**
 * What the configuration file decides. What it does not say is as in {@link #defaults()}.
 *
 * @param rules which alerts get a dump; the first that matches decides
 * @param retention what the archive keeps
 */
record Config(Rules rules, Retention retention, Limits limits) {
    static Config defaults() {
        return new Config(Rules.DEFAULT, Retention.DEFAULT, Limits.defaults());
    }
}
