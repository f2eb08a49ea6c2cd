package io.loadmonitor.sample;

/**
 * The load averages of a host at a moment, and what the shortest of them consists of. Immutable.
 *
 * @param host whose load it is
 * @param source how its tasks are looked at, in a word
 * @param load5 the average over five minutes
 * @param load15 the average over fifteen minutes
 * @param parts of the average over one minute
 */
public record LoadMoment(String host, String source, double load5, double load15, LoadParts parts) {}
