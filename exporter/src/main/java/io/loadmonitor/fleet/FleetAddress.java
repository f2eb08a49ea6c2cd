package io.loadmonitor.fleet;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the store is and how to get in. Without {@code sslmode} in the address the server must prove its name by a
 * certificate ({@code verify-full}), but on loopback. Immutable.
 *
 * @see <a href="https://jdbc.postgresql.org/documentation/use/">the driver's addresses</a>
 */
public final class FleetAddress {
    private static final String PREFIX = "jdbc:postgresql:";

    /** {@code jdbc:postgresql://a.example:5432,b.example/fleet?sslmode=verify-full} */
    private static final Pattern FORM = Pattern.compile("jdbc:postgresql://([^/?]*)/([^?]*)(?:[?](.*))?");

    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    private static final int MOST_PASSWORD_BYTES = 4096;

    private static final String CONNECT_SECONDS = "10";

    /** An answer that takes longer does not come: the connection is closed, and the server undoes what it began. */
    private static final String ANSWER_SECONDS = "60";

    private final String url;
    private final String shown;
    private final boolean loopback;
    private final Optional<Path> passwordFile;

    private FleetAddress(String url, String shown, boolean loopback, Optional<Path> passwordFile) {
        this.url = url;
        this.shown = shown;
        this.loopback = loopback;
        this.passwordFile = passwordFile;
    }

    /**
     * @param url as the driver takes it, with the name of a database; {@code user} and what TLS needs in its query
     * @param passwordFile read at each connection, so that it may be replaced
     * @throws IllegalArgumentException with what is wrong with it
     */
    public static FleetAddress of(String url, Optional<Path> passwordFile) {
        Matcher matcher = FORM.matcher(url);
        if (!matcher.matches() || matcher.group(1).isEmpty() || matcher.group(2).isEmpty()) {
            throw new IllegalArgumentException("\"" + withoutQuery(url) + "\" is no address of a store; expected "
                    + PREFIX + "//HOST:PORT/DATABASE?user=NAME");
        }
        String query = matcher.group(3) == null ? "" : matcher.group(3);
        if (Arrays.stream(query.split("&")).anyMatch(one -> one.startsWith("password="))) {
            throw new IllegalArgumentException("a password in the address is shown to everybody who lists processes:"
                    + " write it into a file and name that with --fleet.password-file");
        }
        boolean loopback = Arrays.stream(matcher.group(1).split(","))
                .map(server -> server.replaceFirst(":[0-9]+$", ""))
                .allMatch(LOOPBACK::contains);
        return new FleetAddress(url, withoutQuery(url), loopback, passwordFile);
    }

    private static String withoutQuery(String url) {
        int query = url.indexOf('?');
        return query < 0 ? url : url.substring(0, query);
    }

    /** A new connection, each statement a transaction of its own. */
    Connection connect() throws FleetException {
        Properties properties = new Properties();
        properties.setProperty("ApplicationName", "load-monitor");
        properties.setProperty("connectTimeout", CONNECT_SECONDS);
        properties.setProperty("loginTimeout", CONNECT_SECONDS);
        properties.setProperty("socketTimeout", ANSWER_SECONDS);
        properties.setProperty("tcpKeepAlive", "true");
        // A prepared statement is a state of the session, which a pooler gives to somebody else.
        properties.setProperty("prepareThreshold", "0");
        properties.setProperty("preparedStatementCacheQueries", "0");
        properties.setProperty("sslmode", loopback ? "prefer" : "verify-full");
        if (passwordFile.isPresent()) {
            properties.setProperty("password", password(passwordFile.get()));
        }
        try {
            // What the address says holds before this. Not by DriverManager: nobody else loads this driver.
            Connection connection = new org.postgresql.Driver().connect(url, properties);
            if (connection == null) {
                throw new FleetException(FleetException.Reason.OTHER, "the driver does not take " + shown);
            }
            return connection;
        } catch (SQLException e) {
            throw FleetException.of("connect to " + shown, e);
        }
    }

    private static String password(Path file) throws FleetException {
        try {
            if (Files.size(file) > MOST_PASSWORD_BYTES) {
                throw new IOException(
                        "it has " + Files.size(file) + " bytes; a password has " + MOST_PASSWORD_BYTES + " at most");
            }
            return Files.readString(file, StandardCharsets.UTF_8).stripTrailing();
        } catch (IOException e) {
            throw new FleetException(
                    FleetException.Reason.LOGIN, "cannot read the password file " + file + ": " + e.getMessage(), e);
        }
    }

    /** Without what stands in the query. */
    @Override
    public String toString() {
        return shown;
    }
}
