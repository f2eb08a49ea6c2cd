package io.loadmonitor.archive;

import java.sql.SQLException;
import java.util.Optional;

/** One limit on captures. Asks only. */
interface CaptureFilter {
    /** Empty when it allows the capture now. Runs within a transaction of {@link Database}. */
    Optional<Refusal> refuses(Sql sql, LimitTime now) throws SQLException;
}
