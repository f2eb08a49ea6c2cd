package io.loadmonitor.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.guard.AccessRules;
import io.loadmonitor.guard.GuardSettings;
import io.loadmonitor.guard.Keys;
import io.loadmonitor.guard.Role;
import io.loadmonitor.guard.TlsSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** By the real clock: changes are seen within some seconds. */
@Timeout(60)
final class WebConfigInForceTest {
    private static final String HASH = "$2y$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2";

    @TempDir
    Path folder;

    @Test
    void withoutAFileNothingIsAskedFor() throws Exception {
        try (WebConfigInForce web = WebConfigInForce.read(null, null)) {
            web.watch();
            assertEquals(GuardSettings.NONE, web.guard().current().settings());
        }
    }

    @Test
    void putsAChangedFileInForceAndKeepsTheOldOneWhereItIsBad() throws Exception {
        Path file = Files.writeString(folder.resolve("web.yml"), "basic_auth_users: {anna: " + HASH + "}\n");
        try (WebConfigInForce web = WebConfigInForce.read(file, null)) {
            web.watch();
            assertEquals(Set.of("anna"), users(web));
            Files.writeString(file, "basic_auth_users: {bob: " + HASH + "}\n");
            await(() -> users(web).equals(Set.of("bob")));
            Files.writeString(file, "basic_auth_users: {carl: secret}\n");
            await(() -> !web.isWhatWasRead());
            assertEquals(Set.of("bob"), users(web));
            Files.delete(file);
            Thread.sleep(3_500);
            assertEquals(Set.of("bob"), users(web));
            Files.writeString(file, "basic_auth_users: {dora: " + HASH + "}\n");
            await(() -> users(web).equals(Set.of("dora")));
            await(web::isWhatWasRead);
        }
    }

    @Test
    void doesNotReadAFileThatIsBeingWritten() throws Exception {
        Path file = Files.writeString(folder.resolve("web.yml"), "basic_auth_users: {anna: " + HASH + "}\n");
        try (WebConfigInForce web = WebConfigInForce.read(file, null)) {
            web.watch();
            for (int i = 0; i < 12; i++) {
                // Each time another length: what stands there is in the midst of being written.
                Files.writeString(file, "#".repeat(i));
                Thread.sleep(300);
                assertEquals(Set.of("anna"), users(web));
            }
        }
    }

    @Test
    void takesANewCertificateAndRefusesToEndTls() throws Exception {
        Keys keys = new Keys(folder);
        keys.authority("ca");
        keys.issued("server", "ca", "ec", "IP:127.0.0.1");
        keys.issued("next", "ca", "ec", "IP:127.0.0.1");
        Path file = Files.writeString(
                folder.resolve("web.yml"), "tls_server_config: {cert_file: server.pem, key_file: server.key}\n");
        try (WebConfigInForce web = WebConfigInForce.read(file, null)) {
            AtomicReference<TlsSettings> told = new AtomicReference<>();
            web.guard().onTls(told::set);
            web.watch();
            await(() -> told.get() != null);
            Optional<TlsSettings> before = web.guard().current().settings().tls();
            // The certificate alone does not fit the key: the old pair stays until both are there.
            Files.move(folder.resolve("next.pem"), folder.resolve("server.pem"), StandardCopyOption.REPLACE_EXISTING);
            Thread.sleep(3_500);
            assertEquals(before, web.guard().current().settings().tls());
            Files.move(folder.resolve("next.key"), folder.resolve("server.key"), StandardCopyOption.REPLACE_EXISTING);
            await(() -> !web.guard().current().settings().tls().equals(before));
            Optional<TlsSettings> after = web.guard().current().settings().tls();
            assertEquals(after.orElseThrow(), told.get());
            Files.writeString(file, "basic_auth_users: {anna: " + HASH + "}\n");
            Thread.sleep(3_500);
            assertEquals(after, web.guard().current().settings().tls());
            assertTrue(users(web).isEmpty());
        }
    }

