package io.loadmonitor.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.bpf.BtfBytes.Member;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

final class BtfTest {
    private final BtfBytes bytes = new BtfBytes();

    private Btf btf() throws BtfException {
        return Btf.parse(bytes.bytes());
    }

    private static Optional<Btf.Field> whole(int offset, int size) {
        return Optional.of(new Btf.Field(offset, size, 0, 0));
    }

    @Test
    void findsFieldsByNameAlsoThroughTypedefsAndQualifiers() throws Exception {
        int integer = bytes.integer("int", 4);
        int pid = bytes.typedef("pid_t", bytes.typedef("__kernel_pid_t", integer));
        int state = bytes.type("", 9, 0, false, bytes.integer("long int", 8));
        bytes.struct("task", false, false, 32, new Member("state", state, 0, 0), new Member("pid", pid, 64, 0));
        assertEquals(whole(0, 8), btf().field("task", "state"));
        assertEquals(whole(8, 4), btf().field("task", "pid"));
        assertEquals(Optional.empty(), btf().field("task", "pi"));
        assertEquals(Optional.empty(), btf().field("task", "pids"));
        assertEquals(Optional.empty(), btf().field("pid_t", "pid"));
    }

    @Test
    void findsFieldsOfNestedStructsAndOfUnnamedOnes() throws Exception {
        int integer = bytes.integer("int", 4);
        int inner = bytes.struct("", false, false, 8, new Member("a", integer, 0, 0), new Member("b", integer, 32, 0));
        int union = bytes.struct("", true, false, 8, new Member("", inner, 0, 0), new Member("all", inner, 0, 0));
        int named =
                bytes.struct("entity", false, false, 16, new Member("x", integer, 0, 0), new Member("", union, 64, 0));
        bytes.struct("outer", false, false, 64, new Member("first", integer, 0, 0), new Member("se", named, 128, 0));
        assertEquals(whole(16 + 8 + 4, 4), btf().field("outer", "se.b"));
        assertEquals(whole(16 + 8, 8), btf().field("outer", "se.all"));
        assertEquals(whole(12, 4), btf().field("entity", "b"));
        assertEquals(Optional.empty(), btf().field("outer", "b"));
        assertEquals(Optional.empty(), btf().field("outer", "first.b"));
    }

    @Test
    void findsBitFieldsOfBothForms() throws Exception {
        int integer = bytes.integer("unsigned int", 4);
        bytes.struct(
                "dl",
                false,
                true,
                96,
                new Member("flags", integer, 640, 0),
                new Member("throttled", integer, 672, 1),
                new Member("yielded", integer, 673, 1),
                new Member("wide", integer, 678, 5));
        int oneBit = bytes.type("unsigned int", 1, 0, false, 4, 1);
        bytes.struct("old", false, false, 8, new Member("third", oneBit, 34, 0));
        assertEquals(whole(80, 4), btf().field("dl", "flags"));
        assertEquals(Optional.of(new Btf.Field(84, 1, 0, 1)), btf().field("dl", "throttled"));
        assertEquals(Optional.of(new Btf.Field(84, 1, 1, 1)), btf().field("dl", "yielded"));
        assertEquals(Optional.of(new Btf.Field(84, 2, 6, 5)), btf().field("dl", "wide"));
        assertEquals(Optional.of(new Btf.Field(4, 1, 2, 1)), btf().field("old", "third"));
    }

    @Test
    void knowsTheSizesOfArraysAndPointers() throws Exception {
        int character = bytes.integer("char", 1);
        int names = bytes.array(bytes.array(character, 16), 3);
        bytes.struct("s", false, false, 64, new Member("p", bytes.pointer(0), 0, 0), new Member("names", names, 64, 0));
        assertEquals(whole(0, 8), btf().field("s", "p"));
        assertEquals(whole(8, 48), btf().field("s", "names"));
    }

    @Test
    void findsEnumeratorsAndFunctions() throws Exception {
        bytes.enumeration("bpf_func_id", "BPF_FUNC_get_task_stack", 141);
        bytes.enumeration("negative", "MINUS", -3);
        bytes.wideEnumeration("wide", "LARGE", 0x1_8000_0000L);
        int function = bytes.function("bpf_iter_task");
        bytes.integer("bpf_iter_task_file", 4);
        assertEquals(OptionalLong.of(141), btf().enumerator("bpf_func_id", "BPF_FUNC_get_task_stack"));
        assertEquals(OptionalLong.of(-3), btf().enumerator("negative", "MINUS"));
        assertEquals(OptionalLong.of(0x1_8000_0000L), btf().enumerator("wide", "LARGE"));
        assertEquals(OptionalLong.empty(), btf().enumerator("wide", "LARG"));
        assertEquals(OptionalLong.empty(), btf().enumerator("none", "LARGE"));
        assertEquals(OptionalInt.of(function), btf().function("bpf_iter_task"));
        assertEquals(OptionalInt.empty(), btf().function("bpf_iter_task_file"));
    }

    @Test
    void refusesAnUnknownKindBecauseItsLengthIsNotKnown() {
        bytes.integer("int", 4);
        bytes.type("new", 20, 0, false, 0);
        BtfException refused = assertThrows(BtfException.class, this::btf);
        assertEquals("BTF has type 2 of the unknown kind 20", refused.getMessage());
    }

    @Test
    void refusesNamesOfNamesWithoutEnd() throws Exception {
        bytes.struct("s", false, false, 8, new Member("loop", 2, 0, 0), new Member("", 3, 0, 0));
        bytes.typedef("a", 2);
        bytes.struct("", false, false, 8, new Member("", 3, 0, 0));
        assertThrows(BtfException.class, () -> btf().field("s", "loop"));
        assertThrows(BtfException.class, () -> btf().field("s", "elsewhere"));
    }

    @Test
    void saysOfDamagedBytesOnlyThatTheyAreDamaged() throws Exception {
        findsFieldsOfNestedStructsAndOfUnnamedOnes();
        byte[] whole = bytes.bytes();
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThrows(BtfException.class, () -> Btf.parse(cut));
        }
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            byte[] damaged = whole.clone();
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            try {
                Btf.parse(damaged).field("outer", "se.b");
            } catch (BtfException | ArithmeticException said) {
                // As it should.
            }
        }
    }

    @Test
    void readsThisKernelsOwnTypes() throws Exception {
        Assumptions.assumeTrue(
                Files.exists(Path.of("/sys", Btf.FILE)), "this kernel shows no types: there is no /sys/" + Btf.FILE);
        Btf btf = Btf.ofThisKernel(Path.of("/sys"));
        assertTrue(btf.count() > 20_000, btf.count() + " types");
        assertEquals(4, btf.field("task_struct", "pid").orElseThrow().size());
        assertEquals(16, btf.field("task_struct", "comm").orElseThrow().size());
        assertEquals(
                1, btf.field("task_struct", "dl.dl_throttled").orElseThrow().bits());
        assertEquals(OptionalLong.of(141), btf.enumerator("bpf_func_id", "BPF_FUNC_get_task_stack"));
        assertTrue(btf.function("bpf_iter_task").isPresent());
    }
}
