package io.loadmonitor.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class NetworkTest {
    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8,10.255.0.1",
        "0.0.0.0/0,192.0.2.1",
        "192.0.2.7,192.0.2.7",
        "192.0.2.4/30,192.0.2.7",
        "192.0.2.128/25,192.0.2.129",
        "::ffff:10.0.0.0/104,10.1.2.3",
        "10.0.0.0/8,::ffff:10.1.2.3",
        "fd00::/8,fdff::1",
        "::/0,2001:db8::1",
        "2001:db8:0:8000::/49,2001:db8:0:ffff::1",
        "::1,0:0:0:0:0:0:0:1"
    })
    void holds(String network, String address) throws Exception {
        assertTrue(Network.of(network).holds(InetAddress.getByName(address)));
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8,11.0.0.1",
        "192.0.2.4/30,192.0.2.8",
        "192.0.2.128/25,192.0.2.127",
        "0.0.0.0/0,2001:db8::1",
        "::/0,192.0.2.1",
        "fd00::/8,fe00::1",
        "2001:db8:0:8000::/49,2001:db8:0:7fff::1",
        "192.0.2.7,192.0.2.6"
    })
    void holdsNot(String network, String address) throws Exception {
        assertFalse(Network.of(network).holds(InetAddress.getByName(address)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                "example.com/8",
                "10.0.0/8",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/",
                "::/129",
                "::ffff:10.0.0.0/95",
                "010.0.0.0/8",
                "10.0.0.256",
                "10.0.0.0/8 ",
                "fe80::1%eth0",
                "::g",
                ":::"
            })
    void isNoNetwork(String text) {
        String message = assertThrows(IllegalArgumentException.class, () -> Network.of(text))
                .getMessage();
        assertTrue(message.contains('"' + text + '"'), message);
    }

    @Test
    void saysWhichNetworkWasMeant() {
        String message = assertThrows(IllegalArgumentException.class, () -> Network.of("10.1.2.3/8"))
                .getMessage();
        assertTrue(message.endsWith("the network is 10.0.0.0/8"), message);
        assertThrows(IllegalArgumentException.class, () -> Network.of("2001:db8::1/64"));
    }

    @Test
    void isWrittenAsItIsRead() {
        for (String text : new String[] {"10.0.0.0/8", "192.0.2.7/32", "2001:db8:0:0:0:0:0:0/32"}) {
            assertEquals(text, Network.of(text).toString());
            assertEquals(Network.of(text), Network.of(text));
        }
    }
}
