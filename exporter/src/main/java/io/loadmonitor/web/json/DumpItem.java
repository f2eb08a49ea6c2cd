package io.loadmonitor.web.json;

import io.loadmonitor.archive.DumpDeletion;
import io.loadmonitor.archive.DumpSummary;
import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.report.json.Absent;
import io.loadmonitor.web.view.Site;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A dump in a list.
 *
 * @param deletedAt and deletedBy, with state {@code deleted}: when the retention deleted its text, and which of its
 *     settings wanted it
 */
public record DumpItem(
        long id,
        String host,
        String state,
        @Nullable String source,
        String trigger,
        @Nullable String reason,
        String takenAt,
        @Nullable Double load1,
        @Nullable Integer active,
        @Nullable Integer tasks,
        @Nullable String headline,
        @Nullable String failure,
        @Nullable Long incidentId,
        long rawBytes,
        @Nullable String deletedAt,
        @Nullable String deletedBy,
        Links links) {

    /** Where more of it is. */
    public record Links(String self, String raw, String folded, String page) {}

    public static DumpItem of(DumpSummary dump, Site site) {
        return new DumpItem(
                dump.id(),
                dump.host(),
                dump.state().name().toLowerCase(Locale.ROOT),
                dump.source().orElse(null),
                dump.trigger().name().toLowerCase(Locale.ROOT),
                dump.reason().map(EscapedText::escaped).orElse(null),
                dump.takenAt().toString(),
                Absent.orNull(dump.load1()),
                Absent.orNull(dump.active()),
                Absent.orNull(dump.tasks()),
                dump.headline().isEmpty() ? null : dump.headline(),
                dump.failure().orElse(null),
                Absent.orNull(dump.incidentId()),
                dump.rawBytes(),
                dump.deleted().map(deletion -> deletion.at().toString()).orElse(null),
                dump.deleted().map(DumpDeletion::setting).orElse(null),
                links(dump.id(), site));
    }

    static Links links(long id, Site site) {
        String self = site.link(path(id));
        return new Links(self, self + "/raw", self + "/folded", site.link("/dumps/" + id));
    }

    /** Of the dump in the API. */
    static String path(long id) {
        return "/api/v1/dumps/" + id;
    }
}
