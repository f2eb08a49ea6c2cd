package io.loadmonitor.archive;

import io.loadmonitor.dump.LoadSample;
import io.loadmonitor.incident.Tick;
import java.util.List;

/** Load samples as {@code incident} takes them. */
final class LoadTicks {
    private LoadTicks() {}

    static List<Tick> of(List<LoadSample> samples) {
        return samples.stream()
                .map(sample -> new Tick(
                        IncidentBook.exact(sample.at()), sample.load1(), sample.active(), sample.uninterruptible()))
                .toList();
    }
}
