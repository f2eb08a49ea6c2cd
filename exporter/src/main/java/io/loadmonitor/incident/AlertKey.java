package io.loadmonitor.incident;

import java.time.Instant;

/**
 * What names an alert: a message with the same two is about the same alert, however often it comes.
 *
 * @param fingerprint of the alert's labels
 * @param startsAt exact to the nanosecond, as the message has it
 */
public record AlertKey(String fingerprint, Instant startsAt) {}
