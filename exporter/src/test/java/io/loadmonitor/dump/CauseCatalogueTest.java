package io.loadmonitor.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.dump.KnownStacks.Known;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

final class CauseCatalogueTest {
    private static final CauseCatalogue STANDARD = CauseCatalogue.standard();

    private static CauseFinder.Finding find(StackDump dump) {
        return new CauseFinder(STANDARD, dump).find(dump.tasks().get(0));
    }

    @TestFactory
    List<DynamicTest> knowsTheStacksOfKnownCause() throws IOException {
        return KnownStacks.all().stream()
                .map(known -> DynamicTest.dynamicTest(known.name(), () -> check(known)))
                .toList();
    }

    private static void check(Known known) {
        for (String suffix : List.of("", ".isra.0", ".constprop.0.cold", ".part.12")) {
            CauseFinder.Finding found = find(known.dump(suffix));
            assertEquals(known.cause(), found.cause().id(), known.name() + suffix + ", from " + known.from());
            assertEquals(known.function(), found.detail(), known.name() + suffix + ", from " + known.from());
        }
    }

    /** A rule that no stack needs is one that nobody has looked at. */
    @Test
    void hasAStackForEveryRule() throws IOException {
        Set<String> used = new HashSet<>();
        for (Known known : KnownStacks.all()) {
            CauseRule rule = find(known.dump()).rule();
            if (rule != null) {
                used.add(rule.place());
            }
        }
        Set<String> unused = new TreeSet<>();
        STANDARD.rules().stream()
                .filter(rule -> !used.contains(rule.place()))
                .forEach(rule -> unused.add(rule.cause().id() + " " + rule.place()));
        assertEquals(Set.of(), unused, "rules that decide no stack of causes.stacks");
    }

    @Test
    void saysWhereEveryStackIsFrom() throws IOException {
        for (Known known : KnownStacks.all()) {
            assertTrue(
                    known.from().startsWith("https://")
                            || known.from().startsWith("constructed from v")
                            || known.from().startsWith("kmod/tests/captures/")
                            || known.from().startsWith("the original module's log"),
                    known.name() + ": " + known.from());
        }
    }

    @Test
    void isABoundedListForALabel() {
        assertTrue(
                STANDARD.causes().size() >= 40 && STANDARD.causes().size() <= 125,
                "" + STANDARD.causes().size());
        assertEquals(
                STANDARD.causes().size(),
                STANDARD.causes().stream().map(LoadCause::id).distinct().count());
        assertEquals(
                STANDARD.causes().size(),
                STANDARD.causes().stream().map(LoadCause::title).distinct().count());
    }

    @Test
    void explainsEachCauseInOneSentenceAndSaysWhatToCheckAndWhereItsRulesAreFrom() {
        for (LoadCause cause : STANDARD.causes()) {
            assertTrue(cause.explanation().endsWith("."), cause.id());
            assertTrue(cause.check().endsWith("."), cause.id());
            boolean ruled =
                    STANDARD.rules().stream().anyMatch(rule -> rule.cause().equals(cause));
            assertEquals(ruled, !cause.sources().isEmpty(), cause.id() + " has rules and no source, or the reverse");
        }
    }

    @Test
    void isListedInTheDocumentation() throws IOException {
        List<String> listed = Files.readAllLines(Path.of("docs/causes.md")).stream()
                .filter(line -> line.startsWith("| `") && line.endsWith(". |"))
                .toList();
        assertEquals(
                STANDARD.causes().stream()
                        .map(cause -> "| `" + cause.id() + "` | "
                                + cause.titleIn()
                                        .orElse(cause.title())
                                        .replace("{module}", "MODULE")
                                        .replaceAll("\\{\\w+}", "FUNCTION")
                                + " | "
                                + cause.explanation() + " |")
                        .toList(),
                listed);
    }

