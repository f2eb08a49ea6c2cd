package io.loadmonitor.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Without a fleet the packaged exporter is as it was before there was one. */
final class FleetDriverIT {
    private static final Path JAR = Path.of(System.getProperty("load-monitor.jar"));

    @TempDir
    Path folder;

    @Test
    void thePostgresDriverIsNoServiceOfTheJar() throws Exception {
        try (ZipFile jar = new ZipFile(JAR.toFile())) {
            assertTrue(jar.getEntry("org/postgresql/Driver.class") != null, "the driver is not in " + JAR);
            String drivers = new String(jar.getInputStream(jar.getEntry("META-INF/services/java.sql.Driver"))
                    .readAllBytes());
            assertEquals("org.sqlite.JDBC", drivers.strip());
        }
    }

    @Test
    void anExporterWithoutAFleetLoadsNoDriverOfIt() throws Exception {
        Path classes = folder.resolve("classes.log");
        Server exporter = Server.start(
                "exporter",
                folder,
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xlog:class+load:file=" + classes,
                        "-jar",
                        JAR.toString(),
                        "--web.listen-address=127.0.0.1:0",
                        "--archive.path=" + folder.resolve("archive.db")));
        try (exporter) {
            exporter.await(
                    "is ready",
                    Duration.ofMinutes(3),
                    () -> Optional.of(exporter.log()).filter(log -> log.contains("load-monitor is ready")));
        }
        String loaded = Files.readString(classes);
        assertTrue(loaded.contains("org.sqlite.JDBC"), "the log of classes does not even have SQLite's driver");
        assertFalse(loaded.contains("org.postgresql."), "the PostgreSQL driver was loaded");
    }
}
