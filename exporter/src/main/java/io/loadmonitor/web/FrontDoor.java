package io.loadmonitor.web;

import io.javalin.http.Context;
import io.loadmonitor.guard.Role;
import io.loadmonitor.web.ClientConnections.Phase;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Where every request comes in: has the {@link Gate} ask who it is, takes its body in, has it wait for its turn, and
 * only then gives it a thread. What is refused here goes on to be answered as any other error is.
 *
 * <p>Safe for use by several threads.
 */
final class FrontDoor extends Handler.Wrapper {
    private static final String REFUSAL = FrontDoor.class.getName();

    private final List<Entrance> entrances = new ArrayList<>();
    private final Gate gate;
    private final AccessRule access;
    private final ClientConnections connections;
    private final RequestBodies bodies;
    private final Turns turns;

    FrontDoor(
            List<Route> routes,
            Gate gate,
            AccessRule access,
            ClientConnections connections,
            RequestBodies bodies,
            Turns turns) {
        routes.forEach(route -> entrances.add(Entrance.of(route)));
        this.gate = gate;
        this.access = access;
        this.connections = connections;
        this.bodies = bodies;
        this.turns = turns;
    }

    /** Refuses what had to be refused on its way to here. */
    static void admit(Context context) {
        if (context.req().getAttribute(REFUSAL) instanceof Refusal refusal) {
            throw refusal;
        }
    }

    /** A route as it is known here, where nothing has been routed yet. */
    private record Entrance(String method, Pattern path, Route route) {
        static Entrance of(Route route) {
            // Javalin takes a slash at the end for none.
            String path = route.path().replaceAll("[.]", "[.]").replaceAll("\\{[^}]+}", "[^/]+") + "/?";
            return new Entrance(route.method().name(), Pattern.compile(path), route);
        }

        boolean leads(String asked, String to) {
            return method.equals(asked.equals("HEAD") ? "GET" : asked)
                    && path.matcher(to).matches();
        }
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        Connection connection = request.getConnectionMetaData().getConnection();
        Client client = Client.of(request.getConnectionMetaData().getRemoteSocketAddress());
        Optional<Route> route = entrances.stream()
                .filter(one -> one.leads(request.getMethod(), Request.getPathInContext(request)))
                .findFirst()
                .map(Entrance::route);
        // What has no lane waits for nobody: whether the process answers.
        Optional<Lane> lane = route.isPresent() ? route.get().lane() : Optional.of(Lane.SMALL);
        Phase after = lane.map(Lane::whole).orElse(true) ? Phase.KNOWN : Phase.RESTING;
        Request.addCompletionListener(request, fault -> connections.doing(connection, after));
        Visit visit = new Visit(request, response, callback, connection, client, lane);
        connections.doing(connection, Phase.ANSWERED);
        Thread here = Thread.currentThread();
        gate.judge(request, client, refusal -> {
            Runnable next = () -> {
                if (refusal.isPresent()) {
                    request.setAttribute(REFUSAL, refusal.get());
                    visit.beTurnedAway();
                } else {
                    comeIn(request, route, connection, visit);
                }
            };
            if (Thread.currentThread() == here) {
                next.run();
            } else {
                visit.elsewhere(next);
            }
        });
        return true;
    }

    private void comeIn(Request request, Optional<Route> route, Connection connection, Visit visit) {
        Optional<Refusal> refusal = judge(request, route);
        if (refusal.isPresent()) {
            request.setAttribute(REFUSAL, refusal.get());
            visit.beTurnedAway();
        } else if (route.isPresent() && route.get().takesBody()) {
            connections.doing(connection, Phase.SENDING_BODY);
            bodies.take(request, executor(), () -> {
                if (RequestBodies.arrived(request)) {
                    visit.comeIn();
                } else {
                    visit.beTurnedAway();
                }
            });
        } else {
            visit.comeIn();
        }
    }

    /** Before it takes a turn. Where there is nothing is not for those to know who may do nothing. */
    private Optional<Refusal> judge(Request request, Optional<Route> route) {
        return access.judge(
                route.map(Route::role).orElse(Role.HEALTH),
                route.map(Route::audience).orElse(Route.Audience.ANYBODY),
                Visitor.of(request).orElseThrow(),
                Request.getRemoteAddr(request),
                request.getHeaders().get(HttpHeader.HOST));
    }

    private Executor executor() {
        return getServer().getThreadPool();
    }

    /** One request on its way in and out. */
    private final class Visit implements Turns.Waiting {
        private final Request request;
        private final Response response;
        private final Callback callback;
        private final Connection connection;
        private final Client client;
        private final Optional<Lane> lane;

        Visit(
                Request request,
                Response response,
                Callback callback,
                Connection connection,
                Client client,
                Optional<Lane> lane) {
            this.request = request;
            this.response = response;
            this.callback = callback;
            this.connection = connection;
            this.client = client;
            this.lane = lane;
        }

        void comeIn() {
            connections.doing(connection, Phase.ANSWERED);
            if (lane.isEmpty()) {
                answer(whole());
            } else if (turns.enter(lane.get(), client, this)) {
                answerInTurn();
            }
        }

        /** For what stands in its attributes: that takes no turn from those that are answered. */
        void beTurnedAway() {
            connections.doing(connection, Phase.ANSWERED);
            answer(whole());
        }

        @Override
        public void begin() {
            elsewhere(this::answerInTurn);
        }

        @Override
        public void refuse() {
            request.setAttribute(REFUSAL, Builds.busy());
            elsewhere(this::beTurnedAway);
        }

        private void answerInTurn() {
            Lane taken = lane.orElseThrow();
            Out out = taken.whole() ? whole() : new Out(response, callback);
            answer(new Out(out.response(), new Callback.Nested(out.callback()) {
                @Override
                public void completed() {
                    turns.leave(taken, client);
                }
            }));
        }

        private Out whole() {
            WholeAnswer answer = new WholeAnswer(
                    request, response, callback, () -> connections.doing(connection, Phase.TAKING_ANSWER));
            return new Out(answer, answer);
        }

        private void answer(Out out) {
            try {
                if (!FrontDoor.super.handle(request, out.response(), out.callback())) {
                    Response.writeError(request, out.response(), out.callback(), 404);
                }
            } catch (Exception | Error e) {
                // Of an Error, too: its place has to be given back.
                Response.writeError(request, out.response(), out.callback(), e);
            }
        }

        private void elsewhere(Runnable task) {
            try {
                executor().execute(task);
            } catch (RejectedExecutionException stopping) {
                callback.failed(stopping);
            }
        }
    }

    private record Out(Response response, Callback callback) {}
}
