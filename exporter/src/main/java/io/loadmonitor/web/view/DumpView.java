package io.loadmonitor.web.view;

import io.loadmonitor.archive.ArchivedDump;
import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.dump.LoadBreakdown;
import io.loadmonitor.dump.MappedDevices;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.dump.StackDump;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a page shows of one dump.
 *
 * @param address of the page, to which {@code &by=} is added for other groups
 * @param devices which devices were suspended; empty when none was, or nobody looked
 * @param host what the host was like beside it, one thing each
 * @param log what the kernel said last before it, line by line
 * @param story who the tasks were, of a deleted dump; every other one has groups
 * @param groups empty without a text, as all that follows
 * @param locks who holds what, and who waits for it
 * @param rawText the beginning of it
 * @param rawRest bytes of it that are not shown
 */
public record DumpView(
        DumpRow dump,
        String address,
        List<String> warnings,
        List<Fact> facts,
        Optional<LoadParts> parts,
        Optional<String> devices,
        List<String> host,
        List<String> log,
        Optional<StoryTable> story,
        Optional<GroupTable> groups,
        Optional<FlameView> flame,
        Optional<LockView> locks,
        String rawText,
        long rawRest) {
    private static final int MOST_TEXT = 16_000;

    public DumpView {
        warnings = List.copyOf(warnings);
        facts = List.copyOf(facts);
        host = List.copyOf(host);
        log = List.copyOf(log);
    }

    /**
     * @param address see above
     * @param seen what earlier dumps had of its signatures
     * @param before the dump before it, of the same boot
     */
    public static DumpView of(
            ArchivedDump dump,
            String address,
            GroupTable.By by,
            CauseCatalogue causes,
            Map<String, GroupTable.Sighting> seen,
            Optional<GroupTable.Before> before) {
        Optional<StackDump> content = dump.dump();
        Optional<StackDump> filled = content.filter(text -> !text.tasks().isEmpty());
        String shown = dump.raw().map(DumpView::beginning).orElse("");
        return new DumpView(
                DumpRow.of(dump.summary()),
                address,
                DumpFacts.warnings(dump),
                DumpFacts.facts(dump.summary(), content),
                dump.breakdown().map(LoadParts::of),
                dump.breakdown().flatMap(LoadBreakdown::devices).flatMap(MappedDevices::sentence),
                dump.host(),
                dump.log(),
                dump.story().map(StoryTable::of),
                filled.map(text -> GroupTable.of(
                        text, causes, by, seen, before, dump.summary().takenAt())),
                filled.map(text -> FlameView.of(text, FlameView.MAX_IN_PAGE)),
                filled.map(text -> LockView.of(text, causes))
                        .filter(view -> !view.holders().isEmpty()),
                VisibleText.of(shown),
                dump.raw().map(RawDump::sizeBytes).orElse(0) - shown.length());
    }

    /** Whole lines; a byte is a character, since a dump is ASCII. */
    private static String beginning(RawDump raw) {
        try (InputStream in = raw.open()) {
            String text = new String(in.readNBytes(MOST_TEXT), StandardCharsets.ISO_8859_1);
            return raw.sizeBytes() <= MOST_TEXT ? text : text.substring(0, text.lastIndexOf('\n') + 1);
        } catch (IOException e) {
            throw new UncheckedIOException("a text in memory cannot be read", e);
        }
    }

    /** The page with the tasks in other groups. */
    public String groupedBy(GroupTable.By by) {
        return address + (address.contains("?") ? "&" : "?") + "by=" + by.word() + "#groups";
    }
}
