package io.loadmonitor.alert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AlertMessageParserTest {
    private static final String FIRING = """
            {"status":"firing","labels":{"alertname":"LoadHigh"},"annotations":{},\
            "startsAt":"2026-11-22T12:04:10Z","endsAt":"0001-01-01T00:00:00Z","fingerprint":"84ce6579af4ff5e9"}""";
    private static final String MESSAGE = """
            {"version":"4","groupKey":"{}","receiver":"r","status":"firing","alerts":[%s]}""";

    private final AlertMessageParser parser = new AlertMessageParser();

    @Test
    void readsWhatAlertmanagerSends() throws Exception {
        AlertMessage message = parser.parse(fixture("alertmanager-0.25.0-firing.json"));

        assertEquals("4", message.version());
        assertEquals("load-monitor", message.receiver());
        assertEquals("{}:{alertname=\"LoadHigh\", instance=\"127.0.0.1:9817\"}", message.groupKey());
        assertEquals(0, message.truncatedAlerts());
        assertEquals(2, message.alerts().size());
        assertEquals(
                new Alert(
                        "84ce6579af4ff5e9",
                        Alert.Status.FIRING,
                        Map.of(
                                "alertname",
                                "LoadHigh",
                                "instance",
                                "127.0.0.1:9817",
                                "job",
                                "load-monitor",
                                "severity",
                                "critical"),
                        Map.of("summary", "Load of 127.0.0.1:9817 is 14.42"),
                        Instant.parse("2026-11-22T12:00:00.123456789Z"),
                        Optional.empty(),
                        Optional.empty()),
                message.alerts().get(0));
        Alert second = message.alerts().get(1);
        assertEquals("Quotes \" and ünïcode", second.annotations().get("description"));
        assertEquals(
                Optional.of("http://127.0.0.1:9090/graph?g0.expr=load_monitor_load1+%3E+4"), second.generatorUrl());
    }

    @Test
    void decidesForEachAlertWhetherItIsResolved() throws Exception {
        AlertMessage message = parser.parse(fixture("alertmanager-0.25.0-firing-and-resolved.json"));

        assertEquals(Alert.Status.FIRING, message.alerts().get(0).status());
        assertEquals(Alert.Status.RESOLVED, message.alerts().get(1).status());
        assertEquals(
                Optional.of(Instant.parse("2026-11-22T14:08:06.553Z")),
                message.alerts().get(1).endsAt());
    }

    @Test
    void passesOverFieldsThatItDoesNotKnow() throws Exception {
        String alert = FIRING.replaceFirst("\\{", "{\"routeLabels\":{\"a\":[1,{}]},");
        String body = message(alert).replaceFirst("\\{", "{\"notification_reason\":\"x\",\"truncatedAlerts\":7,");

        AlertMessage message = parser.parse(body.getBytes(StandardCharsets.UTF_8));

        assertEquals(1, message.alerts().size());
        assertEquals(7, message.truncatedAlerts());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "version":"4"                     | "version":"5"                  | version is "5", but must be "4"
            "version":"4",                    |                                | version is missing
            "version":"4"                     | "version":4                    | version is 4, but must be a string
            "groupKey":"{}",                  |                                | groupKey is missing
            "receiver":"r",                   |                                | receiver is missing
            "status":"firing","labels"        | "labels"                       | alerts[1].status is missing
            "status":"firing","labels"        | "status":"x\\ny","labels"      | \
            alerts[1].status is "x\\ny", but must be "firing" or "resolved"
            "fingerprint":"84ce6579af4ff5e9"  | "fingerprint":"../../etc"      | \
            alerts[1].fingerprint is "../../etc", but must be 16 hexadecimal digits in lower case
            ,"fingerprint":"84ce6579af4ff5e9" |                                | alerts[1].fingerprint is missing
            "startsAt":"2026-11-22T12:04:10Z",|                                | alerts[1].startsAt is missing
            2026-11-22T12:04:10Z              | yesterday                      | \
            alerts[1].startsAt is "yesterday", but must be a time such as 2026-11-22T12:04:10.123Z
            2026-11-22T12:04:10Z              | 0001-01-01T00:00:00Z           | \
            alerts[1].startsAt is "0001-01-01T00:00:00Z", but must be a time in the years 1970 to 9999
            2026-11-22T12:04:10Z              | +99999-01-01T00:00:00Z         | \
            alerts[1].startsAt is "+99999-01-01T00:00:00Z", but must be a time in the years 1970 to 9999
            "status":"firing","labels"        | "status":"resolved","labels"   | \
            alerts[1].endsAt is "0001-01-01T00:00:00Z", but must be a time in the years 1970 to 9999
            {"alertname":"LoadHigh"}          | {"alertname":7}                | \
            alerts[1].labels["alertname"] is 7, but must be a string
            {"alertname":"LoadHigh"}          | ["alertname"]                  | \
            alerts[1].labels is an array, but must be a JSON object
            {"alertname":"LoadHigh"}          | null                           | \
            alerts[1].labels is null, but must be a JSON object
            {"alertname":"LoadHigh"}          | {"":"x"}                       | \
            alerts[1].labels[""]: the name must have 1 to 256 characters
            """)
    void saysWhichFieldIsWrong(String good, String bad, String error) throws Exception {
        String second = FIRING.replace(good, bad == null ? "" : bad);
        String body = message(FIRING + "," + second);
        if (second.equals(FIRING)) {
            body = body.replace(good, bad == null ? "" : bad);
        }

        assertEquals(error, second.equals(FIRING) ? errorOf(body) : problemOf(body));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''                 | the body is empty
            []                 | the body is an array, but must be a JSON object
            ' '                | the body is null, but must be a JSON object
            """)
    void refusesWhatIsNoMessage(String body, String error) {
        assertTrue(
                errorOf(body).equals(error) || body.isBlank() && errorOf(body).startsWith("the body is"),
                () -> errorOf(body));
    }

    @Test
    void saysWhereTheJsonBreaks() {
        String body = message(FIRING);

        String error = errorOf(body.substring(0, body.length() - 2));

        assertTrue(error.startsWith("the body is no JSON at line 1, column "), error);
        assertTrue(errorOf(body + "{}").startsWith("the body is no JSON"), errorOf(body + "{}"));
        assertTrue(errorOf(body.replaceFirst("\"receiver\"", "\"version\":\"4\",\"receiver\""))
                .contains("version"));
    }

    @Test
    void quotesNoMoreThanItMust() {
        String error = errorOf(message(FIRING).replace("\"4\"", "\"" + "\\u001b".repeat(10_000) + "\""));
        // 10,000 characters are refused for their length already; 1,000 for being no version.
        assertTrue(error.length() < 500, error);
        assertTrue(error.chars().allMatch(c -> c >= 0x20 && c <= 0x7e), error);
        error = errorOf(message(FIRING).replace("\"4\"", "\"" + "\\u001b".repeat(1_000) + "\""));
        assertTrue(error.length() < 500 && error.endsWith("...\", but must be \"4\""), error);
    }

    @Test
    void takesAThousandAlertsAndNoMore() throws Exception {
        String thousand = IntStream.range(0, 1000).mapToObj(i -> FIRING).collect(Collectors.joining(","));

        assertEquals(
                1000,
                parser.parse(message(thousand).getBytes(StandardCharsets.UTF_8))
                        .alerts()
                        .size());
        AlertMessage more = parser.parse(message(thousand + "," + FIRING).getBytes(StandardCharsets.UTF_8));
        assertEquals(1000, more.alerts().size());
        assertTrue(problemOf(message(thousand + "," + FIRING))
                .startsWith("alerts has 1001 entries, of which the first 1000 are taken"));
    }

    @Test
    void takesTheGoodAlertsWhateverStandsBesideThem() throws Exception {
        String capitals = FIRING.replaceAll("\"fingerprint\":\"[0-9a-f]+\"", "\"fingerprint\":\"ABC\"");
        AlertMessage message =
                parser.parse(message(capitals + "," + FIRING + ",7").getBytes(StandardCharsets.UTF_8));

        assertEquals(1, message.alerts().size());
        assertEquals(
                List.of(
                        "alerts[0].fingerprint is \"ABC\", but must be 16 hexadecimal digits in lower case",
                        "alerts[2] is 7, but must be a JSON object"),
                message.malformed().stream()
                        .map(AlertMessage.Malformed::problem)
                        .toList());
        assertTrue(errorOf(message(capitals + ",7")).endsWith("; none of the 2 entries can be read"));
    }

    @Test
    void boundsLabelsAndCutsAnnotations() throws Exception {
        String labels =
                IntStream.range(0, 65).mapToObj(i -> "\"l" + i + "\":\"\"").collect(Collectors.joining(","));
        String many = FIRING.replace("\"alertname\":\"LoadHigh\"", labels);
        String large = FIRING.replace("LoadHigh", "x".repeat(4097));
        String talkative = FIRING.replace("\"annotations\":{}", "\"annotations\":{\"d\":\"" + "y".repeat(9000) + "\"}");

        assertEquals("alerts[0].labels has 65 entries, but at most 64 are taken", errorOf(message(many)));
        assertTrue(errorOf(message(large)).endsWith("must have at most 4096 characters"));
        String kept = parser.parse(message(talkative).getBytes(StandardCharsets.UTF_8))
                .alerts()
                .get(0)
                .annotations()
                .get("d");
        assertEquals("y".repeat(8189) + "...", kept);
    }

    @Test
    void refusesEndlessNesting() {
        String error = errorOf("{\"x\":".repeat(5000) + "1" + "}".repeat(5000));

        assertTrue(error.startsWith("the body is no JSON"), error);
    }

    @Test
    void answersEveryDamagedBodyWithAMessageOrTheException() throws Exception {
        byte[] whole = fixture("alertmanager-0.25.0-firing-and-resolved.json");
        Random random = new Random(4);
        int refused = 0;
        for (int round = 0; round < 5000; round++) {
            byte[] damaged = Arrays.copyOf(whole, round % 2 == 0 ? whole.length : random.nextInt(whole.length));
            for (int i = random.nextInt(4); i >= 0 && damaged.length > 0; i--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            try {
                parser.parse(damaged);
            } catch (MalformedAlertException e) {
                refused++;
                assertTrue(e.getMessage().length() < 600, e.getMessage());
            }
        }
        assertTrue(refused > 2500, "only " + refused + " of 5000 were refused");
    }

    private String errorOf(String body) {
        return assertThrows(MalformedAlertException.class, () -> parser.parse(body.getBytes(StandardCharsets.UTF_8)))
                .getMessage();
    }

    /** Of the one entry that cannot be read, beside ones that can. */
    private String problemOf(String body) throws MalformedAlertException {
        List<AlertMessage.Malformed> malformed =
                parser.parse(body.getBytes(StandardCharsets.UTF_8)).malformed();
        assertEquals(1, malformed.size(), malformed.toString());
        return malformed.get(0).problem();
    }

    private static String message(String alerts) {
        return MESSAGE.formatted(alerts);
    }

    private static byte[] fixture(String name) throws IOException {
        try (InputStream in = AlertMessageParserTest.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        }
    }
}
