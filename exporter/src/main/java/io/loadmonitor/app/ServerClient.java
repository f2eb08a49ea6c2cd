package io.loadmonitor.app;

import io.loadmonitor.guard.ServerTrust;
import io.loadmonitor.json.JsonReader;
import io.loadmonitor.json.JsonValue;
import io.loadmonitor.json.MalformedJsonException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;

/**
 * Asks an exporter that runs, as any other client of its API. It follows no redirect, so that a password goes to the
 * address that was given and to no other. Safe for use by several threads.
 */
final class ServerClient {
    /** A server that is under load itself has its time; an incident of many dumps takes seconds to put together. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** The largest answer, an incident of 50 dumps, is some hundred kB. */
    private static final int MAX_BYTES = 32 << 20;

    private static final int MAX_FAULT_BYTES = 64 << 10;

    private final URI url;
    private final Optional<String> authorization;
    private final Optional<ServerTrust> trust;
    private final JsonReader reader;

    /** @param authorization value of that header */
    ServerClient(URI url, Optional<String> authorization, Optional<ServerTrust> trust, JsonReader reader) {
        this.url = url;
        this.authorization = authorization;
        this.trust = trust;
        this.reader = reader;
    }

    /**
     * The body of the answer.
     *
     * @param path with its query, encoded
     * @throws ServerException that says in one sentence why there is none
     */
    byte[] get(String path) throws ServerException {
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) URI.create(url + path).toURL().openConnection();
            connection.setInstanceFollowRedirects(false);
            connection.setConnectTimeout((int) PATIENCE.toMillis());
            connection.setReadTimeout((int) PATIENCE.toMillis());
            connection.setRequestProperty("User-Agent", "load-monitor/" + Version.text());
            connection.setRequestProperty("Accept", "application/json");
            authorization.ifPresent(value -> connection.setRequestProperty("Authorization", value));
            trust.ifPresent(trusted -> trusted.applyTo(connection));
            try {
                int status = connection.getResponseCode();
                if (status != HttpURLConnection.HTTP_OK) {
                    throw new ServerException(refusal(status, connection));
                }
                try (InputStream body = connection.getInputStream()) {
                    byte[] bytes = body.readNBytes(MAX_BYTES + 1);
                    if (bytes.length > MAX_BYTES) {
                        throw new ServerException(
                                "the answer of " + url + path + " is larger than " + (MAX_BYTES >> 20) + " MiB");
                    }
                    return bytes;
                }
            } finally {
                connection.disconnect();
            }
        } catch (IOException e) {
            throw new ServerException(words(e), e);
        }
    }

    /** The same as a value. */
    JsonValue json(String path) throws ServerException {
        try {
            return reader.read(get(path));
        } catch (MalformedJsonException e) {
            throw new ServerException(
                    url + " is no exporter of load-monitor: its answer is no JSON (" + e.getMessage() + ')', e);
        }
    }

    private String words(IOException fault) {
        if (fault instanceof ConnectException) {
            return "no exporter answers at " + url + "; --url names another address";
        }
        if (fault instanceof UnknownHostException) {
            return "there is no host \"" + url.getHost() + '"';
        }
        if (fault instanceof SocketTimeoutException) {
            return url + " did not answer within " + PATIENCE.toSeconds() + " s";
        }
        if (ServerTrust.lacks(fault)) {
            return url + " cannot be trusted: " + fault.getMessage()
                    + "; --ca-file names the certificates that it is to be checked by";
        }
        return url + " does not answer as a web server does: " + fault.getMessage();
    }

    /** What the server says itself, if it is one of ours. */
    private String refusal(int status, HttpURLConnection connection) throws IOException {
        String said = "";
        try (InputStream body = connection.getErrorStream()) {
            if (body != null) {
                JsonFields answer = new JsonFields(reader.read(body.readNBytes(MAX_FAULT_BYTES)));
                said = answer.object("error").text("message");
            }
        } catch (MalformedJsonException ofSomebodyElse) {
            said = "";
        }
        if (!said.isEmpty()) {
            return PlainLine.of(said.endsWith(".") ? said.substring(0, said.length() - 1) : said);
        }
        return switch (status) {
            case HttpURLConnection.HTTP_UNAUTHORIZED -> url + " wants a password or a token";
            case HttpURLConnection.HTTP_NOT_FOUND ->
                url + " has nothing there: it is no exporter of load-monitor, or an" + " older one";
            default -> url + " answered with status " + status;
        };
    }
}
