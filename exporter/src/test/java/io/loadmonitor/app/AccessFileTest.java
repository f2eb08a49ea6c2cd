package io.loadmonitor.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.guard.AccessRules;
import io.loadmonitor.guard.Role;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AccessFileTest {
    private static final String TOKEN = "0123456789abcdef0123456789abcdef";

    @TempDir
    Path folder;

    @BeforeEach
    void writeTokens() throws Exception {
        Files.writeString(folder.resolve("am.token"), TOKEN + "\n");
        Files.writeString(
                folder.resolve("two.token"), "# the next one\n\nsha256:" + "0".repeat(64) + "\n" + TOKEN + "\n");
        Files.writeString(folder.resolve("short.token"), "hunter2hunter2\n");
        Files.writeString(folder.resolve("empty.token"), "\n");
    }

    @Test
    void readsWhoMayDoWhat() throws Exception {
        AccessFile file = file("""
                access:
                  - who: {token_file: am.token}
                    may: [alert]
                  - who: {user: oncall, network: [10.0.0.0/8, "fd00::/8"]}
                    may: [read, trigger]
                  - who: {certificate: prometheus.example.com}
                    may: [scrape]
                  - who: anybody
                    may: [health]
                """);
        AccessRules rules = file.read();
        assertEquals(
                List.of(
                        "token:" + folder.resolve("am.token"),
                        "user:oncall,network:10.0.0.0/8,network:fd00:0:0:0:0:0:0:0/8",
                        "certificate:prometheus.example.com",
                        "anybody"),
                rules.grants().stream().map(grant -> grant.who().toString()).toList());
        assertEquals(Set.of(Role.READ, Role.TRIGGER), rules.grants().get(1).roles());
        assertEquals(file.files(), Set.of(folder.resolve("access.yml"), folder.resolve("am.token")));
        assertTrue(rules.grants().get(2).place().endsWith("access.yml:6"), rules.toString());
        assertFalse(rules.toString().contains(TOKEN), rules.toString());
        assertEquals(folder.resolve("am.token").toString(), rules.fileOf(TOKEN).orElse(""));
    }

    @Test
    void aFileMayHaveTwoTokensWhileOneTakesThePlaceOfTheOther() throws Exception {
        AccessRules rules =
                file("access: [{who: {token_file: two.token}, may: [alert]}]").read();
        assertTrue(rules.fileOf(TOKEN).isPresent());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | access is missing",
                "acces: [] | :1: acces: unknown setting; there are access",
                "access: [] | :1: access: must have 1 to 1000 entries",
                "access: {who: anybody} | :1: access: a list is expected",
                "access: [{who: anybody}] | :1: access[0]: may is missing",
                "access: [{may: [read]}] | :1: access[0]: who is missing",
                "access: [{who: anybody, may: []}] | :1: access[0].may: a list of roles is expected; there are",
                "access: [{who: anybody, may: read}] | :1: access[0].may: a list is expected",
                "access: [{who: anybody, may: [reed]}] | :1: access[0].may: \"reed\" is no role; there are health,",
                "access: [{who: everybody, may: [read]}] | :1: access[0].who: \"everybody\" is not \"anybody\"",
                "access: [{who: , may: [read]}] | :1: access[0].who: \"\" is not \"anybody\"",
                "access: [{who: {}, may: [read]}] | access[0].who: is empty; for everybody write \"anybody\"",
                "access: [{who: {users: a}, may: [read]}] | :1: access[0].who.users: unknown setting; there",
                "access: [{who: {user: }, may: [read]}] | :1: access[0].who.user: one value is expected",
                "access: [{who: {user: [a]}, may: [read]}] | :1: access[0].who.user: one value is expected",
                "access: [{who: {network: 10.0.0.1/8}, may: [read]}] | access[0].who.network: \"10.0.0.1/8\" has bits",
                "access: [{who: {network: []}, may: [read]}] | access[0].who.network: must have 1 to 1000 networks",
                "access: [{who: {network: [a]}, may: [read]}] | access[0].who.network: \"a\" is no network",
                "access: [{who: {token_file: none.token}, may: [read]}] | none.token: there is no such file",
                "access: [{who: {token_file: short.token}, may: [read]}] | short.token:1: what stands there has 14",
                "access: [{who: {token_file: empty.token}, may: [read]}] | empty.token: must have 1 to 16 tokens",
                "access: [{who: {token_file: am.token, user: a}, may: [read]}] | a request has a password or a token",
                "access: [{who: anybody, may: [read], why: x}] | :1: access[0].why: unknown setting; there are may,",
                "access: [{who: anybody, who: anybody}] | :1: \"who\" stands twice",
            })
    void refuses(String text, String problem) throws Exception {
        ConfigException fault =
                assertThrows(ConfigException.class, () -> file(text).read());
        String message = String.valueOf(fault.getMessage());
        assertTrue(message.contains(problem), message);
        assertFalse(message.contains("hunter2"), message);
    }

    @Test
    void tellsAllProblemsAtOnce() throws Exception {
        ConfigException fault =
                assertThrows(ConfigException.class, () -> file("""
                access:
                  - who: {network: a}
                    may: [x]
                  - who: {token_file: short.token}
                    may: [read]
                  - who: {token_file: short.token}
                    may: [alert]
                """).read());
        assertEquals(4, fault.problems().size(), fault.problems().toString());
        assertTrue(
                fault.problems().get(3).contains("access.yml:6: "),
                fault.problems().toString());
    }

    @Test
    void theDocumentsHaveExamplesThatCanBeRead() throws Exception {
        int examples = 0;
        for (String name : List.of("configuration.md", "security.md")) {
            Matcher block = Pattern.compile("(?ms)^```yaml\n((?:#[^\n]*\n)?access:.*?)^```")
                    .matcher(Files.readString(Path.of("docs", name)));
            while (block.find()) {
                String text = block.group(1);
                for (MatchResult token : Pattern.compile("([a-z]+\\.token)")
                        .matcher(text)
                        .results()
                        .toList()) {
                    Files.writeString(folder.resolve(token.group(1)), TOKEN);
                }
                AccessRules rules = file(text.replace("/etc/load-monitor/", "")).read();
                assertFalse(rules.grants().isEmpty());
                examples++;
            }
        }
        assertTrue(examples >= 3, examples + " examples");
    }

    private AccessFile file(String text) throws Exception {
        return new AccessFile(Files.writeString(folder.resolve("access.yml"), text));
    }
}
