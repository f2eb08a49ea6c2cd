package io.loadmonitor.web.view;

import io.loadmonitor.archive.ArchivedDump;
import java.util.Optional;

/**
 * One dump, with each of its tasks.
 *
 * @param previous the newest dump with a text that was taken before this one
 * @param compare with which others it can be compared
 */
public record DumpPage(
        DumpView view,
        Optional<Long> incidentId,
        Optional<TaskGroup.Groups> tasks,
        Optional<Long> previous,
        CompareForm compare)
        implements PageModel {
    private static final int MAX_GROUPS = 200;
    private static final int MAX_TASKS = 100;

    public static DumpPage of(ArchivedDump dump, DumpView view, Optional<Long> previous, CompareForm compare) {
        return new DumpPage(
                view,
                dump.summary().incidentId().isPresent()
                        ? Optional.of(dump.summary().incidentId().getAsLong())
                        : Optional.empty(),
                dump.dump().map(content -> TaskGroup.of(content, MAX_GROUPS, MAX_TASKS)),
                previous,
                compare);
    }

    @Override
    public String template() {
        return "dump.jte";
    }
}
