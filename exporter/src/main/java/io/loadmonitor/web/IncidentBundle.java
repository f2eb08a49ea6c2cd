package io.loadmonitor.web;

import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveException;
import io.loadmonitor.archive.ArchivedDump;
import io.loadmonitor.archive.DumpSummary;
import io.loadmonitor.archive.Remarks;
import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.dump.StackDump;
import io.loadmonitor.flame.FoldedStack;
import io.loadmonitor.flame.FoldedStacks;
import io.loadmonitor.flame.PprofProfile;
import io.loadmonitor.flame.SampledProfile;
import io.loadmonitor.report.IncidentReport;
import io.loadmonitor.web.json.IncidentAnswer;
import io.loadmonitor.web.json.RemarkedIncident;
import io.loadmonitor.web.json.SpeedscopeFile;
import io.loadmonitor.web.view.DeletionWords;
import io.loadmonitor.web.view.FlameFilePage;
import io.loadmonitor.web.view.IncidentMarkdown;
import io.loadmonitor.web.view.RemarksMarkdown;
import io.loadmonitor.web.view.Site;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Everything of an incident as one zip file. It is made and sent one dump after another, so that its size costs no
 * memory: while a dump is made, it is held with one of its forms; while it is sent, only what it became in the file,
 * however slowly the client takes it. The same incident gives the same file. For one thread.
 */
final class IncidentBundle {
    /** Dumps in the file, and bytes of their texts; what is beyond is named in the README. */
    private static final int MOST_DUMPS = 200;

    private static final long MOST_BYTES = 256L << 20;

    /** What the time of a zip entry can say. */
    private static final Instant EARLIEST = Instant.parse("1980-01-01T00:00:00Z");

    private static final Instant LATEST = Instant.parse("2099-12-31T23:59:58Z");

    private final Archive archive;
    private final Json json;
    private final PageRenderer renderer;
    private final Site site;
    private final String version;
    private final IncidentReport report;
    private final CauseCatalogue causes;
    private final Builds builds;
    private final String folder;

    /**
     * @param version of the exporter
     * @param causes by which the parts of the load are named
     */
    IncidentBundle(
            Archive archive,
            Json json,
            PageRenderer renderer,
            Site site,
            String version,
            IncidentReport report,
            CauseCatalogue causes,
            Builds builds) {
        this.archive = archive;
        this.json = json;
        this.renderer = renderer;
        this.site = site;
        this.version = version;
        this.report = report;
        this.causes = causes;
        this.builds = builds;
        this.folder = name(report.incident().id()) + '/';
    }

    /** Of the folder in the file, and of the file without its suffix. */
    static String name(long incidentId) {
        return "incident-" + incidentId;
    }

    /**
     * Writes the whole file. The stream is left open.
     *
     * @throws IOException when the client is gone, or so much is asked for that a dump could not be made in time: then
     *     the file ends without its directory, so that nobody takes it for whole
     */
    void write(OutputStream out) throws IOException {
        ByteArrayOutputStream made = new ByteArrayOutputStream();
        ZipOutputStream zip = new ZipOutputStream(made, StandardCharsets.UTF_8);
        List<DumpSummary> dumps = taken();
        Remarks remarks = remarks();
        Instant time = report.incident().startedAt();
        put(zip, "README.txt", time, readme(dumps).getBytes(StandardCharsets.UTF_8));
        put(
                zip,
                "incident.json",
                time,
                json.write(RemarkedIncident.of(IncidentAnswer.of(report, site, causes), remarks)));
        put(
                zip,
                "incident.md",
                time,
                (IncidentMarkdown.write(report, site, causes, report.to()) + RemarksMarkdown.write(remarks))
                        .getBytes(StandardCharsets.UTF_8));
        for (DumpSummary dump : dumps) {
            send(made, out);
            made(zip, dump);
        }
        zip.finish();
        send(made, out);
    }

    private void made(ZipOutputStream zip, DumpSummary dump) throws IOException {
        try {
            builds.run(() -> {
                dump(zip, dump);
                return zip;
            });
        } catch (Refusal busy) {
            throw new IOException("there was no time to make dump " + dump.id(), busy);
        }
    }

    private static void send(ByteArrayOutputStream made, OutputStream out) throws IOException {
        made.writeTo(out);
        made.reset();
    }

    /** Those with a text, oldest first, within the bounds. */
    private List<DumpSummary> taken() {
        List<DumpSummary> withText = report.dumps().stream()
                .map(IncidentReport.Dump::summary)
                .filter(dump -> dump.rawBytes() > 0)
                .limit(MOST_DUMPS)
                .toList();
        long bytes = 0;
        for (int i = 0; i < withText.size(); i++) {
            bytes += withText.get(i).rawBytes();
            if (bytes > MOST_BYTES && i > 0) {
                return withText.subList(0, i);
            }
        }
        return withText;
    }

