package io.loadmonitor.guard;

import static io.loadmonitor.guard.AccessRules.Decision.PASSWORD_MISSING;
import static io.loadmonitor.guard.AccessRules.Decision.PROVEN;
import static io.loadmonitor.guard.AccessRules.Decision.REFUSED;
import static io.loadmonitor.guard.AccessRules.Decision.TOKEN_MISSING;
import static io.loadmonitor.guard.AccessRules.Decision.UNPROVEN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AccessRulesTest {
    private static final String TOKEN = "0123456789abcdef0123456789abcdef";
    private static final String NEXT = "fedcba9876543210fedcba9876543210";

    private final AccessRules rules = new AccessRules(List.of(
            grant(who(null, null, null, "10.0.0.0/8"), Role.SCRAPE),
            grant(who("oncall", null, null, null), Role.READ),
            grant(who("admin", null, null, "10.1.0.0/16"), Role.ADMINISTER, Role.TRIGGER),
            grant(who(null, "am.token", null, null), Role.ALERT),
            grant(who(null, null, "prometheus.example.com", null), Role.SCRAPE),
            grant(who(null, null, null, "127.0.0.0/8"), Role.READ)));

    @Test
    void grantsWhatAnyGrantSaysAndNothingElse() {
        Caller stranger = at("192.0.2.1");
        Caller inside = at("10.1.2.3");
        assertEquals(REFUSED, rules.judge(Role.SCRAPE, stranger));
        assertEquals(UNPROVEN, rules.judge(Role.SCRAPE, inside));
        assertEquals(
                PROVEN, rules.judge(Role.SCRAPE, stranger.withCertificates(List.of("a", "prometheus.example.com"))));
        assertEquals(REFUSED, rules.judge(Role.SCRAPE, stranger.withCertificates(List.of("example.com"))));
        assertEquals(PASSWORD_MISSING, rules.judge(Role.READ, stranger));
        assertEquals(PROVEN, rules.judge(Role.READ, stranger.withUser("oncall")));
        assertEquals(REFUSED, rules.judge(Role.READ, stranger.withUser("admin")));
        assertEquals(TOKEN_MISSING, rules.judge(Role.ALERT, stranger));
        assertEquals(PROVEN, rules.judge(Role.ALERT, stranger.withToken("am.token")));
        assertEquals(REFUSED, rules.judge(Role.ALERT, stranger.withUser("oncall")));
        assertEquals(REFUSED, rules.judge(Role.READ, stranger.withToken("am.token")));
        assertEquals(UNPROVEN, rules.judge(Role.READ, at("127.0.0.1")));
    }

    @Test
    void everythingInAWhoHasToHold() {
        assertEquals(PROVEN, rules.judge(Role.TRIGGER, at("10.1.2.3").withUser("admin")));
        assertEquals(REFUSED, rules.judge(Role.TRIGGER, at("10.2.2.3").withUser("admin")));
        // Where a password could not help it is not asked for.
        assertEquals(REFUSED, rules.judge(Role.TRIGGER, at("10.2.2.3")));
        assertEquals(PASSWORD_MISSING, rules.judge(Role.TRIGGER, at("10.1.2.3")));
    }

    @Test
    void whoMayDoAnythingMayAskForHealthAndNobodyElse() {
        assertEquals(UNPROVEN, rules.judge(Role.HEALTH, at("10.2.2.3")));
        assertEquals(PROVEN, rules.judge(Role.HEALTH, at("192.0.2.1").withToken("am.token")));
        assertEquals(PASSWORD_MISSING, rules.judge(Role.HEALTH, at("192.0.2.1")));
        assertEquals(REFUSED, rules.judge(Role.HEALTH, at("192.0.2.1").withUser("nobody")));
        AccessRules open = new AccessRules(List.of(grant(Grant.Who.ANYBODY, Role.HEALTH)));
        assertEquals(UNPROVEN, open.judge(Role.HEALTH, Caller.at(Optional.empty())));
        assertEquals(REFUSED, open.judge(Role.SCRAPE, at("127.0.0.1")));
    }

    @Test
    void anAddressThatIsNotKnownIsInNoNetwork() {
        AccessRules all = new AccessRules(List.of(
                grant(who(null, null, null, "0.0.0.0/0"), Role.READ), grant(who(null, null, null, "::/0"), Role.READ)));
        assertEquals(REFUSED, all.judge(Role.READ, Caller.at(Optional.empty())));
        assertEquals(UNPROVEN, all.judge(Role.READ, at("192.0.2.1")));
    }

    @Test
    void knowsTokensByTheirDigest() {
        assertEquals(Optional.of("am.token"), rules.fileOf(TOKEN));
        assertEquals(Optional.of("am.token"), rules.fileOf(NEXT));
        assertEquals(Optional.empty(), rules.fileOf(TOKEN + "0"));
        assertEquals(Optional.empty(), rules.fileOf(""));
        // Who reads the hash cannot come in by it.
        assertEquals(Optional.empty(), rules.fileOf(hash(NEXT)));
        assertEquals(Optional.of(TOKEN), AccessRules.tokenIn("bearer " + TOKEN));
        assertEquals(Optional.empty(), AccessRules.tokenIn("Basic " + TOKEN));
        assertEquals("token", Token.of(TOKEN).toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "short",
                "0123456789abcdef0123456789abcde",
                "0123456789abcdef 0123456789abcdef",
                "sha256:0123456789abcdef0123456789abcdef",
                "0123456789abcdef0123456789abcde\u00e9"
            })
    void isNoToken(String text) {
        String message = assertThrows(IllegalArgumentException.class, () -> Token.of(text))
                .getMessage();
        assertTrue(text.isEmpty() || !message.contains(text), message);
    }

    @Test
    void findsGrantsThatMatchNobody() {
        List<String> problems = rules.impossible(
                new GuardSettings(Optional.empty(), Map.of("oncall", "x"), Map.of(), Optional.empty()));
        assertEquals(2, problems.size(), problems.toString());
        assertTrue(problems.get(0).startsWith("access.yml:1: who.user: \"admin\""), problems.get(0));
        assertTrue(problems.get(1).startsWith("access.yml:1: who.certificate: "), problems.get(1));
    }

    @Test
    void aGrantOfNothingIsNone() {
        assertThrows(IllegalArgumentException.class, () -> new Grant("x", Grant.Who.ANYBODY, Set.of()));
        assertFalse(
                new AccessRules(List.of()).judge(Role.HEALTH, at("127.0.0.1")).granted());
    }

    private static Grant grant(Grant.Who who, Role... roles) {
        return new Grant("access.yml:1", who, Set.of(roles));
    }

    private static Grant.Who who(
            @Nullable String user, @Nullable String token, @Nullable String certificate, @Nullable String network) {
        return new Grant.Who(
                Optional.ofNullable(user),
                Optional.ofNullable(token)
                        .map(file -> new Grant.Tokens(file, List.of(Token.of(TOKEN), Token.of(hash(NEXT))))),
                Optional.ofNullable(certificate),
                network == null ? List.of() : List.of(Network.of(network)));
    }

    private static String hash(String token) {
        return "sha256:" + HexFormat.of().formatHex(Token.sha256(token));
    }

    private static Caller at(String address) {
        try {
            return Caller.at(Optional.of(InetAddress.getByName(address)));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
