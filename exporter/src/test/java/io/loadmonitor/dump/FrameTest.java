package io.loadmonitor.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FrameTest {
    @Test
    void readsSymbolOffsetSizeAndModule() {
        assertEquals(
                new Frame("nfs_wait_bit_killable", OptionalLong.of(0x2a), OptionalLong.of(0x80), Optional.of("nfs")),
                Frame.parse("  nfs_wait_bit_killable+0x2a/0x80 [nfs]"));
    }

    @Test
    void keepsTheSuffixThatTheCompilerGave() {
        assertEquals(
                "blkdev_put.part.0", Frame.parse("blkdev_put.part.0+0x1/0x2").function());
    }

    @Test
    void readsTheHighestOffset() {
        assertEquals(
                OptionalLong.of(-1), Frame.parse("f+0xffffffffffffffff/0x1").offset());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "?",
                "0xffffffff81234567",
                "f+0x",
                "f+0x1/0x",
                "f+0xg/0x1",
                "f+0x11111111111111111/0x1",
                "+0x1/0x2",
                "f/0x2",
                "[nfs]",
                "f [ ]",
                "? f",
                "f+0x-1/0x2"
            })
    void keepsTextOfAnotherShapeAsItIs(String text) {
        assertEquals(new Frame(text, OptionalLong.empty(), OptionalLong.empty(), Optional.empty()), Frame.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a +0x1", "a+0x1+0x2/0x3", "f  [ m ]", "f [a] [b]", "a+0x01/0x02", "?+0x1 [m"})
    void isReadTheSameFromItsOwnText(String text) {
        Frame frame = Frame.parse(text);
        assertEquals(frame, Frame.parse(frame.toString()));
    }

    @Test
    void refusesControlCharacters() {
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> Frame.parse("f\u001b+0x1/0x2"));
        assertEquals("not a symbol: \"f\\x1b\"", refused.getMessage());
    }
}
