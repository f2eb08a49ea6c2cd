package io.loadmonitor.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

final class LoadChangeTest {
    @Property(tries = 200)
    void differencesLeadFromOneDumpToTheOther(@ForAll("dumps") StackDump one, @ForAll("dumps") StackDump other) {
        LoadBreakdown before = partlyChronic(one);
        LoadBreakdown after = partlyChronic(other);

        List<LoadChange> changes = LoadChange.between(before, after);

        assertEquals(
                after.tasks() - before.tasks(),
                changes.stream().mapToInt(LoadChange::difference).sum());
        assertTrue(changes.stream().allMatch(change -> change.difference() != 0));
        Map<String, Integer> parts = tasks(before);
        changes.forEach(change -> parts.merge(key(change.cause(), change.detail()), change.difference(), Integer::sum));
        parts.values().removeIf(tasks -> tasks == 0);
        assertEquals(tasks(after), parts);
        for (int i = 1; i < changes.size(); i++) {
            assertTrue(Math.abs(changes.get(i - 1).difference())
                    >= Math.abs(changes.get(i).difference()));
        }
    }

    @Property(tries = 100)
    void thereIsNoneFromADumpToItself(@ForAll("dumps") StackDump dump) {
        assertEquals(List.of(), LoadChange.between(LoadBreakdown.of(dump), partlyChronic(dump)));
    }

    @Test
    void saysWhatCameAndWentBetweenRealDumps() throws IOException {
        List<LoadChange> changes = LoadChange.between(capture("threshold-busy-vfork"), capture("frozen-filesystem"));

        assertTrue(
                changes.stream()
                        .anyMatch(change -> change.cause().id().equals("frozen-filesystem")
                                && change.before() == 0
                                && change.after() > 0),
                changes.toString());
        assertTrue(
                changes.stream()
                        .anyMatch(change ->
                                change.cause().id().equals("vfork") && change.before() == 2 && change.after() == 0),
                changes.toString());
    }

    /** The title says what was so meanwhile; the part is the same. */
    @Test
    void aVolumeThatWasResumedMakesNoOtherPart() {
        String waiting = "task pid=%d state=D on=sleep wchan=submit_bio_wait comm=\"db\"\n";
        String suspended = "device dev=\"dm-0\" name=\"data\" suspended=1\n";
        LoadBreakdown before =
                LoadBreakdown.of(DumpParser.parse(Dumps.raw(waiting.formatted(1) + waiting.formatted(2) + suspended)));
        LoadBreakdown after =
                LoadBreakdown.of(DumpParser.parse(Dumps.raw(waiting.formatted(1) + waiting.formatted(2))));
        LoadBreakdown fewer = LoadBreakdown.of(DumpParser.parse(Dumps.raw(waiting.formatted(1))));
        assertEquals(
                "waiting for block I/O while dm-0 (data) is suspended",
                before.parts().get(0).title());
        assertEquals(List.of(), LoadChange.between(before, after));
        LoadChange change = LoadChange.between(before, fewer).get(0);
        assertEquals("block-io 2 1", change.cause().id() + " " + change.before() + " " + change.after());
        assertEquals("waiting for block I/O", change.title(), "as it is in the later dump");
    }

    @Provide
    Arbitrary<StackDump> dumps() {
        return Dumps.any();
    }

    /** The host always has what the first task does; others of the same cause are not there always. */
    private static LoadBreakdown partlyChronic(StackDump dump) {
        SignatureFinder finder = new SignatureFinder(dump);
        return LoadBreakdown.of(
                dump,
                CauseCatalogue.standard(),
                dump.tasks().stream()
                        .limit(1)
                        .map(task -> finder.find(task).id())
                        .collect(Collectors.toSet()));
    }

    private static LoadBreakdown capture(String name) throws IOException {
        return LoadBreakdown.of(DumpParser.parse(Captures.all().stream()
                .filter(capture -> capture.name().equals("6.1.0-56-cloud-amd64-" + name + ".dump"))
                .findFirst()
                .orElseThrow()
                .read()));
    }

    private static Map<String, Integer> tasks(LoadBreakdown breakdown) {
        Map<String, Integer> tasks = new HashMap<>();
        breakdown.parts().forEach(part -> tasks.merge(key(part.cause(), part.detail()), part.tasks(), Integer::sum));
        return tasks;
    }

    private static String key(LoadCause cause, String detail) {
        return cause.id() + " " + detail;
    }
}
