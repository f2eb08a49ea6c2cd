package io.loadmonitor.desk;

import io.loadmonitor.archive.DumpSummary;
import io.loadmonitor.archive.DumpTrigger;
import io.loadmonitor.archive.LimitKind;
import java.time.Duration;

/** Hears of dumps after the fact. Called by capturing threads; must not block or throw. */
public interface CaptureObserver {
    /**
     * A dump that was asked for is stored.
     *
     * @param took from asking the source to having the text
     */
    void captured(DumpSummary dump, Duration took);

    /** A dump that the module took by itself is stored; not called for one that was stored before. */
    void found(DumpSummary dump);

    /** There is no dump, and nobody tries any longer. */
    void failed(DumpTrigger trigger, FailureReason reason);

    /**
     * A limit allows no dump now. Called once for each that is asked for, however often it is asked for again.
     *
     * @param trigger what asks
     */
    void refused(DumpTrigger trigger, LimitKind limit);

    /** The value of the {@code reason} label of {@code load_monitor_dump_failures_total}, in lower case. */
    enum FailureReason {
        /** The source was busy until the time for trying was over. */
        BUSY,
        /** The source's own limit said no until the time for trying was over. */
        THROTTLED,
        /** The source is not there or may not be used. */
        UNAVAILABLE,
        /** The source took longer than its time limit. */
        TIMEOUT,
        /** Anything else that the source answered. */
        FAILED,
        /** The dump was taken and could not be stored. */
        ARCHIVE
    }
}
