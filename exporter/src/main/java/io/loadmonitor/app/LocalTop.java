package io.loadmonitor.app;

import io.loadmonitor.capture.CaptureException;
import io.loadmonitor.capture.SourceChoice;
import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.procfs.ActiveTasks;
import io.loadmonitor.procfs.LoadTick;
import io.loadmonitor.procfs.ProcFs;
import io.loadmonitor.procfs.UninterruptibleLook;
import io.loadmonitor.sample.DecomposedLoad;
import io.loadmonitor.sample.LoadSampler;
import io.loadmonitor.web.json.LoadAnswer;
import java.io.IOException;
import java.time.Clock;
import java.util.Optional;
import java.util.OptionalInt;

/** Looks at the tasks of this host itself. */
final class LocalTop implements TopFeed {
    private final ActiveTasks activeTasks;
    private final Clock clock;
    private final DecomposedLoad load = new DecomposedLoad();
    private final LoadReading reading;
    private final LoadSampling sampling;

    /** Takes the first look at once; what the load is made of is known from the first tick on. */
    LocalTop(ProcFs procFs, ActiveTasks activeTasks, SourceChoice choice, Clock clock)
            throws IOException, CaptureException {
        this.activeTasks = activeTasks;
        this.clock = clock;
        this.reading = new LoadReading(
                HostName.choose(null, procFs).text(),
                () -> choice.lookout().kind().label(),
                procFs,
                load);
        load.look(choice.lookout().look().tasks(), CauseCatalogue.standard(), System.nanoTime());
        this.sampling = LoadSampling.start(new LoadSampler(
                procFs,
                activeTasks,
                choice::lookout,
                CauseCatalogue::standard,
                new UninterruptibleLook(procFs),
                load,
                clock));
    }

    @Override
    public TopReading read() throws IOException {
        Optional<LoadTick> newest = activeTasks.newest(System.nanoTime());
        return new TopReading(
                clock.instant(),
                reading.now(),
                newest.isPresent() ? OptionalInt.of(newest.get().active()) : OptionalInt.empty(),
                LoadAnswer.titles(CauseCatalogue.standard()),
                Optional.empty());
    }

    @Override
    public int ticks() {
        return load.ticks().size();
    }

    @Override
    public void close() {
        sampling.close();
    }
}
