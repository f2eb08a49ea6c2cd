package io.loadmonitor.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.alert.Alert;
import io.loadmonitor.archive.CaptureLimits;
import io.loadmonitor.desk.Rule;
import io.loadmonitor.incident.DumpWindow;
import io.loadmonitor.incident.FollowUp;
import io.loadmonitor.incident.Stall;
import io.loadmonitor.incident.Triggers;
import io.loadmonitor.log.Log;
import io.loadmonitor.log.LogFormat;
import io.loadmonitor.log.LogLevel;
import io.loadmonitor.metrics.ConfigReload;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ConfigFileTest {
    private static final String OWN_CAUSE = """
            cause vendor-card
              title waiting for the vendor's card
              explanation The card has not answered.
              check Its lamp, and the driver's log.
              frames 70 kernel_clone
            """;

    @Test
    void exampleIsTheDefaults() throws Exception {
        Config example = ConfigFile.read(Path.of("config.example.yml"));
        Config defaults = Config.defaults();
        assertEquals(defaults.retention(), example.retention());
        assertEquals(defaults.limits(), example.limits());
        assertEquals(defaults.triggers(), example.triggers());
        // Patterns have no equals.
        assertEquals(defaults.rules().toString(), example.rules().toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# nothing\n", "---\n", "rules:\nretention:\nlimits:\n"})
    void whatIsLeftOutIsAsInTheDefaults(String text) throws Exception {
        if (text.startsWith("rules")) {
            ConfigException e = assertThrows(ConfigException.class, () -> ConfigFile.parse(text, "c.yml"));
            assertEquals("c.yml:1: rules: \"\" stands where a list is expected", e.getMessage());
        } else {
            assertEquals(
                    Config.defaults().toString(),
                    ConfigFile.parse(text, "c.yml").toString());
        }
    }

    @Test
    void readsEverySetting() throws Exception {
        Config config = ConfigFile.parse("""
                rules:
                  - name: disks
                    match: {severity: "a+b", team: ops}
                    match_re: {alertname: 'Disk.*'}
                    matchers: ['{zone=~"a.*", dc!=b}', "\\"my label\\"!~\\"x\\"", host=c]
                    cooldown: 1m30s
                  - name: rest
                    match_re: {alertname: '.+'}
                retention: {max_dumps: 5, max_age: 2d, max_size: 10MB, min_free_disk: 0}
                limits: {waiting_captures: 7, manual_spacing: 250ms, procfs_time: 3s, procfs_tasks: 9, request_body: \
                2MB}
                """, "c.yml");
        Rule disks = config.rules().list().get(0);
        assertEquals("disks", disks.name());
        assertEquals(Duration.ofSeconds(90), disks.cooldown());
        assertEquals("rest", config.rules().list().get(1).name());
        assertEquals(Duration.ofSeconds(30), config.rules().list().get(1).cooldown());
        Map<String, String> labels =
                Map.of("severity", "a+b", "team", "ops", "alertname", "DiskFull", "zone", "a1", "host", "c");
        assertTrue(holds(disks, labels));
        assertFalse(holds(disks, with(labels, "severity", "aab")), "match is text, not a regular expression");
        assertFalse(holds(disks, with(labels, "alertname", "MyDisk")));
        assertFalse(holds(disks, with(labels, "zone", "ba")));
        assertFalse(holds(disks, with(labels, "dc", "b")));
        assertFalse(holds(disks, with(labels, "my label", "x")));
        assertFalse(holds(disks, with(labels, "host", "d")));
        assertEquals(5, config.retention().maxDumps());
        assertEquals(Duration.ofDays(2), config.retention().maxAge());
        assertEquals(10 << 20, config.retention().maxBytes());
        assertEquals(0, config.retention().minFreeDiskBytes());
        assertEquals(7, config.limits().captures().waiting());
        assertEquals(Duration.ofMillis(250), config.limits().captures().manualSpacing());
        assertEquals(Duration.ofSeconds(3), config.limits().procfs().time());
        assertEquals(9, config.limits().procfs().maxTasks());
        assertEquals(2 << 20, config.limits().requestBodyBytes());
    }

    private static boolean holds(Rule rule, Map<String, String> labels) {
        return rule.conditions().stream().allMatch(condition -> condition.holds(labels));
    }

    private static Map<String, String> with(Map<String, String> labels, String name, String value) {
        Map<String, String> more = new HashMap<>(labels);
        more.put(name, value);
        return more;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            alertname="A"       | "alertname="A"" stands where a list of matchers is expected, \
            such as [alertname=~"Load.*"]
            [[a=b]]             | a list stands where the text of a matcher is expected; \
            one in braces is written in single quotes
            [{a: b}]            | a mapping stands where the text of a matcher is expected; \
            one in braces is written in single quotes
            ['{}']              | "{}" holds no matcher
            ['']                | "" holds no matcher
            [a=b, 'c d']        | "c d", character 3: =, !=, =~ or !~ must stand here
            ['a=~"Load(?!x)"']  | "a=~"Load(?!x)"", character 1: "Load(?!x)" is no regular expression of RE2: \
            invalid or unsupported Perl syntax: (?!
            """)
    void refusesWhatNoMatcherIs(String matchers, String problem) {
        String text = "rules: [{name: a, match: {alertname: A}, matchers: " + matchers + "}]";
        ConfigException e = assertThrows(ConfigException.class, () -> ConfigFile.parse(text, "c.yml"));
        assertEquals("c.yml:1: rules[0].matchers: " + problem, e.getMessage());
    }

    @Test
    void readsWhenToTakeADumpWithoutBeingAsked() throws Exception {
        assertEquals(
                new Triggers(OptionalDouble.of(4), OptionalInt.empty(), Map.of(), Duration.ofSeconds(20)),
                ConfigFile.parse("", "c").triggers());
        assertEquals(
                new Triggers(
                        OptionalDouble.of(12.5),
                        OptionalInt.of(80),
                        Map.of(Stall.MEMORY, 50, Stall.IO, 100),
                        Duration.ofMinutes(1)),
                ConfigFile.parse(
                                "triggers: {load: 12.5, active: 80, pressure: {memory: 50%, io: 100%}, cooldown: 1m}\n",
                                "c")
                        .triggers());
        assertEquals(
                new Triggers(OptionalDouble.empty(), OptionalInt.empty(), Map.of(), Duration.ofSeconds(20)),
                ConfigFile.parse("triggers: {load: off, active: off, pressure: off}\n", "c")
                        .triggers());
        assertEquals(
                Map.of(Stall.IO, 1),
                ConfigFile.parse("triggers: {pressure: {memory: off, io: 1%}}\n", "c")
                        .triggers()
                        .pressure());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "load: 0 | triggers.load: \"0\" is neither OFF nor a load from 0.01 to 999999.99, such as 4.00",
                "load: 0.00 | triggers.load: \"0.00\" is neither OFF nor a load from 0.01 to 999999.99, such as 4.00",
                "load: -1 | triggers.load: \"-1\" is neither OFF nor a load from 0.01 to 999999.99, such as 4.00",
                "load: 4.001 | triggers.load: \"4.001\" is neither OFF nor a load from 0.01 to 999999.99, such as 4.00",
                "load: | triggers.load: \"\" is neither OFF nor a load from 0.01 to 999999.99, such as 4.00",
                "active: 0 | triggers.active: \"0\" is neither OFF nor a whole number from 1 to 10000000",
                "active: 10000001 | triggers.active: \"10000001\" is neither OFF nor a whole number from 1 to 10000000",
                "active: 1.5 | triggers.active: \"1.5\" is neither OFF nor a whole number from 1 to 10000000",
                "pressure: 50% | triggers.pressure: \"50%\" is neither OFF nor settings such as {memory: 50%, io: 90%}",
                "pressure: [1] | triggers.pressure: a list stands where settings are expected",
                "pressure: {cpu: 1%} | triggers.pressure.cpu: unknown setting; there are io, memory",
                "pressure: {io: 0%} | triggers.pressure.io: \"0%\" is neither OFF nor a share from 1% to 100%",
                "pressure: {io: 101%} | triggers.pressure.io: \"101%\" is neither OFF nor a share from 1% to 100%",
                "pressure: {io: 50} | triggers.pressure.io: \"50\" is neither OFF nor a share from 1% to 100%",
                "cooldown: 0s | triggers.cooldown: \"0s\" is not between 1s and 86400s",
                "cooldown: 2d | triggers.cooldown: \"2d\" is not between 1s and 86400s",
                "cooldown: 1 | triggers.cooldown: \"1\" is no duration: expected one like \"30s\", \"1h30m\" or \"7d\"",
                "when: now | triggers.when: unknown setting; there are active, cooldown, load, pressure"
            })
    void refusesWhatNoTriggerCanBe(String setting, String problem) {
        ConfigException e =
                assertThrows(ConfigException.class, () -> ConfigFile.parse("triggers:\n  " + setting + "\n", "c"));
        assertEquals(List.of("c:2: " + problem.replace("OFF", "\"off\"")), e.problems());
    }

    @Test
    void readsWhatAnIncidentGets() throws Exception {
        Config config = ConfigFile.parse("""
                rules:
                  - name: a
                    match: {alertname: A}
                    follow_up:
                      after: [30s, 2m]
                      growth: 2
                      most: 0
                incidents:
                  silent_after: 2h
                  own_instance: db[0-9]+:9817
                  foreign: refuse
                """, "c.yml");
        assertEquals(
                new FollowUp(List.of(Duration.ofSeconds(30), Duration.ofMinutes(2)), 2, 0, Duration.ofSeconds(30)),
                config.rules().list().get(0).followUp());
        assertEquals(Duration.ofHours(2), config.incidents().life().silentAfter());
        assertTrue(config.incidents().names().own().orElseThrow().matches("db7:9817"));
        assertTrue(config.incidents().names().refused());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {silent_after: 59m}     | 1: incidents.silent_after: "59m" is not between 3600s and 315360000s
            {own_instance: '('}     | 1: incidents.own_instance: "(" is no regular expression: Unclosed group
            {foreign: maybe}        | 1: incidents.foreign: "maybe" is neither "keep" nor "refuse"
            """)
    void refusesWhatNoIncidentCanHave(String incidents, String problem) {
        ConfigException e =
                assertThrows(ConfigException.class, () -> ConfigFile.parse("incidents: " + incidents, "c.yml"));
        assertEquals("c.yml:" + problem, e.getMessage());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {after: [5m, 1m]}  | follow_up: after is [PT5M, PT1M], but each must be longer than the one before
            {after: 5m}        | follow_up.after: "5m" stands where a list of times is expected
            {after: [soon]}    | follow_up.after: "soon" is no duration: expected one like "30s", "1h30m" or "7d"
            {growth: 1}        | follow_up: growth is 1.0, but must be more than 1, and 100 at most
            {growth: -3}       | follow_up.growth: "-3" is no number such as 1.5
            {most: 1001}       | follow_up.most: "1001" is no whole number from 0 to 1000
            {mots: 1}          | follow_up.mots: unknown setting; there are after, growth, most
            """)
    void refusesWhatNoFollowUpCanBe(String followUp, String problem) {
        String text = "rules: [{name: a, match: {alertname: A}, follow_up: " + followUp + "}]";
        ConfigException e = assertThrows(ConfigException.class, () -> ConfigFile.parse(text, "c.yml"));
        assertEquals("c.yml:1: rules[0]." + problem, e.getMessage());
    }

    @Test
    void readsWindows() throws Exception {
        Config config = ConfigFile.parse("""
                rules:
                  - {name: a, match: {alertname: A}, limit: {dumps: 20}}
                  - {name: b, match: {alertname: B}, limit: off}
                limits:
                  dumps: {most: 5, per: 10m}
                  manual_dumps: off
                """, "c.yml");
        assertEquals(
                List.of(Optional.of(new DumpWindow(20, Duration.ofHours(1))), Optional.empty()),
                config.rules().list().stream().map(Rule::limit).toList());
        assertEquals(
                Optional.of(new DumpWindow(5, Duration.ofMinutes(10))),
                config.limits().captures().dumps());
        assertEquals(Optional.empty(), config.limits().captures().manual());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            on                     | dumps: "on" is neither "off" nor settings such as {most: 20, per: 1h}
            20                     | dumps: "20" is neither "off" nor settings such as {most: 20, per: 1h}
            {per: 1h}              | dumps: the number is missing, as in {most: 20, per: 1h}
            {most: 0}              | dumps.most: "0" is no whole number from 1 to 10000
            {most: 1, per: 2d}     | dumps.per: "2d" is not between 1s and 86400s
            {most: 1, within: 2d}  | dumps.within: unknown setting; there are most, per
            [1, 1h]                | dumps: a list stands where settings are expected
            """)
    void refusesWhatNoWindowCanBe(String window, String problem) {
        String text = "limits: {dumps: " + window + "}";
        ConfigException e = assertThrows(ConfigException.class, () -> ConfigFile.parse(text, "c.yml"));
        assertEquals("c.yml:1: limits." + problem, e.getMessage());
    }

    @Test
    void tellsEveryProblemAtOnceWithItsLine() {
        ConfigException e = assertThrows(ConfigException.class, () -> ConfigFile.parse("""
                rules:
                  - name: "two words"
                    match: {alertname: A}
                  - match_re: {alertname: '(', 9x: y}
                    cooldown: 30 parsecs
                  - name: a
                    colour: red
                    match: [alertname]
                  - name: a
                    match: {alertname: A}
                    match_re: {alertname: B}
                retention:
                  max_dumps: 0
                  max_age: [1d]
                limit: {}
                limits: 3
                """, "c.yml"));
        assertEquals("""
                c.yml:15: limit: unknown setting; there are incidents, limits, retention, rules, triggers
                c.yml:2: rules[0].name: "two words" is no name: expected 1 to 64 letters, digits, '_', '-'
                c.yml:4: rules[1].name: a rule needs a name
                c.yml:4: rules[1].match_re.alertname: "(" is no regular expression: Unclosed group
                c.yml:4: rules[1].match_re.9x: "9x" is no label name
                c.yml:4: rules[1]: a rule needs a label in matchers, match or match_re, else it would match every alert
                c.yml:5: rules[1].cooldown: "30 parsecs" is no duration: expected one like "30s", "1h30m" or "7d"
                c.yml:7: rules[2].colour: unknown setting; there are \
                cooldown, follow_up, limit, match, match_re, matchers, name
                c.yml:8: rules[2].match: a list stands where labels and their values are expected
                c.yml:6: rules[2]: a rule needs a label in matchers, match or match_re, else it would match every \
                alert
                c.yml:9: rules[3].name: "a" is the name of two rules
                c.yml:11: rules[3].match_re.alertname: the label stands in match and in match_re
                c.yml:13: retention.max_dumps: "0" is no whole number from 1 to 10000000
                c.yml:14: retention.max_age: a list stands where one value is expected
                c.yml:16: limits: "3" stands where settings are expected""", e.getMessage());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        'a: [1'                      | c.yml:1:
        'a: 1\nb: 2\na: 3'           | c.yml:3:
        '- a'                        | c.yml:1: file: a list stands where settings are expected
        'just text'                  | c.yml:1: file: "just text" stands where settings are expected
        'a: 1\n---\nb: 2'            | c.yml:3: a second document begins here
        'a: 1\n? [b]\n: 2'           | c.yml:2: a list stands where a name is expected
        'a: &x [1]\nb: 2\nc: *x'     | c.yml:3: an alias stands for a list, which has to be written out
        'a: &x\n  b: *x'             | c.yml:2: an alias stands for a mapping, which has to be written out
        'a: 1\nb: *nothing'          | c.yml:2: no YAML: found undefined alias nothing
        'a: 1\nb: "\u0007"'         | c.yml:2: no YAML:
        'a: 1\nb: !!java.net.URL [x]' | c.yml:2: no YAML: Global tag is not allowed
        """)
    void refusesWhatIsNoMapping(String text, String complaint) {
        ConfigException e =
                assertThrows(ConfigException.class, () -> ConfigFile.parse(text.replace("\\n", "\n"), "c.yml"));
        assertTrue(String.valueOf(e.getMessage()).startsWith(complaint), e.getMessage());
    }

    @Test
    void refusesNestingWithoutEnd() {
        assertThrows(ConfigException.class, () -> ConfigFile.parse("[".repeat(10_000), "c.yml"));
        ConfigException e = assertThrows(
                ConfigException.class, () -> ConfigFile.parse("a:\n  " + "[".repeat(21) + "]".repeat(21), "c.yml"));
        assertEquals("c.yml:2: nested more than 20 deep", e.getMessage());
    }

    @Test
    void aliasesOfSingleValuesAreTheirValues() throws Exception {
        Config config = ConfigFile.parse("""
                retention: {max_age: &time 2d}
                limits: {manual_spacing: 1s}
                rules:
                  - {name: a, match: {alertname: A}, cooldown: &short 40s}
                  - {name: b, match: {alertname: B}, cooldown: *short}
                """, "c.yml");
        assertEquals(Duration.ofSeconds(40), config.rules().list().get(1).cooldown());
    }

    @Test
    void saysThatThereIsNoFile(@TempDir Path folder) {
        ConfigException e = assertThrows(ConfigException.class, () -> ConfigFile.read(folder.resolve("no.yml")));
        assertEquals(folder.resolve("no.yml") + ": there is no such file", e.getMessage());
    }

    @Test
    void saysThatAFileIsNoText(@TempDir Path folder) throws Exception {
        Path file = Files.write(folder.resolve("c.yml"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        ConfigException e = assertThrows(ConfigException.class, () -> ConfigFile.read(file));
        assertEquals(file + ": is no UTF-8 text", e.getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "LoadHigh, true",
        "LoadHighPerCpu, true",
        "UninterruptibleTasks, true",
        "DiskFull, false",
        "HighLoad, false",
        "LoadMonitorDown, false"
    })
    void defaultRuleWantsAlertsAboutLoad(String alertName, boolean wanted) {
        Alert alert = new Alert(
                "0123456789abcdef",
                Alert.Status.FIRING,
                Map.of("alertname", alertName),
                Map.of(),
                Instant.EPOCH,
                Optional.empty(),
                Optional.empty());
        assertEquals(wanted, Config.defaults().rules().ruleFor(alert).isPresent());
    }

    /** A minute later at each look. */
    private final Clock clock = new Clock() {
        private Instant now = Instant.EPOCH;

        @Override
        public Instant instant() {
            now = now.plusSeconds(60);
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    };

    @Test
    void reloadTakesOtherTriggersAtOnceAndTellsTheParts(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("c.yml"), "triggers: {load: off}");
        ConfigInForce config = ConfigInForce.read(file, null, clock);
        List<Triggers> told = new ArrayList<>();
        config.onReload(next -> told.add(next.triggers()));
        Files.writeString(file, "triggers: {load: 6, pressure: {io: 90%}}");
        assertEquals(Optional.empty(), config.reload());
        assertEquals(OptionalDouble.of(6), config.current().triggers().load());
        assertEquals(List.of(config.current().triggers()), told);
        Files.writeString(file, "triggers: {load: many}");
        assertTrue(config.reload().orElseThrow().contains("\"many\""));
        assertEquals(OptionalDouble.of(6), config.current().triggers().load());
    }

    @Test
    void saysHowTheLastReloadWent(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("c.yml"), "rules: [{name: one, match: {alertname: A}}]");
        ConfigInForce config = ConfigInForce.read(file, null, clock);
        Instant start = Instant.EPOCH.plusSeconds(60);
        assertEquals(new ConfigReload(true, start), config.lastReload());
        Files.writeString(file, "rules: 7");
        config.reload();
        assertEquals(new ConfigReload(false, start), config.lastReload());
        Files.writeString(file, "rules: [{name: two, match: {alertname: A}}]");
        List<ConfigReload> midst = new ArrayList<>();
        config.onReload(next -> midst.add(config.lastReload()));
        config.reload();
        assertEquals(List.of(new ConfigReload(false, start)), midst, "it is not over before every part was told");
        assertEquals(new ConfigReload(true, start.plusSeconds(60)), config.lastReload());
        config.onReload(next -> midst.add(config.lastReload()));
        config.reload();
        assertTrue(midst.get(1).successful(), "nothing has failed while it is read");
        config.onReload(next -> {
            throw new IllegalStateException("a part is broken");
        });
        assertThrows(IllegalStateException.class, config::reload);
        assertEquals(new ConfigReload(false, start.plusSeconds(120)), config.lastReload());

        ConfigInForce none = ConfigInForce.read(null, null, clock);
        assertTrue(none.reload().isPresent());
        assertTrue(none.lastReload().successful(), "there was nothing to read");
    }

    @Test
    void reloadReplacesWhatCanBeReplacedOrNothing(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("c.yml"), "rules: [{name: one, match: {alertname: A}}]");
        ConfigInForce config = ConfigInForce.read(file, null, clock);
        List<Config> told = new ArrayList<>();
        config.onReload(told::add);
        Files.writeString(file, """
                rules: [{name: two, match: {alertname: A}}]
                retention: {max_dumps: 7}
                limits:
                  {waiting_captures: 3, manual_spacing: 5s, procfs_time: 1s, procfs_tasks: 9, request_body: 2MB,
                   dumps: {most: 9, per: 5m}, manual_dumps: off}
                """);
        Config before = config.current();
        List<String> log = new ArrayList<>();
        assertEquals(Optional.empty(), logged(log, config::reload));
        assertEquals("two", config.current().rules().list().get(0).name());
        assertEquals(7, config.current().retention().maxDumps());
        assertEquals(
                new Limits(
                        new CaptureLimits(
                                3,
                                Optional.of(new DumpWindow(9, Duration.ofMinutes(5))),
                                Optional.empty(),
                                Duration.ofSeconds(5)),
                        before.limits().procfs(),
                        before.limits().requestBodyBytes()),
                config.current().limits());
        assertEquals(1, log.size(), log.toString());
        assertTrue(
                log.get(0)
                        .endsWith(" level=warn logger=app.ConfigInForce"
                                + " msg=\"these changes hold from the next start on; all others hold now\" config="
                                + file
                                + " settings=limits.procfs_time,limits.procfs_tasks,limits.request_body"),
                log.toString());
        assertEquals(List.of(config.current()), told);
        Files.writeString(file, "rules: 7");
        assertEquals(Optional.of(file + ":1: rules: \"7\" stands where a list is expected"), config.reload());
        assertEquals("two", config.current().rules().list().get(0).name());
        assertEquals(1, told.size());
    }

    @Test
    void startAndReloadTakeCausesOfTheUsersOwnOrNothing(@TempDir Path folder) throws Exception {
        Path causes = Files.writeString(folder.resolve("own.txt"), OWN_CAUSE);
        ConfigInForce config = ConfigInForce.read(null, causes, clock);
        assertTrue(config.causes().cause("vendor-card").isPresent());

        Files.writeString(causes, OWN_CAUSE.replace("frames 70", "frames many"));
        String refused = config.reload().orElseThrow();
        assertTrue(refused.startsWith(causes + ":5: \"many\" is no specificity"), refused);
        assertTrue(config.causes().cause("vendor-card").isPresent(), "the old causes stay");

        Files.writeString(causes, OWN_CAUSE.replace("vendor-card", "vendor-disk"));
        assertEquals(Optional.empty(), config.reload());
        assertTrue(config.causes().cause("vendor-disk").isPresent());
        assertTrue(config.causes().cause("vendor-card").isEmpty());
    }

    @Test
    void problemsOfBothFilesAreToldAtOnce(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("c.yml"), "rules: 7");
        Path causes = Files.writeString(folder.resolve("own.txt"), "title x\n");
        ConfigException e = assertThrows(ConfigException.class, () -> ConfigInForce.read(file, causes, clock));
        assertEquals(2, e.problems().size(), e.getMessage());
        assertTrue(e.getMessage().contains(causes + ":1: \"title\" stands before the first cause"), e.getMessage());
    }

    /** What the reload says in the log beside its message. */
    private static Optional<String> logged(List<String> lines, Supplier<Optional<String>> reload) {
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        Log.send(LogLevel.INFO, LogFormat.LOGFMT, new PrintStream(log, true, StandardCharsets.UTF_8));
        try {
            return reload.get();
        } finally {
            Log.send(LogLevel.INFO, LogFormat.LOGFMT, System.err);
            log.toString(StandardCharsets.UTF_8).lines().forEach(lines::add);
        }
    }

    @Test
    void reloadWithoutAFileSaysSo() throws Exception {
        assertTrue(ConfigInForce.read(null, null, clock).reload().orElseThrow().contains("--config.file"));
    }
}
