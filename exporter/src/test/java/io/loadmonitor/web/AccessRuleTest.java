package io.loadmonitor.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.web.view.Site;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AccessRuleTest {
    private final AccessRule closed =
            new AccessRule(false, Site.UNKNOWN, List.of(address("0.0.0.0"), address("192.0.2.7")));
    private final AccessRule open = new AccessRule(true, Site.UNKNOWN, List.of(address("0.0.0.0")));

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.9.9.9", "::1", "[::1]", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1"})
    void admitsLoopbackPeers(String peer) {
        assertTrue(closed.judge(peer, "localhost:9817", false).isEmpty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "192.0.2.9",
                "10.0.2.2",
                "2001:db8::1",
                "fe80::1",
                "::ffff:192.0.2.9",
                "0.0.0.0",
                "::",
                "",
                "localhost",
                "127.0.0.1.example.org",
                "unknown",
                "/tmp/socket",
                "127.0.0.1, 192.0.2.9"
            })
    void refusesEveryOtherPeer(String peer) {
        assertEquals(
                "remote_client",
                closed.judge(peer, "localhost:9817", false)
                        .orElseThrow()
                        .problem()
                        .code());
    }

    @Test
    void saysHowToLetRemoteClientsIn() {
        String message = closed.judge("192.0.2.9", "host:9817", false)
                .orElseThrow()
                .problem()
                .message();
        assertTrue(message.contains("192.0.2.9") && message.contains("--web.allow-remote-api"), message);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "localhost",
                "LocalHost:9817",
                "127.0.0.1",
                "127.0.0.1:9817",
                "[::1]:9817",
                "monitor.localhost:1",
                "192.0.2.7:9817",
                ""
            })
    void admitsHostsThatNameThisServer(String host) {
        assertTrue(closed.judge("127.0.0.1", host, false).isEmpty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "attacker.example",
                "attacker.example:9817",
                "127.0.0.1.attacker.example",
                "localhost.attacker.example",
                "notlocalhost",
                "192.0.2.8",
                "0.0.0.0:9817",
                "[::2]",
                "127.0.0.1@attacker.example",
                "dead.beef"
            })
    void refusesNamesThatAPageCouldPointAtLoopback(String host) {
        assertEquals(
                "foreign_host",
                closed.judge("127.0.0.1", host, false).orElseThrow().problem().code());
    }

    @Test
    void admitsWhoHasProvenWhoItIsFromAnywhereAndUnderAnyName() {
        assertTrue(closed.judge("192.0.2.9", "monitor.example", true).isEmpty());
        assertTrue(closed.judge("127.0.0.1", "monitor.example", true).isEmpty());
    }

    @Test
    void admitsAnyoneOnceRemoteClientsAreAllowed() {
        assertTrue(open.judge("192.0.2.9", "monitor.example", false).isEmpty());
    }

    @Test
    void admitsProgramsAndTheServersOwnPages() {
        assertTrue(closed.judgeOrigin(null, null, "localhost:9817").isEmpty());
        assertTrue(closed.judgeOrigin("same-origin", "http://localhost:9817", "localhost:9817")
                .isEmpty());
        assertTrue(closed.judgeOrigin("none", null, "localhost:9817").isEmpty());
    }

    @Test
    void refusesPagesOfOtherSites() {
        assertTrue(closed.judgeOrigin("cross-site", null, "localhost:9817").isPresent());
        assertTrue(closed.judgeOrigin("same-site", null, "localhost:9817").isPresent());
        assertTrue(closed.judgeOrigin(null, "null", "localhost:9817").isPresent());
        assertTrue(closed.judgeOrigin(null, "https://attacker.example", "localhost:9817")
                .isPresent());
        assertTrue(closed.judgeOrigin(null, "http://localhost:3000", "localhost:9817")
                .isPresent());
        assertTrue(closed.judgeOrigin(null, "http://localhost:98170", "localhost:9817")
                .isPresent());
    }

    @Test
    void asksNoNameServer() {
        assertFalse(AccessRule.isLoopback("localhost"));
    }

    private static InetAddress address(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
