package io.loadmonitor.web.view;

import io.loadmonitor.archive.DumpSummary;
import io.loadmonitor.dump.StackDump;

/** A flame graph alone, for a file that is opened anywhere. */
public record FlameFilePage(DumpRow dump, String host, FlameView flame) implements PageModel {
    public static FlameFilePage of(DumpSummary summary, StackDump dump) {
        return new FlameFilePage(
                DumpRow.of(summary), VisibleText.of(summary.host()), FlameView.of(dump, FlameView.MAX_IN_FILE));
    }

    @Override
    public String template() {
        return "flamefile.jte";
    }
}
