package io.loadmonitor.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.guard.Keys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real PostgreSQL that takes TLS alone, and one user by a certificate alone, as {@code docs/fleet.md} says. */
final class FleetTlsIT {
    /** A user is who his certificate says. */
    private static final String HOST = "tls_host";

    private static PostgresServer server;

    @TempDir
    static Path keys;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() throws Exception {
        Files.setPosixFilePermissions(keys, PosixFilePermissions.fromString("rwxr-xr-x"));
        Keys made = new Keys(keys);
        made.authority("authority");
        made.authority("stranger");
        made.issued("server", "authority", "rsa:2048", "IP:127.0.0.1");
        made.issued(HOST, "authority", "rsa:2048", "DNS:web-1");
        made.issued("pretender", "stranger", "rsa:2048", "DNS:web-1");
        for (String name : new String[] {HOST, "pretender"}) {
            made.openssl("pkcs8", "-topk8", "-nocrypt", "-outform", "DER", "-in", name + ".key", "-out", name + ".der");
        }
        made.openssl(
                "pkcs12",
                "-export",
                "-in",
                HOST + ".pem",
                "-inkey",
                HOST + ".key",
                "-out",
                HOST + ".p12",
                "-name",
                "user",
                "-passout",
                "pass:secret");
        Path rules = Files.writeString(keys.resolve("pg_hba.conf"), """
                hostssl all %s 127.0.0.1/32 cert
                hostssl all all 127.0.0.1/32 trust
                """.formatted(HOST));
        for (String file : new String[] {"server.pem", "server.key", "authority.pem", "pg_hba.conf"}) {
            PostgresServer.give(keys.resolve(file));
        }
        Files.setPosixFilePermissions(keys.resolve("server.key"), PosixFilePermissions.fromString("rw-------"));
        server = PostgresServer.start(
                "ssl=on",
                "ssl_cert_file=" + keys.resolve("server.pem"),
                "ssl_key_file=" + keys.resolve("server.key"),
                "ssl_ca_file=" + keys.resolve("authority.pem"),
                "hba_file=" + rules);
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    private static String store() throws FleetException {
        String database = server.database("fleet" + System.nanoTime());
        new FleetSchema().apply(server.address(database));
        new FleetUpkeep(FleetRetention.DEFAULT).run(server.address(database), false);
        server.user(HOST, FleetSchema.HOSTS);
        return database;
    }

    private static String url(String database, String authority, String more) {
        return server.url(database, HOST) + "&sslmode=verify-full&sslrootcert=" + keys.resolve(authority + ".pem")
                + more;
    }

    private static String certificate(String name) {
        return "&sslcert=" + keys.resolve(name + ".pem") + "&sslkey=" + keys.resolve(name + ".der");
    }

    private static FleetException refused(String url) {
        FleetAddress address = FleetAddress.of(url, Optional.empty());
        return assertThrows(FleetException.class, () -> address.connect().close());
    }

    @Test
    void shipsToAServerThatProvesItsNameByACertificateOfItsOwn() throws Exception {
        String database = store();
        FleetAddress address = FleetAddress.of(url(database, "authority", certificate(HOST)), Optional.empty());
        try (Connection connection = address.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT ssl || ' ' || client_dn FROM pg_stat_ssl WHERE pid = pg_backend_pid()")) {
            assertTrue(row.next());
            assertEquals("true /CN=" + HOST, row.getString(1));
        }
        try (FleetArchive host = FleetArchive.open(folder.resolve("a.db"), "web-1", address)) {
            host.fill(1, 3);
            host.ship();
            host.shipAll();
        }
        assertEquals("3", server.value(database, "SELECT count(*) FROM load_monitor.dump"));
    }

    @Test
    void takesTheCertificateAndItsKeyOutOfOneFile() throws Exception {
        String database = store();
        Path password = Files.writeString(folder.resolve("password"), "secret\n");
        FleetAddress address = FleetAddress.of(
                url(database, "authority", "&sslkey=" + keys.resolve(HOST + ".p12") + "&sslpassword=secret"),
                Optional.of(password));
        address.connect().close();
    }

    @Test
    void tellsNothingToAServerOfAnotherAuthority() throws Exception {
        FleetException refused = refused(url(store(), "stranger", certificate(HOST)));
        assertEquals(FleetException.Reason.TLS, refused.reason(), refused.getMessage());
    }

    @Test
    void tellsNothingToAServerOfAnotherName() throws Exception {
        String there = url(store(), "authority", certificate(HOST)).replace("//127.0.0.1:", "//localhost:");
        FleetException refused = refused(there);
        assertEquals(FleetException.Reason.TLS, refused.reason(), refused.getMessage());
        assertTrue(refused.getMessage().contains("localhost"), refused.getMessage());
    }

    @Test
    void whoHasNoCertificateOrOneOfAnotherAuthorityIsNotLetIn() throws Exception {
        String database = store();
        FleetException none = refused(url(database, "authority", ""));
        assertEquals(FleetException.Reason.TLS, none.reason(), none.getMessage());
        FleetException pretender = refused(url(database, "authority", certificate("pretender")));
        assertEquals(FleetException.Reason.TLS, pretender.reason(), pretender.getMessage());
    }

    @Test
    void aServerThatWantsTlsRefusesPlainText() throws Exception {
        FleetException refused = refused(server.url(store(), HOST) + "&sslmode=disable");
        assertEquals(FleetException.Reason.LOGIN, refused.reason(), refused.getMessage());
    }
}