    @Test
    void putsAChangedAccessFileAndChangedTokensInForce() throws Exception {
        String first = "0123456789abcdef0123456789abcdef";
        String second = "fedcba9876543210fedcba9876543210";
        Path web = Files.writeString(folder.resolve("web.yml"), "basic_auth_users: {anna: " + HASH + "}\n");
        Path token = Files.writeString(folder.resolve("am.token"), first + "\n");
        Path access = Files.writeString(
                folder.resolve("access.yml"), "access: [{who: {token_file: am.token}, may: [alert]}]\n");
        try (WebConfigInForce config = WebConfigInForce.read(web, access)) {
            config.watch();
            assertTrue(rules(config).fileOf(first).isPresent());
            Files.writeString(token, second + "\n");
            await(() -> rules(config).fileOf(second).isPresent());
            assertTrue(rules(config).fileOf(first).isEmpty());
            // A bad token keeps the old one in force.
            Files.writeString(token, "short\n");
            Thread.sleep(3_500);
            assertTrue(rules(config).fileOf(second).isPresent());
            Files.writeString(access, "access: [{who: {user: anna}, may: [read]}]\n");
            await(() -> rules(config).grants().get(0).roles().equals(Set.of(Role.READ)));
            // Who goes from the one file need not go from the other in the same moment.
            Files.writeString(web, "basic_auth_users: {bob: " + HASH + "}\n");
            await(() -> users(config).equals(Set.of("bob")));
            assertEquals(1, rules(config).grants().size());
        }
    }

    /** As when a file system tells no times, or a change keeps them. */
    @Test
    void readsWhatSeemsUnchangedWhenItIsToldTo() throws Exception {
        String first = "0123456789abcdef0123456789abcdef";
        String second = "fedcba9876543210fedcba9876543210";
        Path web = Files.writeString(folder.resolve("web.yml"), "basic_auth_users: {anna: " + HASH + "}\n");
        Path token = Files.writeString(folder.resolve("am.token"), first + "\n");
        Path access = Files.writeString(
                folder.resolve("access.yml"), "access: [{who: {token_file: am.token}, may: [alert]}]\n");
        try (WebConfigInForce config = WebConfigInForce.read(web, access)) {
            assertEquals(Optional.empty(), config.reload());
            Files.writeString(token, second + "\n");
            assertEquals(Optional.empty(), config.reload());
            assertTrue(rules(config).fileOf(second).isPresent());
            assertTrue(rules(config).fileOf(first).isEmpty());
            Files.writeString(token, "short\n");
            Files.writeString(web, "basic_auth_users: {bob: hunter2}\n");
            String refused = config.reload().orElseThrow();
            assertTrue(
                    refused.contains("web.yml:1: basic_auth_users.bob: ") && refused.contains("am.token:1: "), refused);
            assertEquals(refused, config.reload().orElseThrow(), "as long as it is so");
            assertTrue(rules(config).fileOf(second).isPresent());
            assertEquals(Set.of("anna"), users(config));
        }
    }

    @Test
    void aGrantThatMatchesNobodyEndsTheStart() throws Exception {
        Path web = Files.writeString(folder.resolve("web.yml"), "basic_auth_users: {anna: " + HASH + "}\n");
        Path access = Files.writeString(folder.resolve("access.yml"), "access: [{who: {user: bob}, may: [read]}]\n");
        ConfigException fault = assertThrows(ConfigException.class, () -> WebConfigInForce.read(web, access));
        assertTrue(fault.problems().get(0).contains("access.yml:1: who.user: \"bob\" is not among"));
        Files.writeString(web, "basic_auth_users: {anna: b}\n");
        assertEquals(
                1,
                assertThrows(ConfigException.class, () -> WebConfigInForce.read(web, access))
                        .problems()
                        .size());
    }

    @Test
    void isRefusedAtTheStartWithEveryProblem() throws Exception {
        Path file = Files.writeString(folder.resolve("web.yml"), "a: b\nbasic_auth_users: {c: d}\n");
        ConfigException fault = assertThrows(ConfigException.class, () -> WebConfigInForce.read(file, null));
        assertEquals(2, fault.problems().size());
    }

    private static Set<String> users(WebConfigInForce web) {
        return web.guard().current().settings().users().keySet();
    }

    private static AccessRules rules(WebConfigInForce web) {
        return web.guard().current().access().orElseThrow();
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        for (int i = 0; i < 200 && !condition.getAsBoolean(); i++) {
            Thread.sleep(50);
        }
        assertTrue(condition.getAsBoolean());
    }
}
