package io.loadmonitor.app;

import io.loadmonitor.procfs.LoadAverage;
import io.loadmonitor.procfs.ProcFs;
import io.loadmonitor.sample.DecomposedLoad;
import io.loadmonitor.sample.LoadMoment;
import io.loadmonitor.sample.LoadTickParts;
import io.loadmonitor.web.LoadSource;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;

/** The parts of the load average as it is shown at the moment. */
record LoadReading(String host, Supplier<String> source, ProcFs procFs, DecomposedLoad decomposed)
        implements LoadSource {
    @Override
    public LoadMoment now() throws IOException {
        LoadAverage average = LoadAverage.read(procFs);
        return new LoadMoment(host, source.get(), average.load5(), average.load15(), decomposed.now(average.load1()));
    }

    @Override
    public List<LoadTickParts> ticks() {
        return decomposed.ticks();
    }
}
