package io.loadmonitor.report;

import io.loadmonitor.dump.DumpWarnings;
import io.loadmonitor.kernellog.LogKind;
import io.loadmonitor.kernellog.LogReport;
import java.util.ArrayList;
import java.util.List;

/** What to know of a report before believing it: what its reader found, then what its dump says. Stateless. */
public final class LogWarnings {
    private LogWarnings() {}

    /** Sentences; none where all is well. */
    public static List<String> of(LogReport report) {
        List<String> warnings = new ArrayList<>(report.warnings());
        if (LogHeadline.stacksMissing(report) && report.kind() != LogKind.PS) {
            warnings.add("The text has no stacks, so it says who waits, but not for what. The kernel prints them below"
                    + " these lines at the level \"info\": dmesg and journalctl -k have them where a console has not.");
        }
        if (report.kind() == LogKind.DUMP) {
            warnings.addAll(DumpWarnings.of(report.dump()));
        } else {
            DumpWarnings.withoutStacks(report.dump()).ifPresent(warnings::add);
        }
        return warnings;
    }
}
