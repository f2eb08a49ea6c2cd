package io.loadmonitor.web;

import java.util.Set;

/** Gives the text that Prometheus scrapes. Safe for use by several threads. */
@FunctionalInterface
public interface MetricsSource {
    /**
     * @param names only samples of these names; empty for all
     * @param accept the request's Accept header, empty text where it has none
     */
    MetricsText render(Set<String> names, String accept);

    /**
     * What a scrape answers.
     *
     * @param contentType with version and charset, for Prometheus 3 refuses a scrape without a known one
     * @param body handed over: neither side changes it afterwards
     */
    record MetricsText(String contentType, byte[] body) {}
}
