package io.loadmonitor.app;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Asks the server of this process for its health, as any client would. Any answer will do, also a refusal, the end of
 * the connection or what TLS says to clear text: only silence does not. Immutable.
 */
record OwnServer(InetSocketAddress address) implements Liveness.Asked {
    private static final byte[] REQUEST =
            "GET /-/healthy HTTP/1.1\r\nHost: localhost\r\nUser-Agent: load-monitor\r\nConnection: close\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII);

    /** @param listening what it listens on; of a wildcard the loopback address of its family is asked */
    static OwnServer of(InetSocketAddress listening) {
        InetAddress address = listening.getAddress();
        if (!address.isAnyLocalAddress()) {
            return new OwnServer(listening);
        }
        try {
            byte[] loopback = address instanceof Inet6Address
                    ? new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}
                    : new byte[] {127, 0, 0, 1};
            return new OwnServer(new InetSocketAddress(InetAddress.getByAddress(loopback), listening.getPort()));
        } catch (UnknownHostException neverForAddresses) {
            throw new IllegalStateException(neverForAddresses);
        }
    }

    @Override
    public boolean answers(Duration patience) {
        int millis = (int) Math.max(1, Math.min(Integer.MAX_VALUE, patience.toMillis()));
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(millis);
            try {
                socket.connect(address, millis);
            } catch (IOException refused) {
                return false;
            }
            socket.getOutputStream().write(REQUEST);
            // The answer's first byte, or the end.
            socket.getInputStream().read();
            return true;
        } catch (SocketTimeoutException silence) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }
}
