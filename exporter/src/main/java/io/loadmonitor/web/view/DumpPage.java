package io.loadmonitor.web.view;

import io.loadmonitor.archive.ArchivedDump;
import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.dump.LoadBreakdown;
import java.util.List;
import java.util.Optional;

/**
 * One dump.
 *
 * @param previous the newest dump with a text that was taken before this one
 */
public record DumpPage(
        DumpRow dump,
        Optional<Long> incidentId,
        List<String> warnings,
        List<Fact> facts,
        Optional<LoadParts> parts,
        Optional<TaskGroup.Groups> groups,
        Optional<FlameView> flame,
        Optional<Long> previous) implements PageModel {
    private static final int MAX_GROUPS = 200;
    private static final int MAX_TASKS = 100;

    public static DumpPage of(ArchivedDump dump, CauseCatalogue causes, Optional<Long> previous) {
        return new DumpPage(
                DumpRow.of(dump.summary()),
                dump.summary().incidentId().isPresent()
                        ? Optional.of(dump.summary().incidentId().getAsLong()) : Optional.empty(),
                DumpFacts.warnings(dump.summary(), dump.dump()),
                DumpFacts.facts(dump.summary(), dump.dump()),
                dump.dump().map(content -> LoadBreakdown.of(content, causes)).map(LoadParts::of),
                dump.dump().map(content -> TaskGroup.of(content, MAX_GROUPS, MAX_TASKS)),
                dump.dump().filter(content -> !content.tasks().isEmpty())
                        .map(content -> FlameView.of(content, FlameView.MAX_IN_PAGE)),
                previous);
    }

    @Override
    public String template() {
        return "dump.jte";
    }
}