    @Test
    void addsTheUsersRulesWhichWinOverItsOwn(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("own.txt"), """
                # The storage driver of our appliance.
                cause vendor-poll
                  title polling the vendor's card
                  explanation The driver's threads sleep between two looks at the card.
                  check Nothing.
                  frames 20 msleep within vendor_*

                cause nfs
                  frames 60 vendor_remote_read
                """);
        CauseCatalogue both = STANDARD.with(file);
        StackDump polling = DumpParser.parse(Dumps.raw("""
                stack id=1 tasks=1
                  msleep+0x1/0x2
                  vendor_poll_thread+0x1/0x2 [vendor]
                stack id=2 tasks=1
                  vendor_remote_read.isra.0+0x1/0x2 [vendor]
                stack id=3 tasks=1
                  msleep+0x1/0x2
                  other_thread+0x1/0x2
                task pid=1 state=D on=sleep stack=1 comm="a"
                task pid=2 state=D on=sleep stack=2 comm="b"
                task pid=3 state=D on=sleep stack=3 comm="c"
                """));
        assertEquals(
                List.of("nfs", "timed-sleep", "vendor-poll"),
                LoadBreakdown.of(polling, both).parts().stream()
                        .map(part -> part.cause().id())
                        .toList());
        assertEquals(STANDARD.causes().size() + 1, both.causes().size());
        assertEquals(
                "polling the vendor's card",
                both.cause("vendor-poll").orElseThrow().title());
        assertTrue(STANDARD.cause("vendor-poll").isEmpty());
        assertEquals(
                List.of("module", "timed-sleep", "timed-sleep"),
                LoadBreakdown.of(polling).parts().stream()
                        .map(part -> part.cause().id())
                        .sorted()
                        .toList());
    }

    /** Whoever reclaims memory may wait for anything on the way; the title says both. */
    @Test
    void tellsWhatReclaimWaitsFor() {
        assertEquals(
                List.of(
                        "direct-reclaim: waiting for a reader-writer lock in xfs_ilock while reclaiming memory",
                        "direct-reclaim: waiting while reclaiming memory",
                        "xfs-log: waiting for the XFS log while reclaiming memory"),
                titles("""
                        stack id=1 tasks=1
                          down_write+0x1/0x2
                          xfs_ilock+0x1/0x2 [xfs]
                          xfs_reclaim_inode+0x1/0x2 [xfs]
                          shrink_slab+0x1/0x2
                          balance_pgdat+0x1/0x2
                        stack id=2 tasks=1
                          xfs_iunpin_wait+0x1/0x2 [xfs]
                          xfs_reclaim_inode+0x1/0x2 [xfs]
                          shrink_slab+0x1/0x2
                          balance_pgdat+0x1/0x2
                        stack id=3 tasks=1
                          schedule_timeout+0x1/0x2
                          reclaim_throttle+0x1/0x2
                          shrink_node+0x1/0x2
                          try_to_free_pages+0x1/0x2
                          filemap_fault+0x1/0x2
                        task pid=1 state=D on=sleep stack=1 comm="kswapd0"
                        task pid=2 state=D on=sleep stack=2 comm="kswapd0"
                        task pid=3 state=D on=sleep stack=3 comm="java"
                        """));
    }

    /** A label of a metric must not grow with the modules of the world: all of them are one cause. */
    @Test
    void namesTheModuleOfWhatNoRuleKnows() {
        assertEquals(
                List.of(
                        "module: waiting in drbd: al_wait",
                        "module: waiting in vendor_fs: vfs_core_wait",
                        "other: other: in core_wait"),
                titles("""
                        stack id=1 tasks=1
                          schedule+0x1/0x2
                          al_wait.isra.0+0x1/0x2 [drbd 5f3a0c1e]
                          submit+0x1/0x2
                        stack id=2 tasks=1
                          schedule+0x1/0x2
                          core_wait+0x1/0x2
                          vfs_core_wait+0x1/0x2 [vendor_fs]
                          outer_call+0x1/0x2 [other]
                        stack id=3 tasks=1
                          schedule+0x1/0x2
                          core_wait+0x1/0x2
                        task pid=1 state=D on=sleep stack=1 comm="a"
                        task pid=2 state=D on=sleep stack=2 comm="b"
                        task pid=3 state=D on=sleep stack=3 comm="c"
                        """));
        assertEquals(List.of("other: other: in core_wait"), titles("""
                task pid=3 state=D on=sleep wchan=core_wait comm="c"
                """));
    }

    private static List<String> titles(String text) {
        return LoadBreakdown.of(DumpParser.parse(Dumps.raw(text))).parts().stream()
                .map(part -> part.cause().id() + ": " + part.title())
                .sorted()
                .toList();
    }

    /** Neither what runs nor who waits for another task waits for a device. */
    @Test
    void marksWhatASuspendedDeviceMayHold() {
        assertEquals(
                List.of(
                        "block-tag",
                        "block-io",
                        "write-back",
                        "dirty-throttling",
                        "device-mapper",
                        "md-raid",
                        "bcache",
                        "drbd",
                        "loop-device",
                        "ext4-journal",
                        "xfs-log",
                        "btrfs-transaction",
                        "btrfs-data",
                        "btrfs-space",
                        "btrfs-scrub",
                        "bcachefs",
                        "f2fs",
                        "zfs",
                        "inode-direct-io",
                        "frozen-filesystem",
                        "page-in",
                        "page-lock",
                        "swap-in",
                        "memory-pool"),
                STANDARD.causes().stream()
                        .filter(LoadCause::waitsForDevice)
                        .map(LoadCause::id)
                        .toList());
    }

    @Test
    void marksAUsersCauseThatWaitsForADevice() throws Exception {
        String cause = """
                cause vendor-card
                  title waiting for the vendor's card
                  explanation The card has not answered.
                  check Its lamp.
                  frames 70 vendor_wait
                """;
        StackDump dump = DumpParser.parse(Dumps.raw("""
                task pid=1 state=D on=sleep wchan=vendor_wait comm="a"
                device dev="dm-0" suspended=1
                """));
        assertEquals(
                "waiting for the vendor's card",
                LoadBreakdown.of(dump, STANDARD.with(cause, "own.txt"))
                        .parts()
                        .get(0)
                        .title());
        assertEquals(
                "waiting for the vendor's card while dm-0 is suspended",
                LoadBreakdown.of(dump, STANDARD.with(cause + "waits-for-device\n", "own.txt"))
                        .parts()
                        .get(0)
                        .title());
    }

    @Test
    void saysAllThatIsWrongWithAFileAndWhere() {
        CauseFileException e = assertThrows(CauseFileException.class, () -> STANDARD.with("""
                frames 20 too_early
                cause Bad_Id
                  title t
                  explanation e
                  check c
                  frames 20 f
                cause mine
                  colour red
                  frames 100 f
                  frames 20
                  frames 20 f*o f.isra.0
                  frames 20 f within
                  otherwise
                cause nfs
                  title mine now
                cause mine
                cause vfork
                  waits-for-device
                cause empty
                  title t
                  title-in no place for it
                  explanation e
                  check c
                cause sp\u00e4t
                """, "own.txt"));
        assertEquals(
                List.of(
                        "own.txt:1: \"frames\" stands before the first cause",
                        "own.txt:8: \"colour\" is no key: expected cause, kind, title, title-in, while, explanation,"
                                + " check, source, waits-for-device, frames or first",
                        "own.txt:9: \"100\" is no specificity: expected 1 to 99, then functions",
                        "own.txt:10: a rule needs functions: \"20\"",
                        "own.txt:11: \"f*o\" is no name of a function: expected letters, digits, '_', '.', '$', and at"
                                + " most one '*' at its end",
                        "own.txt:11: \"f.isra.0\" has a compiler's suffix; leave it out: names are compared without it",
                        "own.txt:12: a rule needs functions before and after \"within\": \"20 f within\"",
                        "own.txt:13: \"otherwise\" is for the catalogue alone",
                        "own.txt:15: \"nfs\" is a cause of the catalogue: rules can be added to it, but its title"
                                + " stays",
                        "own.txt:16: \"mine\" is there twice, first in line 7",
                        "own.txt:18: \"vfork\" is a cause of the catalogue: rules can be added to it, but whether it"
                                + " waits for a device stays",
                        "own.txt:24: \"cause sp\\xc3\\xa4t\" has characters that are not printable ASCII",
                        "own.txt:2: not the id of a cause: \"Bad_Id\"; expected at most 40 lower-case letters and"
                                + " digits in words with hyphens between them",
                        "own.txt:7: \"mine\" has no title",
                        "own.txt:19: title-in has to hold one of {function}, {innermost} and {call}: \"no place for"
                                + " it\""),
                e.problems());
    }

    @Test
    void namesTheFileThatCannotBeRead(@TempDir Path folder) {
        Path file = folder.resolve("none.txt");
        CauseFileException e = assertThrows(CauseFileException.class, () -> STANDARD.with(file));
        assertEquals(List.of(file + ": there is no such file"), e.problems());
        assertNotNull(e.getMessage());
    }

    @Test
    void boundsAFile() {
        String causes = "cause c%d\n title t\n explanation e\n check c\n frames 1 f\n";
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 300; i++) {
            text.append(causes.formatted(i));
        }
        CauseFileException e = assertThrows(CauseFileException.class, () -> STANDARD.with(text.toString(), "own.txt"));
        assertTrue(
                e.problems().get(0).endsWith("more than 100 causes of your own"),
                e.problems().get(0));
        assertTrue(e.problems().size() <= 50);
        assertFalse(e.problems().isEmpty());
    }
}
