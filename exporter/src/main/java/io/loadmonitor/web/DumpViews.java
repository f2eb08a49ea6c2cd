package io.loadmonitor.web;

import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveException;
import io.loadmonitor.archive.ArchivedDump;
import io.loadmonitor.archive.DumpNames;
import io.loadmonitor.archive.DumpQuery;
import io.loadmonitor.archive.DumpSummary;
import io.loadmonitor.archive.SeenSignature;
import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.web.view.DumpView;
import io.loadmonitor.web.view.GroupTable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Puts together what pages show of a dump: with what the archive knows of earlier ones. */
final class DumpViews {
    /** Dumps without a text, before which the one to compare with is looked for, are rare. */
    private static final int MOST_LOOKED_BACK = 5;

    private static final int MOST_OFFERED = 50;

    private final Archive archive;
    private final Supplier<CauseCatalogue> causes;

    DumpViews(Archive archive, Supplier<CauseCatalogue> causes) {
        this.archive = archive;
        this.causes = causes;
    }

    /** @param address of the page */
    DumpView of(ArchivedDump dump, String address, GroupTable.By by) throws ArchiveException {
        Map<String, GroupTable.Sighting> seen = new HashMap<>();
        for (SeenSignature signature : dump.seen()) {
            seen.put(
                    signature.signature().id(),
                    new GroupTable.Sighting(
                            signature.before().map(SeenSignature.Earlier::dumps).orElse(0L),
                            signature.before().map(SeenSignature.Earlier::last),
                            signature.chronic()));
        }
        return DumpView.of(
                dump,
                address,
                by,
                causes.get(),
                seen,
                archive.dumpBefore(dump)
                        .flatMap(earlier -> earlier.dump()
                                .map(content ->
                                        new GroupTable.Before(earlier.summary().id(), content))));
    }

    /** The newest dump with a text that was taken before this one. */
    Optional<Long> previous(DumpSummary dump) throws ArchiveException {
        return earlier(dump, MOST_LOOKED_BACK).stream()
                .filter(other -> other.rawBytes() > 0)
                .map(DumpSummary::id)
                .findFirst();
    }

    /** What it may be compared with, oldest first: itself among those of its incident, else after those before it. */
    List<DumpSummary> comparable(DumpSummary dump) throws ArchiveException {
        List<DumpSummary> dumps = new ArrayList<>(earlier(dump, MOST_OFFERED));
        Collections.reverse(dumps);
        dumps.add(dump);
        if (dump.incidentId().isPresent()) {
            archive.incident(dump.incidentId().getAsLong())
                    .ifPresent(incident -> incident.dumps().stream()
                            .filter(other -> !other.takenAt().isBefore(dump.takenAt()) && other.id() != dump.id())
                            .limit(MOST_OFFERED)
                            .forEach(dumps::add));
        }
        return dumps;
    }

    private List<DumpSummary> earlier(DumpSummary dump, int most) throws ArchiveException {
        return archive.dumps(new DumpQuery(
                        Optional.empty(),
                        Optional.of(dump.takenAt()),
                        Optional.empty(),
                        DumpNames.ANY,
                        Optional.empty(),
                        most))
                .items();
    }
}
