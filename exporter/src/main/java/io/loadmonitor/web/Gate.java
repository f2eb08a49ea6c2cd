package io.loadmonitor.web;

import io.loadmonitor.guard.Credentials;
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
 * Asks each request for its password and certificate, before anything else is done for it. A password that is not known
 * yet is looked at by one thread of its own, one after another, while the request holds no thread. Safe for use by
 * several threads.
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
        Visitor visitor = Visitor.waiting(watch);
        visitor.enter(request);
        Optional<Refusal> refusal = rate(watch).or(() -> certificate(watch.settings(), request));
        if (refusal.isPresent()) {
            then.accept(refusal);
        } else if (watch.passwords().isEmpty()) {
            visitor.admitted(showsCertificate(watch.settings(), request)).enter(request);
            then.accept(Optional.empty());
        } else {
            password(watch.passwords(), request, client, visitor, then);
        }
    }

    private static Optional<Refusal> rate(Guard.Watch watch) {
        return watch.rate()
                .filter(bucket -> !bucket.take())
                .map(bucket ->
                        tooMany("rate_limited", "More requests come than rate_limit allows.", bucket.untilNext()));
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
                : Optional.of(new Refusal(
                        403,
                        "certificate_needed",
                        "The client's certificate is not one that is taken now. Connect again with one that is."));
    }

    /** Whether there is a certificate, which has been found good, and whether that means anything. */
    private static boolean showsCertificate(GuardSettings settings, Request request) {
        return settings.tls().filter(tls -> tls.clients().verified()).isPresent()
                && session(request).filter(session -> chain(session).length > 0).isPresent();
    }

    private static Optional<EndPoint.SslSessionData> session(Request request) {
        return Optional.ofNullable((EndPoint.SslSessionData) request.getAttribute(EndPoint.SslSessionData.ATTRIBUTE));
    }

    private static X509Certificate[] chain(EndPoint.SslSessionData session) {
        X509Certificate[] chain = session.peerCertificates();
        return chain == null ? new X509Certificate[0] : chain;
    }

    private void password(
            Passwords passwords, Request request, Client client, Visitor visitor, Consumer<Optional<Refusal>> then) {
        Optional<Credentials> given = Optional.ofNullable(request.getHeaders().get(HttpHeader.AUTHORIZATION))
                .flatMap(Credentials::of);
        if (given.isEmpty()) {
            then.accept(Optional.of(unauthorized()));
            return;
        }
        // Before what is remembered, too: else that would be guessed at without a bound.
        Duration wait = failures.untilNext(client);
        if (!wait.isZero()) {
            then.accept(Optional.of(tooManyFailures(wait)));
            return;
        }
        if (passwords.remembers(given.get())) {
            visitor.admitted(true).enter(request);
            then.accept(Optional.empty());
            return;
        }
        if (!failures.begin(client)) {
            then.accept(Optional.of(tooManyFailures(failures.untilNext(client))));
            return;
        }
        if (!line(client)) {
            failures.forgive(client);
            then.accept(Optional.of(Builds.busy()));
            return;
        }
        try {
            checking.execute(new Check(passwords, given.get(), request, client, visitor, then));
        } catch (RejectedExecutionException full) {
            leaveLine(client);
            failures.forgive(client);
            then.accept(Optional.of(Builds.busy()));
        }
    }

    /** A password that waits to be looked at. */
    private final class Check implements Runnable {
        private final Passwords passwords;
        private final Credentials given;
        private final Request request;
        private final Client client;
        private final Visitor visitor;
        private final Consumer<Optional<Refusal>> then;

        Check(
                Passwords passwords,
                Credentials given,
                Request request,
                Client client,
                Visitor visitor,
                Consumer<Optional<Refusal>> then) {
            this.passwords = passwords;
            this.given = given;
            this.request = request;
            this.client = client;
            this.visitor = visitor;
            this.then = then;
        }

        @Override
        public void run() {
            boolean right = false;
            try {
                // Another request of the same client may have come first.
                right = passwords.remembers(given) || passwords.check(given);
            } catch (RuntimeException e) {
                LOG.error("a password could not be looked at: {}", e.getClass().getName());
            }
            leaveLine(client);
            if (right) {
                failures.forgive(client);
                visitor.admitted(true).enter(request);
                then.accept(Optional.empty());
            } else {
                countFailure(request);
                then.accept(Optional.of(unauthorized()));
            }
        }

        /** The server ends. */
        void giveUp() {
            then.accept(Optional.of(Builds.busy()));
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
                .log("a client gave a wrong name or password; said once a minute at most");
    }

    static Refusal unauthorized() {
        return new Refusal(
                401,
                "unauthorized",
                "This needs a name and a password.",
                Map.of("WWW-Authenticate", "Basic realm=\"load-monitor\", charset=\"UTF-8\""));
    }

    private static Refusal tooManyFailures(Duration wait) {
        return tooMany("too_many_failures", "Too many wrong passwords came from this address.", wait);
    }

    private static Refusal tooMany(String code, String message, Duration wait) {
        long seconds = Math.max(1, wait.plusMillis(999).toSeconds());
        return new Refusal(429, code, message, Map.of("Retry-After", Long.toString(seconds)));
    }

    /** Answers those that wait, so that none holds the end of the server up. */
    @Override
    public void close() {
        for (Runnable waits : checking.shutdownNow()) {
            ((Check) waits).giveUp();
        }
    }
}
