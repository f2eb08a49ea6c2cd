package io.loadmonitor.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.archive.DumpTrigger;
import io.loadmonitor.archive.SoughtName;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class QueryParametersTest {
    @Test
    void readsTimesWithAnyOffsetAndUnixSeconds() {
        Instant noon = Instant.parse("2026-11-22T12:00:00Z");
        assertEquals(
                Optional.of(noon),
                ListFilter.dumpParameters("from=2026-11-22T12:00:00Z").time("from"));
        assertEquals(
                Optional.of(noon),
                ListFilter.dumpParameters("from=2026-11-22T14:00:00%2B02:00").time("from"));
        assertEquals(
                Optional.of(noon),
                ListFilter.dumpParameters("from=" + noon.getEpochSecond()).time("from"));
        assertEquals(
                Optional.of(noon.plusMillis(250)),
                ListFilter.dumpParameters("from=" + noon.getEpochSecond() + ".25")
                        .time("from"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "from=yesterday",
                "to=2026-11-22",
                "from=-5",
                "limit=0",
                "limit=501",
                "limit=many",
                "limit=99999999999",
                "trigger=magic",
                "trigger=ALERT",
                "from=2026-11-22T25:00",
                "cause=Journal",
                "cause=ext4_journal",
                "container=/docker",
                "container=-",
                "container=a!"
            })
    void quotesBadValues(String query) {
        String value = query.substring(query.indexOf('=') + 1);
        Refusal refusal = refused(() -> ListFilter.dumps(ListFilter.dumpParameters(query)));
        assertEquals(400, refusal.problem().status());
        assertTrue(
                refusal.problem().message().contains('"' + value + '"'),
                refusal.problem().message());
    }

    @Test
    void refusesParametersThatItDoesNotKnow() {
        Refusal refusal = refused(() -> ListFilter.dumpParameters("form=2026-11-22T12:00:00Z"));
        assertEquals(
                "There is no parameter \"form\" here, only cause, cgroup, comm, container, cursor, from, function,"
                        + " limit, to, trigger.",
                refusal.problem().message());
    }

    @Test
    void refusesAParameterThatIsGivenTwice() {
        assertTrue(refused(() -> ListFilter.dumpParameters("comm=a&comm=b"))
                .problem()
                .message()
                .contains("2 times"));
    }

    @Test
    void refusesAPercentSignThatEscapesNothing() {
        assertEquals(
                "bad_parameter",
                refused(() -> ListFilter.dumpParameters("comm=%zz")).problem().code());
    }

    @Test
    void quotesWithoutLettingTheInputForgeLines() {
        String message =
                refused(() -> ListFilter.dumpParameters("a%0ab=1")).problem().message();
        assertTrue(message.contains("\"a\\nb\""), message);
    }

    @Test
    void takesEmptyValuesForNotGiven() {
        QueryParameters parameters = ListFilter.dumpParameters("comm=&trigger=&limit=");
        assertTrue(parameters.text("comm").isEmpty());
        assertEquals(ListFilter.DEFAULT_LIMIT, ListFilter.dumps(parameters).limit());
    }

    @Test
    void keepsNamesInEscapedFormAndEscapesWhatIsNot() {
        assertEquals(
                Optional.of(new SoughtName("busy\\n(1)", false)),
                ListFilter.dumps(ListFilter.dumpParameters("comm=busy%5Cn(1)"))
                        .names()
                        .comm());
        assertEquals(
                Optional.of(new SoughtName("busy\\n(1)", false)),
                ListFilter.dumps(ListFilter.dumpParameters("comm=busy%0A(1)"))
                        .names()
                        .comm());
        assertEquals(
                Optional.of(new SoughtName("\\xc3\\xbc", false)),
                ListFilter.dumps(ListFilter.dumpParameters("comm=%C3%BC"))
                        .names()
                        .comm());
    }

    @Test
    void takesATimeWithoutAnOffsetForUtc() {
        Optional<Instant> noon = Optional.of(Instant.parse("2026-11-22T12:04:00Z"));
        assertEquals(noon, ListFilter.dumpParameters("from=2026-11-22T12:04").time("from"));
        assertEquals(
                noon, ListFilter.dumpParameters("from=2026-11-22T12%3A04%3A00").time("from"));
    }

    @Test
    void takesMillisecondsAsGrafanaWritesThem() {
        assertEquals(
                Optional.of(Instant.parse("2026-11-22T12:04:10.123Z")),
                ListFilter.dumpParameters("from=1795349050123").time("from"));
        assertEquals(
                Optional.of(Instant.parse("2026-11-22T12:04:10Z")),
                ListFilter.dumpParameters("from=1795349050").time("from"));
        refused(() -> ListFilter.dumpParameters("from=179534905012").time("from"));
    }

    @Test
    void refusesAnEndBeforeTheBeginning() {
        assertEquals(
                "Parameter \"to\" is \"5\", but must be later than \"from\".",
                refused(() -> ListFilter.incidents(ListFilter.incidentParameters("from=5&to=5")))
                        .problem()
                        .message());
    }

    @Test
    void takesAFunctionOutOfAFrame() {
        assertEquals(
                Optional.of(new SoughtName("jbd2", false)),
                ListFilter.dumps(ListFilter.dumpParameters("function=jbd2"))
                        .names()
                        .function());
        for (String frame : List.of(
                "%22jbd2_log_wait_commit%22",
                "jbd2_log_wait_commit%2B0x10c/0x140", "+jbd2_log_wait_commit%2B0x10c/0x140+[jbd2]")) {
            assertEquals(
                    Optional.of(new SoughtName("jbd2_log_wait_commit", true)),
                    ListFilter.dumps(ListFilter.dumpParameters("function=" + frame))
                            .names()
                            .function());
        }
    }

    @Test
    void readsFlagsAndWords() {
        assertEquals(
                Optional.of(false),
                ListFilter.incidents(ListFilter.incidentParameters("open=false"))
                        .open());
        assertEquals(
                Optional.of(DumpTrigger.ALERT),
                ListFilter.dumps(ListFilter.dumpParameters("trigger=alert")).trigger());
        assertEquals(
                Optional.of("disk"),
                ListFilter.incidents(ListFilter.incidentParameters("tag=disk")).tag());
        assertTrue(refused(() -> ListFilter.incidents(ListFilter.incidentParameters("tag=Disk+db1")))
                .problem()
                .message()
                .contains("\"Disk db1\""));
        assertTrue(refused(() -> ListFilter.incidents(ListFilter.incidentParameters("open=yes")))
                .problem()
                .message()
                .contains("\"yes\""));
    }

    @Test
    void readsRepeatedNames() {
        assertEquals(
                List.of("a", "b"),
                QueryParameters.any("name[]=a&name%5B%5D=b&other=1").all("name[]"));
    }

    @Test
    void readsNoQueryAsNoParameters() {
        assertTrue(QueryParameters.only(null, Set.of()).text("a").isEmpty());
        assertTrue(QueryParameters.only("", Set.of()).text("a").isEmpty());
    }

    private static Refusal refused(Executable executable) {
        return assertThrows(Refusal.class, executable);
    }
}
