package io.loadmonitor.app;

import java.io.StringReader;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.reader.ReaderException;

/**
 * YAML as nodes that know their lines (from 1), so that a complaint about one can name the place. Of values nothing but
 * their text is used: no object is made of any tag. Stateless.
 */
final class YamlText {
    private static final int MAX_NESTING = 20;

    private YamlText() {}

    /**
     * Reads a whole file. An empty file is an empty mapping. Every mapping of the answer has keys that are text, each
     * once, and nothing in it is there twice by an alias, but for single values.
     *
     * @throws Malformed when it is no YAML, is more than one document, has a key twice or is nested too deeply
     */
    static Node read(String text) throws Malformed {
        LoaderOptions bounds = new LoaderOptions();
        // More than is taken here, for the sake of a complaint with its line, and far less than a stack can hold.
        bounds.setNestingDepthLimit(50);
        bounds.setMaxAliasesForCollections(50);
        try {
            Iterator<Node> documents =
                    new Yaml(bounds).composeAll(new StringReader(text)).iterator();
            if (!documents.hasNext()) {
                return new MappingNode(Tag.MAP, List.of(), FlowStyle.BLOCK);
            }
            Node root = documents.next();
            if (documents.hasNext()) {
                throw new Malformed(line(documents.next()), "a second document begins here");
            }
            check(root, line(root), 0, Collections.newSetFromMap(new IdentityHashMap<>()));
            return root;
        } catch (MarkedYAMLException e) {
            int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
            throw new Malformed(line, "no YAML: " + (e.getProblem() == null ? e.getContext() : e.getProblem()));
        } catch (ReaderException e) {
            String before = text.substring(0, Math.min(text.length(), e.getPosition()));
            throw new Malformed((int) before.chars().filter(c -> c == '\n').count() + 1, "no YAML: " + e.getMessage());
        } catch (YAMLException | IllegalArgumentException e) {
            // The second for some tags, such as "!%A": snakeyaml 2.5 makes a tag of them before it looks at it.
            throw new Malformed(1, "no YAML: " + e.getMessage());
        }
    }

    private static void check(Node node, int line, int depth, Set<Node> seen) throws Malformed {
        if (depth > MAX_NESTING) {
            throw new Malformed(line, "nested more than " + MAX_NESTING + " deep");
        }
        if (!(node instanceof ScalarNode) && !seen.add(node)) {
            throw new Malformed(line, "an alias stands for " + shown(node) + ", which has to be written out");
        }
        if (node instanceof SequenceNode list) {
            for (Node item : list.getValue()) {
                check(item, line(item), depth + 1, seen);
            }
        } else if (node instanceof MappingNode mapping) {
            Map<String, NodeTuple> entries = new LinkedHashMap<>();
            for (NodeTuple entry : mapping.getValue()) {
                if (!(entry.getKeyNode() instanceof ScalarNode key)) {
                    throw new Malformed(line(entry), shown(entry.getKeyNode()) + " stands where a name is expected");
                }
                if (entries.put(text(key), entry) != null) {
                    throw new Malformed(line(entry), "\"" + text(key) + "\" stands twice");
                }
                check(entry.getValueNode(), line(entry), depth + 1, seen);
            }
        }
    }

    static int line(Node node) {
        return node.getStartMark().getLine() + 1;
    }

    /** Of the key. */
    static int line(NodeTuple entry) {
        return line(entry.getKeyNode());
    }

    /** As it is written; {@code null}, {@code ~} and nothing are empty text. */
    static String text(ScalarNode value) {
        return value.getTag().equals(Tag.NULL) ? "" : value.getValue();
    }

    /** In the order of the file. */
    static Map<String, NodeTuple> entries(MappingNode mapping) {
        Map<String, NodeTuple> entries = new LinkedHashMap<>();
        for (NodeTuple entry : mapping.getValue()) {
            entries.put(text((ScalarNode) entry.getKeyNode()), entry);
        }
        return entries;
    }

    /** For complaints: the value as written, or what kind of thing stands there. */
    static String shown(Node node) {
        if (node instanceof ScalarNode value) {
            return '"' + text(value) + '"';
        }
        return node instanceof SequenceNode ? "a list" : "a mapping";
    }

    /** The text is no YAML that can be used. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        private final int line;

        Malformed(int line, String message) {
            super(message);
            this.line = line;
        }

        int line() {
            return line;
        }
    }
}
