package io.loadmonitor.app;

import io.loadmonitor.capture.BpfSource;
import io.loadmonitor.capture.CaptureException;
import io.loadmonitor.capture.DeviceLook;
import io.loadmonitor.capture.KernelModuleSource;
import io.loadmonitor.capture.OwnProcess;
import io.loadmonitor.capture.ProcfsLimits;
import io.loadmonitor.capture.SourceChoice;
import io.loadmonitor.kernel.TerminalMode;
import io.loadmonitor.procfs.ActiveTasks;
import io.loadmonitor.procfs.ProcFs;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** The load by cause in a terminal, as top shows processes. */
@Command(
        name = "top",
        description = {
            "Show what the load consists of now, and at each load tick (5 s), until q is pressed.",
            "It looks at the tasks itself; with --url it asks an exporter that runs, on this host or another."
        },
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
    ServerOptions server = new ServerOptions();

    @Mixin
    LogOptions log = new LogOptions();

    @Spec
    CommandSpec spec = CommandSpec.create();

    /** Each of them says that an exporter is to be asked. */
    private static final List<String> OF_SERVER =
            List.of("--url", "--username", "--password-file", "--token-file", "--ca-file", "--json");

    @Override
    public Integer call() throws IOException {
        log.install();
        try {
            if (asksAnExporter()) {
                ServerClient client = server.client();
                if (server.json) {
                    spec.commandLine().getOut().println(new String(client.get(RemoteTop.PATH), StandardCharsets.UTF_8));
                    spec.commandLine().getOut().flush();
                    return 0;
                }
                try (TopFeed feed = new RemoteTop(client, Clock.systemUTC())) {
                    show(feed);
                }
                return 0;
            }
            return look();
        } catch (CaptureException e) {
            LOG.error("the tasks cannot be looked at: {}", e.getMessage());
            return 1;
        } catch (ServerException e) {
            spec.commandLine().getErr().println(Main.name() + ": " + e.getMessage());
            return 1;
        }
    }

    private boolean asksAnExporter() {
        ParseResult given = spec.commandLine().getParseResult();
        return OF_SERVER.stream().anyMatch(given::hasMatchedOption);
    }

    private int look() throws IOException, CaptureException, ServerException {
        ProcFs procFs = options.procFs();
        DeviceLook deviceLook = options.deviceLook();
        Clock clock = Clock.systemUTC();
        ActiveTasks activeTasks = new ActiveTasks();
        try (BpfSource bpf = options.bpf(deviceLook, activeTasks, clock, ProcfsLimits.DEFAULT)) {
            SourceChoice choice = options.choice(
                    new KernelModuleSource(options.module(), deviceLook, OwnProcess.of(procFs)),
                    bpf,
                    deviceLook,
                    activeTasks,
                    clock,
                    ProcfsLimits.DEFAULT);
            try (TopFeed feed = new LocalTop(procFs, activeTasks, choice, clock)) {
                show(feed);
            }
            return 0;
        }
    }

    private void show(TopFeed feed) throws IOException, CaptureException, ServerException {
        boolean terminal = Terminal.is(Path.of("/proc/self/fd/1")) && Terminal.is(Path.of("/proc/self/fd/0"));
        LinkedBlockingQueue<Integer> keys = new LinkedBlockingQueue<>();
        Keyboard keyboard = terminal ? Keyboard.start(keys) : Keyboard.NONE;
        try {
            int most = terminal ? ticks : Math.max(1, ticks);
            boolean more = true;
            while (more) {
                TopReading reading = feed.read();
                TerminalMode.Size size = terminal ? TerminalMode.size() : new TerminalMode.Size(1000, 1000);
                if (terminal || feed.ticks() >= most) {
                    print(new TopScreen(size.columns(), size.lines()).render(by, reading), terminal);
                }
                more = (most == 0 || feed.ticks() < most) && pressed(keys);
            }
        } finally {
            keyboard.close();
            if (terminal) {
                spec.commandLine().getOut().println();
            }
        }
    }

    private void print(List<String> lines, boolean terminal) {
        PrintWriter out = spec.commandLine().getOut();
        if (terminal) {
            out.print(CLEAR + String.join("\n", lines));
        } else {
            lines.stream()
                    .limit(lines.size() - 1L)
                    .filter(line -> !line.isEmpty())
                    .forEach(out::println);
        }
        out.flush();
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
