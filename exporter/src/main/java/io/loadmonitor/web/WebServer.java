package io.loadmonitor.web;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import io.javalin.http.servlet.JavalinServlet;
import io.javalin.http.servlet.ServletEntry;
import io.javalin.json.JsonMapper;
import io.loadmonitor.archive.ArchiveException;
import io.loadmonitor.fleet.FleetException;
import io.loadmonitor.guard.AuditLog;
import io.loadmonitor.guard.Denial;
import io.loadmonitor.guard.Guard;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;
import kotlin.LazyKt;
import org.eclipse.jetty.server.ServerConnector;

/** The HTTP server. Safe for use by several threads. */
public final class WebServer implements AutoCloseable {
    static final String ALERTS_PATH = "/api/v1/alerts";
    static final String DUMPS_PATH = "/api/v1/dumps";
    static final String RELOAD_PATH = "/-/reload";

    /** Of the list, and of the form that asks for a dump. */
    static final String DUMPS_PAGE = "/dumps";

    static final String REMARKS_PATH = "/incidents/{id}/remarks";

    /** What changes something, by its path. */
    static final Map<String, AuditLog.Action> ACTIONS = Map.of(
            ALERTS_PATH,
            AuditLog.Action.ALERT,
            DUMPS_PATH,
            AuditLog.Action.TRIGGER,
            DUMPS_PAGE,
            AuditLog.Action.TRIGGER,
            REMARKS_PATH,
            AuditLog.Action.REMARK,
            RELOAD_PATH,
            AuditLog.Action.RELOAD);

    private final Javalin javalin;
    private final Gate gate;

    private WebServer(Javalin javalin, Gate gate) {
        this.javalin = javalin;
        this.gate = gate;
    }

    /**
     * Starts to listen.
     *
     * @throws IOException when one of the addresses cannot be listened on; says which and why
     */
    public static WebServer start(WebSettings settings, Guard guard, WebParts parts) throws IOException {
        return start(settings, guard, parts, System::nanoTime);
    }

    /** @param nanoTime by which time limits are kept */
    static WebServer start(WebSettings settings, Guard guard, WebParts parts, LongSupplier nanoTime)
            throws IOException {
        return start(
                settings,
                guard,
                (access, json, renderer, builds) -> Routes.of(settings, parts, access, json, renderer, builds),
                new PageRenderer(settings.site()),
                new Told(parts.denials(), parts.webhookAnswers(), parts.audit()),
                nanoTime);
    }

    /**
     * Starts to listen for questions about a fleet. Nothing that it answers changes anything.
     *
     * @throws IOException when one of the addresses cannot be listened on; says which and why
     */
    public static WebServer start(WebSettings settings, Guard guard, FleetParts parts) throws IOException {
        return start(
                settings,
                guard,
                (access, json, renderer, builds) -> FleetRoutes.of(parts, json, renderer),
                PageRenderer.ofFleet(settings.site()),
                new Told(denial -> {}, code -> {}, parts.audit()),
                System::nanoTime);
    }

    /** What is answered. */
    @FunctionalInterface
    private interface RoutesMaker {
        List<Route> make(AccessRule access, Json json, PageRenderer renderer, Builds builds);
    }

    /** Who hears of what was answered. */
    private record Told(Consumer<Denial> denials, IntConsumer webhookAnswers, AuditLog audit) {}

