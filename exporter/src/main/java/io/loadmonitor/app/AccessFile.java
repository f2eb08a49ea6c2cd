package io.loadmonitor.app;

import io.loadmonitor.guard.AccessRules;
import io.loadmonitor.guard.Grant;
import io.loadmonitor.guard.Network;
import io.loadmonitor.guard.Role;
import io.loadmonitor.guard.Token;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * Reads a file of who may do what, with the files of tokens that it names. It goes on after a problem, so that all are
 * told at once, each as {@code file:line: setting: what is wrong}. Nothing of a token is quoted.
 */
final class AccessFile {
    private static final long MAX_BYTES = 1 << 20;
    private static final int MAX_GRANTS = 1_000;
    private static final int MAX_TOKENS = 16;
    private static final int MAX_NETWORKS = 1_000;
    private static final String ANYBODY = "anybody";
    private static final String ROLES =
            Arrays.stream(Role.values()).map(Role::word).collect(Collectors.joining(", "));

    private final Path file;
    private final List<String> problems = new ArrayList<>();

    /** The file and those that it names. */
    private final Set<Path> files = new LinkedHashSet<>();

    private final Map<Path, Optional<Grant.Tokens>> tokens = new HashMap<>();

    AccessFile(Path file) {
        this.file = file;
        files.add(file);
    }

    /** The file and, once it was read, those that it names: what to look at for a change. */
    Set<Path> files() {
        return Set.copyOf(files);
    }

