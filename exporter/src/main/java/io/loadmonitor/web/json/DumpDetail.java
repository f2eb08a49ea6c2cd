package io.loadmonitor.web.json;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.loadmonitor.archive.ArchivedDump;
import io.loadmonitor.report.json.DumpContent;
import io.loadmonitor.web.view.Site;
import org.jspecify.annotations.Nullable;

/** A dump with all that its text says. Without a text only the fields of {@link DumpItem} are there. */
public record DumpDetail(
        @JsonUnwrapped DumpItem summary,
        @JsonUnwrapped @Nullable DumpContent content) {
    public static DumpDetail of(ArchivedDump dump, Site site) {
        return new DumpDetail(
                DumpItem.of(dump.summary(), site),
                dump.dump()
                        .flatMap(content -> dump.breakdown().map(breakdown -> DumpContent.of(content, breakdown)))
                        .orElse(null));
    }
}
