package io.loadmonitor.app;

import io.loadmonitor.metrics.Build;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** Which jar runs: its version from its manifest, its commit from a file that the build fills in. */
final class Version implements IVersionProvider {
    private static final String UNKNOWN = "unknown";
    private static final Build BUILD = read();

    /** {@code unpackaged} when the classes run outside of their jar. */
    static String text() {
        return BUILD.version();
    }

    static Build build() {
        return BUILD;
    }

    private static Build read() {
        String version = Optional.ofNullable(Version.class.getPackage().getImplementationVersion())
                .orElse("unpackaged");
        Properties properties = new Properties();
        try (InputStream file = Version.class.getResourceAsStream("build.properties")) {
            if (file != null) {
                properties.load(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("build.properties of the jar cannot be read", e);
        }
        return new Build(version, property(properties, "revision"), property(properties, "revision.date"));
    }

    private static String property(Properties properties, String name) {
        String value = properties.getProperty(name, "").strip();
        return value.isEmpty() ? UNKNOWN : value;
    }

    @Override
    public String[] getVersion() {
        return new String[] {
            Main.name() + ", version " + text() + " (java " + Runtime.version() + ")",
            "revision " + BUILD.revision() + " of " + BUILD.revisionDate()
        };
    }
}
