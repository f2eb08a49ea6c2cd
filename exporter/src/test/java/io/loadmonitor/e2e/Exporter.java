package io.loadmonitor.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/** An exporter that serves, on this host or in a virtual machine, seen through its API. */
record Exporter(URI address) {
    /** In a configuration file: the exporter takes no dump by itself. */
    static final String QUIET = "triggers: {load: off}\n";

    /** A second on a quiet machine; on one with thirty others at work for its CPUs more than half a minute. */
    private static final Duration START = Duration.ofMinutes(3);

    private static final Pattern LISTENING = Pattern.compile("127\\.0\\.0\\.1:([1-9][0-9]*)");

    /** The packaged jar on this host, on a port of its own choice. */
    static final class OnHost implements AutoCloseable {
        private final Server server;
        private final Exporter exporter;

        private OnHost(Server server, Exporter exporter) {
            this.server = server;
            this.exporter = exporter;
        }

        /**
         * Without a configuration of its own it takes no dump by itself: whatever else this host does must not add one
         * to those that a test counts.
         *
         * @param prefix a command that runs the exporter with other rights; empty for none
         * @param jar must be readable with those rights
         */
        static OnHost start(Path folder, List<String> prefix, Path jar, String... arguments) throws IOException {
            return begin(folder, prefix, jar, arguments).ready();
        }

        /** The same, at once: it may never listen. */
        static Server launch(Path folder, List<String> prefix, Path jar, String... arguments) throws IOException {
            Path options = Files.copy(Tree.root().resolve("exporter/jvm.options"), folder.resolve("jvm.options"));
            List<String> command = new ArrayList<>(prefix);
            command.addAll(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "@" + options,
                    "-Djava.io.tmpdir=" + folder,
                    "-jar",
                    jar.toString(),
                    "--web.listen-address=127.0.0.1:0"));
            if (List.of(arguments).stream().noneMatch(argument -> argument.startsWith("--archive.path"))) {
                command.add("--archive.path=" + folder.resolve("archive.db"));
            }
            if (List.of(arguments).stream().noneMatch(argument -> argument.startsWith("--config.file"))) {
                command.add("--config.file=" + Files.writeString(folder.resolve("quiet.yml"), QUIET));
            }
            command.addAll(List.of(arguments));
            return Server.start("exporter", folder, command);
        }

        /** The same, as soon as it listens. */
        static OnHost begin(Path folder, List<String> prefix, Path jar, String... arguments) throws IOException {
            Server server = launch(folder, prefix, jar, arguments);
            String port;
            try {
                port = server.await("says where it listens", START, () -> {
                    Matcher matcher = LISTENING.matcher(server.log());
                    return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
                });
            } catch (AssertionError | RuntimeException e) {
                server.close();
                throw e;
            }
            return new OnHost(server, new Exporter(URI.create("http://127.0.0.1:" + port)));
        }

        private OnHost ready() {
            try {
                server.await("ready", START, () -> Http.get(exporter.address.resolve("/-/ready")));
            } catch (AssertionError | RuntimeException e) {
                close();
                throw e;
            }
            return this;
        }

        Exporter exporter() {
            return exporter;
        }

        Server server() {
            return server;
        }

        @Override
        public void close() {
            server.close();
        }
    }

    /** host:port */
    String hostAndPort() {
        return address.getHost() + ":" + address.getPort();
    }

    JsonNode json(String path) {
        return Http.json(address.resolve(path))
                .orElseThrow(() -> new AssertionError("no JSON with status 200 at " + address.resolve(path)));
    }

    String text(String path) {
        return Http.get(address.resolve(path))
                .orElseThrow(() -> new AssertionError("no text with status 200 at " + address.resolve(path)));
    }

    /** For who asks again: empty while there is no answer, as on a machine that is too busy to give one in time. */
    Optional<JsonNode> find(String path) {
        return Http.json(address.resolve(path));
    }

    /** The newest incident of an alert, with its dumps. */
    Optional<JsonNode> incident(String alertName) {
        return incidentWith("alertName", alertName);
    }

    /** The newest incident that has this text in this field, with its dumps. */
    Optional<JsonNode> incidentWith(String field, String value) {
        return find("/api/v1/incidents")
                .flatMap(list -> StreamSupport.stream(list.path("items").spliterator(), false)
                        .filter(incident -> incident.path(field).asText().equals(value))
                        .findFirst())
                .flatMap(incident ->
                        find("/api/v1/incidents/" + incident.path("id").asLong()));
    }
}
