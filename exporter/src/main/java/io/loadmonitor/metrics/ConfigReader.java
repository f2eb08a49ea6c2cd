package io.loadmonitor.metrics;

import java.util.Set;
import java.util.function.Supplier;

/** Whether the configuration in force is the one in the file, as far as the last attempt tells. */
final class ConfigReader implements FamilyReader {
    private final Supplier<ConfigReload> reload;

    ConfigReader(Supplier<ConfigReload> reload) {
        this.reload = reload;
    }

    @Override
    public String collector() {
        return "config";
    }

    @Override
    public Set<Family> families() {
        return Set.of(Family.CONFIG_RELOAD_SUCCESSFUL, Family.CONFIG_RELOAD_TIMESTAMP);
    }

    @Override
    public void read(Samples samples) {
        ConfigReload last = reload.get();
        samples.add(Family.CONFIG_RELOAD_SUCCESSFUL, last.successful() ? 1 : 0);
        samples.add(Family.CONFIG_RELOAD_TIMESTAMP, last.lastSuccess().toEpochMilli() / 1e3);
    }
}
