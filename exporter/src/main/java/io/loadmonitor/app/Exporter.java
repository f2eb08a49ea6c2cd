package io.loadmonitor.app;

import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveException;
import io.loadmonitor.archive.ArchiveSettings;
import io.loadmonitor.archive.Uptime;
import io.loadmonitor.capture.BpfSource;
import io.loadmonitor.capture.DeviceLook;
import io.loadmonitor.capture.HostLook;
import io.loadmonitor.capture.KernelDumpWatcher;
import io.loadmonitor.capture.KernelModuleSource;
import io.loadmonitor.capture.OwnProcess;
import io.loadmonitor.capture.PodLook;
import io.loadmonitor.capture.SourceChoice;
import io.loadmonitor.capture.StackAccess;
import io.loadmonitor.desk.AlertDesk;
import io.loadmonitor.desk.CaptureDesk;
import io.loadmonitor.desk.CaptureSettings;
import io.loadmonitor.desk.IncidentWatch;
import io.loadmonitor.desk.InstanceNames;
import io.loadmonitor.desk.LoadRecorder;
import io.loadmonitor.desk.ModuleLevels;
import io.loadmonitor.desk.OwnTriggers;
import io.loadmonitor.desk.PartsRecorder;
import io.loadmonitor.desk.Rules;
import io.loadmonitor.fleet.FleetAddress;
import io.loadmonitor.fleet.FleetHost;
import io.loadmonitor.fleet.Shipper;
import io.loadmonitor.guard.AccessRules;
import io.loadmonitor.guard.AuditLog;
import io.loadmonitor.guard.Guard;
import io.loadmonitor.guard.GuardSettings;
import io.loadmonitor.guard.Role;
import io.loadmonitor.guard.TlsSettings;
import io.loadmonitor.incident.Stall;
import io.loadmonitor.incident.Triggers;
import io.loadmonitor.kernel.KernelModule;
import io.loadmonitor.kernel.PressureWatch;
import io.loadmonitor.metrics.EventCounts;
import io.loadmonitor.metrics.Exposition;
import io.loadmonitor.metrics.MetricsPage;
import io.loadmonitor.metrics.MetricsParts;
import io.loadmonitor.procfs.ActiveTasks;
import io.loadmonitor.procfs.OwnThreads;
import io.loadmonitor.procfs.ProcFs;
import io.loadmonitor.procfs.UninterruptibleLook;
import io.loadmonitor.report.IncidentReporter;
import io.loadmonitor.sample.DecomposedLoad;
import io.loadmonitor.sample.LoadSampler;
import io.loadmonitor.web.MetricsSource.MetricsText;
import io.loadmonitor.web.WebParts;
import io.loadmonitor.web.WebServer;
import io.loadmonitor.web.WebSettings;
import io.loadmonitor.web.view.Site;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * The running server: makes every part, gives it what it needs, and ends them in the reverse order. What is begun and
 * cannot be finished is undone.
 */
