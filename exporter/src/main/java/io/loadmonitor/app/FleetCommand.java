package io.loadmonitor.app;

import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.fleet.FleetAddress;
import io.loadmonitor.fleet.FleetStore;
import io.loadmonitor.guard.AuditLog;
import io.loadmonitor.web.FleetParts;
import io.loadmonitor.web.WebServer;
import io.loadmonitor.web.WebSettings;
import io.loadmonitor.web.view.Site;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Serves the pages and the API of a fleet; it only reads, by a reader's rights. */
@Command(
        name = "fleet",
        description = "Serve the pages of many hosts from their common store; make it and look after it.",
        subcommands = {FleetInitCommand.class, FleetMaintainCommand.class},
        abbreviateSynopsis = true,
        showDefaultValues = true)
final class FleetCommand implements Callable<Integer> {
    private static final int CANNOT_START = 1;
    private static final int MOST_BODY_BYTES = 1024;

    private static final Logger LOG = LoggerFactory.getLogger(FleetCommand.class);

    @Mixin
    HelpOption help = new HelpOption();

    @Mixin
    FleetOptions fleet = new FleetOptions();

    @Option(
            names = "--web.listen-address",
            paramLabel = "ADDRESS",
            defaultValue = ":9817",
            description = "Address to listen on. May be given more than once. Port 0 takes a free one.")
    List<ListenAddress> listenAddresses = List.of();

    @Option(
            names = "--web.allow-remote-api",
            showDefaultValue = CommandLine.Help.Visibility.NEVER,
            description = "Let clients beyond loopback read. Without it, and without passwords in --web.config.file,"
                    + " they get health only.")
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
            description = "Who may do what (YAML); of its roles, read is the one that matters here.")
    @Nullable
    Path webAccessFile;

    @Option(
            names = "--web.external-url",
            showDefaultValue = CommandLine.Help.Visibility.NEVER,
            paramLabel = "URL",
            description = "Where people find it, perhaps behind a reverse proxy and with a path.")
    @Nullable
    String externalUrl;

    @Mixin
    LogOptions log = new LogOptions();

    @Override
    public Integer call() {
        log.install();
        LastResort.install();
        try {
            FleetAddress address = fleet.needed();
            if (allowRemoteApi && webAccessFile != null) {
                throw new StartException("--web.allow-remote-api opens to everybody what --web.access.file grants to"
                        + " some; give one of the two");
            }
            WebConfigInForce guard = WebConfigInForce.read(webConfigFile, webAccessFile);
            FleetStore store = new FleetStore(address);
            AuditLog audit = new AuditLog(System::nanoTime);
            WebServer server = WebServer.start(
                    settings(),
                    guard.guard(),
                    new FleetParts(store, CauseCatalogue.standard(), audit, Clock.systemUTC()));
            guard.watch();
            for (InetSocketAddress listening : server.addresses()) {
                LOG.atInfo()
                        .addKeyValue(
                                "address",
                                new ListenAddress(listening.getAddress().getHostAddress(), listening.getPort()))
                        .log("listening");
            }
            Optional<String> obstacle = store.obstacle();
            LOG.atInfo()
                    .addKeyValue("version", Version.text())
                    .addKeyValue("fleet", address)
                    .log("load-monitor fleet serves");
            obstacle.ifPresent(why -> LOG.warn("the store gives no answers now: {}", why));
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(
                            () -> {
                                server.close();
                                guard.close();
                                store.close();
                                audit.close();
                            },
                            "shutdown"));
            return ServeCommand.SERVING;
        } catch (ConfigException e) {
            String.valueOf(e.getMessage()).lines().forEach(LOG::error);
            return CANNOT_START;
        } catch (StartException | IOException e) {
            LOG.error(String.valueOf(e.getMessage()));
            LOG.debug("the cause of the failed start", e);
            return CANNOT_START;
        }
    }

    private WebSettings settings() throws StartException {
        List<InetSocketAddress> addresses = new ArrayList<>();
        for (ListenAddress address : listenAddresses) {
            try {
                addresses.add(address.resolve());
            } catch (UnknownHostException e) {
                throw new StartException("cannot listen on \"" + address + "\": there is no host of this name", e);
            }
        }
        try {
            Site site = externalUrl == null ? new Site(Optional.empty(), "fleet") : Site.of(externalUrl, "fleet");
            return new WebSettings(addresses, "/metrics", allowRemoteApi, MOST_BODY_BYTES, site);
        } catch (IllegalArgumentException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
    }
}
