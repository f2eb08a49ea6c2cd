package io.loadmonitor.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The texts are made up: no module that draws samples has been captured yet. */
final class FairSampleTest {
    /** Ten of 37: six wait for the journal, three are in user mode, one sleeps for NFS. */
    static final String TEN_OF_37 = """
            load_monitor dump version=1 id=17 source=kmod boot_id=b release=6.1.0
            trigger kind=manual reason="synthetic" cause=present
            time wall=2026-11-22T12:04:10.123456Z monotonic_ns=35570173000
            load avg1=28.71 avg5=1.10 avg15=0.37 active=37 cpus=2
            count scanned=670 running=12 uninterruptible=25 captured=10 stacks=2 truncated=27 sampled=10 of=37
            cgroup id=1 path="/db"
            cgroup id=2 path="/web"
            stack id=1 tasks=6
              jbd2_log_wait_commit+0x1/0x2 [jbd2]
            stack id=2 tasks=1
              rpc_wait_bit_killable+0x1/0x2 [sunrpc]
            """
            + "task pid=11 tgid=10 state=D on=sleep stack=1 cgroup_id=1 leader=\"postgres\" comm=\"w1\"\n".repeat(5)
            + "task pid=10 tgid=10 state=D on=sleep stack=1 cgroup_id=1 comm=\"postgres\"\n"
            + "task pid=21 tgid=20 state=R on=cpu-user stack=0 cgroup_id=2 leader=\"java\" comm=\"GC#1\"\n".repeat(3)
            + "task pid=30 tgid=30 state=D on=sleep stack=2 comm=\"df\"\nend id=17 tasks=10\n";

    private static StackDump parsed(String text) {
        StackDump dump = DumpParser.parse(Dumps.raw(text));
        assertEquals(List.of(), dump.unreadLines());
        return dump;
    }

    @Test
    void scalesEachPartSoThatTheySumToTheActiveTasks() {
        LoadBreakdown breakdown = LoadBreakdown.of(parsed(TEN_OF_37));
        assertEquals(
                "37 active tasks at 12:04:10 (load 28.71) = 22 waiting for the ext4 journal (postgres, db) + 4"
                        + " waiting for NFS (df) + 11 on CPU in user mode (java, web) (estimated from a fair sample"
                        + " of 10 of 37 tasks)",
                breakdown.headline());
        assertEquals(37, breakdown.tasks());
        assertEquals(OptionalInt.of(0), breakdown.remainder());
        assertEquals(Optional.of(new FairSample(10, 37)), breakdown.sample());
        for (LoadPart part : breakdown.parts()) {
            assertEquals(
                    part.tasks(),
                    part.processes().stream().mapToInt(ProcessCount::tasks).sum());
        }
    }

    @Test
    void scalesGroupsToTheSameSumAndTheirTasksInDToo() {
        TaskGroups groups = TaskGroups.of(parsed(TEN_OF_37), CauseCatalogue.standard(), Set.of());
        assertEquals(37, groups.tasks());
        assertEquals(
                List.of("22 postgres (10), 22 in D", "11 java (20), 0 in D", "4 df (30), 4 in D"),
                told(groups, GroupKind.PROCESS));
        assertEquals(
                List.of("22 /db, 22 in D", "11 /web, 0 in D", "4 cgroup not in the dump, 4 in D"),
                told(groups, GroupKind.CGROUP));
    }

    private static List<String> told(TaskGroups groups, GroupKind kind) {
        return groups.by(kind).stream()
                .map(group -> group.tasks() + " " + group.title() + ", " + group.uninterruptible() + " in D")
                .toList();
    }

