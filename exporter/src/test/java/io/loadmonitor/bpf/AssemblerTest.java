package io.loadmonitor.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** The bytes are those of clang 14 and llvm-objdump for the same instructions. */
final class AssemblerTest {
    private static String hex(Assembler code) {
        ByteBuffer bytes = code.assemble();
        StringBuilder text = new StringBuilder();
        while (bytes.hasRemaining()) {
            text.append(String.format("%02x", bytes.get()));
        }
        return text.toString();
    }

    @Test
    void writesInstructionsAsTheKernelReadsThem() {
        assertEquals("7916080000000000", hex(new Assembler().load(8, 6, 1, 8)), "r6 = *(u64 *)(r1 + 8)");
        assertEquals("6121a00500000000", hex(new Assembler().load(4, 1, 2, 1440)), "r1 = *(u32 *)(r2 + 1440)");
        assertEquals("7b1af8ff00000000", hex(new Assembler().store(8, 10, -8, 1)), "*(u64 *)(r10 - 8) = r1");
        assertEquals("620908000a000000", hex(new Assembler().storeImmediate(4, 9, 8, 10)), "*(u32 *)(r9 + 8) = 10");
        assertEquals("bf71000000000000", hex(new Assembler().move(1, 7)), "r1 = r7");
        assertEquals("b703000010000000", hex(new Assembler().moveImmediate(3, 16)), "r3 = 16");
        assertEquals("07020000f0ffffff", hex(new Assembler().addImmediate(2, -16)), "r2 += -16");
        assertEquals("850000008d000000", hex(new Assembler().call(141)), "call 141");
        assertEquals("9500000000000000", hex(new Assembler().exit()), "exit");
        assertEquals("db0af8ff01000000", hex(new Assembler().fetchAdd(10, -8, 0)), "lock fetch_add");
        assertEquals("18110000050000000000000000000000", hex(new Assembler().map(1, 5)), "r1 = map");
        assertEquals("18290000050000000000000000000000", hex(new Assembler().mapValue(9, 5)), "r9 = map value");
    }

    @Test
    void resolvesJumpsBothWays() {
        Assembler code = new Assembler()
                .label("back")
                .jumpIfEqual(1, 0, "end")
                .jump("back")
                .label("end")
                .exit();
        assertEquals("1501010000000000" + "0500feff00000000" + "9500000000000000", hex(code));
        assertThrows(
                IllegalStateException.class,
                () -> new Assembler().jump("nowhere").assemble());
        assertThrows(
                IllegalStateException.class, () -> new Assembler().label("a").label("a"));
        assertThrows(IllegalArgumentException.class, () -> new Assembler().load(8, 1, 1, 40_000));
        assertThrows(IllegalArgumentException.class, () -> new Assembler().load(3, 1, 1, 0));
    }
}
