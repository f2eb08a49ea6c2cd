package io.loadmonitor.web.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class WebLinkTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://example.org/runbook#load",
                "http://prometheus:9090/graph?g0.expr=load1%3E4",
                "HTTPS://EXAMPLE.ORG/"
            })
    void linksToWebAddresses(String text) {
        assertEquals(Optional.of(new WebLink(text)), WebLink.of(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "javascript:alert(1)",
                "JavaScript://example.org/%0aalert(1)",
                " javascript:alert(1)",
                "java\nscript:alert(1)",
                "data:text/html,<script>alert(1)</script>",
                "vbscript:x",
                "file:///etc/shadow",
                "//example.org/",
                "/dumps",
                "",
                "https://",
                "https:example.org",
                "https://bank.example@evil.example/",
                "https://example.org/\"onclick=\"x",
                "https://exa mple.org/",
                "not an address"
            })
    void linksToNothingElse(String text) {
        assertTrue(WebLink.of(text).isEmpty());
    }

    @Test
    void linksToNoEndlessAddress() {
        assertTrue(WebLink.of("https://example.org/" + "a".repeat(5000)).isEmpty());
    }
}
