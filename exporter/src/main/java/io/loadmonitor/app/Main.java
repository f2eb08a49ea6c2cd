package io.loadmonitor.app;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The program's entry. Without a command it serves. Exit codes: 0 done, 1 could not start, do what was asked or write
 * it out, 2 wrong use of the command line, 70 a thread of the server ended by a fault, 141 whoever read standard output
 * stopped reading (128 and the number of SIGPIPE, as a shell shows it for other programs), 143 ended by SIGTERM.
 */
@Command(
        name = Main.NAME,
        description = "Who makes this Linux host's load, where in the kernel, and why.%n",
        subcommands = {
            ServeCommand.class,
            DumpCommand.class,
            TopCommand.class,
            ExplainCommand.class,
            StatusCommand.class,
            IncidentsCommand.class,
            ShowCommand.class,
            FleetCommand.class,
            CommandLine.HelpCommand.class,
            AutoComplete.GenerateCompletion.class
        },
        versionProvider = Version.class,
        abbreviateSynopsis = true,
        showDefaultValues = true,
        footer = "%nWithout a command it serves.")
public final class Main implements Callable<Integer> {
    static final String NAME = "load-monitor-exporter";

    /** The other name of the same program, which its launcher says that it was called by. */
    private static final String SHORT_NAME = "load-monitor";

    private static final Pattern ENUM_FAULT =
            Pattern.compile("expected one of \\[([A-Z_, ]+)\\] \\(case-insensitive\\) but was ");

    private static final int READER_IS_GONE = 128 + 13;
    /** A dump is megabytes; the kernel's own pipe holds 64 KiB. */
    private static final int BUFFER_BYTES = 64 << 10;

    @Option(
            names = {"-V", "--version"},
            showDefaultValue = CommandLine.Help.Visibility.NEVER,
            versionHelp = true,
            description = "Show the version, its commit and that commit's date, and exit.")
    boolean versionAsked;

    @Mixin
    HelpOption help = new HelpOption();

    @Mixin
    ServeOptions options = new ServeOptions();

    @Spec
    CommandSpec spec = CommandSpec.create();

    /** Started by the JVM. */
    public Main() {}

    /** The program. */
    public static void main(String[] arguments) {
        int code = run(arguments, new FileOutputStream(FileDescriptor.out));
        if (code != ServeCommand.SERVING) {
            System.exit(code);
        }
    }

    /**
     * Does what the arguments say.
     *
     * @param out is standard output from now on
     * @return the exit code, or {@link ServeCommand#SERVING}
     */
    static int run(String[] arguments, OutputStream out) {
        StandardOutput checked = new StandardOutput(out);
        PrintStream printed = new PrintStream(new BufferedOutputStream(checked, BUFFER_BYTES), true);
        System.setOut(printed);
        CommandLine line = commandLine();
        int code = line.execute(arguments);
        printed.flush();
        return checked.failure()
                .map(failure -> {
                    if (checked.readerIsGone()) {
                        return code == 0 ? READER_IS_GONE : code;
                    }
                    line.getErr().println(name() + ": cannot write to standard output: " + failure.getMessage());
                    return code == 0 ? CommandLine.ExitCode.SOFTWARE : code;
                })
                .orElse(code);
    }

    /** By which of its names it was called: that is what help and faults are to say. */
    static String name() {
        return SHORT_NAME.equals(System.getProperty("load-monitor.command")) ? SHORT_NAME : NAME;
    }

    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Main())
                .setCommandName(name())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setOptionsCaseInsensitive(false)
                .setOverwrittenOptionsAllowed(false)
                .setUsageHelpLongOptionsMaxWidth(32)
                .setUsageHelpWidth(100)
                .registerConverter(ListenAddress.class, Main::listenAddress)
                .setParameterExceptionHandler((e, arguments) -> Main.explainMisuse(e))
                .setExecutionExceptionHandler((e, command, result) -> {
                    command.getErr().println(name() + ": " + e);
                    return CommandLine.ExitCode.SOFTWARE;
                });
        return line.setExecutionStrategy(Main::run);
    }

    @Override
    public Integer call() {
        return ServeCommand.serve(options, Clock.systemUTC());
    }

    private static int run(ParseResult result) {
        // "--log.level=debug dump" would silently serve nobody: the flag belongs to the other command.
        if (result.hasSubcommand()
                && !result.matchedOptions().isEmpty()
                && !result.isUsageHelpRequested()
                && !result.isVersionHelpRequested()) {
            throw new ParameterException(
                    result.commandSpec().commandLine(),
                    result.matchedOptions().get(0).longestName() + " must stand after the command \""
                            + result.subcommand().commandSpec().name() + '"');
        }
        return new CommandLine.RunLast().execute(result);
    }

    /** picocli hides the message of any other exception behind its own words. */
    private static ListenAddress listenAddress(String text) {
        try {
            return ListenAddress.parse(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }

    /** picocli lists the constants of Java for words that are typed in small letters. */
    private static String asTyped(String message) {
        return ENUM_FAULT
                .matcher(message)
                .replaceFirst(fault -> Matcher.quoteReplacement("expected "
                        + fault.group(1).toLowerCase(Locale.ROOT).replaceFirst(", ([^,]*)$", " or $1") + " but was "));
    }

    private static int explainMisuse(ParameterException e) {
        PrintWriter err = e.getCommandLine().getErr();
        err.println(name() + ": " + asTyped(String.valueOf(e.getMessage())));
        List<String> meant = e instanceof UnmatchedArgumentException unmatched ? unmatched.getSuggestions() : List.of();
        err.println(
                meant.isEmpty()
                        ? "Try \"" + e.getCommandLine().getCommandSpec().qualifiedName() + " --help\"."
                        : "Did you mean " + String.join(" or ", meant) + '?');
        return CommandLine.ExitCode.USAGE;
    }
}