    /** @throws ConfigException with every problem of the file and those that it names */
    AccessRules read() throws ConfigException {
        List<Grant> grants = List.of();
        Optional<String> text = text(file, problem -> problems.add(file + ": " + problem));
        if (text.isPresent()) {
            try {
                grants = grants(YamlText.read(text.get()));
            } catch (YamlText.Malformed e) {
                problems.add(file + ":" + e.line() + ": " + e.getMessage());
            }
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return new AccessRules(grants);
    }

    private List<Grant> grants(Node root) {
        List<Grant> grants = new ArrayList<>();
        Map<String, NodeTuple> entries = mapping("file", root, Set.of("access"));
        NodeTuple access = entries.get("access");
        if (access == null) {
            problems.add(file + ": access is missing: nobody could do anything");
            return grants;
        }
        List<Node> items = items("access", access.getValueNode());
        if (items.isEmpty() || items.size() > MAX_GRANTS) {
            complain(YamlText.line(access), "access", "must have 1 to " + MAX_GRANTS + " entries");
            return grants;
        }
        for (int i = 0; i < items.size(); i++) {
            String path = "access[" + i + "]";
            Node item = items.get(i);
            Map<String, NodeTuple> keys = mapping(path, item, Set.of("who", "may"));
            Grant.Who who = keys.containsKey("who") ? who(path + ".who", keys.get("who")) : null;
            Set<Role> roles = keys.containsKey("may") ? roles(path + ".may", keys.get("may")) : Set.of();
            for (String needed : List.of("who", "may")) {
                if (!keys.containsKey(needed)) {
                    complain(YamlText.line(item), path, needed + " is missing");
                }
            }
            if (who != null && !roles.isEmpty()) {
                grants.add(new Grant(file + ":" + YamlText.line(item), who, roles));
            }
        }
        return grants;
    }

    /** Null where it is not what it should be, which has been told: then it must not be taken for anybody. */
    private Grant.@Nullable Who who(String path, NodeTuple entry) {
        Node value = entry.getValueNode();
        int line = YamlText.line(entry);
        if (value instanceof ScalarNode scalar) {
            if (YamlText.text(scalar).equals(ANYBODY)) {
                return Grant.Who.ANYBODY;
            }
            complain(
                    line,
                    path,
                    YamlText.shown(value) + " is not \"" + ANYBODY
                            + "\"; others are {user: ...}, {token_file: ...}, {certificate: ...}, {network: ...}");
            return null;
        }
        int before = problems.size();
        Map<String, NodeTuple> keys = mapping(path, value, Set.of("user", "token_file", "certificate", "network"));
        Optional<String> user = text(path, keys, "user");
        Optional<String> certificate = text(path, keys, "certificate");
        Optional<Grant.Tokens> token =
                text(path, keys, "token_file").flatMap(name -> tokens(path + ".token_file", line, name));
        List<Network> networks = networks(path, keys);
        if (keys.containsKey("user") && keys.containsKey("token_file")) {
            complain(line, path, "a request has a password or a token, never both; give each an entry of its own");
        }
        if (keys.isEmpty() && problems.size() == before) {
            complain(line, path, "is empty; for everybody write \"" + ANYBODY + "\"");
        }
        return problems.size() == before ? new Grant.Who(user, token, certificate, networks) : null;
    }

    private List<Network> networks(String path, Map<String, NodeTuple> keys) {
        NodeTuple entry = keys.get("network");
        List<Network> networks = new ArrayList<>();
        if (entry == null) {
            return networks;
        }
        List<Node> items = entry.getValueNode() instanceof ScalarNode
                ? List.of(entry.getValueNode())
                : items(path, entry.getValueNode());
        if (items.isEmpty() || items.size() > MAX_NETWORKS) {
            complain(YamlText.line(entry), path + ".network", "must have 1 to " + MAX_NETWORKS + " networks");
            return networks;
        }
        for (Node item : items) {
            String text = item instanceof ScalarNode scalar ? YamlText.text(scalar) : YamlText.shown(item);
            try {
                networks.add(Network.of(text));
            } catch (IllegalArgumentException e) {
                complain(YamlText.line(item), path + ".network", String.valueOf(e.getMessage()));
            }
        }
        return networks;
    }

    private Set<Role> roles(String path, NodeTuple entry) {
        Set<Role> roles = EnumSet.noneOf(Role.class);
        List<Node> items = items(path, entry.getValueNode());
        for (Node item : items) {
            Optional<Role> role = item instanceof ScalarNode scalar ? Role.of(YamlText.text(scalar)) : Optional.empty();
            if (role.isEmpty()) {
                complain(YamlText.line(item), path, YamlText.shown(item) + " is no role; there are " + ROLES);
            }
            role.ifPresent(roles::add);
        }
        if (items.isEmpty()) {
            complain(YamlText.line(entry), path, "a list of roles is expected; there are " + ROLES);
        }
        return roles;
    }

    /** A file that is named twice is read once. */
    private Optional<Grant.Tokens> tokens(String path, int line, String name) {
        Path named = file.resolveSibling(name);
        files.add(named);
        Optional<Grant.Tokens> known = tokens.get(named);
        if (known == null) {
            known = text(named, problem -> complain(line, path, named + ": " + problem))
                    .flatMap(text -> tokens(path, line, named, text));
            tokens.put(named, known);
        } else if (known.isEmpty()) {
            complain(line, path, named + ": cannot be used, as said above");
        }
        return known;
    }

    private Optional<Grant.Tokens> tokens(String path, int line, Path named, String text) {
        List<Token> list = new ArrayList<>();
        int before = problems.size();
        int number = 0;
        for (String one : text.lines().toList()) {
            number++;
            if (one.isBlank() || one.startsWith("#")) {
                continue;
            }
            try {
                list.add(Token.of(one.strip()));
            } catch (IllegalArgumentException e) {
                complain(line, path, named + ":" + number + ": what stands there " + e.getMessage());
            }
        }
        if (list.size() > MAX_TOKENS || list.isEmpty() && problems.size() == before) {
            complain(line, path, named + ": must have 1 to " + MAX_TOKENS + " tokens, one a line");
        }
        return problems.size() == before ? Optional.of(new Grant.Tokens(named.toString(), list)) : Optional.empty();
    }

    private Map<String, NodeTuple> mapping(String path, Node node, Set<String> known) {
        if (!(node instanceof MappingNode mapping)) {
            complain(YamlText.line(node), path, "settings are expected here: " + sorted(known));
            return Map.of();
        }
        Map<String, NodeTuple> entries = YamlText.entries(mapping);
        entries.forEach((key, entry) -> {
            if (!known.contains(key)) {
                complain(
                        YamlText.line(entry),
                        path.equals("file") ? key : path + "." + key,
                        "unknown setting; there are " + sorted(known));
            }
        });
        return entries;
    }

    private List<Node> items(String path, Node node) {
        if (node instanceof SequenceNode list) {
            return list.getValue();
        }
        complain(YamlText.line(node), path, "a list is expected");
        return List.of();
    }

    private Optional<String> text(String path, Map<String, NodeTuple> keys, String key) {
        NodeTuple entry = keys.get(key);
        if (entry == null) {
            return Optional.empty();
        }
        String text = entry.getValueNode() instanceof ScalarNode scalar ? YamlText.text(scalar) : "";
        if (text.isEmpty()) {
            complain(YamlText.line(entry), path + "." + key, "one value is expected");
            return Optional.empty();
        }
        return Optional.of(text);
    }

    private static Optional<String> text(Path read, Consumer<String> complaint) {
        try {
            if (Files.size(read) > MAX_BYTES) {
                complaint.accept("larger than " + MAX_BYTES + " bytes");
                return Optional.empty();
            }
            return Optional.of(Files.readString(read));
        } catch (NoSuchFileException e) {
            complaint.accept("there is no such file");
        } catch (AccessDeniedException e) {
            complaint.accept("cannot be read");
        } catch (CharacterCodingException e) {
            complaint.accept("is no UTF-8 text");
        } catch (IOException e) {
            complaint.accept("cannot be read: " + e);
        }
        return Optional.empty();
    }

    private void complain(int line, String path, String problem) {
        problems.add(file + ":" + line + ": " + path + ": " + problem);
    }

    private static String sorted(Set<String> words) {
        return String.join(", ", words.stream().sorted().toList());
    }
}
