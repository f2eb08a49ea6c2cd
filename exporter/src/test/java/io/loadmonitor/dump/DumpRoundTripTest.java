package io.loadmonitor.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

final class DumpRoundTripTest {
    @Property(tries = 400)
    void whatIsWrittenIsReadAgain(@ForAll("dumps") StackDump dump) {
        assertEquals(dump, DumpParser.parse(DumpWriter.write(dump)));
    }

    @Property(tries = 200)
    void writesNothingButPrintableLines(@ForAll("dumps") StackDump dump) {
        String text = Dumps.text(DumpWriter.write(dump));
        assertTrue(text.chars().allMatch(c -> c == '\n' || c >= 0x20 && c <= 0x7e), text);
        long tasks = text.lines().filter(line -> line.startsWith("task ")).count();
        assertEquals(dump.tasks().size() + dump.lockFacts().owners().size(), tasks, text);
    }

    @Property(tries = 200)
    void linesMayEndLikeThoseOfOtherSystems(@ForAll("dumps") StackDump dump) {
        String text = Dumps.text(DumpWriter.write(dump)).replace("\n", "\r\n");
        assertEquals(dump, DumpParser.parse(Dumps.raw(text)));
    }

    @Test
    void refusesACompleteDumpWithoutAHeader() {
        StackDump dump = new StackDump(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of(),
                true,
                List.of());
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> DumpWriter.write(dump));
        assertTrue(refused.getMessage().contains("no header"), refused.getMessage());
    }

    @Test
    void refusesAnotherVersion() {
        StackDump dump = new StackDump(
                Optional.of(new StackDump.Header(2, 1, "kmod", Optional.empty(), Optional.empty())),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of(),
                true,
                List.of());
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> DumpWriter.write(dump));
        assertEquals("cannot write version 2 of the dump text", refused.getMessage());
    }

    @Provide
    Arbitrary<StackDump> dumps() {
        return Dumps.any();
    }
}
