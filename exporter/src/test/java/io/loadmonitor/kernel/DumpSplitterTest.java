package io.loadmonitor.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.loadmonitor.dump.RawDump;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class DumpSplitterTest {
    static final String FIRST = "load_monitor dump version=1 id=1 source=kmod\n"
            + "stack id=1 tasks=1\n  kernel_clone+0x1af/0x3e0\n"
            + "task pid=94 state=D on=sleep stack=1 comm=\"end id=1\\nload_monitor dump \"\nend id=1 tasks=1\n";
    static final String SECOND = "load_monitor dump version=1 id=2 source=kmod\nend id=2 tasks=0\n";
    private static final String CUT = "load_monitor dump version=1 id=3 source=kmod\ntask pid=9";

    @Test
    void givesTheSameDumpsHoweverTheBytesArrive() {
        String stream = FIRST + SECOND + FIRST;
        for (int size = 1; size <= stream.length(); size++) {
            DumpSplitter splitter = new DumpSplitter(1 << 20);
            assertEquals(List.of(FIRST, SECOND, FIRST), feed(splitter, stream, size), "in pieces of " + size);
            assertEquals(0, splitter.strayBytes());
        }
    }

    @Test
    void givesOutADumpThatIsCutOffByTheNext() {
        assertEquals(
                List.of(CUT.substring(0, CUT.indexOf('\n') + 1), SECOND),
                feed(new DumpSplitter(1 << 20), CUT.substring(0, CUT.indexOf('\n') + 1) + SECOND, 7));
    }

    @Test
    void givesOutADumpThatIsCutOffInTheMiddleOfALine() {
        DumpSplitter splitter = new DumpSplitter(1 << 20);
        assertEquals(List.of(SECOND), feed(splitter, SECOND + CUT, 16));
        splitter.cut();
        assertEquals(Optional.of(raw(CUT)), splitter.next());
        assertEquals(List.of(FIRST), feed(splitter, FIRST, 16));
    }

    @Test
    void countsWhatBelongsToNoDump() {
        DumpSplitter splitter = new DumpSplitter(1 << 20);
        assertEquals(List.of(FIRST, SECOND), feed(splitter, "tail of a dump\n" + FIRST + "what?\n" + SECOND, 10));
        assertEquals("tail of a dump\nwhat?\n".length(), splitter.strayBytes());
    }

    @Test
    void boundsADumpThatDoesNotEnd() {
        DumpSplitter splitter = new DumpSplitter(200);
        String header = "load_monitor dump version=1 id=1 source=kmod\n";
        List<String> dumps = feed(splitter, header + "task pid=1\n".repeat(1000) + SECOND, 64);
        assertEquals(List.of(header + "task pid=1\n".repeat(14), SECOND), dumps);
        assertEquals(986 * 11, splitter.strayBytes());
    }

    @Test
    void boundsALineThatDoesNotEnd() {
        DumpSplitter splitter = new DumpSplitter(200);
        assertEquals(List.of(), feed(splitter, "x".repeat(100_000), 64));
        splitter.cut();
        assertEquals(100_000, splitter.strayBytes());
    }

    private static List<String> feed(DumpSplitter splitter, String stream, int size) {
        List<String> dumps = new ArrayList<>();
        for (int from = 0; from < stream.length(); from += size) {
            byte[] piece = stream.substring(from, Math.min(stream.length(), from + size))
                    .getBytes(StandardCharsets.ISO_8859_1);
            splitter.feed(piece, piece.length);
            for (Optional<RawDump> dump = splitter.next(); dump.isPresent(); dump = splitter.next()) {
                dumps.add(new String(dump.get().toByteArray(), StandardCharsets.ISO_8859_1));
            }
        }
        return dumps;
    }

    static RawDump raw(String text) {
        return RawDump.of(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