    private static WebServer start(
            WebSettings settings,
            Guard guard,
            RoutesMaker maker,
            PageRenderer renderer,
            Told told,
            LongSupplier nanoTime)
            throws IOException {
        List<InetAddress> listenAddresses = settings.listenAddresses().stream()
                .map(InetSocketAddress::getAddress)
                .toList();
        AccessRule access = new AccessRule(settings.allowRemoteApi(), settings.site(), listenAddresses);
        Json json = new Json();
        ErrorAnswers errors = new ErrorAnswers(json, renderer, told.denials());
        List<Route> routes = maker.make(access, json, renderer, new Builds());
        ServerLimits limits = new ServerLimits(settings, nanoTime);
        PostAudit posts = new PostAudit(told.audit(), ACTIONS);
        Gate gate = new Gate(guard, nanoTime);
        Optional<TlsConnectors> tls = guard.current().settings().tls().map(TlsConnectors::new);
        Javalin javalin = Javalin.create(config -> {
            quick(config);
            limits.apply(config, routes, gate, access, tls, new ProtocolErrors(json, guard));
            config.http.prefer405over404 = true;
            config.routes.before(WebServer::prepare);
            routes.forEach(route -> register(config, route, access));
            ACTIONS.keySet().forEach(path -> config.routes.after(path, context -> posts.answered(path, context)));
            config.routes.after(ALERTS_PATH, context -> {
                if (context.method().equals(HandlerType.POST)) {
                    told.webhookAnswers().accept(context.statusCode());
                }
            });
            config.router.javaLangErrorHandler(errors::broken);
            config.routes.exception(Refusal.class, errors::refused);
            config.routes.exception(ArchiveException.class, errors::archiveFailed);
            config.routes.exception(FleetException.class, errors::storeFailed);
            config.routes.exception(HttpResponseException.class, errors::unrouted);
            config.routes.exception(Exception.class, errors::failed);
        });
        try {
            javalin.start();
        } catch (RuntimeException e) {
            javalin.stop();
            gate.close();
            Throwable root = rootOf(e);
            if (root instanceof IOException) {
                throw new IOException("cannot listen on " + names(settings) + ": " + root.getMessage(), e);
            }
            throw e;
        }
        tls.ifPresent(connectors -> guard.onTls(connectors::speak));
        return new WebServer(javalin, gate);
    }

    /** What it listens on, in the order of the settings, with the ports that were taken. */
    public List<InetSocketAddress> addresses() {
        return Arrays.stream(javalin.jettyServer().server().getConnectors())
                .map(ServerConnector.class::cast)
                .map(connector -> new InetSocketAddress(connector.getHost(), connector.getLocalPort()))
                .toList();
    }

    /** Method and path of everything that is answered, as it is registered. */
    List<String> routes() {
        return javalin.unsafe.internalRouter.allHttpHandlers().stream()
                .filter(handler -> handler.endpoint.method.isHttpMethod())
                .map(handler -> handler.endpoint.method.name() + " " + handler.endpoint.path)
                .toList();
    }

    /** Lets the requests that are under way finish within a second or two, takes no new ones. */
    @Override
    public void close() {
        gate.close();
        javalin.stop();
    }

    /** Leaves out what the server does not use and what would cost time and memory at the start. */
    private static void quick(JavalinConfig config) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        // No web sockets, and JSON is written by this package.
        config.unsafe.servlet = LazyKt.lazyOf(new ServletEntry(null, new JavalinServlet(config.unsafe)));
        config.jsonMapper(new JsonMapper() {});
    }

    private static void register(JavalinConfig config, Route route, AccessRule access) {
        // Asked in the handler of the route itself, so that no way of matching paths leads around it.
        config.routes.addHttpHandler(route.method(), route.path(), context -> {
            admit(context, route, access);
            route.handler().handle(context);
        });
        if (route.method().equals(HandlerType.GET)) {
            config.routes.addHttpHandler(HandlerType.HEAD, route.path(), context -> {
                admit(context, route, access);
                route.handler().handle(context);
            });
        }
    }

    private static void admit(Context context, Route route, AccessRule access) {
        // Once more, should a way ever lead around the gate.
        Visitor visitor = Visitor.of(context.req()).filter(Visitor::admitted).orElseThrow(Gate::passwordNeeded);
        String host = context.header("Host");
        access.judge(route.role(), route.audience(), visitor, context.req().getRemoteAddr(), host)
                .ifPresent(WebServer::refuse);
        if (route.method().equals(HandlerType.POST)) {
            access.judgeOrigin(context.header("Sec-Fetch-Site"), context.header("Origin"), host)
                    .ifPresent(WebServer::refuse);
        }
    }

    private static void refuse(Refusal refusal) {
        throw refusal;
    }

    private static void prepare(Context context) {
        SecurityHeaders.with(Visitor.of(context.req()).map(Visitor::headers).orElse(Map.of()))
                .forEach(context::header);
        FrontDoor.admit(context);
        if (context.header("X-HTTP-Method-Override") != null) {
            throw new Refusal(400, "method_override", "X-HTTP-Method-Override is not supported.");
        }
    }

    private static String names(WebSettings settings) {
        return String.join(
                ", ",
                settings.listenAddresses().stream()
                        .map(address -> address.getAddress().getHostAddress() + " port " + address.getPort())
                        .toList());
    }

    private static Throwable rootOf(Throwable fault) {
        Throwable root = fault;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }
}
