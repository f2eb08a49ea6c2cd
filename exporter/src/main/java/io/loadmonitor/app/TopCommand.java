package io.loadmonitor.app;

import io.loadmonitor.capture.BpfSource;
import io.loadmonitor.capture.CaptureException;
import io.loadmonitor.capture.DeviceLook;
import io.loadmonitor.capture.KernelModuleSource;
import io.loadmonitor.capture.OwnProcess;
import io.loadmonitor.capture.ProcfsLimits;
import io.loadmonitor.capture.SourceChoice;
import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.kernel.TerminalMode;
import io.loadmonitor.procfs.ActiveTasks;
import io.loadmonitor.procfs.LoadAverage;
import io.loadmonitor.procfs.LoadTick;
import io.loadmonitor.procfs.ProcFs;
import io.loadmonitor.procfs.UninterruptibleLook;
import io.loadmonitor.sample.DecomposedLoad;
import io.loadmonitor.sample.LoadSampler;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The load by cause in a terminal, as top shows processes. */
@Command(
        name = "top",
        description = "Show what the load consists of now, and at each load tick (5 s), until q is pressed.",
        abbreviateSynopsis = true,
        showDefaultValues = true)
final class TopCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(TopCommand.class);

    /** Standard input ended: nobody can press a key any more. */
    private static final int NO_KEYS = -1;

    private static final String CLEAR = "\u001b[H\u001b[2J";

    @Mixin
    HelpOption help = new HelpOption();

    @Option(
            names = "--by",
            paramLabel = "KIND",
            defaultValue = "cause",
            description = "By what the tasks are told apart: ${COMPLETION-CANDIDATES}. Keys c, p, g and s change it.")
    TopScreen.By by = TopScreen.By.CAUSE;

    @Option(
            names = "--ticks",
            paramLabel = "N",
            defaultValue = "0",
            description = "End after so many load ticks; 0: never. Where standard output is no terminal it is 1.")
    int ticks;

    @Mixin
    SourceOptions options = new SourceOptions();

    @Mixin
    LogOptions log = new LogOptions();

    @Override
    public Integer call() throws IOException {
        log.install();
        ProcFs procFs = options.procFs();
        DeviceLook deviceLook = options.deviceLook();
        Clock clock = Clock.systemUTC();
        ActiveTasks activeTasks = new ActiveTasks();
        boolean terminal = Terminal.is(Path.of("/proc/self/fd/1")) && Terminal.is(Path.of("/proc/self/fd/0"));
        try (BpfSource bpf = options.bpf(deviceLook, activeTasks, clock, ProcfsLimits.DEFAULT)) {
            SourceChoice choice = options.choice(
                    new KernelModuleSource(options.module(), deviceLook, OwnProcess.of(procFs)),
                    bpf,
                    deviceLook,
                    activeTasks,
                    clock,
                    ProcfsLimits.DEFAULT);
            String host = HostName.choose(null, procFs).text();
            show(procFs, activeTasks, choice, host, clock, terminal);
            return 0;
        } catch (CaptureException e) {
            LOG.error("the tasks cannot be looked at: {}", e.getMessage());
            return 1;
        }
    }

    private void show(
            ProcFs procFs, ActiveTasks activeTasks, SourceChoice choice, String host, Clock clock, boolean terminal)
            throws IOException, CaptureException {
        LinkedBlockingQueue<Integer> keys = new LinkedBlockingQueue<>();
        DecomposedLoad load = new DecomposedLoad();
        // The first look is at once; what the load is made of is known from the first tick on.
        load.look(choice.lookout().look().tasks(), CauseCatalogue.standard(), System.nanoTime());
        LoadSampling sampling = LoadSampling.start(new LoadSampler(
                procFs,
                activeTasks,
                choice::lookout,
                CauseCatalogue::standard,
                new UninterruptibleLook(procFs),
                load,
                clock));
        Keyboard keyboard = terminal ? Keyboard.start(keys) : Keyboard.NONE;
        try {
            int most = terminal ? ticks : Math.max(1, ticks);
            boolean more = true;
            while (more) {
                LoadAverage average = LoadAverage.read(procFs);
                TerminalMode.Size size = terminal ? TerminalMode.size() : new TerminalMode.Size(1000, 1000);
                List<String> lines = new TopScreen(host, choice.lookout().kind().label(), size.columns(), size.lines())
                        .render(
                                by,
                                clock.instant(),
                                average,
                                active(activeTasks),
                                load.now(average.load1()),
                                CauseCatalogue.standard());
                boolean due = terminal || load.ticks().size() >= most;
                if (due) {
                    print(lines, terminal);
                }
                more = (most == 0 || load.ticks().size() < most) && pressed(keys);
            }
        } finally {
            keyboard.close();
            sampling.close();
            if (terminal) {
                System.out.println();
            }
        }
    }

    private static void print(List<String> lines, boolean terminal) {
        if (terminal) {
            System.out.print(CLEAR + String.join("\n", lines));
        } else {
            lines.stream()
                    .limit(lines.size() - 1L)
                    .filter(line -> !line.isEmpty())
                    .forEach(System.out::println);
        }
        System.out.flush();
    }

    private static OptionalInt active(ActiveTasks activeTasks) {
        Optional<LoadTick> newest = activeTasks.newest(System.nanoTime());
        return newest.isPresent() ? OptionalInt.of(newest.get().active()) : OptionalInt.empty();
    }

    /** False when it shall end. Waits a second for a key. */
    private boolean pressed(LinkedBlockingQueue<Integer> keys) {
        try {
            Integer key = keys.poll(1, TimeUnit.SECONDS);
            if (key == null) {
                return true;
            }
            for (TopScreen.By each : TopScreen.By.values()) {
                if (each.key() == key) {
                    by = each;
                }
            }
            return key != 'q' && key != NO_KEYS;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
