package io.loadmonitor.app;

import io.loadmonitor.alert.LabelCondition;
import io.loadmonitor.alert.LabelMatcher;
import io.loadmonitor.alert.LabelPattern;
import io.loadmonitor.archive.CaptureLimits;
import io.loadmonitor.archive.Retention;
import io.loadmonitor.capture.ProcfsLimits;
import io.loadmonitor.desk.InstanceNames;
import io.loadmonitor.desk.Rule;
import io.loadmonitor.desk.Rules;
import io.loadmonitor.incident.DumpWindow;
import io.loadmonitor.incident.FollowUp;
import io.loadmonitor.incident.IncidentLife;
import io.loadmonitor.incident.Stall;
import io.loadmonitor.incident.Triggers;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * Reads the configuration file. It goes on after a problem, so that whoever mends the file sees all of them at once,
 * each as {@code file:line: setting: what is wrong}, with the value in quotes.
 */
final class ConfigFile {
    private static final long MAX_BYTES = 1 << 20;
    private static final int MAX_RULES = 1_000;
    private static final int MAX_MATCHERS = 100;
    private static final Duration LONGEST_AGE = Duration.ofDays(3_650);
    private static final Duration LONGEST_COOLDOWN = Duration.ofDays(1);

    /** As many as the module takes. */
    private static final int MOST_ACTIVE = 10_000_000;

    private static final String OFF = "off";

    private final String name;
    private final List<String> problems = new ArrayList<>();

    private ConfigFile(String name) {
        this.name = name;
    }

