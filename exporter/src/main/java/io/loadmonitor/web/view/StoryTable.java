package io.loadmonitor.web.view;

import io.loadmonitor.archive.DumpStory;
import java.util.List;

/** Who the tasks of a dump were whose text was deleted: by process and by cgroup, the largest first. */
public record StoryTable(List<Row> processes, List<Row> cgroups) {
    public StoryTable {
        processes = List.copyOf(processes);
        cgroups = List.copyOf(cgroups);
    }

    /** @param sleeping of the tasks, those in D */
    public record Row(String title, int tasks, int sleeping) {}

    static StoryTable of(DumpStory story) {
        return new StoryTable(rows(story.processes()), rows(story.cgroups()));
    }

    private static List<Row> rows(List<DumpStory.Group> groups) {
        return groups.stream()
                .map(group -> new Row(VisibleText.of(group.title()), group.tasks(), group.uninterruptible()))
                .toList();
    }
}
