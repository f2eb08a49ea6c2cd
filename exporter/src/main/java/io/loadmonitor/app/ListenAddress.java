package io.loadmonitor.app;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where to listen, as Prometheus' programs take it: {@code :9817} (every address), {@code 127.0.0.1:9817},
 * {@code [::1]:9817}, {@code host:9817}. Port 0 takes any free port.
 *
 * @param host empty for every address; an IPv6 address without its brackets
 * @param port 0 to 65535
 */
record ListenAddress(String host, int port) {
    private static final Pattern FORM =
            Pattern.compile("(?:\\[(?<six>[0-9A-Fa-f:.]+(?:%[^]]+)?)]|(?<name>[^\\[\\]:\\s]*)):(?<port>[0-9]{1,5})");
    private static final int MAX_PORT = 65_535;

    ListenAddress {
        if (port < 0 || port > MAX_PORT) {
            throw new IllegalArgumentException("port is " + port + ", but must be 0 to " + MAX_PORT);
        }
    }

    /**
     * Reads a flag's value.
     *
     * @throws IllegalArgumentException with the value in quotes
     */
    static ListenAddress parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException(quoted(text)
                    + " is no listen address: expected \":9817\", \"127.0.0.1:9817\", \"[::1]:9817\" or \"host:9817\"");
        }
        int port = Integer.parseInt(form.group("port"));
        if (port > MAX_PORT) {
            throw new IllegalArgumentException(
                    quoted(text) + " is no listen address: port " + port + " is not between 0 and " + MAX_PORT);
        }
        String six = form.group("six");
        return new ListenAddress(six == null ? form.group("name") : six, port);
    }

    /**
     * Asks the name service for a name.
     *
     * @throws UnknownHostException when there is no such host
     */
    InetSocketAddress resolve() throws UnknownHostException {
        return host.isEmpty() ? new InetSocketAddress(port) : new InetSocketAddress(InetAddress.getByName(host), port);
    }

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    private static String quoted(String text) {
        return '"' + text + '"';
    }
}
