package io.loadmonitor.web;

import io.loadmonitor.guard.AccessRules;
import io.loadmonitor.guard.Bucket;
import io.loadmonitor.guard.Credentials;
import io.loadmonitor.guard.Denial;
import io.loadmonitor.guard.Guard;
import io.loadmonitor.guard.GuardSettings;
import io.loadmonitor.guard.Passwords;
import io.loadmonitor.guard.TlsSettings;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks each request for its password, token and certificate, before anything else is done for it. A password that is
 * not known yet is looked at by one thread of its own, one after another, while the request holds no thread. Safe for
 * use by several threads.
 */
final class Gate implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Gate.class);

    /** Passwords that wait to be looked at, of everybody and of one client. */
    private static final int MOST_WAITING = 64;

    private static final int MOST_WAITING_OF_ONE = 16;
    private static final long IDLE_SECONDS = 10;
    private static final long LOG_SPACING_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final Guard guard;
    private final FailedLogins failures;
    private final LongSupplier nanoTime;
    private final ThreadPoolExecutor checking;

    /** Guarded by this. */
    private final Map<Client, Integer> waiting = new HashMap<>();

    /** Guarded by this, as the next. */
    private long failed;

    private long loggedNanos;
    private boolean logged;

    Gate(Guard guard, LongSupplier nanoTime) {
        this.guard = guard;
        this.failures = new FailedLogins(nanoTime);
        this.nanoTime = nanoTime;
        this.checking = new ThreadPoolExecutor(
                1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MOST_WAITING), task -> {
                    Thread thread = new Thread(task, "passwords");
                    thread.setDaemon(true);
                    return thread;
                });
        checking.allowCoreThreadTimeOut(true);
    }

    /**
     * Judges a request, and says by {@link Visitor} who it is.
     *
     * @param then what goes on with it, in this thread or in another that must not be held: with a refusal, or without
     */
    void judge(Request request, Client client, Consumer<Optional<Refusal>> then) {
        Guard.Watch watch = guard.current();
        Visitor visitor = Visitor.waiting(watch, request);
        visitor.enter(request);
        Optional<Refusal> refusal = rate(watch).or(() -> certificate(watch.settings(), request));
        if (refusal.isPresent()) {
            then.accept(refusal);
            return;
        }
        if (watch.settings().tls().filter(tls -> tls.clients().verified()).isPresent()) {
            // It has been found good.
            X509Certificate[] chain = session(request).map(Gate::chain).orElse(new X509Certificate[0]);
            if (chain.length > 0) {
                visitor = visitor.certified(TlsSettings.names(chain[0]));
            }
        }
        Visit visit = new Visit(watch, request, client, visitor, then);
        if (watch.access().isPresent()) {
            judgeByRoles(watch, watch.access().get(), visit);
        } else if (watch.passwords().isEmpty()) {
            visit.letIn(visitor);
        } else {
            visit.header()
                    .flatMap(Credentials::of)
                    .ifPresentOrElse(given -> password(given, visit), () -> visit.refuse(passwordNeeded()));
        }
    }

    /** What is given has to be right; whether anything had to be given is for the route to say. */
    private void judgeByRoles(Guard.Watch watch, AccessRules access, Visit visit) {
        Optional<String> token = access.takesTokens() ? visit.header().flatMap(AccessRules::tokenIn) : Optional.empty();
        Optional<Credentials> credentials =
                watch.passwords().isEmpty() ? Optional.empty() : visit.header().flatMap(Credentials::of);
        if (token.isPresent()) {
            token(access, token.get(), visit);
        } else if (credentials.isPresent()) {
            password(credentials.get(), visit);
        } else {
            // Also with what cannot be right or wrong here, such as a proxy's own password that it passes on.
            visit.letIn(visit.visitor());
        }
    }

    /** A token that is right is taken however many wrong ones its address sent: it is too long to be guessed at. */
    private void token(AccessRules access, String token, Visit visit) {
        Optional<String> file = access.fileOf(token);
        if (file.isPresent()) {
            visit.letIn(visit.visitor().as(visit.visitor().caller().withToken(file.get())));
        } else if (failures.begin(visit.client())) {
            countFailure(visit.request());
            visit.refuse(tokenNeeded(Denial.WRONG_CREDENTIALS, "The token is not one that is taken."));
        } else {
            visit.refuse(tooManyFailures(failures.untilNext(visit.client())));
        }
    }

    /** A request that is judged. */
    private record Visit(
            Guard.Watch watch, Request request, Client client, Visitor visitor, Consumer<Optional<Refusal>> then) {
        Optional<String> header() {
            return Optional.ofNullable(request.getHeaders().get(HttpHeader.AUTHORIZATION));
        }

        void letIn(Visitor known) {
            known.letIn().enter(request);
            then.accept(Optional.empty());
        }

        void refuse(Refusal refusal) {
            then.accept(Optional.of(refusal));
        }
    }

    private static Optional<Refusal> rate(Guard.Watch watch) {
        return watch.rate()
                .filter(bucket -> !bucket.take())
                .map(bucket -> tooMany(
                        Denial.RATE_LIMITED,
                        "rate_limited",
                        "More requests come than rate_limit allows.",
                        bucket.untilNext()));
    }

    private static Optional<Refusal> certificate(GuardSettings settings, Request request) {
        if (settings.tls().isEmpty()) {
            return Optional.empty();
        }
        TlsSettings tls = settings.tls().get();
        boolean good = session(request)
                .filter(session -> tls.accepts(session.sslSession(), chain(session)))
                .isPresent();
        return good
                ? Optional.empty()
                : Optional.of(Refusal.denied(
                        Denial.CERTIFICATE,
                        403,
                        "certificate_needed",
                        "The client's certificate is not one that is taken now. Connect again with one that is."));
    }

    private static Optional<EndPoint.SslSessionData> session(Request request) {
        return Optional.ofNullable((EndPoint.SslSessionData) request.getAttribute(EndPoint.SslSessionData.ATTRIBUTE));
    }

    private static X509Certificate[] chain(EndPoint.SslSessionData session) {
        X509Certificate[] chain = session.peerCertificates();
        return chain == null ? new X509Certificate[0] : chain;
    }

    private void password(Credentials given, Visit visit) {
        Client client = visit.client();
        boolean remembered = visit.watch().passwords().remembers(given);
        // What is remembered does not count without a bound: else it would be guessed at.
        if (KnownLogin.isOf(visit, given) || failures.untilNext(client).isZero()) {
            if (remembered) {
                right(given, visit);
                return;
            }
        } else if (failures.beginWhereKnown(client, given.user()) && remembered) {
            failures.forgiveWhereKnown(client, given.user());
            right(given, visit);
            return;
        }
        KnownLogin.forget(visit);
        Optional<Bucket> begun = failures.begin(client, given.user());
        if (begun.isEmpty()) {
            visit.refuse(tooManyFailures(failures.untilNext(client)));
            return;
        }
        if (!line(client)) {
            begun.get().putBack();
            visit.refuse(Builds.busy());
            return;
        }
        try {
            checking.execute(new Check(given, visit, begun.get()));
        } catch (RejectedExecutionException full) {
            leaveLine(client);
            begun.get().putBack();
            visit.refuse(Builds.busy());
        }
    }

    private void right(Credentials given, Visit visit) {
        failures.known(visit.client(), given.user());
        KnownLogin.remember(visit, given);
        visit.letIn(visit.visitor().as(visit.visitor().caller().withUser(given.user())));
    }

    /**
     * A login that was right on a connection. While nothing wrong comes over it nobody guesses there, so no limit for
     * its address holds it up: Prometheus keeps its connection.
     */
    private record KnownLogin(Passwords passwords, String user) {
        private static final String ATTRIBUTE = KnownLogin.class.getName();

        static boolean isOf(Visit visit, Credentials given) {
            return visit.request().getConnectionMetaData().getAttribute(ATTRIBUTE) instanceof KnownLogin known
                    && known.passwords() == visit.watch().passwords()
                    && known.user().equals(given.user());
        }

        static void remember(Visit visit, Credentials given) {
            visit.request()
                    .getConnectionMetaData()
                    .setAttribute(ATTRIBUTE, new KnownLogin(visit.watch().passwords(), given.user()));
        }

        static void forget(Visit visit) {
            visit.request().getConnectionMetaData().removeAttribute(ATTRIBUTE);
        }
    }

    /** A password that waits to be looked at. */
    private final class Check implements Runnable {
        private final Credentials given;
        private final Visit visit;
        private final Bucket tries;

        /** @param tries of which one was taken for this */
        Check(Credentials given, Visit visit, Bucket tries) {
            this.given = given;
            this.visit = visit;
            this.tries = tries;
        }

        @Override
        public void run() {
            Passwords passwords = visit.watch().passwords();
            boolean right = false;
            try {
                // Another request of the same client may have come first.
                right = passwords.remembers(given) || passwords.check(given);
            } catch (RuntimeException e) {
                LOG.error("a password could not be looked at: {}", e.getClass().getName());
            }
            leaveLine(visit.client());
            if (right) {
                tries.putBack();
                right(given, visit);
            } else {
                countFailure(visit.request());
                visit.refuse(unauthorized(Denial.WRONG_CREDENTIALS));
            }
        }

        /** The server ends. */
        void giveUp() {
            visit.refuse(Builds.busy());
        }
    }

    private synchronized boolean line(Client client) {
        if (waiting.getOrDefault(client, 0) >= MOST_WAITING_OF_ONE) {
            return false;
        }
        waiting.merge(client, 1, Integer::sum);
        return true;
    }

    private synchronized void leaveLine(Client client) {
        waiting.computeIfPresent(client, (one, count) -> count > 1 ? count - 1 : null);
    }

    /** In the log once a minute at most, and without the name: some type their password there. */
    private void countFailure(Request request) {
        long count;
        synchronized (this) {
            failed++;
            if (logged && nanoTime.getAsLong() - loggedNanos < LOG_SPACING_NANOS) {
                return;
            }
            logged = true;
            loggedNanos = nanoTime.getAsLong();
            count = failed;
        }
        LOG.atWarn()
                .addKeyValue("client", Request.getRemoteAddr(request))
                .addKeyValue("since_start", count)
                .log("a client gave a wrong password or token; said once a minute at most");
    }

    static Refusal passwordNeeded() {
        return unauthorized(Denial.NO_CREDENTIALS);
    }

    private static Refusal unauthorized(Denial why) {
        return Refusal.denied(
                why,
                401,
                "unauthorized",
                "This needs a name and a password.",
                Map.of("WWW-Authenticate", "Basic realm=\"load-monitor\", charset=\"UTF-8\""));
    }

    static Refusal tokenNeeded(Denial why, String message) {
        return Refusal.denied(
                why, 401, "unauthorized", message, Map.of("WWW-Authenticate", "Bearer realm=\"load-monitor\""));
    }

    private static Refusal tooManyFailures(Duration wait) {
        return tooMany(
                Denial.TOO_MANY_FAILURES,
                "too_many_failures",
                "Too many wrong passwords or tokens came from this address.",
                wait);
    }

    private static Refusal tooMany(Denial why, String code, String message, Duration wait) {
        long seconds = Math.max(1, wait.plusMillis(999).toSeconds());
        return Refusal.denied(why, 429, code, message, Map.of("Retry-After", Long.toString(seconds)));
    }

    /** Answers those that wait, so that none holds the end of the server up. */
    @Override
    public void close() {
        for (Runnable waits : checking.shutdownNow()) {
            ((Check) waits).giveUp();
        }
    }
}
