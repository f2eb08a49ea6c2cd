package io.loadmonitor.incident;

import io.loadmonitor.alert.AlertMessage;
import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveException;
import io.loadmonitor.archive.IntakeOutcome;
import java.util.List;
import java.util.function.Supplier;

/** Takes alerts in. Safe for use by several threads. */
public final class AlertDesk {
    public AlertDesk(Supplier<Rules> rules, Archive archive, CaptureDesk captures, AlertObserver observer) {}

    /**
     * Stores what the message says and asks for the dumps that it calls for. When it returns, that survives a crash; the
     * dumps follow later.
     *
     * @return one outcome for each alert, in the message's order
     * @throws ArchiveException when nothing could be stored; the sender should try again
     */
    public List<IntakeOutcome> accept(AlertMessage message) throws ArchiveException {
        throw new UnsupportedOperationException();
    }
}
