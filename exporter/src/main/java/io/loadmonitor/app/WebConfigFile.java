package io.loadmonitor.app;

import io.loadmonitor.guard.ClientCertificates;
import io.loadmonitor.guard.GuardSettings;
import io.loadmonitor.guard.Passwords;
import io.loadmonitor.guard.Pem;
import io.loadmonitor.guard.PemException;
import io.loadmonitor.guard.RateLimit;
import io.loadmonitor.guard.TlsSettings;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * Reads a web configuration file, the form of which is that of Prometheus' exporter-toolkit 0.17. It goes on after a
 * problem, so that all are told at once, each as {@code file:line: setting: what is wrong}. Nothing that may be a
 * secret is quoted.
 */
final class WebConfigFile {
    private static final long MAX_BYTES = 1 << 20;
    private static final int MAX_USERS = 1_000;
    private static final int MAX_HEADER = 4_096;
    private static final List<String> VERSIONS = List.of("TLS12", "TLS13");
    private static final List<String> PROTOCOLS = List.of("TLSv1.2", "TLSv1.3");

    private static final Set<String> HEADERS = Set.of(
            "Content-Security-Policy",
            "X-Frame-Options",
            "X-Content-Type-Options",
            "X-XSS-Protection",
            "Strict-Transport-Security");

    /** Of those headers that have one of a few values, in small letters. */
    private static final Map<String, List<String>> VALUES =
            Map.of("X-Frame-Options", List.of("deny", "sameorigin"), "X-Content-Type-Options", List.of("nosniff"));

    private final Path file;
    private final List<String> problems = new ArrayList<>();

    /** The file and those that it names. */
    private final Set<Path> files = new LinkedHashSet<>();

    private boolean http2Wanted;

    WebConfigFile(Path file) {
        this.file = file;
        files.add(file);
    }

    /** The file and, once it was read, those that it names: what to look at for a change. */
    Set<Path> files() {
        return Set.copyOf(files);
    }

    /** Whether the file says {@code http2: true}, which is not spoken here. */
    boolean http2Wanted() {
        return http2Wanted;
    }

