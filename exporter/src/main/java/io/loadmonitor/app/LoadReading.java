package io.loadmonitor.app;

import io.loadmonitor.procfs.LoadAverage;
import io.loadmonitor.procfs.ProcFs;
import io.loadmonitor.sample.DecomposedLoad;
import io.loadmonitor.sample.LoadParts;
import io.loadmonitor.sample.LoadTickParts;
import io.loadmonitor.web.LoadSource;
import java.io.IOException;
import java.util.List;

/** The parts of the load average as it is shown at the moment. */
record LoadReading(ProcFs procFs, DecomposedLoad decomposed) implements LoadSource {
    @Override
    public LoadParts now() throws IOException {
        return decomposed.now(LoadAverage.read(procFs).load1());
    }

    @Override
    public List<LoadTickParts> ticks() {
        return decomposed.ticks();
    }
}
