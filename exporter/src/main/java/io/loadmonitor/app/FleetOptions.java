package io.loadmonitor.app;

import io.loadmonitor.fleet.FleetAddress;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** Where the fleet's store is. */
final class FleetOptions {
    @Option(
            names = "--fleet.url",
            showDefaultValue = CommandLine.Help.Visibility.NEVER,
            paramLabel = "URL",
            description = "A PostgreSQL for many hosts: jdbc:postgresql://HOST:PORT/DATABASE?user=NAME, with what TLS"
                    + " needs (sslrootcert, sslcert, sslkey). The server must prove its name (sslmode=verify-full), but"
                    + " on loopback.")
    @Nullable
    String url;

    @Option(
            names = "--fleet.password-file",
            showDefaultValue = CommandLine.Help.Visibility.NEVER,
            paramLabel = "FILE",
            description = "Holds the password for it; read at each connection.")
    @Nullable
    Path passwordFile;

    /** Empty when none is given. */
    Optional<FleetAddress> address() throws StartException {
        if (url == null) {
            if (passwordFile != null) {
                throw new StartException("--fleet.password-file is given without --fleet.url");
            }
            return Optional.empty();
        }
        try {
            return Optional.of(FleetAddress.of(url, Optional.ofNullable(passwordFile)));
        } catch (IllegalArgumentException e) {
            throw new StartException("--fleet.url: " + e.getMessage(), e);
        }
    }

    FleetAddress needed() throws StartException {
        Optional<FleetAddress> address = address();
        if (address.isEmpty()) {
            throw new StartException("--fleet.url is missing: jdbc:postgresql://HOST:PORT/DATABASE?user=NAME");
        }
        return address.get();
    }
}
