package io.loadmonitor.archive;

import io.loadmonitor.dump.EscapedText;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A dump as lists show it.
 *
 * @param id in the archive; grows with the order of storing
 * @param host whose dump it is
 * @param state whether there is a text yet, and whether it is whole
 * @param source {@code kmod}, {@code bpf} or {@code procfs}; empty before there is a text, or when the header was lost
 * @param trigger why it was taken
 * @param reason as in the trigger line
 * @param takenAt by the dump's own time line, else when it was asked for
 * @param load1 of the load line
 * @param active active tasks, of the load line
 * @param uninterruptible of those, the ones in uninterruptible sleep
 * @param tasks in the dump
 * @param headline one sentence: what the load consisted of, by the causes of when the text was read; of a dump that is
 *     read anew ({@link Archive#dump}), by the present ones
 * @param failure for people; only with state FAILED
 * @param incidentId the incident that it belongs to
 * @param rawBytes of the text, uncompressed; 0 where there is none, or none any more
 * @param deleted with state DELETED
 */
public record DumpSummary(
        long id,
        String host,
        DumpState state,
        Optional<String> source,
        DumpTrigger trigger,
        Optional<EscapedText> reason,
        Instant takenAt,
        OptionalDouble load1,
        OptionalInt active,
        OptionalInt uninterruptible,
        OptionalInt tasks,
        String headline,
        Optional<String> failure,
        OptionalLong incidentId,
        long rawBytes,
        Optional<DumpDeletion> deleted) {

    DumpSummary withHeadline(String other) {
        return new DumpSummary(
                id,
                host,
                state,
                source,
                trigger,
                reason,
                takenAt,
                load1,
                active,
                uninterruptible,
                tasks,
                other,
                failure,
                incidentId,
                rawBytes,
                deleted);
    }
}
