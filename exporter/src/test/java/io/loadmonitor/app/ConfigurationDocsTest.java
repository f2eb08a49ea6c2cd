package io.loadmonitor.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The tables of docs/configuration.md say what the code does. */
final class ConfigurationDocsTest {
    private static final Pattern FLAG_ROW = Pattern.compile("\\| `(--[a-z.-]+)(?:=([^`]+))?` \\| ([^|]*?) ?\\| .*");
    private static final Path DOCS = Path.of("docs/configuration.md");

    @Test
    void flagsAreThoseOfTheProgramWithTheirDefaults() throws Exception {
        Map<String, String> documented = new TreeMap<>();
        for (String line : Files.readAllLines(DOCS)) {
            Matcher row = FLAG_ROW.matcher(line.replace("\\|", "/"));
            if (row.matches()) {
                documented.put(
                        row.group(1),
                        Objects.requireNonNullElse(row.group(2), "") + " default "
                                + row.group(3).replace("`", "").replace("see below", ""));
            }
        }
        Map<String, String> actual = new TreeMap<>();
        CommandLine main = Main.commandLine();
        List<CommandLine> lines = new ArrayList<>(main.getSubcommands().values());
        lines.add(main);
        for (CommandLine line : lines) {
            for (OptionSpec option : line.getCommandSpec().options()) {
                String label =
                        option.arity().max() == 0 ? "" : option.paramLabel().replace('|', '/');
                if (line.getCommandName().equals("generate-completion") && option.usageHelp()) {
                    continue;
                }
                actual.put(
                        option.longestName(),
                        label + " default " + Objects.requireNonNullElse(option.defaultValue(), ""));
            }
        }
        assertEquals(String.join("\n", lines(actual)), String.join("\n", lines(documented)));
    }

    @Test
    void commandsAreThoseOfTheProgram() throws Exception {
        String docs = Files.readString(DOCS);
        for (String command : Main.commandLine().getSubcommands().keySet()) {
            assertTrue(docs.contains("\n| `" + command), command);
        }
    }

    @Test
    void settingsAreThoseOfTheExampleWithItsValues() throws Exception {
        Map<String, String> documented = new TreeMap<>();
        Pattern row = Pattern.compile("\\| `((?:retention|limits|incidents|triggers|rules\\[])\\.[a-z_.]+)`"
                + " \\| ((?:`[^`]+`(?:, )?)*) ?\\| .*");
        for (String line : Files.readAllLines(DOCS)) {
            Matcher setting = row.matcher(line);
            if (setting.matches()) {
                documented.put(setting.group(1), setting.group(2).replace("`", ""));
            }
        }
        Map<String, String> example = new TreeMap<>();
        MappingNode root = (MappingNode) YamlText.read(Files.readString(Path.of("config.example.yml")));
        YamlText.entries(root).forEach((section, entry) -> {
            boolean rules = section.equals("rules");
            Node node = rules ? ((SequenceNode) entry.getValueNode()).getValue().get(0) : entry.getValueNode();
            settings(section + (rules ? "[]." : "."), (MappingNode) node, example);
        });
        // An example of what has no default is a comment.
        example.put("incidents.own_instance", "");
        assertEquals(String.join("\n", lines(example)), String.join("\n", lines(documented)));
    }

    @Test
    void unitStartsTheLauncherAndTheDocsGiveItsJvmFlags() throws Exception {
        String unit = Files.readString(Path.of("systemd/load-monitor-exporter.service"));
        assertTrue(unit.contains("\nExecStart=/usr/bin/load-monitor-exporter $ARGS $SOURCE_ARGS $MORE_ARGS\n"), unit);
        String flags = Files.readString(Path.of("jvm.options")).strip().replace('\n', ' ');
        assertTrue(Files.readString(DOCS).contains("\n" + flags + "\n"));
    }

    private static void settings(String path, MappingNode node, Map<String, String> into) {
        YamlText.entries(node).forEach((key, entry) -> {
            Node value = entry.getValueNode();
            if (key.startsWith("match")) {
                into.put(path + key, "");
            } else if (value instanceof ScalarNode scalar) {
                into.put(path + key, key.equals("name") ? "" : YamlText.text(scalar));
            } else if (value instanceof SequenceNode list) {
                into.put(
                        path + key,
                        list.getValue().stream()
                                .map(item -> YamlText.text((ScalarNode) item))
                                .collect(Collectors.joining(", ")));
            } else {
                settings(path + key + ".", (MappingNode) value, into);
            }
        });
    }

    private static List<String> lines(Map<String, String> map) {
        return map.entrySet().stream()
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .toList();
    }
}
