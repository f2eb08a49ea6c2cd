package io.loadmonitor.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

final class MappedDevicesTest {
    private static final String DATA = "device dev=\"dm-0\" name=\"data\" suspended=1\n";
    private static final String THIRD = "device dev=\"dm-3\" suspended=1\n";

    private static MappedDevices of(String text) {
        StackDump dump = DumpParser.parse(Dumps.raw(text));
        assertEquals(0, dump.unreadCount(), dump.unreadLines().toString());
        return dump.devices().orElseThrow();
    }

    @Test
    void saysWhichAreSuspendedInAFewWords() {
        assertEquals(
                Optional.of("dm-0 (data) is suspended"),
                of("devices suspended=1\n" + DATA).brief());
        assertEquals(
                Optional.of("dm-0 (data) and dm-3 are suspended"),
                of("devices suspended=2\n" + DATA + THIRD).brief());
        assertEquals(
                Optional.of("dm-0 (data) and 4 other devices are suspended"),
                of("devices suspended=5\n" + DATA + THIRD).brief());
        assertEquals(
                Optional.of("dm-0 (data) and 1 other device are suspended"),
                of("devices suspended=2\n" + DATA).brief());
        assertEquals(
                Optional.of("1 mapped device is suspended"),
                of("devices mapped=2 suspended=1\n").brief());
        assertEquals(Optional.of("dm-3 is suspended"), of(THIRD).brief());
        assertEquals(
                Optional.empty(), of("devices age_ms=1 mapped=3 suspended=0\n").brief());
    }

    @Test
    void saysInASentenceWhatWasSeenAndWhen() {
        assertEquals(
                Optional.of("dm-0 (data) is suspended; 5 mapped devices, looked at 12 ms after the dump"),
                of("devices age_ms=12 mapped=5 suspended=1\n" + DATA).sentence());
        assertEquals(
                Optional.of("dm-0 (data), dm-3 and dm-3 are suspended; 3 mapped devices"),
                of("devices mapped=3 suspended=3\n" + DATA + THIRD + THIRD).sentence());
        assertEquals(
                Optional.of(
                        "dm-3, ".repeat(7) + "dm-3 and 2 other devices are suspended; looked at 0 ms after the dump"),
                of("devices age_ms=0 suspended=10\n" + THIRD.repeat(10)).sentence());
        assertEquals(
                Optional.empty(), of("devices age_ms=12 mapped=5 suspended=0\n").sentence());
    }

    @Test
    void quotesAndCutsNamesThatAreNotPlain() {
        assertEquals(
                Optional.of("dm-0 (\"a) is suspended + 99 y\") is suspended"),
                of("device dev=\"dm-0\" name=\"a) is suspended + 99 y\" suspended=1\n")
                        .brief());
        assertEquals(
                Optional.of("dm-0 (" + "x".repeat(32) + "...) is suspended"),
                of("device dev=\"dm-0\" name=\"" + "x".repeat(500) + "\" suspended=1\n")
                        .brief());
    }

    @Test
    void isAbsentWhereNobodyLooked() {
        assertEquals(
                Optional.empty(),
                DumpParser.parse(Dumps.raw("end id=1 tasks=0\n")).devices());
    }

    @Test
    void listsWhatCannotBeReadAsUnread() {
        StackDump dump = DumpParser.parse(Dumps.raw("devices age_ms=-1 mapped=5 suspended=99999999999\n"
                + "device name=\"x\" suspended=1\ndevice dev=\"dm-1\" suspended=2\ndevice dev=\"dm-2\" suspended=no\n"
                + "device dev=\"dm-3\" suspended=0\ndevice dev=\"dm-4\" state=new\n" + DATA + "devices mapped=1\n"));
        assertEquals(5, dump.unreadCount(), dump.unreadLines().toString());
        MappedDevices devices = dump.devices().orElseThrow();
        assertTrue(devices.ageMillis().isEmpty() && devices.suspended().isEmpty(), devices.toString());
        assertEquals(5, devices.mapped().orElseThrow());
        assertEquals(Optional.of("dm-0 (data) is suspended"), devices.brief());
    }

    @Test
    void listsNoMoreThan64() {
        StackDump dump = DumpParser.parse(Dumps.raw("devices suspended=70\n" + THIRD.repeat(70)));
        assertEquals(64, dump.devices().orElseThrow().listed().size());
        assertEquals(6, dump.unreadCount());
    }

    @Property(tries = 300)
    void namesNothingThatIsNotBoundedAndPrintable(@ForAll("devices") MappedDevices devices) {
        String words = devices.brief().orElse("") + devices.sentence().orElse("");
        assertTrue(words.length() < 1500 && words.chars().allMatch(c -> c >= 0x20 && c <= 0x7e), words);
        assertTrue(devices.brief().orElse("").length() < 200, words);
    }

    @Property(tries = 300)
    void isInsertedBeforeTheFooterAndNowhereElse(
            @ForAll("dumps") StackDump dump, @ForAll("devices") MappedDevices devices) {
        StackDump bare = with(dump, Optional.empty());
        RawDump raw = DumpWriter.write(bare);
        RawDump inserted = DumpWriter.insert(raw, devices);
        if (dump.complete()) {
            assertEquals(with(dump, Optional.of(devices)), DumpParser.parse(inserted));
            String before = Dumps.text(raw);
            String after = Dumps.text(inserted);
            int footer = before.lastIndexOf("end id=");
            assertTrue(
                    after.startsWith(before.substring(0, footer)) && after.endsWith(before.substring(footer)), after);
        } else {
            assertEquals(raw, inserted);
        }
    }

    private static StackDump with(StackDump dump, Optional<MappedDevices> devices) {
        return new StackDump(
                dump.header(),
                dump.trigger(),
                dump.time(),
                dump.load(),
                dump.tick(),
                dump.history(),
                dump.counts(),
                dump.cost(),
                devices,
                dump.exporterPid(),
                dump.stacks(),
                dump.tasks(),
                dump.complete(),
                dump.unreadLines(),
                dump.unreadCount());
    }

    @Provide
    Arbitrary<StackDump> dumps() {
        return Dumps.any();
    }

    @Provide
    Arbitrary<MappedDevices> devices() {
        return Dumps.devices();
    }
}
