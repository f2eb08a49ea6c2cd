package io.loadmonitor.metrics;

/**
 * One answer to a scrape.
 *
 * @param text UTF-8; not copied, so leave it alone
 * @param contentType value for the header Content-Type
 */
public record Exposition(byte[] text, String contentType) {}
