package io.loadmonitor.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

final class LoadGroupTest {
    private static final String ID = "8f0c".repeat(16);

    @Test
    void groupsByCauseStackNameAndCgroup() {
        String task = "state=D on=sleep stack=1 cgroup=\"/docker/" + ID + "\" comm=\"db\"\n";
        List<LoadGroup> groups = LoadGroup.of(
                DumpParser.parse(Dumps.raw("stack id=1 tasks=4\n  jbd2_log_wait_commit+0x1/0x2 [jbd2]\n"
                        + "task pid=10 tgid=10 since_ms=35000 " + task
                        + "task pid=11 tgid=10 since_ms=900 " + task
                        + "task pid=12 tgid=12 " + task
                        + "task pid=13 " + task
                        + "task pid=14 tgid=14 state=R on=queue comm=\"db\"\n")),
                CauseCatalogue.standard());
        assertEquals(2, groups.size());
        LoadGroup journal = groups.get(0);
        assertEquals("ext4-journal", journal.cause().id());
        assertEquals(4, journal.tasks());
        assertEquals(3, journal.processes());
        assertEquals(OptionalLong.of(35000), journal.longestMillis());
        assertEquals(Optional.of(ID), journal.containerId());
        assertEquals(OptionalLong.empty(), groups.get(1).longestMillis());
        assertEquals(Optional.empty(), groups.get(1).containerId());
    }

    @Property(tries = 200)
    void tasksOfTheGroupsSumToTheTasks(@ForAll("dumps") StackDump dump) {
        List<LoadGroup> groups = LoadGroup.of(dump, CauseCatalogue.standard());
        assertEquals(dump.tasks().size(), groups.stream().mapToInt(LoadGroup::tasks).sum());
    }

    @Provide
    Arbitrary<StackDump> dumps() {
        return Dumps.any();
    }
}
