package io.loadmonitor.archive;

import io.loadmonitor.dump.LoadSample;
import java.util.List;

/**
 * The load ticks of a time as the archive has them, each list oldest first.
 *
 * @param ofModule from the histories of its dumps: exact times and numbers of active tasks
 * @param own seen by the exporter, up to a second late
 */
public record StoredTicks(List<LoadSample> ofModule, List<LoadSample> own) {
    public StoredTicks {
        ofModule = List.copyOf(ofModule);
        own = List.copyOf(own);
    }
}
