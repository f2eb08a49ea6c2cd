package io.loadmonitor.web;

import io.loadmonitor.sample.LoadMoment;
import io.loadmonitor.sample.LoadTickParts;
import java.io.IOException;
import java.util.List;

/** What the load average consists of. Safe for use by several threads, answers at once. */
public interface LoadSource {
    /** @throws IOException when the average cannot be read */
    LoadMoment now() throws IOException;

    /** The load ticks of the last two hours, the oldest first. */
    List<LoadTickParts> ticks();
}
