package io.loadmonitor.app;

import java.util.Optional;
import picocli.CommandLine.IVersionProvider;

/** The version of the jar that runs, from its manifest. */
final class Version implements IVersionProvider {
    /** {@code unpackaged} when the classes run outside of their jar. */
    static String text() {
        return Optional.ofNullable(Version.class.getPackage().getImplementationVersion())
                .orElse("unpackaged");
    }

    @Override
    public String[] getVersion() {
        return new String[] {"load-monitor-exporter, version " + text() + " (java " + Runtime.version() + ")"};
    }
}
