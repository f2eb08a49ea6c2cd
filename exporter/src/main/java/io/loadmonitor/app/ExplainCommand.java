package io.loadmonitor.app;

import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.dump.CauseFileException;
import io.loadmonitor.dump.DumpComparison;
import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.StackDump;
import io.loadmonitor.json.JsonWriter;
import io.loadmonitor.kernellog.KernelLog;
import io.loadmonitor.kernellog.KernelLogReader;
import io.loadmonitor.kernellog.LogReport;
import io.loadmonitor.report.json.ExplainAnswer;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what the load of a text consisted of, whoever captured it. */
@Command(
        name = "explain",
        description = {
            "Say what the load consisted of.",
            "Reads dumps of load-monitor, the lines of the original module, what the kernel prints of tasks and CPUs"
                    + " (sysrq-w, -t and -l, hung tasks, lockups, RCU stalls), text of /proc/PID/stack, and what ps,"
                    + " crash, drgn and offcputime print, whatever stands before the lines."
        },
        abbreviateSynopsis = true,
        showDefaultValues = true)
final class ExplainCommand implements Callable<Integer> {

    @Mixin
    HelpOption help = new HelpOption();

    @Parameters(paramLabel = "FILE", arity = "0..1", description = "The text; without FILE, or with -, standard input.")
    @Nullable
    String named;

    @Option(
            names = "--causes.file",
            paramLabel = "FILE",
            description = "Causes and rules of your own, beside those that are known.")
    @Nullable
    Path causesFile;

    @Option(
            names = "--before",
            paramLabel = "FILE",
            description = "An earlier dump of the same boot: say what became of each task since its last report.")
    @Nullable
    String beforeFile;

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

    /** A link to what standard input is. */
    Path standardInput = Path.of("/proc/self/fd/0");

    /** A link to what standard error is. */
    Path standardError = Path.of("/proc/self/fd/2");

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        if (named == null && Terminal.is(standardInput)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "a text is missing: give a FILE, or a pipe as in \"dmesg | " + Main.name()
                            + " explain\"; - reads what you type");
        }
        String file = file();
        CauseCatalogue causes = CauseCatalogue.standard();
        if (causesFile != null) {
            try {
                causes = causes.with(causesFile);
            } catch (CauseFileException e) {
                e.problems().forEach(problem -> err.println(Main.name() + ": " + problem));
                return 1;
            }
        }
        if (file.equals("-") && "-".equals(beforeFile)) {
            err.println(Main.name() + ": standard input can only be one of FILE and --before");
            return 1;
        }
        Optional<KernelLog> read = read(file, err);
        if (read.isEmpty()) {
            return 1;
        }
        KernelLog log = read.get();
        Optional<StackDump> before = Optional.empty();
        if (beforeFile != null) {
            before = before(log, beforeFile, err);
            if (before.isEmpty()) {
                return 1;
            }
        }
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            writeJson(ExplainAnswer.of(log, causes, before), out);
        }
        if (log.reports().isEmpty()) {
            err.println(Main.name() + ": \"" + EscapedText.of(file)
                    + "\" holds no dump of load-monitor, no list of sysrq-w or sysrq-t, no hung-task report, no lockup"
                    + " or stall of a CPU, and no stacks of /proc, crash or drgn; of its " + log.lines() + " lines "
                    + log.unread()
                    + " were not understood");
            log.remarks().forEach(remark -> err.println(Main.name() + ": " + remark));
            out.flush();
            return 1;
        }
        if (!json) {
            new ExplainText(out, colour.wanted(System.getenv()), causes, before).write(log);
        }
        out.flush();
        return 0;
    }

    private static void writeJson(ExplainAnswer answer, PrintWriter out) {
        try {
            new JsonWriter().indented(answer, out);
        } catch (IOException e) {
            throw new UncheckedIOException("a PrintWriter keeps its errors to itself", e);
        }
        out.println();
    }

    private String file() {
        return named == null ? "-" : named;
    }

    /** Empty when it cannot be read; then the reason is told. */
    private Optional<KernelLog> read(String name, PrintWriter err) {
        ReadingProgress progress = new ReadingProgress(err, Terminal.is(standardError), Clock.systemUTC());
        try (InputStream in = name.equals("-") ? System.in : Files.newInputStream(Path.of(name))) {
            return Optional.of(KernelLogReader.read(in, progress::at));
        } catch (NoSuchFileException e) {
            err.println(Main.name() + ": there is no file \"" + EscapedText.of(name) + '"');
        } catch (IOException | InvalidPathException e) {
            err.println(Main.name() + ": \"" + EscapedText.of(name) + "\" cannot be read: "
                    + EscapedText.of(String.valueOf(e.getMessage())));
        } catch (OutOfMemoryError e) {
            err.println(
                    Main.name() + ": \"" + EscapedText.of(name) + "\" tells more than there is memory for: give Java"
                            + " more of it (-Xmx), or a part of the text");
        } finally {
            progress.end();
        }
        return Optional.empty();
    }

    /** The last report of the earlier text, if a task in it and one in the log's first report can be the same. */
    private Optional<StackDump> before(KernelLog log, String name, PrintWriter err) {
        Optional<KernelLog> text = read(name, err);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        List<LogReport> reports = text.get().reports();
        if (reports.isEmpty()) {
            err.println(Main.name() + ": \"" + name + "\" holds no dump to compare with");
            return Optional.empty();
        }
        StackDump earlier = reports.get(reports.size() - 1).dump();
        // Kernel logs do not name their boot: whoever compares two of them has to know.
        boolean otherBoot = !log.reports().isEmpty()
                && boot(earlier).isPresent()
                && boot(log.reports().get(0).dump()).isPresent()
                && !DumpComparison.sameBoot(earlier, log.reports().get(0).dump());
        if (otherBoot) {
            err.println(Main.name() + ": \"" + name + "\" is of boot "
                    + boot(earlier).get() + ", \"" + file() + "\" of boot "
                    + boot(log.reports().get(0).dump()).get() + ": no task of one can be in the other");
            return Optional.empty();
        }
        return Optional.of(earlier);
    }

    private static Optional<String> boot(StackDump dump) {
        return dump.header().flatMap(StackDump.Header::bootId);
    }
}
