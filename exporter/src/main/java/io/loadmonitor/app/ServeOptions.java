package io.loadmonitor.app;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Flags of the server. */
final class ServeOptions {
    @Option(
            names = "--web.listen-address",
            paramLabel = "ADDRESS",
            defaultValue = ":9817",
            description =
                    "Address to listen on: \":9817\" (every address), \"127.0.0.1:9817\", \"[::1]:9817\". May be given"
                            + " more than once. Port 0 takes a free one.")
    List<ListenAddress> listenAddresses = List.of();

    @Option(
            names = "--web.telemetry-path",
            paramLabel = "PATH",
            defaultValue = "/metrics",
            description = "Where the metrics are.")
    String telemetryPath = "/metrics";

    @Option(
            names = "--web.allow-remote-api",
            showDefaultValue = CommandLine.Help.Visibility.NEVER,
            description = "Let clients beyond loopback trigger and read dumps, and send alerts. Without it, and without"
                    + " passwords in --web.config.file, they get metrics and health only.")
    boolean allowRemoteApi;

    @Option(
            names = "--web.config.file",
            showDefaultValue = CommandLine.Help.Visibility.NEVER,
            paramLabel = "FILE",
            description = "TLS, passwords, headers and a rate limit (YAML, the form of Prometheus' exporters).")
    @Nullable
    Path webConfigFile;

    @Option(
            names = "--web.access.file",
            showDefaultValue = CommandLine.Help.Visibility.NEVER,
            paramLabel = "FILE",
            description = "Who may do what (YAML): scrape, read, alert, trigger, administer, by user, token, client"
                    + " certificate or network. What it does not grant is refused, from loopback, too.")
    @Nullable
    Path webAccessFile;

    @Option(
            names = "--web.external-url",
            showDefaultValue = CommandLine.Help.Visibility.NEVER,
            paramLabel = "URL",
            description = "Where people find the exporter, perhaps behind a reverse proxy and with a path:"
                    + " https://ops.example.com/web-1/. Links lead there, and its name is taken in the Host header.")
    @Nullable
    String externalUrl;

    @Option(
            names = "--config.file",
            showDefaultValue = CommandLine.Help.Visibility.NEVER,
            paramLabel = "FILE",
            description = "Rules, retention and limits (YAML). Without it the defaults hold.")
    @Nullable
    Path configFile;

    @Option(
            names = "--causes.file",
            showDefaultValue = CommandLine.Help.Visibility.NEVER,
            paramLabel = "FILE",
            description = "Causes and rules of your own, beside those that are known.")
    @Nullable
    Path causesFile;

    @Option(
            names = "--archive.path",
            showDefaultValue = CommandLine.Help.Visibility.NEVER,
            paramLabel = "FILE",
            description = "The archive, an SQLite file. Default: archive.db in $STATE_DIRECTORY, else in"
                    + " /var/lib/load-monitor where that may be written, else in $XDG_STATE_HOME/load-monitor.")
    @Nullable
    Path archivePath;

    @Option(
            names = "--host.name",
            showDefaultValue = CommandLine.Help.Visibility.NEVER,
            paramLabel = "NAME",
            converter = HostName.Text.class,
            description = "Name under which the archive keeps this host's alerts and dumps. Default: the kernel's, from"
                    + " sys/kernel/hostname in --path.procfs; in a container that is the container's name.")
    @Nullable
    String hostName;

    @Option(
            names = "--memory.lock",
            paramLabel = "auto|on|off",
            defaultValue = "auto",
            description = "Lock the memory in use, so that the exporter answers while the machine swaps; it needs"
                    + " LimitMEMLOCK=infinity or CAP_IPC_LOCK. auto: where the limit is infinite and Java's heap is"
                    + " bounded, as in the unit.")
    MemoryLock memoryLock = MemoryLock.AUTO;

    @Mixin
    FleetOptions fleet = new FleetOptions();

    @Option(
            names = "--fleet.texts",
            showDefaultValue = CommandLine.Help.Visibility.NEVER,
            description = "Ship the texts of dumps as well, not only what they consist of.")
    boolean fleetTexts;

    @Mixin
    SourceOptions source = new SourceOptions();

    @Mixin
    LogOptions log = new LogOptions();
}
