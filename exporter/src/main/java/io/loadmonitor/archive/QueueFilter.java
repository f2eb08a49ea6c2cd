package io.loadmonitor.archive;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * So many captures that wait for their turn. A fourth of the places is kept for the first dumps of incidents.
 *
 * @param first whether the capture that is asked for is one of these
 */
record QueueFilter(CaptureQueue queue, int most, boolean first) implements CaptureFilter {
    private static final int SHARE_OF_FIRSTS = 4;

    @Override
    public Optional<Refusal> refuses(Sql sql, LimitTime now) throws SQLException {
        long waiting = queue.waiting(sql);
        int room = first ? most : most - most / SHARE_OF_FIRSTS;
        if (waiting < room) {
            return Optional.empty();
        }
        return Optional.of(new Refusal(
                LimitKind.QUEUE,
                room == most ? "the queue" : "the queue" + Refusal.FURTHER,
                waiting + " captures are waiting, as many as are allowed"
                        + (room == most ? "" : " for what is not an incident's first dump"),
                Optional.empty(),
                OptionalLong.empty(),
                Duration.ZERO));
    }
}
