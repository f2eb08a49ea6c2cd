package io.loadmonitor.app;

import io.loadmonitor.archive.Retention;
import io.loadmonitor.desk.InstanceNames;
import io.loadmonitor.desk.Rules;
import io.loadmonitor.incident.IncidentLife;
import io.loadmonitor.incident.Triggers;

/**
 * What the configuration file decides. What it does not say is as in {@link #defaults()}.
 *
 * @param rules which alerts get a dump; the first that matches decides
 * @param triggers when the exporter takes a dump by itself
 * @param retention what the archive keeps
 */
record Config(Rules rules, Triggers triggers, Incidents incidents, Retention retention, Limits limits) {
    /**
     * @param life when an alert of which nobody speaks has ended
     * @param names which alerts are of this host
     */
    record Incidents(IncidentLife life, InstanceNames.Settings names) {
        static final Incidents DEFAULT = new Incidents(IncidentLife.DEFAULT, InstanceNames.Settings.DEFAULT);
    }

    static Config defaults() {
        return new Config(Rules.DEFAULT, Triggers.DEFAULT, Incidents.DEFAULT, Retention.DEFAULT, Limits.defaults());
    }
}
