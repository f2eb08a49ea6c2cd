package io.loadmonitor.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

final class TaskGroupsTest {
    private static final String ID = "8f0c".repeat(16);
    private static final StackDump DUMP = DumpParser.parse(Dumps.raw("""
            stack id=1 tasks=4
              jbd2_log_wait_commit+0x1/0x2 [jbd2]
              ext4_sync_file+0x1/0x2 [ext4]
            stack id=2 tasks=1
              vendor_wait+0x1/0x2 [vendor]
              kthread+0x1/0x2
            task pid=11 tgid=10 state=D on=sleep since_ms=900 stack=1 cgroup="/docker/ID" comm="worker"
            task pid=10 tgid=10 state=D on=sleep since_ms=35000 stack=1 cgroup="/docker/ID" comm="db"
            task pid=12 tgid=10 state=D on=sleep since_ms=1000 stack=1 cgroup="/docker/ID" comm="worker"
            task pid=14 tgid=14 state=D on=sleep stack=1 cgroup="/" comm="sh"
            task pid=15 tgid=15 state=R on=queue since_ms=40 stack=0 comm="java"
            task pid=16 tgid=16 state=D on=sleep since_ms=9 stack=2 cgroup="/" comm="vendor"
            """.replace("ID", ID)));

    private static TaskGroups groups(String... chronic) {
        return TaskGroups.of(DUMP, CauseCatalogue.standard(), Set.of(chronic));
    }

    @Test
    void putsTogetherWhatHasTheSameCause() {
        TaskGroup journal = groups().by(GroupKind.CAUSE).get(0);
        assertEquals("ext4-journal", journal.key());
        assertEquals("waiting for the ext4 journal", journal.title());
        assertEquals(4, journal.tasks());
        assertEquals(4, journal.uninterruptible());
        assertEquals(Optional.of(new TimeInState(3, 35000, 1000)), journal.timeInD(), "one does not say it");
        assertEquals(10, journal.example().pid(), "the one that has waited longest");
        assertEquals(
                List.of(4, 1, 1),
                groups().by(GroupKind.CAUSE).stream().map(TaskGroup::tasks).toList());
    }

    @Test
    void givesARunnableTaskNoTimeInD() {
        TaskGroup queue = groups().by(GroupKind.CAUSE).stream()
                .filter(group -> group.key().equals("waiting-for-cpu"))
                .findFirst()
                .orElseThrow();
        assertEquals(0, queue.uninterruptible());
        assertEquals(Optional.empty(), queue.timeInD());
        assertEquals(Optional.of(new TimeInState(1, 40, 40)), queue.time());
    }

    @Test
    void knowsHowLongATaskWaitsForACpuByItsTimeInTheQueue() {
        StackDump dump = DumpParser.parse(Dumps.raw("""
                task pid=11 state=R on=queue since_ms=900 queued_ms=10 comm="a"
                task pid=12 state=R on=queue since_ms=50 queued_ms=49 comm="b"
                """));
        TaskGroup queue = TaskGroups.of(dump, CauseCatalogue.standard(), Set.of())
                .by(GroupKind.CAUSE)
                .get(0);
        assertEquals(Optional.of(new TimeInState(2, 49, 10)), queue.time());
        assertEquals(12, queue.example().pid());
    }

    @Test
    void namesAProcessAfterItsMainThread() {
        assertEquals(
                List.of("db (10)", "sh (14)", "java (15)", "vendor (16)"),
                groups().by(GroupKind.PROCESS).stream().map(TaskGroup::title).toList());
    }

    @Test
    void namesAProcessAfterItsLeaderWhereTheMainThreadIsNoLoad() {
        StackDump dump = DumpParser.parse(Dumps.raw("""
                task pid=11 tgid=10 state=R on=queue leader="java" comm="GC Thread#0"
                task pid=12 tgid=10 state=R on=queue leader="java" comm="GC Thread#0"
                task pid=13 state=R on=queue leader="java" comm="GC Thread#1"
                """));
        List<TaskGroup> groups =
                TaskGroups.of(dump, CauseCatalogue.standard(), Set.of()).by(GroupKind.PROCESS);
        assertEquals(
                List.of("java (10)", "java"),
                groups.stream().map(TaskGroup::title).toList());
        assertEquals(
                List.of("10", "comm java"), groups.stream().map(TaskGroup::key).toList());
    }

