package io.loadmonitor.fleet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** A real PostgreSQL in a folder of its own, on a port of loopback, as a user that is not root. */
public final class PostgresServer implements AutoCloseable {
    public static final String ADMIN = "admin";

    private static final long START_SECONDS = 120;

    private final Path programs;
    private final Path folder;
    private final int port;
    private final List<String> settings;
    private Process process;

    private PostgresServer(Path programs, Path folder, int port, List<String> settings) {
        this.programs = programs;
        this.folder = folder;
        this.port = port;
        this.settings = settings;
        this.process = launch();
    }

    /** @param settings as after -c: {@code work_mem=4MB} */
    public static PostgresServer start(String... settings) {
        try {
            Path folder = Files.createTempDirectory("postgres-test");
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            give(folder);
            Path programs = reachable(programs(), folder);
            run(asNobody(List.of(
                    programs.resolve("initdb").toString(),
                    "--no-locale",
                    "--encoding=UTF8",
                    "--auth=trust",
                    "--no-sync",
                    "--username=" + ADMIN,
                    "--pgdata=" + folder.resolve("data"))));
            PostgresServer server = new PostgresServer(programs, folder, freePort(), List.of(settings));
            try {
                server.awaitReady();
            } catch (AssertionError | RuntimeException e) {
                server.close();
                throw e;
            }
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path programs() {
        Optional<Path> found = Stream.concat(
                        Stream.of(System.getenv("PATH").split(":")).map(Path::of),
                        Stream.of(Path.of("/usr/lib/postgresql/15/bin")))
                .filter(folder -> Files.isExecutable(folder.resolve("initdb")))
                .findFirst();
        need(found.isPresent(), "PostgreSQL 15 (initdb) is not on PATH; `make check` unpacks it");
        return found.orElseThrow();
    }

    /** Unpacked in the home of root they are for root alone: then they are copied, with what they find beside them. */
    private static Path reachable(Path programs, Path folder) throws IOException {
        Path real = programs.resolve("initdb").toRealPath();
        if (!root() || !real.startsWith("/root")) {
            return programs;
        }
        // .../usr/lib/postgresql/15/bin/initdb
        Path usr = real.getParent().getParent().getParent().getParent().getParent();
        Path copy = folder.resolve("programs");
        Files.createDirectories(copy.resolve("lib"));
        Files.createDirectories(copy.resolve("share"));
        run(List.of(
                "cp",
                "-r",
                usr.resolve("lib/postgresql").toString(),
                copy.resolve("lib").toString()));
        run(List.of(
                "cp",
                "-r",
                usr.resolve("share/postgresql").toString(),
                copy.resolve("share").toString()));
        return copy.resolve(usr.relativize(real.getParent()));
    }

    /** Another server that is unpacked beside PostgreSQL's, in a folder where everybody may run it. */
    Path beside(String name) throws IOException {
        Optional<Path> found = Stream.of(System.getenv("PATH").split(":"))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
        need(found.isPresent(), name + " is not on PATH; `make check` unpacks it");
        Path copy = folder.resolve(name);
        run(List.of("cp", "-L", found.orElseThrow().toString(), copy.toString()));
        return copy;
    }

    static void need(boolean condition, String otherwise) {
        if (condition) {
            return;
        }
        if (System.getenv("CI") != null || System.getenv("LOAD_MONITOR_REQUIRE_ALL") != null) {
            throw new AssertionError(otherwise);
        }
        Assumptions.abort(otherwise);
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static boolean root() {
        return System.getProperty("user.name").equals("root");
    }

    /** To the user that the server runs as. */
    static void give(Path path) throws IOException {
        if (root()) {
            run(List.of("chown", "nobody:nogroup", path.toString()));
        }
    }

    static List<String> asNobody(List<String> command) {
        if (!root()) {
            return command;
        }
        List<String> all = new ArrayList<>(
                List.of("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--pdeathsig=KILL"));
        all.addAll(command);
        return all;
    }

    static void run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command)
                .directory(new java.io.File("/"))
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes());
        try {
            if (process.waitFor() != 0) {
                throw new AssertionError(
                        String.join(" ", command) + " ended with " + process.exitValue() + ":\n" + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private Process launch() {
        List<String> command = new ArrayList<>(List.of(
                programs.resolve("postgres").toString(),
                "-D",
                folder.resolve("data").toString(),
                "-p",
                Integer.toString(port),
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "unix_socket_directories=" + folder,
                "-c",
                "shared_buffers=128MB",
                "-c",
                "max_wal_size=1GB"));
        settings.forEach(setting -> {
            command.add("-c");
            command.add(setting);
        });
        try {
            return new ProcessBuilder(asNobody(command))
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            Path.of(folder + ".log").toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitReady() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (true) {
            try (Connection connection = address("postgres").connect()) {
                FleetSchema.number(connection, "SELECT 1");
                return;
            } catch (FleetException | SQLException e) {
                if (!process.isAlive() || System.nanoTime() > deadline) {
                    throw new AssertionError("PostgreSQL does not answer: " + e.getMessage() + "\n" + log());
                }
                pause();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    public String log() {
        try {
            return Files.readString(Path.of(folder + ".log"));
        } catch (IOException e) {
            return "(no log: " + e + ")";
        }
    }

    public int port() {
        return port;
    }

    public Path folder() {
        return folder;
    }

    /** An empty database, owned by the administrator, without the roles of another store's. */
    public String database(String name) {
        try (Connection connection = address("postgres").connect()) {
            FleetSchema.execute(connection, "CREATE DATABASE " + name);
        } catch (FleetException | SQLException e) {
            throw new AssertionError(e);
        }
        return name;
    }

    /** The user with this name is made where there is none, as a member of a role. */
    public void user(String name, String role) {
        try (Connection connection = address("postgres").connect()) {
            if (FleetSchema.number(connection, "SELECT count(*) FROM pg_roles WHERE rolname = '" + name + "'") == 0) {
                FleetSchema.execute(connection, "CREATE ROLE " + name + " LOGIN IN ROLE " + role);
            }
        } catch (FleetException | SQLException e) {
            throw new AssertionError(e);
        }
    }

    public String url(String database, String user) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database + "?user=" + user;
    }

    public FleetAddress address(String database) {
        return address(database, ADMIN);
    }

    public FleetAddress address(String database, String user) {
        return FleetAddress.of(url(database, user), Optional.empty());
    }

    /** The one value that a statement gives, as text. */
    public String value(String database, String sql) {
        try (Connection connection = address(database).connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? String.valueOf(rows.getString(1)) : "no row";
        } catch (FleetException | SQLException e) {
            throw new AssertionError(sql, e);
        }
    }

    /** However long it takes. */
    public void execute(String database, String sql) {
        FleetAddress patient = FleetAddress.of(url(database, ADMIN) + "&socketTimeout=0", Optional.empty());
        try (Connection connection = patient.connect()) {
            FleetSchema.execute(connection, sql);
        } catch (FleetException | SQLException e) {
            throw new AssertionError(sql, e);
        }
    }

    /** Ends as kill -9 of all its processes does: nothing is written any more. */
    public void kill() {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** After {@link #kill}. */
    public void startAgain() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (true) {
            process = launch();
            try {
                awaitReady();
                return;
            } catch (AssertionError e) {
                // The memory of the killed one may be in use for a moment.
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                kill();
                pause();
            }
        }
    }

    @Override
    public void close() {
        // SIGINT, fast shutdown, would be better than SIGTERM, which waits for clients; Java has neither.
        kill();
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> {
                try {
                    Files.delete(file);
                } catch (IOException e) {
                    // A folder in /tmp that stays is no failure of a test.
                    file.toFile().deleteOnExit();
                }
            });
            Files.deleteIfExists(Path.of(folder + ".log"));
        } catch (IOException | UncheckedIOException e) {
            folder.toFile().deleteOnExit();
        }
    }
}
