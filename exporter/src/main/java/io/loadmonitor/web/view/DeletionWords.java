package io.loadmonitor.web.view;

import io.loadmonitor.archive.DumpDeletion;
import io.loadmonitor.archive.DumpState;
import io.loadmonitor.archive.DumpSummary;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** That dumps were deleted, when (the day in UTC), and by which setting, in one sentence. */
public final class DeletionWords {
    private DeletionWords() {}

    /** {@code Dump 7 was deleted on 2026-11-30 (retention: max_dumps)}; without a full stop. */
    public static String of(long dump, DumpDeletion deletion) {
        return "Dump " + dump + " was deleted on " + when(List.of(deletion));
    }

    /**
     * {@code Its 3 dumps were deleted on 2026-11-30 (retention: max_dumps); what they told is kept}. Empty where none
     * was.
     *
     * @param dumps of an incident
     */
    static Optional<String> of(Collection<DumpSummary> dumps) {
        List<DumpDeletion> deleted =
                dumps.stream().flatMap(dump -> dump.deleted().stream()).toList();
        if (deleted.isEmpty()) {
            return Optional.empty();
        }
        long all = dumps.stream()
                .filter(dump -> dump.rawBytes() > 0 || dump.state() == DumpState.DELETED)
                .count();
        boolean one = deleted.size() == 1;
        String which = deleted.size() < all
                ? deleted.size() + " of its " + all + " dumps"
                : one ? "Its dump" : "Its " + all + " dumps";
        return Optional.of(which + (one ? " was" : " were") + " deleted " + (several(deleted) ? "" : "on ")
                + when(deleted) + "; what " + (one ? "it" : "they") + " told is kept");
    }

    private static boolean several(List<DumpDeletion> deletions) {
        return days(deletions).size() > 1;
    }

    private static SortedSet<String> days(List<DumpDeletion> deletions) {
        return deletions.stream()
                .map(deletion ->
                        LocalDate.ofInstant(deletion.at(), ZoneOffset.UTC).toString())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String when(List<DumpDeletion> deletions) {
        SortedSet<String> days = days(deletions);
        String settings = deletions.stream()
                .map(DumpDeletion::setting)
                .distinct()
                .sorted()
                .collect(Collectors.joining(", "));
        return (days.size() == 1 ? days.first() : "from " + days.first() + " to " + days.last()) + " (retention: "
                + settings + ")";
    }
}
