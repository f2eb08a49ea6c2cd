package io.loadmonitor.web.json;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.loadmonitor.archive.ArchivedDump;
import io.loadmonitor.archive.SeenSignature;
import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.report.json.DumpRelations;
import io.loadmonitor.web.view.Site;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A dump with all that its text says, and with what its tasks have in common. */
public record DumpAnswer(
        @JsonUnwrapped DumpDetail detail,
        @JsonUnwrapped @Nullable DumpRelations relations) {
    /**
     * @param before the same host's dump before it, of the same boot
     * @param seen the dump's signatures
     */
    public static DumpAnswer of(
            ArchivedDump dump,
            Optional<ArchivedDump> before,
            List<SeenSignature> seen,
            CauseCatalogue causes,
            Site site) {
        return new DumpAnswer(
                DumpDetail.of(dump, site),
                dump.dump()
                        .map(content -> DumpRelations.of(content, before, seen, causes))
                        .orElse(null));
    }
}