    private void dump(ZipOutputStream zip, DumpSummary summary) throws IOException {
        String name = "dumps/dump-" + summary.id();
        Instant time = summary.takenAt();
        try {
            Optional<ArchivedDump> found = archive.dump(summary.id());
            if (found.isEmpty() || found.get().raw().isEmpty()) {
                put(
                        zip,
                        name + ".missing.txt",
                        time,
                        "The dump was deleted by the retention while this file was made.\n");
                return;
            }
            raw(zip, name + ".txt", time, found.get().raw().get());
            forms(zip, name, time, found.get());
        } catch (ArchiveException e) {
            put(zip, name + ".missing.txt", time, "The dump could not be read: " + e.getMessage() + "\n");
        }
    }

    private Remarks remarks() throws IOException {
        try {
            return archive.remarks(report.incident().id()).orElse(Remarks.NONE);
        } catch (ArchiveException e) {
            throw new IOException("what people say of the incident could not be read", e);
        }
    }

    private void forms(ZipOutputStream zip, String name, Instant time, ArchivedDump dump) throws IOException {
        StackDump content = dump.dump().orElseThrow();
        String title = "Dump " + dump.summary().id() + " of " + dump.summary().host() + ": "
                + dump.summary().headline();
        List<FoldedStack> stacks = FoldedStacks.of(content);
        zip.putNextEntry(entry(name + ".folded", time));
        for (FoldedStack stack : stacks) {
            zip.write(stack.line().getBytes(StandardCharsets.UTF_8));
        }
        zip.closeEntry();
        put(
                zip,
                name + ".speedscope.json",
                time,
                json.write(SpeedscopeFile.of(SampledProfile.of(stacks), title, version)));
        put(zip, name + ".pb.gz", time, PprofProfile.write(stacks, Optional.of(time), title));
        put(zip, name + ".html", time, renderer.renderAlone(FlameFilePage.of(dump.summary(), content)));
    }

    private void raw(ZipOutputStream zip, String name, Instant time, RawDump raw) throws IOException {
        zip.putNextEntry(entry(name, time));
        try (InputStream in = raw.open()) {
            in.transferTo(zip);
        }
        zip.closeEntry();
    }

    private void put(ZipOutputStream zip, String name, Instant time, String text) throws IOException {
        put(zip, name, time, text.getBytes(StandardCharsets.UTF_8));
    }

    private void put(ZipOutputStream zip, String name, Instant time, byte[] content) throws IOException {
        zip.putNextEntry(entry(name, time));
        zip.write(content);
        zip.closeEntry();
    }

    /** With the time in UTC, wherever this runs. */
    private ZipEntry entry(String name, Instant time) {
        Instant bounded = time.isBefore(EARLIEST) ? EARLIEST : time.isAfter(LATEST) ? LATEST : time;
        ZipEntry entry = new ZipEntry(folder + name);
        entry.setTimeLocal(LocalDateTime.ofInstant(bounded, ZoneOffset.UTC));
        return entry;
    }

    private String readme(List<DumpSummary> dumps) {
        StringBuilder text = new StringBuilder(
                """
                Incident %d, as load-monitor %s has it. All times are UTC.

                incident.md              all that its page shows, for people and tickets
                incident.json            the same for programs, as GET /api/v1/incidents/%d answers it

                dumps/dump-N.txt              text of dump N, byte for byte as it was stored
                dumps/dump-N.folded           folded stacks: "comm;outermost;...;innermost count"
                dumps/dump-N.speedscope.json  for https://www.speedscope.app
                dumps/dump-N.pb.gz            for go tool pprof
                dumps/dump-N.html             flame graph; open it in a browser, it loads nothing
                dumps/dump-N.missing.txt      in place of all of these: why they are not here

                """.formatted(report.incident().id(), version, report.incident().id()));
        for (IncidentReport.Dump dump : report.dumps()) {
            DumpSummary summary = dump.summary();
            text.append("Dump ").append(summary.id()).append(", ").append(summary.takenAt());
            if (summary.deleted().isPresent()) {
                text.append(": ")
                        .append(DeletionWords.of(summary.id(), summary.deleted().get()))
                        .append("; what it told is in incident.json and incident.md");
            } else if (summary.rawBytes() == 0) {
                text.append(": there is no text of it");
            } else if (!dumps.contains(summary)) {
                text.append(": left out, the file would grow too large; GET /api/v1/dumps/")
                        .append(summary.id())
                        .append("/raw");
            }
            text.append('\n');
        }
        return text.toString();
    }
}
