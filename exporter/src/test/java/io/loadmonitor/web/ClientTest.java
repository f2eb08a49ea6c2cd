package io.loadmonitor.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

final class ClientTest {
    @Test
    void isAnAddressOrANetworkOfVersion6() throws Exception {
        assertEquals(client("192.0.2.1"), client("192.0.2.1"));
        assertNotEquals(client("192.0.2.1"), client("192.0.2.2"));
        assertEquals(client("2001:db8:1:2::1"), client("2001:db8:1:2:ffff::2"));
        assertNotEquals(client("2001:db8:1:2::1"), client("2001:db8:1:3::1"));
        assertEquals(client("192.0.2.1"), client("::ffff:192.0.2.1"));
    }

    @Test
    void knowsThisHostsOwn() throws Exception {
        assertTrue(client("127.0.0.1").local());
        assertTrue(client("127.1.2.3").local());
        assertTrue(client("::1").local());
        assertFalse(client("192.0.2.1").local());
        assertFalse(client("::2").local());
        assertNotEquals(client("127.0.0.1"), client("127.0.0.2"));
        assertFalse(Client.of((SocketAddress) null).local());
    }

    private static Client client(String address) throws UnknownHostException {
        return Client.of(InetAddress.getByName(address));
    }
}
