package io.loadmonitor.app;

import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.dump.CauseFileException;
import io.loadmonitor.dump.DumpParser;
import io.loadmonitor.dump.LoadBreakdown;
import io.loadmonitor.dump.LoadPart;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.dump.StackDump;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what a dump's load consisted of. */
@Command(
        name = "explain",
        description = "Say what the load of a dump consisted of.",
        abbreviateSynopsis = true,
        showDefaultValues = true)
final class ExplainCommand implements Callable<Integer> {
    private static final int MAX_BYTES = 64 << 20;

    @Mixin
    HelpOption help = new HelpOption();

    @Parameters(paramLabel = "FILE", description = "The dump's text; - reads standard input.")
    String file = "-";

    @Option(
            names = "--causes.file",
            paramLabel = "FILE",
            description = "Causes and rules of your own, beside those that are known.")
    @Nullable
    Path causesFile;

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
        StackDump dump = DumpParser.parse(RawDump.of(text));
        if (dump.header().isEmpty() && dump.tasks().isEmpty()) {
            err.println(Main.NAME + ": \"" + file + "\" holds no dump of load-monitor");
            return 1;
        }
        write(dump, LoadBreakdown.of(dump, causes), spec.commandLine().getOut());
        return 0;
    }

    private static void write(StackDump dump, LoadBreakdown load, PrintWriter out) {
        out.println(load.headline());
        out.println();
        for (LoadPart part : load.parts()) {
            out.printf("%7d  %s%n", part.tasks(), part.text());
        }
        if (!load.parts().isEmpty()) {
            out.println();
            load.parts().stream().map(LoadPart::cause).distinct().forEach(cause -> {
                out.printf("%s: %s%n", cause.id(), cause.explanation());
                out.printf("  Check: %s%n", cause.check());
            });
            out.println();
        }
        out.printf("%7d  tasks in the dump%n", load.tasks());
        load.active().ifPresent(active -> out.printf("%7d  active tasks by the kernel's count%n", active));
        dump.counts().ifPresent(counts -> counts.values().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(count -> out.printf("         %s=%d%n", count.getKey(), count.getValue())));
        if (!dump.complete()) {
            out.println("The dump was cut off or is damaged: its last line is missing or does not agree with the rest.");
        }
        if (dump.unreadCount() > 0) {
            out.printf("%d lines were not understood, or only in part:%n", dump.unreadCount());
            dump.unreadLines().forEach(line -> out.printf("  line %d: %s%n", line.number(), line.text()));
        }
        out.flush();
    }
}
