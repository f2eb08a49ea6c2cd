package io.loadmonitor.app;

import io.loadmonitor.capture.BpfSource;
import io.loadmonitor.capture.CaptureException;
import io.loadmonitor.capture.DeviceLook;
import io.loadmonitor.capture.DumpOrder;
import io.loadmonitor.capture.HostLook;
import io.loadmonitor.capture.KernelModuleSource;
import io.loadmonitor.capture.OwnProcess;
import io.loadmonitor.capture.PodLook;
import io.loadmonitor.capture.ProcfsLimits;
import io.loadmonitor.capture.SourceChoice;
import io.loadmonitor.capture.StackAccess;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.dump.Reason;
import io.loadmonitor.procfs.ActiveTasks;
import io.loadmonitor.procfs.ProcFs;
import java.time.Clock;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Takes one dump and writes its text to standard output. */
@Command(
        name = "dump",
        description = "Take one dump now and write its text to standard output.",
        abbreviateSynopsis = true,
        showDefaultValues = true)
final class DumpCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(DumpCommand.class);

    @Mixin
    HelpOption help = new HelpOption();

    @Option(
            names = "--reason",
            paramLabel = "TEXT",
            defaultValue = "command line",
            description = "Stands in the dump's trigger line; 1 to 63 printable ASCII characters.",
            converter = ReasonConverter.class)
    Reason reason = new Reason("command line");

    @Mixin
    SourceOptions options = new SourceOptions();

    @Mixin
    LogOptions log = new LogOptions();

    @Override
    public Integer call() throws Exception {
        log.install();
        ProcFs procFs = options.procFs();
        DeviceLook deviceLook = options.deviceLook();
        PodLook pods = options.podLook();
        HostLook hostLook = new HostLook(procFs);
        hostLook.remember();
        ActiveTasks activeTasks = new ActiveTasks();
        try (BpfSource bpf = options.bpf(deviceLook, activeTasks, Clock.systemUTC(), ProcfsLimits.DEFAULT)) {
            SourceChoice choice = options.choice(
                    new KernelModuleSource(options.module(), deviceLook, OwnProcess.of(procFs)),
                    bpf,
                    deviceLook,
                    activeTasks,
                    Clock.systemUTC(),
                    ProcfsLimits.DEFAULT);
            // Said on standard error, beside the text.
            new StackAccess(choice, procFs).readable();
            RawDump dump = Progress.during(
                    "taking a dump",
                    () -> hostLook.describing(pods.naming(choice.current().source()))
                            .take(DumpOrder.manual(reason)));
            dump.open().transferTo(System.out);
            System.out.flush();
            return 0;
        } catch (CaptureException e) {
            LOG.error("no dump: {}", e.getMessage());
            return 1;
        }
    }

    /** Refuses what the kernel module would. */
    static final class ReasonConverter implements ITypeConverter<Reason> {
        @Override
        public Reason convert(String text) {
            try {
                return new Reason(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(
                        '"' + text + "\" is not 1 to " + Reason.MAX_LENGTH + " printable ASCII characters");
            }
        }
    }
}