final class Exporter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Exporter.class);

    private final Deque<Part> parts = new ArrayDeque<>();
    private final ConfigInForce config;
    private final WebConfigInForce guard;

    private Exporter(ConfigInForce config, WebConfigInForce guard) {
        this.config = config;
        this.guard = guard;
    }

    /**
     * Starts everything; returns when requests are answered.
     *
     * @param supervisor hears of it then, and from then on
     * @throws StartException with what is in the way, after undoing what was begun
     */
    static Exporter start(
            ServeOptions options,
            ConfigInForce config,
            Map<String, String> environment,
            Supervisor supervisor,
            Clock clock)
            throws StartException {
        return start(options, config, environment, supervisor, clock, System::nanoTime);
    }

    /** @param nanos goes on as time does when the clock is set */
    static Exporter start(
            ServeOptions options,
            ConfigInForce config,
            Map<String, String> environment,
            Supervisor supervisor,
            Clock clock,
            LongSupplier nanos)
            throws StartException {
        Exporter exporter = new Exporter(config, guard(options));
        try {
            exporter.begin(options, ArchivePlace.choose(options.archivePath, environment), supervisor, clock, nanos);
            return exporter;
        } catch (StartException e) {
            exporter.close();
            throw e;
        } catch (RuntimeException | Error e) {
            exporter.close();
            throw new StartException("cannot start: " + e, e);
        }
    }

    /**
     * Reads all files again that are read while it runs.
     *
     * @return why some are refused, which stay as they were; empty when all are in force
     */
    Optional<String> reload() {
        Optional<String> refused = config.hasFiles() || !guard.hasFiles() ? config.reload() : Optional.empty();
        Optional<String> refusedOfWeb = guard.reload();
        if (refused.isPresent() && refusedOfWeb.isPresent()) {
            return Optional.of(refused.get() + "\n" + refusedOfWeb.get());
        }
        return refused.or(() -> refusedOfWeb);
    }

    private void begin(ServeOptions options, ArchivePlace place, Supervisor supervisor, Clock clock, LongSupplier nanos)
            throws StartException {
        ProcFs procFs = options.source.procFs();
        KernelModule module = options.source.module();
        HostName host = HostName.choose(options.hostName, procFs);
        WebSettings web = webSettings(options, host, config.current().limits());
        Limits limits = config.current().limits();

        Archive archive = openArchive(
                place, host, config, clock, new Uptime(procFs.bootId().orElseGet(Uptime::unknownBoot), nanos));
        keep("archive", archive::close);
        EventCounts events = new EventCounts();
        ActiveTasks activeTasks = new ActiveTasks();
        UninterruptibleLook uninterruptible = new UninterruptibleLook(procFs);
        LoadRecorder recorder = new LoadRecorder(archive);
        DecomposedLoad decomposed = new DecomposedLoad();
        PartsRecorder parts = new PartsRecorder(archive, decomposed::ticks);

        DeviceLook deviceLook = options.source.deviceLook();
        KernelModuleSource moduleSource = new KernelModuleSource(module, deviceLook, OwnProcess.of(procFs));
        BpfSource bpfSource = options.source.bpf(deviceLook, activeTasks, clock, limits.procfs());
        keep("bpf", bpfSource::close);
        SourceChoice choice =
                options.source.choice(moduleSource, bpfSource, deviceLook, activeTasks, clock, limits.procfs());
        PodLook pods = options.source.podLook();
        HostLook hostLook = new HostLook(procFs);
        Supplier<Rules> rules = () -> config.current().rules();
        CaptureDesk captures = CaptureDesk.start(
                CaptureSettings.DEFAULT,
                rules,
                archive,
                () -> hostLook.describing(pods.naming(choice.current().source())),
                clock,
                events);
        keep("captures", captures::close);
        archive.live(config.current().incidents().life());
        Supplier<Triggers> triggers = () -> config.current().triggers();
        IncidentWatch incidents = IncidentWatch.start(rules, triggers, archive, captures, recorder, clock);
        keep("incident watch", incidents::close);
        OwnTriggers own = OwnTriggers.start(triggers, () -> levels(module), archive, captures, clock);
        keep("own triggers", own::close);
        PressureWatch pressure = new PressureWatch(
                procFs.root(),
                Triggers.WINDOW,
                (resource, percent) -> own.stalled(System.nanoTime(), stall(resource), percent));
        keep("pressure watch", pressure::close);
        pressure.watch(percents(config.current().triggers()));
        Housekeeping housekeeping = Housekeeping.start(
                new LoadWatch(procFs, activeTasks, uninterruptible, module, clock),
                hostLook,
                recorder,
                parts,
                own,
                archive);
        keep("housekeeping", housekeeping::close);
        LoadSampling sampling = LoadSampling.start(new LoadSampler(
                procFs, activeTasks, choice::lookout, config::causes, uninterruptible, decomposed, clock));
        keep("load sampling", sampling::close);
        Optional<Shipper> shipper = shipper(options, host, web, archive, decomposed, procFs, clock);
        shipper.ifPresent(shipping -> keep("fleet shipper", shipping::close));
        AlertDesk alerts = new AlertDesk(
                rules,
                new InstanceNames(() -> config.current().incidents().names(), archive),
                archive,
                captures,
                events);
        KernelDumpWatcher watcher = KernelDumpWatcher.start(
                module, moduleSource, dump -> captures.found(hostLook.beside(pods.beside(dump))));
        keep("kernel dump watcher", watcher::close);

        StackAccess stacks = new StackAccess(choice, procFs);
        MetricsPage metrics = MetricsPage.of(
                new MetricsParts(
                        procFs,
                        () -> activeTasks.newest(System.nanoTime()),
                        decomposed,
                        uninterruptible,
                        module,
                        choice::current,
                        stacks::readable,
                        watcher::lost,
                        archive,
                        () -> config.current().limits().captures().waiting(),
                        limits.procfs().time(),
                        config::causes,
                        () -> config.lastReload().and(guard.isWhatWasRead()),
                        () -> guard.guard().current().settings().tls().map(TlsSettings::expires),
                        shipper.map(shipping -> shipping::state),
                        web.site().external().map(URI::toString),
                        clock,
                        Version.build()),
                events);
        keep("metrics", metrics::close);
        config.onReload(next -> apply(next, archive, pressure));
        AuditLog audit = new AuditLog(System::nanoTime);
        keep("audit", audit::close);
        Status status = new Status(host, choice, stacks, module, archive, own, pressure);
        WebServer server = listen(
                web,
                guard.guard(),
                new WebParts(
                        archive,
                        alerts,
                        captures,
                        (names, accept) -> text(metrics.render(names, accept)),
                        status,
                        new LoadReading(
                                host.text(), () -> choice.lookout().kind().label(), procFs, decomposed),
                        () -> supervisor.reload(this::reload),
                        events::webhookAnswered,
                        config::causes,
                        new IncidentReporter(archive, recorder, parts, clock),
                        events::denied,
                        audit,
                        clock));
        keep("web server", server::close);
        keep("web configuration", guard::close);
        guard.watch();
        tellStart(options, config, place, host, server, choice.current(), guard);
        stacks.readable();
        if (!supervisor.listens()) {
            return;
        }
        Supplier<String> doing = () -> doing(choice, activeTasks);
        supervisor.ready(doing.get());
        Liveness.Choice liveness = patience -> new Liveness(
                housekeeping::samplings,
                OwnServer.of(server.addresses().get(0)),
                new OwnThreads(ProcFs.ofThisHost())::uninterruptibleThroughout,
                patience);
        keep("heartbeat", Heartbeat.start(supervisor, liveness, doing)::close);
    }

    /** For {@code systemctl status}. */
    private static String doing(SourceChoice choice, ActiveTasks activeTasks) {
        return "Dumps come from " + choice.current().source().kind().label()
                + activeTasks
                        .newest(System.nanoTime())
                        .map(tick ->
                                String.format(Locale.ROOT, "; %d active tasks, load %.2f", tick.active(), tick.load1()))
                        .orElse("");
    }

    /** Empty without {@code --fleet.url}: then the driver is never loaded. */
    private Optional<Shipper> shipper(
            ServeOptions options,
            HostName host,
            WebSettings web,
            Archive archive,
            DecomposedLoad decomposed,
            ProcFs procFs,
            Clock clock)
            throws StartException {
        Optional<FleetAddress> address = options.fleet.address();
        if (address.isEmpty()) {
            if (options.fleetTexts) {
                throw new StartException("--fleet.texts is given without --fleet.url");
            }
            return Optional.empty();
        }
        FleetHost shipped = new FleetHost(
                host.text(),
                FleetHost.machine(FleetHost.MACHINE_ID),
                web.site().external().map(URI::toString),
                procFs.release(),
                Version.text());
        LOG.atInfo()
                .addKeyValue("fleet", address.get())
                .addKeyValue("machine_known", shipped.machine().isPresent())
                .addKeyValue("texts", options.fleetTexts)
                .log("what is archived is shipped to the fleet's store");
        return Optional.of(Shipper.start(
                address.get(),
                shipped,
                archive.outbox(),
                decomposed::ticks,
                config::causes,
                options.fleetTexts,
                clock));
    }

    /** Those of dumps that come here: whose device may not be read leaves the watch to the exporter. */
    private static ModuleLevels levels(KernelModule module) {
        try {
            return module.dumpsReadable()
                    ? new ModuleLevels(module.threshold(), module.activeThreshold())
                    : ModuleLevels.NONE;
        } catch (IOException unloadedOrForbidden) {
            return ModuleLevels.NONE;
        }
    }

    private static Map<String, Integer> percents(Triggers triggers) {
        Map<String, Integer> percents = new TreeMap<>();
        triggers.pressure().forEach((stall, percent) -> percents.put(stall.resource(), percent));
        return percents;
    }

    private static Stall stall(String resource) {
        return Arrays.stream(Stall.values())
                .filter(stall -> stall.resource().equals(resource))
                .findFirst()
                .orElseThrow();
    }

    private static WebConfigInForce guard(ServeOptions options) throws StartException {
        try {
            if (options.allowRemoteApi && options.webAccessFile != null) {
                throw new ConfigException(List.of("--web.allow-remote-api opens to everybody what --web.access.file"
                        + " grants to some; give one of the two"));
            }
            return WebConfigInForce.read(options.webConfigFile, options.webAccessFile);
        } catch (ConfigException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
    }

    private static WebSettings webSettings(ServeOptions options, HostName host, Limits limits) throws StartException {
        List<InetSocketAddress> addresses = new ArrayList<>();
        for (ListenAddress address : options.listenAddresses) {
            try {
                addresses.add(address.resolve());
            } catch (UnknownHostException e) {
                throw new StartException("cannot listen on \"" + address + "\": there is no host of this name", e);
            }
        }
        try {
            Site site = options.externalUrl == null
                    ? new Site(Optional.empty(), host.text())
                    : Site.of(options.externalUrl, host.text());
            return new WebSettings(
                    addresses, options.telemetryPath, options.allowRemoteApi, limits.requestBodyBytes(), site);
        } catch (IllegalArgumentException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
    }

    /** Whatever is in the way of the archive, the load is measured and served. */
    private static Archive openArchive(
            ArchivePlace place, HostName host, ConfigInForce config, Clock clock, Uptime uptime) throws StartException {
        try {
            return Archive.start(
                    new ArchiveSettings(
                            place.file(),
                            host.text(),
                            config.current().retention(),
                            config.current().limits().captures()),
                    clock,
                    config::causes,
                    uptime);
        } catch (IllegalArgumentException e) {
            throw new StartException(
                    "cannot use the archive " + place.file() + " (" + place.why() + "): " + e.getMessage(), e);
        }
    }

    /** Rules and levels of the load need no telling: they are asked for at each alert and load tick. */
    private static void apply(Config config, Archive archive, PressureWatch pressure) {
        pressure.watch(percents(config.triggers()));
        archive.live(config.incidents().life());
        archive.limit(config.limits().captures());
        try {
            archive.keep(config.retention());
        } catch (ArchiveException e) {
            LOG.atWarn()
                    .addKeyValue("error", e.getMessage())
                    .log("the retention is in force, but could not be applied; it is tried again within a minute");
        }
    }

    private static WebServer listen(WebSettings settings, Guard guard, WebParts parts) throws StartException {
        try {
            return WebServer.start(settings, guard, parts);
        } catch (IOException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
    }

    private static MetricsText text(Exposition exposition) {
        return new MetricsText(exposition.contentType(), exposition.text());
    }

    private static void tellStart(
            ServeOptions options,
            ConfigInForce config,
            ArchivePlace place,
            HostName host,
            WebServer server,
            SourceChoice.Chosen chosen,
            WebConfigInForce guard) {
        GuardSettings guarded = guard.guard().current().settings();
        for (InetSocketAddress address : server.addresses()) {
            LOG.atInfo()
                    .addKeyValue(
                            "address",
                            address.getAddress().isAnyLocalAddress()
                                    ? ":" + address.getPort()
                                    : new ListenAddress(address.getAddress().getHostAddress(), address.getPort()))
                    .addKeyValue("metrics", options.telemetryPath)
                    .addKeyValue("tls", guarded.tls().isPresent())
                    .log("listening");
        }
        tellWhoIsLetIn(options, guard.guard().current());
        LOG.atInfo()
                .addKeyValue("version", Version.text())
                .addKeyValue("revision", Version.build().revision())
                .addKeyValue("java", Runtime.version())
                .addKeyValue("source", chosen.source().kind().label())
                .addKeyValue("source_reason", chosen.reason())
                .addKeyValue("host", host.text())
                .addKeyValue("host_reason", host.why())
                .addKeyValue("archive", place.file())
                .addKeyValue("archive_reason", place.why())
                .addKeyValue("config", config.name())
                .addKeyValue("rules", config.current().rules().list().size())
                .addKeyValue("causes", config.causesName())
                .addKeyValue("oom_score_adj", oomScoreAdj())
                .log("load-monitor is ready");
    }

    /**
     * How early the kernel ends this process when memory is short, -1000 to 1000: the unit has -500, and who starts it
     * by hand chooses. */
    private static String oomScoreAdj() {
        try {
            return ProcFs.ofThisHost().read("self/oom_score_adj").strip();
        } catch (IOException unknown) {
            return "unknown";
        }
    }

    private static void tellWhoIsLetIn(ServeOptions options, Guard.Watch watch) {
        GuardSettings guarded = watch.settings();
        String proof = proof(guarded);
        if (watch.access().isPresent()) {
            AccessRules access = watch.access().get();
            LoggingEventBuilder line = LOG.atInfo();
            for (Map.Entry<Role, List<String>> role : access.byRole().entrySet()) {
                line = line.addKeyValue(role.getKey().word(), String.join(" ", role.getValue()));
            }
            line.log("who may do what (--web.access.file)");
            if (access.takesTokens() && guarded.tls().isEmpty()) {
                LOG.warn("tokens come over the network as clear text: web.config.file has no tls_server_config");
            }
        } else if (!proof.isEmpty()) {
            LOG.atInfo()
                    .addKeyValue("api", proof)
                    .addKeyValue("open", "none")
                    .log("everything, metrics and health included, answers clients with a " + proof
                            + ", from wherever they come (--web.config.file)");
        } else {
            LOG.atInfo()
                    .addKeyValue("api", options.allowRemoteApi ? "everybody" : "loopback")
                    .addKeyValue("open", "metrics,health,landing page")
                    .log(
                            options.allowRemoteApi
                                    ? "alerts, dumps, incidents and reload answer EVERYBODY who reaches the port"
                                            + " (--web.allow-remote-api)"
                                    : "alerts, dumps, incidents and reload answer loopback clients only"
                                            + " (--web.config.file, --web.access.file or --web.allow-remote-api opens"
                                            + " them)");
        }
        if (options.allowRemoteApi && proof.isEmpty() && options.externalUrl == null) {
            LOG.warn("a page of any site that a browser in this network shows can read and trigger dumps by a name of"
                    + " its own (DNS rebinding): --web.external-url says which names are this exporter's");
        }
        if (!guarded.users().isEmpty() && guarded.tls().isEmpty()) {
            LOG.warn("passwords come over the network as clear text: web.config.file has no tls_server_config");
        }
    }

    private static String proof(GuardSettings guarded) {
        List<String> proofs = new ArrayList<>();
        if (guarded.certifiesClients()) {
            proofs.add("certificate");
        }
        if (!guarded.users().isEmpty()) {
            proofs.add("password");
        }
        return String.join(" and ", proofs);
    }

    private void keep(String name, Runnable close) {
        parts.push(new Part(name, close));
    }

    /** Ends every part, whatever another one answers. The second call does nothing. */
    @Override
    public synchronized void close() {
        while (!parts.isEmpty()) {
            Part part = parts.pop();
            try {
                part.close.run();
            } catch (RuntimeException e) {
                LOG.atWarn()
                        .addKeyValue("part", part.name)
                        .addKeyValue("error", e)
                        .log("could not be ended in order");
            }
        }
    }

    private record Part(String name, Runnable close) {}
}
