package io.loadmonitor.metrics;

import java.util.Set;

/**
 * Reads some families, anew for each scrape. One that fails costs its own families only: the page says so in
 * {@code load_monitor_scrape_collector_success} and answers all the same. Implementations are safe for use by several
 * threads.
 */
interface FamilyReader {
    /** Value of the label {@code collector}. */
    String collector();

    Set<Family> families();

    /**
     * Adds the samples. What was added before a failure is thrown away: a scrape shows a collector whole or not at all.
     *
     * @throws Exception whatever the reading of a state may throw
     */
    void read(Samples samples) throws Exception;
}
