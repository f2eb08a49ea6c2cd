package io.loadmonitor.metrics;

/**
 * Which exporter this is.
 *
 * @param version such as {@code 0.1.0}
 * @param revision the commit that it was built from, with {@code -dirty} behind it where files had been changed; {@code
 *     unknown} where the build had no git
 * @param revisionDate when that commit was made, ISO 8601; {@code unknown} as above. It is not the time of the build:
 *     two builds of one commit are the same, byte for byte
 */
public record Build(String version, String revision, String revisionDate) {}
