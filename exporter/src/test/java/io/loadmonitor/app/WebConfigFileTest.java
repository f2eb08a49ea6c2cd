package io.loadmonitor.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.guard.ClientCertificates;
import io.loadmonitor.guard.GuardSettings;
import io.loadmonitor.guard.Keys;
import io.loadmonitor.guard.RateLimit;
import io.loadmonitor.guard.TlsSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class WebConfigFileTest {
    private static final String HASH = "$2y$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2";
    private static final String TLS = "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n";

    @TempDir
    static Path folder;

    private static Keys keys;

    @BeforeAll
    static void makeKeys() throws Exception {
        keys = new Keys(folder);
        keys.authority("ca");
        keys.issued("server", "ca", "ec", "IP:127.0.0.1");
        keys.issued("other", "ca", "ec", "IP:127.0.0.1");
        Files.write(folder.resolve("binary.pem"), new byte[] {(byte) 0xff, (byte) 0xfe});
        Files.write(folder.resolve("large.pem"), new byte[(1 << 20) + 1]);
    }

    @Test
    void anEmptyFileAsksForNothing() throws Exception {
        for (String text : List.of("", "# nothing\n", "basic_auth_users:\n")) {
            GuardSettings settings = read(text);
            assertEquals(GuardSettings.NONE, settings);
            assertFalse(settings.provesClients());
        }
    }

    @Test
    void readsEverySetting() throws Exception {
        String text = TLS + """
                  client_auth_type: RequireAndVerifyClientCert
                  client_ca_file: ca.pem
                  client_allowed_sans: [prometheus.example.com, 192.0.2.7]
                  min_version: TLS12
                  max_version: TLS12
                  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384]
                  prefer_server_cipher_suites: false
                http_server_config:
                  http2: false
                  headers:
                    Content-Security-Policy: default-src 'self'
                    X-Frame-Options: SAMEORIGIN
                    X-Content-Type-Options: nosniff
                    X-XSS-Protection: 1; mode=block
                    Strict-Transport-Security: max-age=31536000
                basic_auth_users:
                  prometheus: HASH
                  'anna b': 'HASH'
                rate_limit:
                  interval: 100ms
                  burst: 20
                """.replace("HASH", HASH);
        GuardSettings settings = read(text);
        assertEquals(Map.of("prometheus", HASH, "anna b", HASH), settings.users());
        assertEquals(new RateLimit(Duration.ofMillis(100), 20), settings.rate().orElseThrow());
        assertEquals("SAMEORIGIN", settings.headers().get("X-Frame-Options"));
        assertEquals(5, settings.headers().size());
        TlsSettings tls = settings.tls().orElseThrow();
        assertEquals(ClientCertificates.VERIFIED, tls.clients());
        assertEquals(List.of("TLSv1.2"), tls.protocols());
        assertTrue(tls.suites().contains("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"));
        assertFalse(tls.ownOrder());
        assertTrue(settings.provesClients() && settings.certifiesClients());
    }

    @Test
    void readsWhatStandsInTheFileItself() throws Exception {
        String text = "tls_server_config:\n  client_auth_type: VerifyClientCertIfGiven\n" + inline("cert", "server.pem")
                + inline("key", "server.key") + inline("client_ca", "ca.pem");
        GuardSettings settings = read(text);
        assertEquals(
                ClientCertificates.VERIFIED_IF_GIVEN,
                settings.tls().orElseThrow().clients());
        assertFalse(settings.provesClients());
        // The tests' certificates are good for a day.
        Duration left =
                Duration.between(Instant.now(), settings.tls().orElseThrow().expires());
        assertTrue(
                left.compareTo(Duration.ofHours(20)) > 0 && left.compareTo(Duration.ofHours(24)) <= 0, left.toString());
    }

    @Test
    void usualSettingsOfTls() throws Exception {
        TlsSettings tls = read(TLS).tls().orElseThrow();
        assertEquals(List.of("TLSv1.2", "TLSv1.3"), tls.protocols());
        assertEquals(List.of(), tls.suites());
        assertEquals(ClientCertificates.NONE, tls.clients());
        assertTrue(tls.ownOrder());
        assertEquals(
                List.of("TLSv1.3"),
                read(TLS + "  min_version: TLS13\n").tls().orElseThrow().protocols());
        for (ClientCertificates each : List.of(ClientCertificates.REQUESTED, ClientCertificates.ANY)) {
            assertEquals(
                    each,
                    read(TLS + "  client_auth_type: " + each.word() + "\n")
                            .tls()
                            .orElseThrow()
                            .clients());
        }
    }

    @Test
    void anIntervalOfZeroIsNoLimit() throws Exception {
        assertTrue(read("rate_limit: {interval: 0, burst: 0}").rate().isEmpty());
        assertTrue(read("rate_limit: {interval: 0s}").rate().isEmpty());
    }

    @Test
    void blankHeadersAreTheServersOwn() throws Exception {
        assertEquals(
                Map.of(),
                read("http_server_config: {headers: {X-Frame-Options: ''}}").headers());
    }

    @Test
    void saysWhetherHttp2IsWanted() throws Exception {
        for (Map.Entry<String, Boolean> each :
                Map.of("true", true, "false", false, "", false).entrySet()) {
            WebConfigFile reading = file("http_server_config: {http2: " + each.getKey() + "}");
            reading.read();
            assertEquals(each.getValue(), reading.http2Wanted());
        }
    }

    @Test
    void namesTheFilesThatItNeeds() throws Exception {
        WebConfigFile reading = file("tls_server_config: {cert_file: server.pem, key_file: none.key}");
        assertThrows(ConfigException.class, reading::read);
        assertEquals(
                Set.of(folder.resolve("web.yml"), folder.resolve("server.pem"), folder.resolve("none.key")),
                reading.files());
    }

    /** Each with the line and the setting that the complaint names, and words of it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bearer: x | 1: bearer: | unknown setting",
                "@tls: {certs: x, @cert, @key} | 1: @tls.certs: | unknown",
                "@http: {http3: true} | 1: @http.http3: | unknown",
                "rate_limit: {burst: 1, per: 2} | 1: rate_limit.per: | unknown",
                "@http: {headers: {X-Other: a}} | 1: @http.headers.X-Other: | unknown",
                "[a] | 1: file: | settings are expected",
                "basic_auth_users: [a] | 1: basic_auth_users: | settings are expected",
                "a: {b: c | 1 | no YAML",
                "basic_auth_users: {a: hunter2} | 1: basic_auth_users.a: | is no hash of bcrypt",
                "basic_auth_users: {a: [x]} | 1: basic_auth_users.a: | is no hash of bcrypt",
                "basic_auth_users: {'a:b': x} | 1: basic_auth_users: | a name must not",
                "basic_auth_users: {'': x} | 1: basic_auth_users: | a name must not",
                "@http: {http2: yes} | 1: @http.http2: | neither",
                "@http: {headers: {X-Frame-Options: never}} | 1: @http.headers.X-Frame-Options: | deny, sameorigin",
                "@http: {headers: {X-Content-Type-Options: a}} | 1: @http.headers.X-Content-Type-Options: | nosniff",
                "'@http: {headers: {X-XSS-Protection: \"a\\nb\"}}' | 1: @http.headers.X-XSS-Protection: | printable",
                "@http: {headers: {X-XSS-Protection: [a]}} | 1: @http.headers.X-XSS-Protection: | one value",
                "rate_limit: {interval: soon, burst: 1} | 1: rate_limit.interval: | is no duration",
                "rate_limit: {interval: 1s, burst: -1} | 1: rate_limit.burst: | is no whole number",
                "rate_limit: {interval: 1s, burst: 0} | 1: rate_limit.burst: | would let no request in",
                "rate_limit: {interval: 1s} | 1: rate_limit.interval: | would let no request in",
                "@tls: {} | 1: @tls: | cert_file (or cert) is missing",
                "@tls: | 1: @tls: | key_file (or key) is missing",
                "@tls: {cert_file: none.pem, @key} | 1: @tls.cert_file: | there is no such file",
                "@tls: {cert_file: binary.pem, @key} | 1: @tls.cert_file: | is no UTF-8 text",
                "@tls: {cert_file: large.pem, @key} | 1: @tls.cert_file: | larger than",
                "@tls: {cert_file: server.key, @key} | 1: @tls.cert_file: | has no certificate",
                "@tls: {@cert, key_file: server.pem} | 1: @tls.key_file: | has no private key",
                "@tls: {@cert, key_file: other.key} | 1: @tls: | is not that of the certificate",
                "@tls: {@cert, cert: x, @key} | 1: @tls.cert: | one of them is enough",
                "@tls: {cert_file: '', @key} | 1: @tls.cert_file: | is empty",
                "TLS client_auth_type: Maybe | 4: @tls.client_auth_type: | RequireAndVerifyClientCert",
                "TLS client_auth_type: RequireAndVerifyClientCert | 4: @tls.client_auth_type: | needs client_ca_file",
                "TLS client_ca_file: ca.pem | 4: @tls.client_ca_file: | without client_auth_type",
                "TLS client_allowed_sans: [a] | 4: @tls.client_allowed_sans: | needs client_auth_type",
                "TLS client_allowed_sans: a | 4: @tls.client_allowed_sans: | a list is expected",
                "TLS client_allowed_sans: [[a]] | 4: @tls.client_allowed_sans: | a list of texts",
                "TLS min_version: TLS10 | 4: @tls.min_version: | neither TLS12 nor TLS13",
                "TLS max_version: TLS14 | 4: @tls.max_version: | neither TLS12 nor TLS13",
                "TLS cipher_suites: [TLS_RSA_WITH_RC4_128_SHA] | 4: @tls.cipher_suites: | is no cipher suite",
                "TLS cipher_suites: [TLS_AES_128_GCM_SHA256] | 4: @tls.cipher_suites: | is no cipher suite",
                "TLS curve_preferences: [X25519] | 4: @tls.curve_preferences: | is not supported",
                "TLS prefer_server_cipher_suites: maybe | 4: @tls.prefer_server_cipher_suites: | neither",
            })
    void namesEveryProblemWithItsLine(String written, String shortWhere, String what) {
        String text = whole(written);
        String where = whole(shortWhere);
        String all = text.startsWith("TLS ") ? TLS + "  " + text.substring(4) + "\n" : text;
        String problems = problems(all);
        Matcher line = Pattern.compile(Pattern.quote(folder + "/web.yml:" + where) + ".*" + Pattern.quote(what))
                .matcher(problems);
        assertTrue(line.find(), problems);
        assertFalse(problems.contains("hunter2"), problems);
    }

    @Test
    void namesAllProblemsAtOnce() {
        String problems =
                problems(TLS + "  min_version: TLS9\nbasic_auth_users:\n  a: b\n  c: d\nrate_limit: {burst: x}\n");
        assertEquals(4, problems.lines().count(), problems);
        for (int line : new int[] {4, 6, 7, 8}) {
            assertTrue(problems.contains("web.yml:" + line + ": "), problems);
        }
    }

    @Test
    void namesVersionsTheWrongWayRound() {
        String problems = problems(TLS + "  min_version: TLS13\n  max_version: TLS12\n");
        assertTrue(problems.contains("web.yml:4: tls_server_config.min_version: is above max_version"), problems);
    }

    @Test
    void saysThatThereIsNoFile() {
        ConfigException fault =
                assertThrows(ConfigException.class, () -> new WebConfigFile(folder.resolve("none.yml")).read());
        assertEquals(List.of(folder.resolve("none.yml") + ": there is no such file"), fault.problems());
    }

    private static String whole(String text) {
        return text.replace("@tls", "tls_server_config")
                .replace("@http", "http_server_config")
                .replace("@cert", "cert_file: server.pem")
                .replace("@key", "key_file: server.key");
    }

    private static String inline(String key, String file) throws IOException {
        return "  " + key + ": |\n" + keys.text(file).indent(4);
    }

    private static WebConfigFile file(String text) throws IOException {
        return new WebConfigFile(Files.writeString(folder.resolve("web.yml"), text));
    }

    private static GuardSettings read(String text) throws Exception {
        return file(text).read();
    }

    private static String problems(String text) {
        return String.valueOf(
                assertThrows(ConfigException.class, () -> read(text)).getMessage());
    }
}
