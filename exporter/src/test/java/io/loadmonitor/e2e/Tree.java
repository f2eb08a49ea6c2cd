package io.loadmonitor.e2e;

import java.nio.file.Path;

/** Where things stand in the source tree. */
final class Tree {
    private Tree() {}

    static Path root() {
        return Path.of(System.getProperty("load-monitor.root", ".."))
                .toAbsolutePath()
                .normalize();
    }

    static Path jar() {
        Path jar =
                Path.of(System.getProperty("load-monitor.jar", root() + "/exporter/target/load-monitor-exporter.jar"));
        if (!jar.toFile().isFile()) {
            throw new AssertionError("there is no " + jar + "; `mvn package` or `make jar` builds it");
        }
        return jar;
    }
}
