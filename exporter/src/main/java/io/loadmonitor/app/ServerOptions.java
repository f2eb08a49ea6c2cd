package io.loadmonitor.app;

import io.loadmonitor.guard.ServerTrust;
import io.loadmonitor.json.JsonReader;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Flags of the commands that ask an exporter which runs, here or on another host. */
final class ServerOptions {
    /** A token is some 50 characters, a password rarely more. */
    private static final int MAX_SECRET_BYTES = 4096;

    @Option(
            names = "--url",
            paramLabel = "URL",
            defaultValue = "http://127.0.0.1:9817",
            description = "Where the exporter answers, with the path of a reverse proxy if there is one.",
            converter = ServerUrl.class)
    URI url = URI.create("http://127.0.0.1:9817");

    @Option(
            names = "--username",
            paramLabel = "NAME",
            description = "Who asks, with --password-file.",
            showDefaultValue = CommandLine.Help.Visibility.NEVER)
    @Nullable
    String username;

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description = "File whose first line is the password.",
            showDefaultValue = CommandLine.Help.Visibility.NEVER)
    @Nullable
    Path passwordFile;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "File whose first line is a token of --web.access.file.",
            showDefaultValue = CommandLine.Help.Visibility.NEVER)
    @Nullable
    Path tokenFile;

    @Option(
            names = "--ca-file",
            paramLabel = "FILE",
            description = "Certificates (PEM) that the exporter's own is checked by, in place of Java's list.",
            showDefaultValue = CommandLine.Help.Visibility.NEVER)
    @Nullable
    Path caFile;

    @Option(
            names = "--json",
            description = "Write the exporter's own answer, as JSON.",
            showDefaultValue = CommandLine.Help.Visibility.NEVER)
    boolean json;

    /** @throws ServerException when flags or files do not fit together; its message is a sentence for people */
    ServerClient client() throws ServerException {
        return new ServerClient(url, authorization(), trust(), new JsonReader());
    }

    private Optional<String> authorization() throws ServerException {
        if (tokenFile != null) {
            if (username != null || passwordFile != null) {
                throw new ServerException("--token-file stands for a user and a password; give one of the two");
            }
            return Optional.of("Bearer " + secret(tokenFile));
        }
        if (username == null && passwordFile == null) {
            return Optional.empty();
        }
        if (username == null || passwordFile == null) {
            throw new ServerException("--username and --password-file go together");
        }
        byte[] pair = (username + ':' + secret(passwordFile)).getBytes(StandardCharsets.UTF_8);
        return Optional.of("Basic " + Base64.getEncoder().encodeToString(pair));
    }

    private Optional<ServerTrust> trust() throws ServerException {
        if (caFile == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(ServerTrust.of(caFile));
        } catch (IOException e) {
            throw new ServerException("cannot read " + caFile + ": " + FileFault.words(e), e);
        } catch (CertificateException e) {
            throw new ServerException(caFile + " holds no certificates in PEM: " + e.getMessage(), e);
        }
    }

    /** The first line, without what stands around it. */
    private static String secret(Path file) throws ServerException {
        try {
            if (Files.size(file) > MAX_SECRET_BYTES) {
                throw new ServerException(file + " holds more than " + MAX_SECRET_BYTES + " bytes: that is no secret");
            }
            String secret =
                    Files.readString(file).lines().findFirst().orElse("").strip();
            if (secret.isEmpty()) {
                throw new ServerException("the first line of " + file + " is empty");
            }
            return secret;
        } catch (IOException e) {
            throw new ServerException("cannot read " + file + ": " + FileFault.words(e), e);
        }
    }

    /** {@code http://host:port}, {@code https://host/path/}. */
    static final class ServerUrl implements ITypeConverter<URI> {
        @Override
        public URI convert(String text) {
            try {
                URI url = new URI(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
                if (("http".equals(url.getScheme()) || "https".equals(url.getScheme()))
                        && url.getHost() != null
                        && url.getUserInfo() == null
                        && url.getQuery() == null
                        && url.getFragment() == null) {
                    return url;
                }
            } catch (URISyntaxException e) {
                // Said below.
            }
            throw new TypeConversionException(
                    '"' + text + "\" is no address such as http://127.0.0.1:9817 or https://host/path");
        }
    }
}
