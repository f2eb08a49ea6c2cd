package io.loadmonitor.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.loadmonitor.guard.ClientCertificates;
import io.loadmonitor.guard.GuardSettings;
import io.loadmonitor.guard.Keys;
import io.loadmonitor.guard.Pem;
import io.loadmonitor.guard.RateLimit;
import io.loadmonitor.guard.TlsSettings;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The real server with what a web.config.file asks for. */
@Timeout(60)
final class GuardedServerTest {
    private static final String USER = "prometheus";
    private static final String PASSWORD = "correct horse";
    private static final String HASH = "$2y$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2";
    private static final Map<String, String> USERS = Map.of(USER, HASH);
    private static final int TRIES_AT_ONE_NAME = FailedLogins.ALLOWED.burst() + FailedLogins.ALLOWED_OF_USER.burst();

    @TempDir
    static Path keyFolder;

    @TempDir
    Path folder;

    private static Keys keys;

    @BeforeAll
    static void makeKeys() throws Exception {
        keys = new Keys(keyFolder);
        keys.authority("ca");
        keys.authority("stranger");
        keys.issued("server", "ca", "ec", "IP:127.0.0.1,DNS:localhost");
        keys.issued("server2", "ca", "rsa:2048", "IP:127.0.0.1");
        keys.issued("client", "ca", "ec", "DNS:prometheus.example.com");
        keys.issued("other", "ca", "ec", "DNS:other.example.com");
        keys.issued("foreign", "stranger", "ec", "DNS:prometheus.example.com");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/metrics",
                "/",
                "/-/healthy",
                "/-/ready",
                "/assets/load-monitor.css",
                "/api/v1/dumps",
                "/dumps",
                "/nothing",
                "/metrics/",
                "//metrics",
                "/api/v1/dumps/1/raw"
            })
    void asksForAPasswordEverywhere(String path) throws Exception {
        try (RunningServer server = start(plain(USERS))) {
            HttpResponse<String> answer = server.get(path);
            assertTrue(answer.statusCode() == 401 || path.equals("//metrics") && answer.statusCode() == 400, path);
            if (answer.statusCode() == 401) {
                assertEquals(
                        "Basic realm=\"load-monitor\", charset=\"UTF-8\"",
                        answer.headers().firstValue("WWW-Authenticate").orElse(""));
                assertFalse(answer.body().contains("load1"), answer.body());
            }
            assertTrue(server.send(asked(server, path, USER, PASSWORD)).statusCode() != 401, path);
        }
    }

    @Test
    void letsInWhoGivesThePasswordAndNobodyElse() throws Exception {
        try (RunningServer server = start(plain(USERS))) {
            assertEquals(
                    200, server.send(asked(server, "/metrics", USER, PASSWORD)).statusCode());
            assertEquals(
                    200, server.send(asked(server, "/metrics", USER, PASSWORD)).statusCode());
            assertEquals(
                    401, server.send(asked(server, "/metrics", USER, "wrong")).statusCode());
            assertEquals(401, server.send(asked(server, "/metrics", USER, "")).statusCode());
            assertEquals(
                    401,
                    server.send(asked(server, "/metrics", "nobody", PASSWORD)).statusCode());
            assertEquals(401, server.send(asked(server, "/metrics", "", "")).statusCode());
            assertEquals(
                    401,
                    server.send(server.request("/metrics").header("Authorization", "Bearer " + HASH))
                            .statusCode());
            for (String method : List.of("HEAD", "POST", "DELETE", "OPTIONS", "TRACE", "FOO")) {
                assertEquals(
                        401,
                        server.send(server.request("/-/reload").method(method, HttpRequest.BodyPublishers.noBody()))
                                .statusCode(),
                        method);
            }
            assertEquals(0, server.reloads.get());
        }
    }

    @Test
    void aPasswordIsNoWayAroundTheRuleForOtherSites() throws Exception {
        try (RunningServer server = start(plain(USERS))) {
            HttpResponse<String> answer = server.send(asked(server, "/-/reload", USER, PASSWORD)
                    .POST(HttpRequest.BodyPublishers.noBody())
                    .header("Sec-Fetch-Site", "cross-site"));
            assertEquals(403, answer.statusCode());
            assertTrue(answer.body().contains("cross_site"), answer.body());
            assertEquals(0, server.reloads.get());
        }
    }

    @Test
    void aPasswordIsGoodFromElsewhereAndUnderAnyName() throws Exception {
        Optional<InetAddress> own = ownAddress();
        assumeTrue(own.isPresent(), "this machine has no address beyond loopback");
        WebSettings settings = WebSettings.on(new InetSocketAddress(own.get(), 0));
        try (RunningServer server = RunningServer.start(folder, settings, plain(USERS))) {
            String base = "http://" + own.get().getHostAddress() + ":" + server.port();
            for (String path : List.of("/dumps", "/api/v1/status", "/metrics", "/incidents")) {
                HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path));
                assertEquals(401, server.send(request.copy()).statusCode());
                assertEquals(
                        200,
                        server.send(request.header("Authorization", basic(USER, PASSWORD)))
                                .statusCode());
            }
            assertEquals(
                    200,
                    server.send(HttpRequest.newBuilder(URI.create(base + "/-/reload"))
                                    .header("Authorization", basic(USER, PASSWORD))
                                    .POST(HttpRequest.BodyPublishers.noBody()))
                            .statusCode());
        }
        try (RunningServer server = start(plain(USERS))) {
            String answer = RawHttp.exchange(
                    server.port(),
                    "GET /api/v1/dumps HTTP/1.1\nHost: db1.example:9817\nAuthorization: " + basic(USER, PASSWORD)
                            + "\nConnection: close\n\n");
            assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
        }
    }

    @Test
    void withoutPasswordsTheLoopbackRuleStays() throws Exception {
        Optional<InetAddress> own = ownAddress();
        assumeTrue(own.isPresent(), "this machine has no address beyond loopback");
        GuardSettings settings = new GuardSettings(
                Optional.of(tls("server", ClientCertificates.VERIFIED_IF_GIVEN, Set.of())),
                Map.of(),
                Map.of(),
                Optional.empty());
        try (RunningServer server =
                RunningServer.start(folder, WebSettings.on(new InetSocketAddress(own.get(), 0)), settings)) {
            assertEquals(200, statusOverTls(server, own.get(), "/metrics", null));
            assertEquals(403, statusOverTls(server, own.get(), "/api/v1/dumps", null));
            assertEquals(200, statusOverTls(server, own.get(), "/api/v1/dumps", "client"));
            assertThrows(IOException.class, () -> statusOverTls(server, own.get(), "/metrics", "foreign"));
        }
    }

    @Test
    void anUnverifiedCertificateProvesNothing() throws Exception {
        Optional<InetAddress> own = ownAddress();
        assumeTrue(own.isPresent(), "this machine has no address beyond loopback");
        try (RunningServer server = RunningServer.start(
                folder,
                WebSettings.on(new InetSocketAddress(own.get(), 0)),
                certified(ClientCertificates.ANY, Set.of()))) {
            assertEquals(200, statusOverTls(server, own.get(), "/metrics", "foreign"));
            assertEquals(403, statusOverTls(server, own.get(), "/api/v1/dumps", "foreign"));
            assertThrows(IOException.class, () -> statusOverTls(server, own.get(), "/metrics", null));
        }
    }

    @Test
    void aRequiredCertificateLetsInFromElsewhere() throws Exception {
        Optional<InetAddress> own = ownAddress();
        assumeTrue(own.isPresent(), "this machine has no address beyond loopback");
        try (RunningServer server = RunningServer.start(
                folder,
                WebSettings.on(new InetSocketAddress(own.get(), 0)),
                certified(ClientCertificates.VERIFIED, Set.of("prometheus.example.com")))) {
            assertEquals(200, statusOverTls(server, own.get(), "/api/v1/dumps", "client"));
            assertThrows(IOException.class, () -> statusOverTls(server, own.get(), "/metrics", null));
            assertThrows(IOException.class, () -> statusOverTls(server, own.get(), "/metrics", "foreign"));
            assertThrows(IOException.class, () -> statusOverTls(server, own.get(), "/metrics", "other"));
        }
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.2,server", "TLSv1.3,server", "TLSv1.2,server2", "TLSv1.3,server2"})
    void speaksTls(String version, String name) throws Exception {
        GuardSettings settings = new GuardSettings(
                Optional.of(tls(name, ClientCertificates.NONE, Set.of())), USERS, Map.of(), Optional.empty());
        try (RunningServer server = start(settings)) {
            HttpClient client = client(null, version);
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + server.port() + "/metrics"));
            HttpResponse<String> without = client.send(request.copy().build(), BodyHandlers.ofString());
            assertEquals(401, without.statusCode());
            assertEquals(version, without.sslSession().orElseThrow().getProtocol());
            HttpResponse<String> with = client.send(
                    request.header("Authorization", basic(USER, PASSWORD)).build(), BodyHandlers.ofString());
            assertEquals(200, with.statusCode());
            assertEquals(HttpClient.Version.HTTP_1_1, with.version());
        }
    }

    @Test
    void aTlsConnectionThatHasAskedLivesOnAndCountsOnce() throws Exception {
        InetAddress here = InetAddress.getLoopbackAddress();
        try (RunningServer server = start(certified(ClientCertificates.NONE, Set.of()))) {
            List<SSLSocket> open = new ArrayList<>();
            // As many as one client may have: were each to count twice, the first would have given way.
            for (int i = 0; i < 60; i++) {
                open.add(connection(server, here, null));
                assertEquals(200, status(open.get(i), "/-/healthy"));
            }
            Thread.sleep(600);
            server.skippedNanos.addAndGet(Duration.ofSeconds(30).toNanos());
            Thread.sleep(1200);
            for (SSLSocket socket : open) {
                assertEquals(200, status(socket, "/-/healthy"));
                socket.close();
            }
        }
    }

    @Test
    void refusesVersionsAndSuitesThatAreNotAllowed() throws Exception {
        TlsSettings.Form form = new TlsSettings.Form(List.of("TLSv1.3"), List.of(), true);
        GuardSettings settings = new GuardSettings(
                Optional.of(tls("server", ClientCertificates.NONE, Set.of(), form)),
                Map.of(),
                Map.of(),
                Optional.empty());
        try (RunningServer server = start(settings)) {
            assertThrows(IOException.class, () -> handshake(server, "TLSv1.2"));
            assertEquals("TLSv1.3", handshake(server, "TLSv1.3").getSession().getProtocol());
        }
        String suite = "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384";
        GuardSettings chosen = new GuardSettings(
                Optional.of(tls(
                        "server",
                        ClientCertificates.NONE,
                        Set.of(),
                        new TlsSettings.Form(List.of("TLSv1.2", "TLSv1.3"), List.of(suite), true))),
                Map.of(),
                Map.of(),
                Optional.empty());
        try (RunningServer server = start(chosen, "chosen")) {
            assertEquals(suite, handshake(server, "TLSv1.2").getSession().getCipherSuite());
            assertEquals("TLSv1.3", handshake(server, "TLSv1.3").getSession().getProtocol());
        }
    }

    @Test
    void aSilentTlsConnectionEndsAsOthersDo() throws Exception {
        GuardSettings settings = new GuardSettings(
                Optional.of(tls("server", ClientCertificates.NONE, Set.of())), Map.of(), Map.of(), Optional.empty());
        try (RunningServer server = start(settings);
                SSLSocket socket = handshake(server, "TLSv1.3")) {
            socket.setSoTimeout(10_000);
            server.skippedNanos.addAndGet(Duration.ofSeconds(6).toNanos());
            assertEquals(-1, socket.getInputStream().read());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\u0016\u0003\u0001", "GET / HTTP/1.1\r\n\r\n"})
    void aHandshakeThatDoesNotComeToAnEndEndsTheConnection(String begun) throws Exception {
        try (RunningServer server = start(certified(ClientCertificates.NONE, Set.of()));
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(begun.getBytes(StandardCharsets.ISO_8859_1));
            Thread.sleep(300);
            server.skippedNanos.addAndGet(Duration.ofSeconds(6).toNanos());
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertFalse(answer.startsWith("HTTP"), answer);
        }
    }

    @Test
    void aReaderThatTakesNothingOverTlsIsCutOffAndOthersGetAll() throws Exception {
        InetAddress here = InetAddress.getLoopbackAddress();
        try (RunningServer server = start(certified(ClientCertificates.NONE, Set.of()));
                SSLSocket stuck = (SSLSocket) context(null).getSocketFactory().createSocket()) {
            long id = server.archived(CrowdedServerTest.large());
            String request =
                    "GET /api/v1/dumps/" + id + "/raw HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
            stuck.setReceiveBufferSize(4096);
            stuck.connect(new InetSocketAddress(here, server.port()));
            stuck.setSoTimeout(10_000);
            stuck.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            try (SSLSocket reader = connection(server, here, null)) {
                reader.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                byte[] answer = reader.getInputStream().readAllBytes();
                assertTrue(answer.length > 3_000_000, answer.length + " bytes");
            }
            for (int i = 0; i < 3; i++) {
                Thread.sleep(1200);
                server.skippedNanos.addAndGet(Duration.ofSeconds(11).toNanos());
            }
            Thread.sleep(1200);
            int got = 0;
            try {
                byte[] bytes = new byte[16 * 1024];
                for (int count = 0; count >= 0; count = stuck.getInputStream().read(bytes)) {
                    got += count;
                }
            } catch (SSLException | SocketException cutOff) {
                // As it should be.
            }
            assertTrue(got < 1_000_000, got + " bytes");
        }
    }

    @Test
    void newSettingsHoldForConnectionsThatAreOpen() throws Exception {
        InetAddress here = InetAddress.getLoopbackAddress();
        try (RunningServer server = start(certified(ClientCertificates.ANY, Set.of()));
                SSLSocket foreign = connection(server, here, "foreign");
                SSLSocket good = connection(server, here, "client")) {
            assertEquals(200, status(foreign, "/-/healthy"));
            assertEquals(200, status(good, "/-/healthy"));
            server.guard.replace(certified(ClientCertificates.VERIFIED, Set.of()));
            assertEquals(403, status(foreign, "/-/healthy"));
            assertEquals(200, status(good, "/-/healthy"));
            assertThrows(IOException.class, () -> statusOverTls(server, here, "/-/healthy", "foreign"));
            assertEquals(200, statusOverTls(server, here, "/-/healthy", "client"));
        }
    }

    @Test
    void aConnectionWithoutACertificateIsNotGoodOnceOneIsNeeded() throws Exception {
        InetAddress here = InetAddress.getLoopbackAddress();
        try (RunningServer server = start(certified(ClientCertificates.NONE, Set.of()));
                SSLSocket open = connection(server, here, null)) {
            assertEquals(200, status(open, "/-/healthy"));
            server.guard.replace(certified(ClientCertificates.VERIFIED, Set.of()));
            assertEquals(403, status(open, "/-/healthy"));
        }
    }

    @Test
    void aNewCertificateIsShownAtOnce() throws Exception {
        GuardSettings before = new GuardSettings(
                Optional.of(tls("server", ClientCertificates.NONE, Set.of())), Map.of(), Map.of(), Optional.empty());
        GuardSettings after = new GuardSettings(
                Optional.of(tls("server2", ClientCertificates.NONE, Set.of())), Map.of(), Map.of(), Optional.empty());
        try (RunningServer server = start(before)) {
            assertEquals("CN=server", shown(server));
            server.guard.replace(after);
            assertEquals("CN=server2", shown(server));
            assertThrows(IllegalArgumentException.class, () -> server.guard.replace(GuardSettings.NONE));
            assertEquals("CN=server2", shown(server));
        }
    }

    @Test
    void newUsersHoldAtOnce() throws Exception {
        try (RunningServer server = start(plain(USERS))) {
            assertEquals(
                    200, server.send(asked(server, "/metrics", USER, PASSWORD)).statusCode());
            server.guard.replace(plain(Map.of("anna", HASH)));
            assertEquals(
                    401, server.send(asked(server, "/metrics", USER, PASSWORD)).statusCode());
            assertEquals(
                    200,
                    server.send(asked(server, "/metrics", "anna", PASSWORD)).statusCode());
        }
    }

    @Test
    void limitsWrongPasswordsOfOneAddress() throws Exception {
        try (RunningServer server = start(plain(USERS))) {
            assertEquals(
                    200, server.send(asked(server, "/metrics", USER, PASSWORD)).statusCode());
            for (int i = 0; i < TRIES_AT_ONE_NAME; i++) {
                assertEquals(
                        401,
                        server.send(asked(server, "/metrics", USER, "wrong" + i))
                                .statusCode(),
                        "try " + i);
            }
            HttpResponse<String> answer = server.send(asked(server, "/metrics", USER, "wrong"));
            assertEquals(429, answer.statusCode());
            assertEquals("6", answer.headers().firstValue("Retry-After").orElse(""));
            assertTrue(answer.body().contains("too_many_failures"), answer.body());
            // Who has given the right one before is not kept out by whoever guesses at its address.
            for (int i = 0; i < 3; i++) {
                assertEquals(200, fresh(server, USER, PASSWORD), "a connection of its own");
                assertEquals(429, fresh(server, USER, "wrong"));
            }
            server.skippedNanos.addAndGet(Duration.ofSeconds(6).toNanos());
            assertEquals(
                    200, server.send(asked(server, "/metrics", USER, PASSWORD)).statusCode());
            assertEquals(
                    401, server.send(asked(server, "/metrics", USER, "wrong")).statusCode());
            assertEquals(
                    429, server.send(asked(server, "/metrics", USER, "wrong")).statusCode());
        }
    }

    /** An engineer who comes for the first time to where somebody else guesses. */
    @Test
    void whoeverIsNotGuessedAtIsLetInAtAnAddressThatGuesses() throws Exception {
        try (RunningServer server = start(plain(Map.of(USER, HASH, "anna", HASH)))) {
            for (int i = 0; i < 5 * FailedLogins.ALLOWED.burst(); i++) {
                assertTrue(fresh(server, USER, "wrong" + i) >= 401);
            }
            assertEquals(429, fresh(server, USER, "wrong"));
            assertEquals(200, fresh(server, "anna", PASSWORD));
            assertEquals(429, fresh(server, USER, PASSWORD), "else this could be guessed at without a bound");
            assertEquals(401, fresh(server, "nobody", PASSWORD), "as for who is known");
        }
    }

    @Test
    void whoWasRightStaysKnownWhenSomebodyElseGetsAPassword() throws Exception {
        try (RunningServer server = start(plain(Map.of(USER, HASH, "anna", HASH)))) {
            assertEquals(200, fresh(server, USER, PASSWORD));
            assertEquals(200, fresh(server, "anna", PASSWORD));
            for (int i = 0; i < 5 * FailedLogins.ALLOWED.burst(); i++) {
                assertTrue(fresh(server, USER, "wrong" + i) >= 401);
                assertTrue(fresh(server, "anna", "wrong" + i) >= 401);
            }
            String other = HASH.replace("$2y$", "$2b$");
            server.guard.replace(plain(Map.of(USER, HASH, "anna", other, "bob", HASH)));
            assertEquals(200, fresh(server, USER, PASSWORD));
            assertEquals(429, fresh(server, "anna", PASSWORD), "she has another password, as far as can be told");
        }
    }

    @Test
    void guessesAtAKnownAddressAreLimitedToo() throws Exception {
        try (RunningServer server = start(plain(USERS))) {
            // A try comes back each 100 ms, which is no more than one takes on a busy machine.
            server.stopClock();
            assertEquals(200, fresh(server, USER, PASSWORD));
            int most = FailedLogins.ALLOWED.burst() + FailedLogins.ALLOWED_WHERE_KNOWN.burst();
            HttpRequest.Builder scrape = asked(server, "/metrics", USER, PASSWORD);
            try (Socket kept = new Socket(InetAddress.getLoopbackAddress(), server.port());
                    Socket guesser = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                assertEquals(200, ask(kept, USER, PASSWORD));
                for (int i = 0; i < most + 10; i++) {
                    assertTrue(ask(guesser, USER, "wrong" + i) >= 400);
                }
                assertEquals(429, ask(guesser, USER, PASSWORD), "guessed on and on");
                assertEquals(200, ask(kept, USER, PASSWORD), "a connection that never guessed");
                assertEquals(429, ask(kept, USER, "wrong"));
                assertEquals(429, ask(kept, USER, PASSWORD), "it has guessed");
            }
            server.skippedNanos.addAndGet(Duration.ofMillis(200).toNanos());
            assertEquals(200, server.send(scrape).statusCode());
        }
    }

    private static int fresh(RunningServer server, String user, String password) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            return ask(socket, user, password);
        }
    }

    /** Over a connection that stays open. */
    private static int ask(Socket socket, String user, String password) throws IOException {
        socket.setSoTimeout(10_000);
        return answer(
                socket,
                "GET /-/healthy HTTP/1.1\r\nHost: localhost\r\nAuthorization: " + basic(user, password) + "\r\n\r\n");
    }

    @Test
    void manyAtOnceAreNoMoreTriesThanOneAfterAnother() throws Exception {
        try (RunningServer server = start(plain(USERS))) {
            HttpClient client =
                    HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
            List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                answers.add(client.sendAsync(
                        asked(server, "/metrics", USER, "wrong" + i).build(), BodyHandlers.ofString()));
            }
            int looked = 0;
            for (CompletableFuture<HttpResponse<String>> answer : answers) {
                looked += answer.get().statusCode() == 401 ? 1 : 0;
            }
            assertTrue(looked >= 1 && looked <= TRIES_AT_ONE_NAME + 1, looked + " were looked at");
        }
    }

    @Test
    void expensivePasswordsHoldNoThreadOfTheServer() throws Exception {
        // Cost 12: a third of a second each, and more of them than the server has threads.
        String dear = "$2y$12$" + HASH.substring(7);
        List<Socket> sockets = new ArrayList<>();
        try (RunningServer server = start(plain(Map.of(USER, HASH, "dear", dear)))) {
            assertEquals(
                    200, server.send(asked(server, "/metrics", USER, PASSWORD)).statusCode());
            for (int i = 0; i < 48; i++) {
                Socket socket = new Socket(
                        InetAddress.getLoopbackAddress(),
                        server.port(),
                        InetAddress.getByName("127.0.0." + (2 + i % 4)),
                        0);
                sockets.add(socket);
                socket.getOutputStream()
                        .write(("GET /metrics HTTP/1.1\r\nHost: localhost\r\nAuthorization: " + basic("dear", "no" + i)
                                        + "\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
            }
            Thread.sleep(300);
            long before = System.nanoTime();
            assertEquals(
                    200, server.send(asked(server, "/metrics", USER, PASSWORD)).statusCode());
            long millis = Duration.ofNanos(System.nanoTime() - before).toMillis();
            assertTrue(millis < 2_000, millis + " ms");
            Socket last = sockets.get(sockets.size() - 1);
            assertEquals(0, last.getInputStream().available(), "all were looked at before the scrape");
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    @Test
    void limitsTheRateBeforeItAsksForAPassword() throws Exception {
        GuardSettings settings = new GuardSettings(
                Optional.empty(), USERS, Map.of(), Optional.of(new RateLimit(Duration.ofSeconds(100), 2)));
        try (RunningServer server = start(settings)) {
            assertEquals(401, server.get("/metrics").statusCode());
            assertEquals(
                    200, server.send(asked(server, "/metrics", USER, PASSWORD)).statusCode());
            HttpResponse<String> answer = server.send(asked(server, "/metrics", USER, PASSWORD));
            assertEquals(429, answer.statusCode());
            assertTrue(answer.body().contains("rate_limited"), answer.body());
            assertEquals(429, server.get("/-/healthy").statusCode());
            server.skippedNanos.addAndGet(Duration.ofSeconds(101).toNanos());
            assertEquals(401, server.get("/metrics").statusCode());
        }
    }

    @Test
    void headersReplaceTheServersOwn() throws Exception {
        Map<String, String> headers =
                Map.of("X-Frame-Options", "sameorigin", "Strict-Transport-Security", "max-age=60");
        GuardSettings settings = new GuardSettings(Optional.empty(), USERS, headers, Optional.empty());
        try (RunningServer server = start(settings)) {
            for (HttpResponse<String> answer : List.of(
                    server.get("/metrics"),
                    server.send(asked(server, "/metrics", USER, PASSWORD)),
                    server.send(asked(server, "/nothing", USER, PASSWORD)))) {
                assertEquals(List.of("sameorigin"), answer.headers().allValues("X-Frame-Options"));
                assertEquals(List.of("max-age=60"), answer.headers().allValues("Strict-Transport-Security"));
                assertEquals(List.of("nosniff"), answer.headers().allValues("X-Content-Type-Options"));
            }
            String broken = RawHttp.exchange(server.port(), "GET / HTTP/1.1\nConnection: close\n\n");
            assertTrue(broken.startsWith("HTTP/1.1 400 ") && broken.contains("X-Frame-Options: sameorigin"), broken);
        }
    }

    @Test
    void aWebhookWithItsPasswordIsTaken() throws Exception {
        try (RunningServer server = start(plain(USERS))) {
            HttpRequest.Builder request = asked(server, "/api/v1/dumps", USER, PASSWORD)
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString("{\"reason\":\"test\"}"));
            assertEquals(202, server.send(request).statusCode());
            assertEquals(401, server.postDump("{\"reason\":\"test\"}").statusCode());
        }
    }

    private RunningServer start(GuardSettings settings) throws Exception {
        return start(settings, "one");
    }

    private RunningServer start(GuardSettings settings, String name) throws Exception {
        return RunningServer.start(folder.resolve(name), WebSettings.on(RunningServer.loopback()), settings);
    }

    private static GuardSettings plain(Map<String, String> users) {
        return new GuardSettings(Optional.empty(), users, Map.of(), Optional.empty());
    }

    private static GuardSettings certified(ClientCertificates clients, Set<String> sans) throws Exception {
        return new GuardSettings(Optional.of(tls("server", clients, sans)), Map.of(), Map.of(), Optional.empty());
    }

    private static TlsSettings tls(String name, ClientCertificates clients, Set<String> sans) throws Exception {
        return tls(name, clients, sans, TlsSettings.Form.DEFAULT);
    }

    private static TlsSettings tls(String name, ClientCertificates clients, Set<String> sans, TlsSettings.Form form)
            throws Exception {
        List<X509Certificate> chain = Pem.certificates(keys.text(name + ".pem"));
        return new TlsSettings(
                new TlsSettings.Identity(
                        chain,
                        Pem.privateKey(
                                keys.text(name + ".key"), "key", chain.get(0).getPublicKey())),
                new TlsSettings.Clients(clients, Pem.certificates(keys.text("ca.pem")), sans),
                form);
    }

    private static HttpRequest.Builder asked(RunningServer server, String path, String user, String password) {
        return server.request(path).header("Authorization", basic(user, password));
    }

    private static String basic(String user, String password) {
        return "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    /** Does not ask whether the server has the name that it should have: its addresses are not known before. */
    private static int statusOverTls(
            RunningServer server, InetAddress address, String path, @Nullable String certificate) throws Exception {
        try (SSLSocket socket = connection(server, address, certificate)) {
            return status(socket, path);
        }
    }

    private static SSLSocket connection(RunningServer server, InetAddress address, @Nullable String certificate)
            throws Exception {
        SSLSocket socket = (SSLSocket) context(certificate).getSocketFactory().createSocket(address, server.port());
        socket.setSoTimeout(10_000);
        return socket;
    }

    /** Of one request, after which the connection can have another. */
    private static int status(SSLSocket socket, String path) throws IOException {
        return answer(
                socket,
                "GET " + path + " HTTP/1.1\r\nHost: " + socket.getInetAddress().getHostAddress() + "\r\n\r\n");
    }

    private static int answer(Socket socket, String request) throws IOException {
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            int next = socket.getInputStream().read();
            if (next < 0) {
                throw new IOException("ended after " + head);
            }
            head.append((char) next);
        }
        Matcher length = Pattern.compile("(?i)\r\ncontent-length: ([0-9]+)").matcher(head);
        if (length.find()) {
            socket.getInputStream().readNBytes(Integer.parseInt(length.group(1)));
        }
        return Integer.parseInt(head.substring(9, 12));
    }

    private static SSLSocket handshake(RunningServer server, String version) throws Exception {
        SSLSocket socket = (SSLSocket)
                context(null).getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), server.port());
        socket.setSoTimeout(10_000);
        socket.setEnabledProtocols(new String[] {version});
        socket.startHandshake();
        return socket;
    }

    private static String shown(RunningServer server) throws Exception {
        try (SSLSocket socket = handshake(server, "TLSv1.3")) {
            return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
                    .getSubjectX500Principal()
                    .getName();
        }
    }

    private static HttpClient client(@Nullable String certificate, String version) throws Exception {
        SSLParameters parameters = new SSLParameters();
        parameters.setProtocols(new String[] {version});
        return HttpClient.newBuilder()
                .sslContext(context(certificate))
                .sslParameters(parameters)
                .build();
    }

    /** Trusts the authority; shows a certificate whoever the server says it trusts. */
    private static SSLContext context(@Nullable String certificate) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry(
                "ca",
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(
                                new ByteArrayInputStream(keys.text("ca.pem").getBytes(StandardCharsets.US_ASCII))));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        if (certificate != null) {
            List<X509Certificate> chain = Pem.certificates(keys.text(certificate + ".pem"));
            store.setKeyEntry(
                    "own",
                    Pem.privateKey(
                            keys.text(certificate + ".key"), "key", chain.get(0).getPublicKey()),
                    new char[0],
                    chain.toArray(X509Certificate[]::new));
        }
        own.init(store, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(
                new KeyManager[] {new Insistent((X509ExtendedKeyManager) own.getKeyManagers()[0])},
                trust.getTrustManagers(),
                null);
        return context;
    }

    /** Shows its one certificate, whatever authorities the server names. */
    private static final class Insistent extends X509ExtendedKeyManager {
        private final X509ExtendedKeyManager keys;

        Insistent(X509ExtendedKeyManager keys) {
            this.keys = keys;
        }

        @Override
        public String[] getClientAliases(String kind, Principal[] issuers) {
            return keys.getClientAliases(kind, null);
        }

        @Override
        public String chooseClientAlias(String[] kinds, Principal[] issuers, Socket socket) {
            return keys.chooseClientAlias(kinds, null, socket);
        }

        @Override
        public String chooseEngineClientAlias(String[] kinds, Principal[] issuers, SSLEngine engine) {
            return keys.chooseEngineClientAlias(kinds, null, engine);
        }

        @Override
        public String[] getServerAliases(String kind, Principal[] issuers) {
            return keys.getServerAliases(kind, issuers);
        }

        @Override
        public String chooseServerAlias(String kind, Principal[] issuers, Socket socket) {
            return keys.chooseServerAlias(kind, issuers, socket);
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return keys.getCertificateChain(alias);
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return keys.getPrivateKey(alias);
        }
    }

    private static Optional<InetAddress> ownAddress() throws IOException {
        return NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
                .filter(address -> address.getAddress().length == 4)
                .findFirst();
    }
}