    /** @throws ConfigException with every problem of the file */
    static Config read(Path file) throws ConfigException {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new ConfigException(List.of(file + ": larger than " + MAX_BYTES + " bytes"));
            }
            return parse(Files.readString(file), file.toString());
        } catch (NoSuchFileException e) {
            throw new ConfigException(List.of(file + ": there is no such file"));
        } catch (CharacterCodingException e) {
            throw new ConfigException(List.of(file + ": is no UTF-8 text"));
        } catch (IOException e) {
            throw new ConfigException(List.of(file + ": cannot be read: " + e));
        }
    }

    /** @param name of the file, for complaints */
    static Config parse(String text, String name) throws ConfigException {
        ConfigFile reading = new ConfigFile(name);
        Config config;
        try {
            config = reading.config(YamlText.read(text));
        } catch (YamlText.Malformed e) {
            throw new ConfigException(List.of(name + ":" + e.line() + ": " + e.getMessage()));
        }
        if (!reading.problems.isEmpty()) {
            throw new ConfigException(reading.problems);
        }
        return config;
    }

    private Config config(Node root) {
        Config defaults = Config.defaults();
        Settings settings = settings("", root, Set.of("rules", "triggers", "incidents", "retention", "limits"));
        NodeTuple rules = settings.entries.get("rules");
        return new Config(
                rules == null ? defaults.rules() : rules(rules.getValueNode()),
                triggers(settings.below("triggers", Set.of("load", "active", "pressure", "cooldown"))),
                incidents(settings.below("incidents", Set.of("silent_after", "own_instance", "foreign"))),
                retention(settings.below(
                        "retention",
                        Set.of(
                                "max_dumps",
                                "max_age",
                                "max_incident_age",
                                "max_size",
                                "min_free_disk",
                                "free_disk_by_deleting"))),
                limits(settings.below(
                        "limits",
                        Set.of(
                                "waiting_captures",
                                "dumps",
                                "manual_dumps",
                                "manual_spacing",
                                "procfs_time",
                                "procfs_tasks",
                                "request_body"))));
    }

    private Triggers triggers(Settings settings) {
        Triggers usual = Triggers.DEFAULT;
        return new Triggers(
                settings.value("load", usual.load(), ConfigFile::load),
                settings.value("active", usual.active(), ConfigFile::active),
                pressure(settings),
                settings.duration("cooldown", usual.cooldown(), Duration.ofSeconds(1), LONGEST_COOLDOWN));
    }

    private static OptionalDouble load(String text) {
        if (text.equals(OFF)) {
            return OptionalDouble.empty();
        }
        if (!text.matches("[0-9]{1,6}(\\.[0-9]{1,2})?") || Double.parseDouble(text) == 0) {
            throw new IllegalArgumentException(
                    '"' + text + "\" is neither \"off\" nor a load from 0.01 to 999999.99, such as 4.00");
        }
        return OptionalDouble.of(Double.parseDouble(text));
    }

    private static OptionalInt active(String text) {
        if (text.equals(OFF)) {
            return OptionalInt.empty();
        }
        if (!text.matches("[0-9]{1,8}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > MOST_ACTIVE) {
            throw new IllegalArgumentException(
                    '"' + text + "\" is neither \"off\" nor a whole number from 1 to " + MOST_ACTIVE);
        }
        return OptionalInt.of(Integer.parseInt(text));
    }

    private Map<Stall, Integer> pressure(Settings triggers) {
        NodeTuple entry = triggers.entries.get("pressure");
        if (entry != null && entry.getValueNode() instanceof ScalarNode scalar) {
            String text = YamlText.text(scalar);
            if (!text.equals(OFF) && !text.isEmpty()) {
                complain(
                        YamlText.line(entry),
                        "triggers.pressure",
                        '"' + text + "\" is neither \"off\" nor settings such as {memory: 50%, io: 90%}");
            }
            return Map.of();
        }
        Settings settings = triggers.inside(
                "pressure", Arrays.stream(Stall.values()).map(Stall::resource).collect(Collectors.toSet()));
        Map<Stall, Integer> percents = new EnumMap<>(Stall.class);
        for (Stall stall : Stall.values()) {
            settings.value(stall.resource(), OptionalInt.empty(), ConfigFile::share)
                    .ifPresent(percent -> percents.put(stall, percent));
        }
        return percents;
    }

    private static OptionalInt share(String text) {
        if (text.equals(OFF)) {
            return OptionalInt.empty();
        }
        if (!text.matches("[0-9]{1,3}%") || percent(text) < 1 || percent(text) > 100) {
            throw new IllegalArgumentException('"' + text + "\" is neither \"off\" nor a share from 1% to 100%");
        }
        return OptionalInt.of(percent(text));
    }

    private static int percent(String text) {
        return Integer.parseInt(text.substring(0, text.length() - 1));
    }

    private Config.Incidents incidents(Settings settings) {
        return new Config.Incidents(
                new IncidentLife(settings.duration(
                        "silent_after", IncidentLife.DEFAULT.silentAfter(), Duration.ofHours(1), LONGEST_AGE)),
                new InstanceNames.Settings(
                        settings.value("own_instance", Optional.empty(), ConfigFile::ownInstance),
                        settings.value("foreign", false, text -> switch (text) {
                            case "keep" -> false;
                            case "refuse" -> true;
                            default ->
                                throw new IllegalArgumentException(
                                        '"' + text + "\" is neither \"keep\" nor \"refuse\"");
                        })));
    }

    private static Optional<LabelPattern> ownInstance(String text) {
        try {
            return Optional.of(new LabelPattern("instance", Pattern.compile(text)));
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException('"' + text + "\" is no regular expression: " + e.getDescription(), e);
        }
    }

    private FollowUp followUp(Settings rule) {
        FollowUp usual = FollowUp.DEFAULT;
        Settings settings = rule.inside("follow_up", Set.of("after", "growth", "most"));
        List<Duration> after = settings.durations("after", usual.after());
        double growth = settings.value("growth", usual.growth(), text -> {
            if (!text.matches("[0-9]{1,3}(\\.[0-9]{1,3})?")) {
                throw new IllegalArgumentException('"' + text + "\" is no number such as 1.5");
            }
            return Double.valueOf(text);
        });
        try {
            return new FollowUp(after, growth, settings.number("most", usual.most(), 0, 1000), usual.spacing());
        } catch (IllegalArgumentException e) {
            complain(settings.line(), settings.path, String.valueOf(e.getMessage()));
            return usual;
        }
    }

    /**
     * {@code off}, or so many within a time.
     *
     * @param most the key of the number
     */
    private Optional<DumpWindow> window(Settings settings, String key, String most, Optional<DumpWindow> usual) {
        NodeTuple entry = settings.entries.get(key);
        if (entry == null) {
            return usual;
        }
        if (entry.getValueNode() instanceof ScalarNode scalar) {
            String text = YamlText.text(scalar);
            if (!text.equals(OFF)) {
                complain(
                        YamlText.line(entry),
                        settings.path + "." + key,
                        '"' + text + "\" is neither \"off\" nor settings such as {" + most + ": 20, per: 1h}");
            }
            return Optional.empty();
        }
        Settings window = settings.inside(key, Set.of(most, "per"));
        if (!window.entries.containsKey(most) && entry.getValueNode() instanceof MappingNode) {
            complain(YamlText.line(entry), window.path, "the number is missing, as in {" + most + ": 20, per: 1h}");
        }
        return Optional.of(new DumpWindow(
                window.number(most, 1, 1, 10_000),
                window.duration("per", Duration.ofHours(1), Duration.ofSeconds(1), Duration.ofDays(1))));
    }

    private Retention retention(Settings settings) {
        Retention usual = Retention.DEFAULT;
        return new Retention(
                settings.number("max_dumps", usual.maxDumps(), 1, 10_000_000),
                settings.duration("max_age", usual.maxAge(), Duration.ofMinutes(1), LONGEST_AGE),
                settings.duration("max_incident_age", usual.maxIncidentAge(), Duration.ZERO, LONGEST_AGE),
                settings.size("max_size", usual.maxBytes(), 1 << 20, 1L << 50),
                settings.size("min_free_disk", usual.minFreeDiskBytes(), 0, 1L << 50),
                settings.value("free_disk_by_deleting", usual.freeDiskByDeleting(), text -> switch (text) {
                    case "true" -> true;
                    case "false" -> false;
                    default -> throw new IllegalArgumentException('"' + text + "\" is neither \"true\" nor \"false\"");
                }));
    }

    private Limits limits(Settings settings) {
        Limits usual = Limits.defaults();
        return new Limits(
                new CaptureLimits(
                        settings.number("waiting_captures", usual.captures().waiting(), 1, 100_000),
                        window(settings, "dumps", "most", usual.captures().dumps()),
                        window(
                                settings,
                                "manual_dumps",
                                "most",
                                usual.captures().manual()),
                        settings.duration(
                                "manual_spacing",
                                usual.captures().manualSpacing(),
                                Duration.ZERO,
                                Duration.ofHours(1))),
                new ProcfsLimits(
                        settings.duration(
                                "procfs_time", usual.procfs().time(), Duration.ofMillis(10), Duration.ofMinutes(1)),
                        settings.number("procfs_tasks", usual.procfs().maxTasks(), 1, 100_000)),
                (int) settings.size("request_body", usual.requestBodyBytes(), 1 << 10, 64 << 20));
    }

    private Rules rules(Node node) {
        List<Rule> rules = new ArrayList<>();
        Set<String> names = new LinkedHashSet<>();
        if (!(node instanceof SequenceNode list)) {
            complain(YamlText.line(node), "rules", YamlText.shown(node) + " stands where a list is expected");
            return Config.defaults().rules();
        }
        if (list.getValue().size() > MAX_RULES) {
            complain(
                    YamlText.line(node),
                    "rules",
                    "there are " + list.getValue().size() + " rules; " + MAX_RULES + " are allowed");
        }
        for (int i = 0; i < list.getValue().size(); i++) {
            String path = "rules[" + i + "]";
            int line = YamlText.line(list.getValue().get(i));
            Settings settings = settings(
                    path,
                    list.getValue().get(i),
                    Set.of("name", "matchers", "match", "match_re", "cooldown", "limit", "follow_up"));
            String ruleName = settings.text("name");
            if (ruleName.isEmpty()) {
                complain(line, path + ".name", "a rule needs a name");
            } else if (!ruleName.matches("[A-Za-z0-9_-]{1,64}")) {
                complain(
                        line,
                        path + ".name",
                        '"' + ruleName + "\" is no name: expected 1 to 64 letters, digits, '_', '-'");
            } else if (ruleName.equals("manual")) {
                complain(line, path + ".name", "\"manual\" is the name of the limit for dumps that a person asks for");
            } else if (!names.add(ruleName)) {
                complain(line, path + ".name", '"' + ruleName + "\" is the name of two rules");
            }
            List<LabelCondition> conditions = conditions(settings);
            if (conditions.isEmpty()) {
                complain(
                        line,
                        path,
                        "a rule needs a label in matchers, match or match_re, else it would match every alert");
            }
            Duration cooldown = settings.duration(
                    "cooldown", Rules.DEFAULT.list().get(0).cooldown(), Duration.ZERO, LONGEST_COOLDOWN);
            Optional<DumpWindow> limit = window(settings, "limit", "dumps", Optional.empty());
            FollowUp followUp = followUp(settings);
            if (problems.isEmpty()) {
                rules.add(new Rule(ruleName, conditions, cooldown, limit, followUp));
            }
        }
        return new Rules(rules);
    }

    private List<LabelCondition> conditions(Settings rule) {
        List<LabelCondition> conditions = new ArrayList<>(matchers(rule));
        Map<String, Pattern> patterns = new LinkedHashMap<>();
        patterns(rule, "match", patterns, Pattern::quote);
        patterns(rule, "match_re", patterns, Function.identity());
        patterns.forEach((label, pattern) -> conditions.add(new LabelPattern(label, pattern)));
        return conditions;
    }

    /** A list of texts, each with one matcher of Alertmanager or several. */
    private List<LabelMatcher> matchers(Settings rule) {
        NodeTuple entry = rule.entries.get("matchers");
        if (entry == null) {
            return List.of();
        }
        String path = rule.path + ".matchers";
        if (!(entry.getValueNode() instanceof SequenceNode list)) {
            complain(
                    YamlText.line(entry),
                    path,
                    YamlText.shown(entry.getValueNode())
                            + " stands where a list of matchers is expected, such as [alertname=~\"Load.*\"]");
            return List.of();
        }
        List<LabelMatcher> matchers = new ArrayList<>();
        for (Node node : list.getValue()) {
            if (!(node instanceof ScalarNode scalar)) {
                complain(
                        YamlText.line(node),
                        path,
                        YamlText.shown(node) + " stands where the text of a matcher is expected; one in braces is"
                                + " written in single quotes");
                continue;
            }
            try {
                List<LabelMatcher> read = LabelMatcher.parse(YamlText.text(scalar));
                if (read.isEmpty()) {
                    complain(YamlText.line(node), path, YamlText.shown(node) + " holds no matcher");
                }
                matchers.addAll(read);
            } catch (IllegalArgumentException e) {
                complain(YamlText.line(node), path, String.valueOf(e.getMessage()));
            }
        }
        if (matchers.size() > MAX_MATCHERS) {
            complain(
                    YamlText.line(entry),
                    path,
                    "there are " + matchers.size() + " matchers; " + MAX_MATCHERS + " are allowed");
        }
        return matchers;
    }

    private void patterns(Settings settings, String key, Map<String, Pattern> into, Function<String, String> toRegex) {
        NodeTuple entry = settings.entries.get(key);
        if (entry == null) {
            return;
        }
        String path = settings.path + "." + key;
        if (!(entry.getValueNode() instanceof MappingNode labels)) {
            complain(
                    YamlText.line(entry),
                    path,
                    YamlText.shown(entry.getValueNode()) + " stands where labels and their values are expected");
            return;
        }
        YamlText.entries(labels).forEach((label, value) -> {
            String labelPath = path + "." + label;
            if (!label.matches("[A-Za-z_][A-Za-z0-9_]*")) {
                complain(YamlText.line(value), labelPath, '"' + label + "\" is no label name");
            } else if (into.containsKey(label)) {
                complain(YamlText.line(value), labelPath, "the label stands in match and in match_re");
            } else if (value.getValueNode() instanceof ScalarNode scalar) {
                try {
                    into.put(label, Pattern.compile(toRegex.apply(YamlText.text(scalar))));
                } catch (PatternSyntaxException e) {
                    complain(
                            YamlText.line(value),
                            labelPath,
                            '"' + YamlText.text(scalar) + "\" is no regular expression: " + e.getDescription());
                }
            } else {
                complain(
                        YamlText.line(value),
                        labelPath,
                        YamlText.shown(value.getValueNode()) + " stands where text is expected");
            }
        });
    }

    private Settings settings(String path, Node node, Set<String> known) {
        if (node instanceof MappingNode mapping) {
            YamlText.entries(mapping).forEach((key, entry) -> {
                if (!known.contains(key)) {
                    complain(
                            YamlText.line(entry),
                            path.isEmpty() ? key : path + "." + key,
                            "unknown setting; there are "
                                    + String.join(", ", known.stream().sorted().toList()));
                }
            });
            return new Settings(path, YamlText.entries(mapping));
        }
        if (!(node instanceof ScalarNode scalar && YamlText.text(scalar).isEmpty())) {
            complain(
                    YamlText.line(node),
                    path.isEmpty() ? "file" : path,
                    YamlText.shown(node) + " stands where settings are expected");
        }
        return new Settings(path, Map.of());
    }

    private void complain(int line, String path, String problem) {
        problems.add(name + ":" + line + ": " + path + ": " + problem);
    }

    /** Settings below one key. A wrong value is complained about and read as the usual one. */
    private final class Settings {
        private final String path;
        private final Map<String, NodeTuple> entries;

        Settings(String path, Map<String, NodeTuple> entries) {
            this.path = path;
            this.entries = entries;
        }

        Settings below(String key, Set<String> known) {
            NodeTuple entry = entries.get(key);
            return entry == null ? new Settings(key, Map.of()) : settings(key, entry.getValueNode(), known);
        }

        /** The same with the whole path, of settings in a list. */
        Settings inside(String key, Set<String> known) {
            NodeTuple entry = entries.get(key);
            String inner = path + "." + key;
            return entry == null ? new Settings(inner, Map.of()) : settings(inner, entry.getValueNode(), known);
        }

        /** Where it begins; the file's first line where nothing is said. */
        int line() {
            return entries.values().stream().mapToInt(YamlText::line).min().orElse(1);
        }

        List<Duration> durations(String key, List<Duration> usual) {
            NodeTuple entry = entries.get(key);
            if (entry == null) {
                return usual;
            }
            if (!(entry.getValueNode() instanceof SequenceNode list)) {
                complain(
                        YamlText.line(entry),
                        path + "." + key,
                        YamlText.shown(entry.getValueNode()) + " stands where a list of times is expected");
                return usual;
            }
            List<Duration> durations = new ArrayList<>();
            for (Node node : list.getValue()) {
                try {
                    durations.add(DurationText.parse(
                            node instanceof ScalarNode scalar ? YamlText.text(scalar) : YamlText.shown(node)));
                } catch (IllegalArgumentException e) {
                    complain(YamlText.line(node), path + "." + key, String.valueOf(e.getMessage()));
                }
            }
            return durations;
        }

        String text(String key) {
            return value(key, "", Function.identity());
        }

        int number(String key, int usual, int least, int most) {
            return value(key, usual, text -> {
                if (!text.matches("-?[0-9]{1,10}") || Long.parseLong(text) < least || Long.parseLong(text) > most) {
                    throw new IllegalArgumentException(
                            '"' + text + "\" is no whole number from " + least + " to " + most);
                }
                return Integer.valueOf(text);
            });
        }

        Duration duration(String key, Duration usual, Duration least, Duration most) {
            return value(key, usual, text -> {
                Duration duration = DurationText.parse(text);
                if (duration.compareTo(least) < 0 || duration.compareTo(most) > 0) {
                    throw new IllegalArgumentException(
                            '"' + text + "\" is not between " + least.toSeconds() + "s and " + most.toSeconds() + "s");
                }
                return duration;
            });
        }

        long size(String key, long usual, long least, long most) {
            return value(key, usual, text -> {
                long bytes = SizeText.parse(text);
                if (bytes < least || bytes > most) {
                    throw new IllegalArgumentException(
                            '"' + text + "\" is not between " + least + " and " + most + " bytes");
                }
                return bytes;
            });
        }

        private <T> T value(String key, T usual, Function<String, T> parse) {
            NodeTuple entry = entries.get(key);
            if (entry == null) {
                return usual;
            }
            String where = path.isEmpty() ? key : path + "." + key;
            if (!(entry.getValueNode() instanceof ScalarNode scalar)) {
                complain(
                        YamlText.line(entry),
                        where,
                        YamlText.shown(entry.getValueNode()) + " stands where one value is expected");
                return usual;
            }
            try {
                return parse.apply(YamlText.text(scalar));
            } catch (IllegalArgumentException e) {
                complain(YamlText.line(entry), where, String.valueOf(e.getMessage()));
                return usual;
            }
        }
    }
}
