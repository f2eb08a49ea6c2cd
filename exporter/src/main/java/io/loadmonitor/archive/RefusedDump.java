package io.loadmonitor.archive;

import java.time.Instant;
import java.util.Optional;

/**
 * A dump of an incident that a limit refused.
 *
 * @param trigger what asked for it
 * @param what it was asked for, for people: an alert's name, or why a further dump was due
 * @param at when it was first asked for; it was asked for again until it was allowed, or not due any more
 * @param limit what refused it
 * @param words why, as a part of a sentence
 * @param next when the limit would allow one, as was known then
 */
public record RefusedDump(
        DumpTrigger trigger, String what, Instant at, LimitKind limit, String words, Optional<Instant> next) {}
