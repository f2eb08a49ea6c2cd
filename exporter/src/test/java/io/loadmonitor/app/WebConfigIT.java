package io.loadmonitor.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.guard.Keys;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The packaged jar with a web configuration, asked by curl. */
@Timeout(120)
final class WebConfigIT {
    private static final String HASH = "$2y$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2";
    private static final String LISTEN = "--web.listen-address=127.0.0.1:0";

    @TempDir
    Path folder;

    @Test
    void speaksTlsAndAsksForPasswordAndCertificate() throws Exception {
        Keys keys = new Keys(folder);
        keys.authority("ca");
        keys.issued("server", "ca", "rsa:2048", "IP:127.0.0.1");
        keys.issued("client", "ca", "ec", "DNS:prometheus.example.com");
        Path file = Files.writeString(folder.resolve("web.yml"), """
                tls_server_config:
                  cert_file: server.pem
                  key_file: server.key
                  client_auth_type: RequireAndVerifyClientCert
                  client_ca_file: ca.pem
                http_server_config: {http2: true}
                basic_auth_users:
                  prometheus: HASH
                """.replace("HASH", HASH));
        try (RunningExporter exporter = RunningExporter.start(
                folder, LISTEN, "--web.config.file=" + file, "--archive.path=" + folder.resolve("archive.db"))) {
            String url = "https://127.0.0.1:" + exporter.address().getPort();
            List<String> both =
                    List.of("--cert", "client.pem", "--key", "client.key", "-u", "prometheus:correct horse");
            assertEquals("200", curl(url + "/metrics", both));
            assertEquals("200", curl(url + "/-/healthy", both));
            assertEquals("401", curl(url + "/metrics", both.subList(0, 4)));
            assertEquals("000", curl(url + "/metrics", both.subList(4, 6)));
            for (String version : List.of("1.2", "1.3")) {
                List<String> arguments = new ArrayList<>(both);
                arguments.addAll(List.of("--tls-max", version, "--tlsv" + version));
                assertEquals("200", curl(url + "/api/v1/status", arguments));
            }
            String log = exporter.log();
            assertTrue(log.contains("clients with a certificate and password"), log);
            assertTrue(log.contains("HTTP/1.1 is all that is spoken"), log);
            assertFalse(log.contains("correct horse") || log.contains(HASH) || log.contains("PRIVATE"), log);

            Files.writeString(file, Files.readString(file).replace("prometheus:", "anna:"));
            for (int i = 0; i < 100 && !exporter.log().contains("was read again"); i++) {
                Thread.sleep(100);
            }
            assertEquals("401", curl(url + "/metrics", both));
        }
    }

    @Test
    void grantsWhatTheAccessFileSaysAndReadsItAgainOnSighup() throws Exception {
        String token = "0123456789abcdef0123456789abcdef";
        Path access = Files.writeString(folder.resolve("access.yml"), """
                access:
                  - who: {token_file: am.token}
                    may: [alert, read]
                  - who: anybody
                    may: [health]
                """);
        Files.writeString(folder.resolve("am.token"), token);
        try (RunningExporter exporter = RunningExporter.start(
                folder, LISTEN, "--web.access.file=" + access, "--archive.path=" + folder.resolve("archive.db"))) {
            String url = "http://127.0.0.1:" + exporter.address().getPort();
            List<String> bearer = List.of("-H", "Authorization: Bearer " + token);
            assertEquals("200", curl(url + "/-/healthy", List.of()));
            assertEquals("401", curl(url + "/api/v1/status", List.of()));
            assertEquals("200", curl(url + "/api/v1/status", bearer));
            assertEquals("403", curl(url + "/metrics", bearer));
            // Of the same size and time, so that nothing but the signal tells.
            var before = Files.getLastModifiedTime(access);
            Files.writeString(access, Files.readString(access).replace("[alert, read]", "[scrape     ]"));
            Files.setLastModifiedTime(access, before);
            exporter.hangUp();
            await(exporter, "logger=audit msg=taken action=reload who=signal:HUP");
            assertEquals("403", curl(url + "/api/v1/status", bearer));
            assertEquals("200", curl(url + "/metrics", bearer));
            assertEquals("403", curl(url + "/-/reload", List.of("-X", "POST", "-H", "Authorization: Bearer " + token)));
            await(
                    exporter,
                    "action=reload who=token:" + folder.resolve("am.token") + " address=127.0.0.1"
                            + " outcome=\"403 role_missing\"");
            Files.writeString(access, "access: [{who: anybody, may: [everything]}]\n");
            exporter.hangUp();
            await(exporter, "logger=audit msg=refused action=reload who=signal:HUP");
            assertTrue(exporter.log().contains("\\\"everything\\\" is no role"), exporter.log());
            assertEquals("200", curl(url + "/metrics", bearer));
            assertFalse(exporter.log().contains(token), exporter.log());
        }
    }

    private static void await(RunningExporter exporter, String line) throws InterruptedException {
        for (int i = 0; i < 100 && !exporter.log().contains(line); i++) {
            Thread.sleep(100);
        }
        assertTrue(exporter.log().contains(line), exporter.log());
    }

    @Test
    void aBadFileEndsTheStartWithEveryProblem() throws Exception {
        Path file = Files.writeString(folder.resolve("web.yml"), "users: {}\nbasic_auth_users: {anna: hunter2}\n");
        try (RunningExporter exporter = RunningExporter.start(
                folder, LISTEN, "--web.config.file=" + file, "--archive.path=" + folder.resolve("archive.db"))) {
            assertEquals(1, exporter.exitCode());
            String log = exporter.log();
            assertTrue(log.contains("web.yml:1: users: unknown setting"), log);
            assertTrue(log.contains("web.yml:2: basic_auth_users.anna: what stands there is no hash"), log);
            assertFalse(log.contains("hunter2") || log.contains("msg=listening"), log);
        }
    }

    /** The status, 000 where there is no answer. */
    private String curl(String url, List<String> arguments) throws Exception {
        List<String> command = new ArrayList<>(
                List.of("curl", "-s", "-m", "20", "-o", "body", "-w", "%{http_code}", "--cacert", "ca.pem"));
        command.addAll(arguments);
        command.add(url);
        Process process = new ProcessBuilder(command).directory(folder.toFile()).start();
        String status = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        process.waitFor();
        return status;
    }
}