    /** What is no sample stays what it is: counted, with what is missing as a term of its own. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " sampled=10",
                " of=37",
                " sampled=9 of=37",
                " sampled=11 of=37",
                " sampled=10 of=36",
                " sampled=10 of=10",
                " sampled=10 of=9",
                " sampled=10 of=99999999999",
                " sampled=x of=37"
            })
    void countsWhatIsNoSample(String words) {
        LoadBreakdown breakdown =
                LoadBreakdown.of(DumpParser.parse(Dumps.raw(TEN_OF_37.replace(" sampled=10 of=37", words))));
        assertEquals(10, breakdown.tasks());
        assertEquals(OptionalInt.of(27), breakdown.remainder());
        assertTrue(
                breakdown
                        .headline()
                        .endsWith(" + 1 waiting for NFS (df) + 3 on CPU in user mode (java, web) + 27 not in the dump"),
                breakdown.headline());
    }

    @Test
    void takesNoSampleForFairOfWhichSomeWasCutOff() {
        String cut = TEN_OF_37.substring(0, TEN_OF_37.indexOf("task pid=30"));
        LoadBreakdown breakdown = LoadBreakdown.of(parsed(cut));
        assertEquals(Optional.empty(), breakdown.sample());
        assertEquals(9, breakdown.tasks());
        assertTrue(
                breakdown.headline().endsWith(" + 28 not in the dump (the dump is incomplete)"), breakdown.headline());
    }

    @Test
    void keepsSayingThatItEstimatesHoweverShortTheHeadlineHasToBe() {
        String headline = LoadBreakdown.of(parsed(TEN_OF_37)).headline(98);
        assertEquals(
                "37 active tasks at 12:04:10 (load 28.71) = ... (estimated from a fair sample of 10 of 37 tasks)"
                        .length(),
                headline.length() - 3);
        assertTrue(headline.endsWith("... (estimated from a fair sample of 10 of 37 tasks)"), headline);
        assertEquals("a fair sample of 16,384 of 41,210 tasks", new FairSample(16_384, 41_210).text());
    }

    @Test
    void givesWhatIsLeftOverToTheLargestRemainders() {
        Map<String, Integer> counts = new LinkedHashMap<>();
        counts.put("a", 1);
        counts.put("b", 1);
        counts.put("c", 5);
        assertEquals(Map.of("a", 2, "b", 1, "c", 7), FairSample.apportion(counts, 10, name -> name));
        assertEquals(counts, FairSample.apportion(counts, 7, name -> name));
        assertEquals(Map.of(), FairSample.apportion(Map.<String, Integer>of(), 10, name -> name));
        assertEquals(0, FairSample.part(0, 4, 9));
        assertEquals(9, FairSample.part(4, 4, 9));
    }

    @Property(tries = 300)
    void losesNothingAndIsWithinOneOfEachShare(
            @ForAll("counts") List<Integer> counts, @ForAll @IntRange(min = 0, max = Integer.MAX_VALUE) int more) {
        Map<Integer, Integer> byPlace = new LinkedHashMap<>();
        counts.forEach(count -> byPlace.put(byPlace.size(), count));
        long sum = counts.stream().mapToLong(Integer::longValue).sum();
        int whole = (int) Math.min(Integer.MAX_VALUE, sum + more);
        Map<Integer, Integer> shares = FairSample.apportion(byPlace, whole, Object::toString);
        assertEquals(
                whole, shares.values().stream().mapToLong(Integer::longValue).sum());
        shares.forEach((place, share) -> {
            assertTrue(share >= counts.get(place), () -> shares + " of " + counts);
            assertTrue(Math.abs(share - (double) counts.get(place) * whole / sum) <= 1, () -> shares + " of " + counts);
        });
    }

    @Property(tries = 300)
    void everyWayOfTellingSumsToTheWhole(
            @ForAll("dumps") StackDump some, @ForAll @IntRange(min = 1, max = 100_000) int more) {
        if (some.tasks().isEmpty()) {
            return;
        }
        int whole = some.tasks().size() + more;
        StackDump dump = Dumps.sampledOf(some, whole);
        assertEquals(Optional.of(new FairSample(some.tasks().size(), whole)), dump.sample());
        SignatureFinder finder = new SignatureFinder(dump);
        Set<String> chronic = dump.tasks().stream()
                .limit(3)
                .map(task -> finder.find(task).id())
                .collect(Collectors.toSet());
        LoadBreakdown breakdown = LoadBreakdown.of(dump, CauseCatalogue.standard(), chronic);
        assertEquals(whole, breakdown.parts().stream().mapToInt(LoadPart::tasks).sum());
        TaskGroups groups = TaskGroups.of(dump, CauseCatalogue.standard(), chronic);
        for (GroupKind kind : GroupKind.values()) {
            assertEquals(
                    whole, groups.by(kind).stream().mapToInt(TaskGroup::tasks).sum(), kind.toString());
        }
        // Two views of one page must not differ.
        groups.by(GroupKind.CAUSE).forEach(group -> {
            List<LoadPart> parts = breakdown.parts().stream()
                    .filter(part -> part.cause().id().equals(group.key()))
                    .toList();
            assertEquals(group.tasks(), parts.stream().mapToInt(LoadPart::tasks).sum(), group.key());
            assertEquals(
                    group.chronic(),
                    parts.stream()
                            .filter(LoadPart::chronic)
                            .mapToInt(LoadPart::tasks)
                            .sum(),
                    group.key());
        });
    }

    @Test
    void saysThatTasksMaySeemNewOrGoneThatWereNotDrawn() {
        StackDump sampled = parsed(TEN_OF_37);
        StackDump whole = parsed(TEN_OF_37.replace(" sampled=10 of=37", ""));
        assertTrue(DumpComparison.of(whole, sampled, CauseCatalogue.standard()).sampled());
        assertTrue(DumpComparison.of(sampled, whole, CauseCatalogue.standard()).sampled());
        assertFalse(DumpComparison.of(whole, whole, CauseCatalogue.standard()).sampled());
    }

    @Test
    void comparesWhatSamplesStandFor() {
        LoadBreakdown sampled = LoadBreakdown.of(parsed(TEN_OF_37));
        LoadBreakdown whole = LoadBreakdown.of(parsed(TEN_OF_37.replace(" sampled=10 of=37", "")));
        assertEquals(
                List.of("+16 waiting for the ext4 journal", "+8 on CPU in user mode", "+3 waiting for NFS"),
                LoadChange.between(whole, sampled).stream()
                        .map(change -> "+" + change.difference() + " " + change.title())
                        .toList());
    }

    @Provide
    Arbitrary<List<Integer>> counts() {
        return Arbitraries.integers().between(1, 100_000).list().ofMinSize(1).ofMaxSize(30);
    }

    @Provide
    Arbitrary<StackDump> dumps() {
        return Dumps.any();
    }
}
