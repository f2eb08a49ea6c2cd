package io.loadmonitor.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ListenAddressTest {
    @ParameterizedTest
    @CsvSource({
        ":9817, '', 9817",
        "127.0.0.1:0, 127.0.0.1, 0",
        "[::1]:9817, ::1, 9817",
        "localhost:65535, localhost, 65535",
        "[fe80::1%eth0]:80, fe80::1%eth0, 80"
    })
    void readsWhatPrometheusProgramsTake(String text, String host, int port) {
        ListenAddress address = ListenAddress.parse(text);
        assertEquals(new ListenAddress(host, port), address);
        assertEquals(text, address.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "9817",
                "localhost",
                ":65536",
                ":-1",
                "::1:9817",
                "a b:1",
                "[::1]",
                "[x]:1",
                ":99999999999",
                "h:1 "
            })
    void quotesWhatIsNoAddress(String text) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> ListenAddress.parse(text));
        assertTrue(String.valueOf(e.getMessage()).startsWith('"' + text + "\" is no listen address: "), e.getMessage());
    }

    @Test
    void withoutAHostIsEveryAddress() throws Exception {
        assertTrue(ListenAddress.parse(":0").resolve().getAddress().isAnyLocalAddress());
    }

    @Test
    void resolvesIpv6() throws Exception {
        assertTrue(ListenAddress.parse("[::1]:0").resolve().getAddress().isLoopbackAddress());
    }
}
