package io.loadmonitor.web.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SiteTest {
    @ParameterizedTest
    @CsvSource({
        "https://ops.example.com,'',https://ops.example.com/x",
        "https://ops.example.com/,'',https://ops.example.com/x",
        "HTTPS://Ops.Example.com:8443/a/b/,/a/b,https://ops.example.com:8443/a/b/x",
        "http://192.0.2.7:9817/lm,/lm,http://192.0.2.7:9817/lm/x",
        "http://[2001:db8::1]/lm,/lm,http://[2001:db8::1]/lm/x"
    })
    void leadsThere(String url, String base, String link) {
        Site site = Site.of(url, "db1");
        assertEquals(base, site.base());
        assertEquals(link, site.link("/x"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ops.example.com",
                "//ops.example.com/",
                "ftp://ops.example.com/",
                "https:///lm",
                "https://ops_example/",
                "https://anna:secret@ops.example.com/",
                "https://ops.example.com/?a=b",
                "https://ops.example.com/#a",
                "https://ops.example.com/a b",
                "https://ops.example.com/a//b",
                "https://ops.example.com/../a",
                "https://ops.example.com/.well-known",
                "https://ops.example.com/a%2fb",
                "https://ops.example.com/a)",
                "https://ops.example.com/api/lm",
                "https://ops.example.com/dumps"
            })
    void isNone(String url) {
        String message = assertThrows(IllegalArgumentException.class, () -> Site.of(url, "db1"))
                .getMessage();
        assertTrue(message.startsWith("--web.external-url is \"" + url + "\", "), message);
    }

    @Test
    void knowsItsNamesAndItsOrigin() {
        Site site = Site.of("https://ops.example.com/lm", "Db1");
        assertTrue(site.isNamed("ops.example.com") && site.isNamed("db1"));
        assertFalse(site.isNamed("example.com") || site.isNamed("") || site.isNamed("db1.example.com"));
        assertTrue(site.isOrigin("https://OPS.example.com"));
        assertFalse(site.isOrigin("https://ops.example.com/") || site.isOrigin("null") || site.isOrigin(""));
        assertFalse(Site.UNKNOWN.isNamed("") || Site.UNKNOWN.isOrigin("null"));
        assertEquals("/dumps/1", Site.UNKNOWN.link("/dumps/1"));
    }
}
