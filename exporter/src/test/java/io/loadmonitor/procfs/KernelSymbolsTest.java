package io.loadmonitor.procfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.procfs.KernelSymbols.Symbol;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KernelSymbolsTest {
    private static final String KALLSYMS = """
            0000000000000000 A fixed_percpu_data
            ffffffff81000000 T _stext
            ffffffff81000000 T _text
            ffffffff81000040 t do_one
            ffffffff81000080 T do_two
            ffffffff81000100 T _etext
            ffffffffc0002000 t ext4_last\t[ext4]
            ffffffffc0001000 t ext4_first\t[ext4]
            ffffffffc0009000 t bpf_prog_6deef7357e7b4530\t[bpf]
            ffffffffc000a000 t bpf_prog_b\t[bpf]
            """;

    @TempDir
    private Path root;

    private KernelSymbols symbols;

    @BeforeEach
    void lay() throws IOException {
        Files.writeString(root.resolve("kallsyms"), KALLSYMS);
        Files.createDirectories(root.resolve("module/ext4"));
        symbols = new KernelSymbols(new ProcFs(root), root);
    }

    private Map<Long, Symbol> find(Long... addresses) throws IOException {
        return symbols.find(List.of(addresses), symbols.modules());
    }

    @Test
    void findsWhatAnAddressIsInAndHowLargeThatIs() throws IOException {
        assertEquals(
                Map.of(
                        0xffffffff8100007fL,
                        new Symbol("do_one", 0xffffffff81000040L, OptionalLong.of(0x40), Optional.empty()),
                        0xffffffff81000080L,
                        new Symbol("do_two", 0xffffffff81000080L, OptionalLong.of(0x80), Optional.empty()),
                        0xffffffff81000003L,
                        new Symbol("_stext", 0xffffffff81000000L, OptionalLong.of(0x40), Optional.empty()),
                        0xffffffffc0001abcL,
                        new Symbol("ext4_first", 0xffffffffc0001000L, OptionalLong.of(0x1000), Optional.of("ext4")),
                        0xffffffffc0002004L,
                        new Symbol("ext4_last", 0xffffffffc0002000L, OptionalLong.empty(), Optional.of("ext4"))),
                find(
                        0xffffffff8100007fL,
                        0xffffffff81000080L,
                        0xffffffff81000003L,
                        0xffffffffc0001abcL,
                        0xffffffffc0002004L));
    }

    @Test
    void findsNothingWhereNothingIsKnown() throws IOException {
        assertEquals(
                Map.of(),
                find(
                        // Behind the kernel's end, far behind a module's last symbol, in code made at run time, below.
                        0xffffffff81000200L, 0xffffffffc0008000L, 0xffffffffc0009010L, 0xffffffff80000000L, 4096L));
    }

    @Test
    void believesNoNameOfAModuleThatWentMeanwhile() throws IOException {
        KernelSymbols.Modules before = symbols.modules();
        Files.delete(root.resolve("module/ext4"));
        assertEquals(Map.of(), symbols.find(List.of(0xffffffffc0001004L), before));
        Files.createDirectories(root.resolve("module/x"));
        Files.createDirectories(root.resolve("module/ext4"));
        assertEquals(Map.of(), symbols.find(List.of(0xffffffffc0001004L), before), "another of the same name");
        assertEquals(1, find(0xffffffffc0001004L).size());
    }

    @Test
    void remembersTheKernelsOwnAndThoseOfModulesWhileTheyStay() throws IOException {
        assertEquals(2, find(0xffffffff81000041L, 0xffffffffc0001004L).size());
        Files.writeString(root.resolve("kallsyms"), "ffffffff81000000 T other\nffffffff82000000 T end\n");
        assertEquals(2, find(0xffffffff81000041L, 0xffffffffc0001004L).size());
        Files.delete(root.resolve("module/ext4"));
        Files.createDirectories(root.resolve("module/x"));
        Files.createDirectories(root.resolve("module/ext4"));
        assertEquals(1, find(0xffffffff81000041L, 0xffffffffc0001004L).size());
    }

    @Test
    void saysWhyAddressesAreHidden() throws IOException {
        assertEquals(Optional.empty(), symbols.obstacle());
        Files.writeString(root.resolve("kallsyms"), KALLSYMS.replaceAll("(?m)^[0-9a-f]{16}", "0000000000000000"));
        String why =
                root.resolve("kallsyms") + " shows no addresses: it needs CAP_SYSLOG, and kernel.kptr_restrict below 2";
        assertEquals(Optional.of(why), symbols.obstacle());
        IOException hidden = assertThrows(IOException.class, () -> find(0xffffffff81000041L));
        assertEquals(why, hidden.getMessage());
        Files.delete(root.resolve("kallsyms"));
        assertTrue(symbols.obstacle().isPresent());
    }

    /** Against the simplest way to look it up. */
    @Test
    void agreesWithATable() throws IOException {
        Random random = new Random(11);
        TreeMap<Long, String> table = new TreeMap<>();
        StringBuilder text = new StringBuilder();
        long address = 0xffffffff81000000L;
        for (int i = 0; i < 5_000; i++) {
            table.put(address, "symbol_" + i);
            text.append(String.format("%016x t symbol_%d%n", address, i));
            address += 16 + random.nextInt(4_096);
        }
        Files.writeString(root.resolve("kallsyms"), text);
        long first = table.firstKey();
        long last = table.lastKey();
        Long[] wanted = random.longs(500, first, last).boxed().toArray(Long[]::new);
        Map<Long, Symbol> found = find(wanted);
        for (Long one : wanted) {
            Symbol symbol = found.get(one);
            assertEquals(table.floorEntry(one).getValue(), symbol.name());
            assertEquals((long) table.floorKey(one), symbol.start());
            assertEquals(
                    table.higherKey(one) - table.floorKey(one), symbol.size().orElseThrow());
        }
    }
}
