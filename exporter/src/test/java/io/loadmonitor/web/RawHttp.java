package io.loadmonitor.web;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/** Requests that a decent client would not send. */
final class RawHttp {
    private RawHttp() {}

    /**
     * Sends text with line feeds as CRLF and returns what comes until the server closes the connection or is silent.
     */
    static String exchange(int port, String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(2_000);
            socket.getOutputStream().write(request.replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            StringBuilder answer = new StringBuilder();
            byte[] chunk = new byte[8192];
            try {
                for (int n = socket.getInputStream().read(chunk);
                        n >= 0;
                        n = socket.getInputStream().read(chunk)) {
                    answer.append(new String(chunk, 0, n, StandardCharsets.ISO_8859_1));
                }
            } catch (SocketTimeoutException e) {
                // Kept open: what has come is the answer.
            }
            return answer.toString();
        }
    }
}
