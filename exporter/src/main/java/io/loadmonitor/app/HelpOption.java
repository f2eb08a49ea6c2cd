package io.loadmonitor.app;

import picocli.CommandLine;
import picocli.CommandLine.Option;

/** {@code --help}, the same for every command. */
final class HelpOption {
    @Option(
            names = {"-h", "--help"},
            showDefaultValue = CommandLine.Help.Visibility.NEVER,
            usageHelp = true,
            description = "Show this help and exit.")
    boolean asked;
}
