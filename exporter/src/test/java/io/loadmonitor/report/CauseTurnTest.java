package io.loadmonitor.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.loadmonitor.archive.DumpState;
import io.loadmonitor.archive.DumpSummary;
import io.loadmonitor.archive.DumpTrigger;
import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.LoadBreakdown;
import io.loadmonitor.dump.LoadCause;
import io.loadmonitor.dump.LoadPart;
import io.loadmonitor.dump.ProcessCount;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class CauseTurnTest {
    private static final Instant START = Instant.parse("2026-11-22T06:34:22Z");
    private static final String FREEZE = "frozen-filesystem";
    private static final String JOURNAL = "ext4-journal";

    @Test
    void tellsBetweenWhichDumpsTheCauseTurned() {
        List<CauseTurn> turns = turns(List.of(
                List.of(part(FREEZE, 16), part("on-cpu-user", 3)),
                List.of(part(FREEZE, 18)),
                List.of(part(JOURNAL, 12), part(FREEZE, 2)),
                List.of(part(JOURNAL, 11))));

        assertEquals(1, turns.size());
        CauseTurn turn = turns.get(0);
        assertEquals(2, turn.before().dump());
        assertEquals(FREEZE, turn.before().cause());
        assertEquals(18, turn.before().tasks());
        assertEquals(START.plusSeconds(60), turn.before().at());
        assertEquals(3, turn.after().dump());
        assertEquals("waiting for the ext4 journal", turn.after().title());
        assertEquals(START.plusSeconds(120), turn.after().at());
    }

    @Test
    void sawNoTurnWhereTasksGoToAndFroBetweenRunningAndWaitingForACpu() {
        assertEquals(List.of(), turns(List.of(List.of(part("on-cpu-user", 9)), List.of(part("waiting-for-cpu", 9)))));
    }

    @Test
    void passesOverAnEbbAndWhatIsNotExplained() {
        List<CauseTurn> turns = turns(List.of(
                List.of(part(FREEZE, 16)), List.of(), List.of(part("on-cpu-user", 3)), List.of(part(JOURNAL, 8))));

        assertEquals(1, turns.size());
        assertEquals(1, turns.get(0).before().dump());
        assertEquals(4, turns.get(0).after().dump());
    }

    @Test
    void tellsOfEightTurnsAtMost() {
        List<List<LoadPart>> dumps = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            dumps.add(List.of(part(i % 2 == 0 ? FREEZE : JOURNAL, 5)));
        }
        assertEquals(8, turns(dumps).size());
    }

    /** A minute apart; one without parts is not explained. */
    private static List<CauseTurn> turns(List<List<LoadPart>> all) {
        List<IncidentReport.Dump> dumps = new ArrayList<>();
        for (List<LoadPart> parts : all) {
            dumps.add(new IncidentReport.Dump(
                    summary(dumps.size()),
                    IncidentReport.Phase.AT,
                    parts.isEmpty() ? Optional.empty() : Optional.of(breakdown(parts)),
                    List.of(),
                    List.of(),
                    List.of(),
                    Optional.empty()));
        }
        return CauseTurn.of(dumps);
    }

    private static LoadPart part(String cause, int tasks) {
        LoadCause found = CauseCatalogue.standard().cause(cause).orElseThrow(() -> new AssertionError(cause));
        return new LoadPart(
                found,
                "",
                found.title(),
                tasks,
                List.of(new ProcessCount(new EscapedText("x"), tasks)),
                Optional.empty());
    }

    private static LoadBreakdown breakdown(List<LoadPart> parts) {
        return new LoadBreakdown(
                parts,
                parts.stream().mapToInt(LoadPart::tasks).sum(),
                OptionalInt.empty(),
                OptionalDouble.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                true,
                Optional.empty());
    }

    private static DumpSummary summary(int place) {
        return new DumpSummary(
                place + 1,
                "vm",
                DumpState.COMPLETE,
                Optional.empty(),
                DumpTrigger.FOLLOW_UP,
                Optional.empty(),
                START.plusSeconds(60L * place),
                OptionalDouble.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalInt.of(1),
                "",
                Optional.empty(),
                OptionalLong.of(1),
                1,
                Optional.empty());
    }
}
