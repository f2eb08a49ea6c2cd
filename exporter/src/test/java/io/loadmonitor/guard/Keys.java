package io.loadmonitor.guard;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Keys and certificates of a test, made by openssl in a folder, good for a day. */
public final class Keys {
    private final Path folder;

    public Keys(Path folder) {
        this.folder = folder;
    }

    /** An authority: {@code NAME.pem} and {@code NAME.key}. */
    public Path authority(String name) throws Exception {
        openssl(
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-days",
                "1",
                "-subj",
                "/CN=" + name,
                "-keyout",
                name + ".key",
                "-out",
                name + ".pem");
        return folder.resolve(name + ".pem");
    }

    /**
     * A certificate: {@code NAME.pem} and {@code NAME.key}.
     *
     * @param newKey such as {@code rsa:2048}
     * @param sans as openssl has them, such as {@code IP:127.0.0.1}
     */
    public Path issued(String name, String authority, String newKey, String sans) throws Exception {
        Path extensions = folder.resolve(name + ".ext");
        Files.writeString(extensions, "subjectAltName=" + sans + "\n");
        List<String> request = new ArrayList<>(List.of("req", "-newkey", newKey));
        if (newKey.equals("ec")) {
            request.addAll(List.of("-pkeyopt", "ec_paramgen_curve:P-256"));
        }
        request.addAll(List.of("-nodes", "-subj", "/CN=" + name, "-keyout", name + ".key", "-out", name + ".csr"));
        openssl(request.toArray(String[]::new));
        openssl(
                "x509",
                "-req",
                "-in",
                name + ".csr",
                "-CA",
                authority + ".pem",
                "-CAkey",
                authority + ".key",
                "-CAcreateserial",
                "-days",
                "1",
                "-extfile",
                name + ".ext",
                "-out",
                name + ".pem");
        return folder.resolve(name + ".pem");
    }

    public String text(String file) throws IOException {
        return Files.readString(folder.resolve(file));
    }

    public void openssl(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments));
        Path log = folder.resolve("openssl.log");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new AssertionError(command + "\n" + Files.readString(log));
        }
    }
}
