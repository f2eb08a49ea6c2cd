package io.loadmonitor.app;

import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.dump.CauseFileException;
import io.loadmonitor.kernellog.KernelLog;
import io.loadmonitor.kernellog.KernelLogReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what the load of a text consisted of, whoever captured it. */
@Command(
        name = "explain",
        description = {
            "Say what the load consisted of.",
            "Reads dumps of load-monitor, the lines of the original module, the output of sysrq-w and sysrq-t, hung-task"
                    + " reports and text of /proc/PID/stack, with or without a log's time stamps."
        },
        abbreviateSynopsis = true,
        showDefaultValues = true)
final class ExplainCommand implements Callable<Integer> {
    private static final int MAX_BYTES = 64 << 20;

    @Mixin
    HelpOption help = new HelpOption();

    @Parameters(paramLabel = "FILE", description = "The text; - reads standard input.")
    String file = "-";

    @Option(
            names = "--causes.file",
            paramLabel = "FILE",
            description = "Causes and rules of your own, beside those that are known.")
    @Nullable
    Path causesFile;

    @Option(names = "--json", description = "Write the report as JSON.")
    boolean json;

    @Option(
            names = "--color",
            paramLabel = "WHEN",
            defaultValue = "auto",
            description = "Colours: ${COMPLETION-CANDIDATES}. auto: on a terminal, unless NO_COLOR is set.")
    Colour colour = Colour.AUTO;

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        CauseCatalogue causes = CauseCatalogue.standard();
        if (causesFile != null) {
            try {
                causes = causes.with(causesFile);
            } catch (CauseFileException e) {
                e.problems().forEach(problem -> err.println(Main.NAME + ": " + problem));
                return 1;
            }
        }
        byte[] text;
        try (InputStream in = file.equals("-") ? System.in : Files.newInputStream(Path.of(file))) {
            text = in.readNBytes(MAX_BYTES + 1);
        } catch (NoSuchFileException e) {
            err.println(Main.NAME + ": there is no file \"" + file + '"');
            return 1;
        } catch (IOException e) {
            err.println(Main.NAME + ": \"" + file + "\" cannot be read: " + e.getMessage());
            return 1;
        }
        if (text.length > MAX_BYTES) {
            err.println(Main.NAME + ": \"" + file + "\" is larger than " + MAX_BYTES + " bytes");
            return 1;
        }
        KernelLog log = KernelLogReader.read(text);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(ExplainJson.of(log, causes));
        }
        if (log.reports().isEmpty()) {
            err.println(Main.NAME + ": \"" + file + "\" holds no dump of load-monitor, no list of sysrq-w or sysrq-t, no"
                    + " hung-task report and no stack of /proc; of its " + log.lines() + " lines " + log.unread()
                    + " were not understood");
            out.flush();
            return 1;
        }
        if (!json) {
            new ExplainText(out, colour.wanted(System.getenv()), causes).write(log);
        }
        out.flush();
        return 0;
    }
}
