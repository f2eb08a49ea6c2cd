package io.loadmonitor.fleet;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Who ships.
 *
 * @param name as in the archive
 * @param machine the same for this machine whatever its name; empty where it has no id that is known here
 * @param url of the exporter's own pages, where it is known
 * @param release of the running kernel, where it is known
 * @param version of this program
 */
public record FleetHost(
        String name, Optional<UUID> machine, Optional<String> url, Optional<String> release, String version) {
    /** Of systemd: 32 hexadecimal digits, made once for an installation. A container mostly has none. */
    public static final Path MACHINE_ID = Path.of("/etc/machine-id");

    private static final Pattern FORM = Pattern.compile("[0-9a-f]{32}");

    /**
     * From the machine's id, of which it must not tell more than whether two are alike.
     *
     * @see <a href="https://www.freedesktop.org/software/systemd/man/latest/machine-id.html">machine-id</a>
     */
    public static Optional<UUID> machine(Path file) {
        try {
            String id = Files.readString(file, StandardCharsets.US_ASCII).strip();
            return FORM.matcher(id).matches() ? Optional.of(hashed("machine " + id)) : Optional.empty();
        } catch (IOException none) {
            return Optional.empty();
        }
    }

    static UUID hashed(String text) {
        try {
            ByteBuffer hash = ByteBuffer.wrap(MessageDigest.getInstance("SHA-256")
                    .digest(("load-monitor " + text).getBytes(StandardCharsets.UTF_8)));
            return new UUID(hash.getLong(), hash.getLong());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
