package io.loadmonitor.kernellog;

import io.loadmonitor.kernellog.KernelLogReader.Fate;
import io.loadmonitor.kernellog.KernelLogReader.NumberedLine;
import java.util.Optional;

/** Knows the lines of one kind of report. */
interface LineReader {
    /**
     * @param text the message, stripped, not empty
     * @return empty for a line of another kind
     */
    Optional<Fate> read(NumberedLine line, String text);
}
