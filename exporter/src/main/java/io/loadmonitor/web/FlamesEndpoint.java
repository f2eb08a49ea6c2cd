package io.loadmonitor.web;

import io.javalin.http.Context;
import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveException;
import io.loadmonitor.archive.ArchivedDump;
import io.loadmonitor.archive.DumpSummary;
import io.loadmonitor.dump.StackDump;
import io.loadmonitor.flame.FoldedStacks;
import io.loadmonitor.flame.PprofProfile;
import io.loadmonitor.flame.SampledProfile;
import io.loadmonitor.flame.StackDiff;
import io.loadmonitor.web.json.SpeedscopeFile;
import io.loadmonitor.web.view.FlameFilePage;
import java.util.Optional;
import java.util.Set;

/** Dumps in the formats of other programs, and what changed between two of them. */
final class FlamesEndpoint {
    private final Archive archive;
    private final StatusSource status;
    private final Json json;
    private final PageRenderer renderer;

    FlamesEndpoint(WebParts parts, Json json, PageRenderer renderer) {
        this.archive = parts.archive();
        this.status = parts.status();
        this.json = json;
        this.renderer = renderer;
    }

    void speedscope(Context context) throws ArchiveException {
        Dump dump = only(context);
        json.answer(
                context,
                200,
                SpeedscopeFile.of(
                        SampledProfile.of(FoldedStacks.of(dump.content())),
                        dump.title(),
                        status.status().version()));
        name(context, "inline", "dump-" + dump.id() + ".speedscope.json");
    }

    void pprof(Context context) throws ArchiveException {
        Dump dump = only(context);
        context.contentType("application/gzip")
                .result(PprofProfile.write(
                        FoldedStacks.of(dump.content()),
                        Optional.of(dump.summary().takenAt()),
                        dump.title()));
        name(context, "attachment", "dump-" + dump.id() + ".pb.gz");
    }

    /** A page for a file: with all that it needs, so that it can be opened from a disk or attached to a ticket. */
    void file(Context context) throws ArchiveException {
        Dump dump = only(context);
        context.contentType("text/html; charset=utf-8")
                .header("Content-Security-Policy", renderer.policyAlone() + "; frame-ancestors 'none'")
                .result(renderer.renderAlone(FlameFilePage.of(dump.summary(), dump.content())));
        name(context, "inline", "dump-" + dump.id() + ".html");
    }

    /** {@code stack before after} lines of the stacks that changed; with {@code all=true} of the others, too. */
    void diff(Context context) throws ArchiveException {
        boolean all = QueryParameters.only(context.queryString(), Set.of("all"))
                .flag("all")
                .orElse(false);
        Dump before = find(DumpsEndpoint.id(context));
        Dump after = find(other(context));
        StackDiff diff = StackDiff.of(before.content(), after.content());
        DumpsEndpoint.text(context, "diff-" + before.id() + "-" + after.id() + ".folded")
                .result(StackDiff.write(all ? diff.stacks() : diff.changed()));
    }

    private Dump only(Context context) throws ArchiveException {
        QueryParameters.only(context.queryString(), Set.of());
        return find(DumpsEndpoint.id(context));
    }

    private Dump find(long id) throws ArchiveException {
        ArchivedDump dump = DumpsEndpoint.find(archive, id);
        return new Dump(dump.summary(), dump.dump().orElseThrow(() -> DumpsEndpoint.withoutText(id)));
    }

    private static long other(Context context) {
        return DumpsEndpoint.id(context.pathParam("other"));
    }

    private static void name(Context context, String disposition, String fileName) {
        context.header("Content-Disposition", disposition + "; filename=\"" + fileName + "\"");
    }

    /** A dump that has a text. */
    private record Dump(DumpSummary summary, StackDump content) {
        long id() {
            return summary.id();
        }

        String title() {
            return "Dump " + summary.id() + " of " + summary.host() + ": " + summary.headline()
                    + content.sample()
                            .map(sample -> "; stacks are counted in the sample, not scaled up")
                            .orElse("");
        }
    }
}
