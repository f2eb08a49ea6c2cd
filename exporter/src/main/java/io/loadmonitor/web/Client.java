package io.loadmonitor.web;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Who has one share of the server: an IPv4 address, or the 64 bits of an IPv6 address that name a network, for the
 * other 64 are anybody's to choose who is in it.
 *
 * @param local whether the address is of this host's loopback
 */
record Client(String network, boolean local) {
    private static final int NETWORK_BYTES = 8;
    static final Client UNKNOWN = new Client("unknown", false);

    static Client of(@Nullable SocketAddress peer) {
        return peer instanceof InetSocketAddress address && !address.isUnresolved()
                ? of(address.getAddress())
                : UNKNOWN;
    }

    static Client of(InetAddress address) {
        boolean local = address.isLoopbackAddress();
        byte[] bytes = address.getAddress();
        int shown = address instanceof Inet6Address && !local ? NETWORK_BYTES : bytes.length;
        return new Client(HexFormat.of().formatHex(Arrays.copyOf(bytes, shown)), local);
    }
}