    @Test
    void keepsTasksOfNoCgroupAndOfNoContainer() {
        assertEquals(
                List.of("/docker/" + ID, "/", "cgroup not in the dump"),
                groups().by(GroupKind.CGROUP).stream().map(TaskGroup::title).toList());
        assertEquals(
                List.of("in no container", "docker 8f0c8f0c8f0c"),
                groups().by(GroupKind.CONTAINER).stream().map(TaskGroup::title).toList());
        assertEquals(
                List.of("", ID),
                groups().by(GroupKind.CONTAINER).stream().map(TaskGroup::key).toList());
    }

    @Test
    void countsChronicTasksInEveryGroup() {
        String vendor = groups().by(GroupKind.SIGNATURE).stream()
                .filter(group -> group.title().startsWith("vendor_wait"))
                .findFirst()
                .orElseThrow()
                .key();
        TaskGroups groups = groups(vendor);
        for (GroupKind kind : GroupKind.values()) {
            assertEquals(
                    1, groups.by(kind).stream().mapToInt(TaskGroup::chronic).sum(), kind.toString());
        }
        assertEquals(
                List.of("vendor_wait", "kthread"),
                groups.signatures().get(vendor).frames());
    }

    @Property(tries = 300)
    void everyWayOfGroupingSumsToTheTasks(@ForAll("dumps") StackDump dump) {
        Set<String> some = new HashSet<>();
        SignatureFinder finder = new SignatureFinder(dump);
        dump.tasks().stream()
                .limit(3)
                .forEach(task -> some.add(finder.find(task).id()));
        TaskGroups groups = TaskGroups.of(dump, CauseCatalogue.standard(), some);
        for (GroupKind kind : GroupKind.values()) {
            List<TaskGroup> all = groups.by(kind);
            assertEquals(
                    dump.tasks().size(), all.stream().mapToInt(TaskGroup::tasks).sum(), kind.toString());
            assertEquals(all.size(), all.stream().map(TaskGroup::key).distinct().count());
            assertTrue(all.stream().allMatch(group -> group.title().chars().allMatch(c -> c >= 0x20 && c <= 0x7e)));
        }
        LoadBreakdown breakdown = LoadBreakdown.of(dump, CauseCatalogue.standard(), some);
        assertEquals(
                dump.tasks().size(),
                breakdown.parts().stream().mapToInt(LoadPart::tasks).sum());
        assertEquals(
                groups.by(GroupKind.CAUSE).stream().mapToInt(TaskGroup::chronic).sum(),
                breakdown.parts().stream()
                        .filter(LoadPart::chronic)
                        .mapToInt(LoadPart::tasks)
                        .sum());
    }

    @Test
    void putsWhatIsChronicAtTheEndOfTheHeadline() {
        String vendor = groups().by(GroupKind.SIGNATURE).stream()
                .filter(group -> group.title().startsWith("vendor_wait"))
                .findFirst()
                .orElseThrow()
                .key();
        String journal = groups().by(GroupKind.SIGNATURE).get(0).key();
        assertEquals(
                "6 captured tasks = 1 waiting for a CPU (java) + 5 chronic (waiting for the ext4 journal, waiting"
                        + " in vendor: vendor_wait) (the dump is incomplete)",
                LoadBreakdown.of(DUMP, CauseCatalogue.standard(), Set.of(vendor, journal))
                        .headline());
        assertEquals(
                LoadBreakdown.of(DUMP, CauseCatalogue.standard()),
                LoadBreakdown.of(DUMP, CauseCatalogue.standard(), Set.of("x")));
    }

    @Provide
    Arbitrary<StackDump> dumps() {
        return Dumps.any();
    }
}