    /** @throws ConfigException with every problem of the file and those that it names */
    GuardSettings read() throws ConfigException {
        GuardSettings settings = GuardSettings.NONE;
        String text = text(file, problem -> problems.add(file + ": " + problem));
        if (text != null) {
            try {
                settings = settings(YamlText.read(text));
            } catch (YamlText.Malformed e) {
                problems.add(file + ":" + e.line() + ": " + e.getMessage());
            }
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return settings;
    }

    private GuardSettings settings(Node root) {
        Section all =
                section("", root, Set.of("tls_server_config", "http_server_config", "basic_auth_users", "rate_limit"));
        Section http = all.below("http_server_config", Set.of("http2", "headers"));
        http2Wanted = http.flag("http2").orElse(false);
        return new GuardSettings(
                all.has("tls_server_config") ? tls(all) : Optional.empty(),
                users(all),
                headers(http.below("headers", HEADERS)),
                rate(all));
    }

    private Map<String, String> users(Section all) {
        Map<String, String> users = new LinkedHashMap<>();
        all.below("basic_auth_users", null).entries.forEach((name, entry) -> {
            String hash = entry.getValueNode() instanceof ScalarNode scalar ? YamlText.text(scalar) : "";
            // The name, too, is not quoted where it is none: it may be a password that stands in the wrong place.
            if (name.isEmpty() || name.chars().anyMatch(c -> c == ':' || c < ' ' || c == 0x7f)) {
                complain(
                        YamlText.line(entry),
                        "basic_auth_users",
                        "a name must not be empty, nor have a colon or a control character");
                return;
            }
            try {
                Passwords.cost(hash);
                users.put(name, hash);
            } catch (IllegalArgumentException e) {
                complain(
                        YamlText.line(entry),
                        "basic_auth_users." + name,
                        "what stands there " + e.getMessage()
                                + "; make one with: htpasswd -nBC 10 \"\" | tr -d ':\\n'");
            }
        });
        if (users.size() > MAX_USERS) {
            complain(all.line("basic_auth_users"), "basic_auth_users", "more than " + MAX_USERS + " users");
        }
        return users;
    }

    private Map<String, String> headers(Section section) {
        Map<String, String> headers = new LinkedHashMap<>();
        for (String name : section.entries.keySet()) {
            String value = section.text(name).orElse("");
            List<String> values = VALUES.get(name);
            if (!HEADERS.contains(name) || value.isEmpty()) {
                continue;
            }
            if (value.length() > MAX_HEADER || value.chars().anyMatch(c -> c < ' ' || c > '~')) {
                section.complain(name, "must be printable ASCII of at most " + MAX_HEADER + " characters");
            } else if (values != null && !values.contains(value.toLowerCase(Locale.ROOT))) {
                section.complain(name, '"' + value + "\" is not one of " + String.join(", ", values));
            } else {
                headers.put(name, value);
            }
        }
        return headers;
    }

    private Optional<RateLimit> rate(Section all) {
        Section rate = all.below("rate_limit", Set.of("interval", "burst"));
        Duration interval = Duration.ZERO;
        try {
            interval = DurationText.parse(rate.text("interval").orElse("0"));
        } catch (IllegalArgumentException e) {
            rate.complain("interval", String.valueOf(e.getMessage()));
        }
        String burst = rate.text("burst").orElse("");
        if (rate.has("burst") && !burst.matches("[0-9]{1,6}")) {
            rate.complain("burst", '"' + burst + "\" is no whole number from 0 to 999999");
            return Optional.empty();
        }
        if (interval.isZero()) {
            return Optional.empty();
        }
        if (burst.isEmpty() || Integer.parseInt(burst) == 0) {
            rate.complain(rate.has("burst") ? "burst" : "interval", "a burst of 0 would let no request in");
            return Optional.empty();
        }
        return Optional.of(new RateLimit(interval, Integer.parseInt(burst)));
    }

    private Optional<TlsSettings> tls(Section all) {
        Section tls = all.below(
                "tls_server_config",
                Set.of(
                        "cert",
                        "key",
                        "client_ca",
                        "cert_file",
                        "key_file",
                        "client_auth_type",
                        "client_ca_file",
                        "client_allowed_sans",
                        "min_version",
                        "max_version",
                        "cipher_suites",
                        "prefer_server_cipher_suites",
                        "curve_preferences"));
        if (tls.has("curve_preferences")) {
            tls.complain("curve_preferences", "is not supported: Java 17 chooses the curves itself; remove the line");
        }
        Optional<PemText> certificate = tls.pem("cert");
        Optional<PemText> key = tls.pem("key");
        int line = all.line("tls_server_config");
        if (certificate.isEmpty() && !tls.has("cert") && !tls.has("cert_file")) {
            complain(line, "tls_server_config", "cert_file (or cert) is missing");
        }
        if (key.isEmpty() && !tls.has("key") && !tls.has("key_file")) {
            complain(line, "tls_server_config", "key_file (or key) is missing");
        }
        Optional<TlsSettings.Identity> identity = certificate
                .flatMap(tls::certificates)
                .flatMap(chain -> key.flatMap(one -> tls.privateKey(one, chain.get(0)))
                        .map(one -> new TlsSettings.Identity(chain, one)));
        TlsSettings.Clients clients = clients(tls);
        TlsSettings.Form form = form(tls);
        try {
            return problems.isEmpty() && identity.isPresent()
                    ? Optional.of(new TlsSettings(identity.get(), clients, form))
                    : Optional.empty();
        } catch (PemException e) {
            complain(key.map(PemText::line).orElse(line), "tls_server_config", String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private TlsSettings.Clients clients(Section tls) {
        String word = tls.text("client_auth_type").orElse("");
        Optional<ClientCertificates> known =
                word.isEmpty() ? Optional.of(ClientCertificates.NONE) : ClientCertificates.of(word);
        if (known.isEmpty()) {
            tls.complain(
                    "client_auth_type",
                    '"' + word + "\" is not one of "
                            + String.join(
                                    ", ",
                                    List.of(ClientCertificates.values()).stream()
                                            .map(ClientCertificates::word)
                                            .toList()));
            return TlsSettings.Clients.NOT_ASKED;
        }
        ClientCertificates asked = known.get();
        boolean given = tls.has("client_ca") || tls.has("client_ca_file");
        List<X509Certificate> authorities =
                tls.pem("client_ca").flatMap(tls::certificates).orElse(List.of());
        if (given && !asked.asked()) {
            tls.complain(
                    tls.has("client_ca") ? "client_ca" : "client_ca_file",
                    "without client_auth_type: RequireAndVerifyClientCert no client is asked for a certificate");
        }
        if (asked.verified() && !given) {
            tls.complain("client_auth_type", word + " needs client_ca_file (or client_ca)");
        }
        List<String> sans = tls.list("client_allowed_sans");
        if (!sans.isEmpty() && !asked.needed()) {
            tls.complain(
                    "client_allowed_sans",
                    "needs client_auth_type RequireAndVerifyClientCert or RequireAnyClientCert: a client without a"
                            + " certificate has no name");
        }
        return new TlsSettings.Clients(asked, authorities, new LinkedHashSet<>(sans));
    }

    private TlsSettings.Form form(Section tls) {
        int first = version(tls, "min_version", 0);
        int last = version(tls, "max_version", VERSIONS.size() - 1);
        if (first > last) {
            tls.complain("min_version", "is above max_version");
            return TlsSettings.Form.DEFAULT;
        }
        List<String> suites = tls.list("cipher_suites");
        for (String suite : suites) {
            if (!TlsSettings.knowsSuite(suite)) {
                tls.complain(
                        "cipher_suites",
                        '"' + suite + "\" is no cipher suite of TLS 1.2 that this Java has (those of TLS 1.3 cannot be"
                                + " chosen)");
            }
        }
        return new TlsSettings.Form(
                PROTOCOLS.subList(first, last + 1),
                suites,
                tls.flag("prefer_server_cipher_suites").orElse(true));
    }

    private static int version(Section tls, String key, int usual) {
        String word = tls.text(key).orElse("");
        if (word.isEmpty()) {
            return usual;
        }
        if (!VERSIONS.contains(word)) {
            tls.complain(key, '"' + word + "\" is neither TLS12 nor TLS13; older ones are not spoken");
            return usual;
        }
        return VERSIONS.indexOf(word);
    }

    private @Nullable String text(Path read, Consumer<String> complaint) {
        try {
            if (Files.size(read) > MAX_BYTES) {
                complaint.accept("larger than " + MAX_BYTES + " bytes");
                return null;
            }
            return Files.readString(read);
        } catch (NoSuchFileException e) {
            complaint.accept("there is no such file");
        } catch (AccessDeniedException e) {
            complaint.accept("cannot be read");
        } catch (CharacterCodingException e) {
            complaint.accept("is no UTF-8 text");
        } catch (IOException e) {
            complaint.accept("cannot be read: " + e);
        }
        return null;
    }

    private Section section(String path, Node node, @Nullable Set<String> known) {
        if (node instanceof MappingNode mapping) {
            Map<String, NodeTuple> entries = YamlText.entries(mapping);
            entries.forEach((key, entry) -> {
                if (known != null && !known.contains(key)) {
                    complain(
                            YamlText.line(entry),
                            path.isEmpty() ? key : path + "." + key,
                            "unknown setting; there are "
                                    + String.join(", ", known.stream().sorted().toList()));
                }
            });
            return new Section(path, entries);
        }
        if (!(node instanceof ScalarNode scalar && YamlText.text(scalar).isEmpty())) {
            complain(YamlText.line(node), path.isEmpty() ? "file" : path, "settings are expected here");
        }
        return new Section(path, Map.of());
    }

    private void complain(int line, String path, String problem) {
        problems.add(file + ":" + line + ": " + path + ": " + problem);
    }

    /**
     * A text in PEM.
     *
     * @param key of the setting that has it, or names its file
     * @param name of its file, for complaints
     */
    private record PemText(String text, String key, String name, int line) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** Settings below one key. */
    private final class Section {
        private final String path;
        private final Map<String, NodeTuple> entries;

        Section(String path, Map<String, NodeTuple> entries) {
            this.path = path;
            this.entries = entries;
        }

        boolean has(String key) {
            return entries.containsKey(key);
        }

        int line(String key) {
            NodeTuple entry = entries.get(key);
            return entry == null ? 1 : YamlText.line(entry);
        }

        void complain(String key, String problem) {
            WebConfigFile.this.complain(line(key), path.isEmpty() ? key : path + "." + key, problem);
        }

        Section below(String key, @Nullable Set<String> known) {
            NodeTuple entry = entries.get(key);
            String inner = path.isEmpty() ? key : path + "." + key;
            return entry == null ? new Section(inner, Map.of()) : section(inner, entry.getValueNode(), known);
        }

        Optional<String> text(String key) {
            NodeTuple entry = entries.get(key);
            if (entry == null) {
                return Optional.empty();
            }
            if (entry.getValueNode() instanceof ScalarNode scalar) {
                return Optional.of(YamlText.text(scalar));
            }
            complain(key, "one value is expected");
            return Optional.empty();
        }

        Optional<Boolean> flag(String key) {
            Optional<String> text = text(key);
            if (text.isPresent() && !Set.of("true", "false", "").contains(text.get())) {
                complain(key, '"' + text.get() + "\" is neither \"true\" nor \"false\"");
            }
            return text.filter(word -> !word.isEmpty()).map("true"::equals);
        }

        List<String> list(String key) {
            NodeTuple entry = entries.get(key);
            List<String> texts = new ArrayList<>();
            if (entry == null
                    || entry.getValueNode() instanceof ScalarNode scalar
                            && YamlText.text(scalar).isEmpty()) {
                return texts;
            }
            if (!(entry.getValueNode() instanceof SequenceNode list)) {
                complain(key, "a list is expected");
                return texts;
            }
            for (Node item : list.getValue()) {
                if (item instanceof ScalarNode scalar) {
                    texts.add(YamlText.text(scalar));
                } else {
                    complain(key, "a list of texts is expected");
                }
            }
            return texts;
        }

        /** What stands in the file, or in the one that {@code key_file} names, beside it where it says no more. */
        Optional<PemText> pem(String key) {
            String fileKey = key + "_file";
            String inline = text(key).orElse("");
            String named = text(fileKey).orElse("");
            if (!inline.isEmpty() && !named.isEmpty()) {
                complain(key, "stands beside " + fileKey + "; one of them is enough");
                return Optional.empty();
            }
            if (!inline.isEmpty()) {
                return Optional.of(new PemText(inline, key, "FILE", line(key)));
            }
            if (named.isEmpty()) {
                if (has(key) || has(fileKey)) {
                    complain(has(key) ? key : fileKey, "is empty");
                }
                return Optional.empty();
            }
            Path pem = file.resolveSibling(named);
            files.add(pem);
            return Optional.ofNullable(WebConfigFile.this.text(pem, problem -> complain(fileKey, pem + ": " + problem)))
                    .map(text -> new PemText(text, fileKey, pem.toString(), line(fileKey)));
        }

        Optional<List<X509Certificate>> certificates(PemText pem) {
            try {
                return Optional.of(Pem.certificates(pem.text));
            } catch (PemException e) {
                complain(pem, e);
                return Optional.empty();
            }
        }

        Optional<PrivateKey> privateKey(PemText pem, X509Certificate certificate) {
            try {
                return Optional.of(Pem.privateKey(pem.text, pem.name, certificate.getPublicKey()));
            } catch (PemException e) {
                complain(pem, e);
                return Optional.empty();
            }
        }

        private void complain(PemText pem, PemException e) {
            complain(pem.key, (pem.key.endsWith("_file") ? pem.name + ": " : "") + e.getMessage());
        }
    }
}
