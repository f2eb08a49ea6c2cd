package io.loadmonitor.procfs;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * {@code /proc/kallsyms}, printed by {@code s_show()} in {@code kernel/kallsyms.c}: every symbol of the kernel and its
 * modules with its address.
 *
 * <pre>{@code
 * ffffffff81000000 T _stext                       (6.18.44)
 * ffffffff813e9ab0 t __do_sys_vfork
 * ffffffffc0a41000 t ext4_sync_file	[ext4]     (6.1.0-57-amd64)
 * ffffffffc0316a10 t bpf_prog_6deef7357e7b4530	[bpf]
 * }</pre>
 *
 * Addresses are zeros for a reader without CAP_SYSLOG (and with {@code kernel.kptr_restrict} of 2 for everybody). The
 * kernel's own are in order, those of modules are not.
 *
 * <p>It is read once through for all addresses that are asked for, some 50 ms, and no table of it is kept; what was
 * found is remembered, of a module only for as long as that stays loaded. Safe for use by several threads.
 */
public final class KernelSymbols {
    /** Twenty dumps' worth of different stacks. */
    private static final int MAX_REMEMBERED = 8_192;

    private static final int BUFFER_BYTES = 64 << 10;

    /** KSYM_NAME_LEN is 512; with address, type and module. */
    private static final int MAX_LINE_BYTES = 1_024;

    /** Behind the last symbol of a module nothing says where that ends. */
    private static final long LAST_SYMBOL_BYTES = 0x4000;

    private final ProcFs procFs;
    private final Path sysfs;

    /** Guarded by this. */
    private final Map<Long, Known> remembered = new LinkedHashMap<>(256, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Known> eldest) {
            return size() > MAX_REMEMBERED;
        }
    };

    /** @param sysfs where sysfs is mounted; {@code module} in it tells which modules are loaded */
    public KernelSymbols(ProcFs procFs, Path sysfs) {
        this.procFs = procFs;
        this.sysfs = sysfs;
    }

    /**
     * What an address is in.
     *
     * @param name of the function
     * @param start its address
     * @param size up to the next symbol; empty for the last of a module
     * @param module empty for the kernel itself
     */
    public record Symbol(String name, long start, OptionalLong size, Optional<String> module) {}

    /**
     * The modules that are loaded, each with what tells it from one of the same name that is loaded later: the number
     * of its directory in sysfs.
     */
    public record Modules(Map<String, Object> loaded) {
        public Modules {
            loaded = Map.copyOf(loaded);
        }

        private boolean isAsIn(Modules earlier, String module) {
            Object now = loaded.get(module);
            return now != null && now.equals(earlier.loaded.get(module));
        }
    }

    private record Known(Symbol symbol, Modules modules) {}

    /** Looks now: before stacks are read, because a module may go and another one may take its place. */
    public Modules modules() {
        Map<String, Object> loaded = new HashMap<>();
        try (var directories = Files.newDirectoryStream(sysfs.resolve("module"))) {
            for (Path directory : directories) {
                Object number = Files.readAttributes(directory, BasicFileAttributes.class)
                        .fileKey();
                if (number != null) {
                    loaded.put(directory.getFileName().toString(), number);
                }
            }
        } catch (IOException | DirectoryIteratorException unreadable) {
            // Then no name in a module is believed.
            return new Modules(Map.of());
        }
        return new Modules(loaded);
    }

    /** Why no name can be found, in words; empty when they can be. Reads the beginning of the file. */
    public Optional<String> obstacle() {
        try (InputStream text = Files.newInputStream(file())) {
            byte[] beginning = text.readNBytes(BUFFER_BYTES);
            return readLines(new ByteArrayInputStream(beginning), new Search(new long[0]))
                    ? Optional.empty()
                    : Optional.of(hidden());
        } catch (IOException unreadable) {
            return Optional.of(unreadable.toString());
        }
    }

    private Path file() {
        return procFs.root().resolve("kallsyms");
    }

    private String hidden() {
        return file() + " shows no addresses: it needs CAP_SYSLOG, and kernel.kptr_restrict below 2";
    }

    /**
     * Finds what addresses are in.
     *
     * @param addresses at most some ten thousand
     * @param before the modules before the addresses were read: the name of one that is no longer the same is left out
     * @return by address, those that are found; code that the kernel made at run time (BPF programs, trampolines) is
     *     not, because it goes without a word
     * @throws IOException when the file cannot be read, or shows no addresses; the message says what helps
     */
    public Map<Long, Symbol> find(Collection<Long> addresses, Modules before) throws IOException {
        Map<Long, Symbol> found = new HashMap<>();
        long[] unknown;
        synchronized (this) {
            unknown = addresses.stream()
                    .distinct()
                    .filter(address -> {
                        Optional<Symbol> known = recall(address, before);
                        known.ifPresent(symbol -> found.put(address, symbol));
                        return known.isEmpty();
                    })
                    .mapToLong(Long::longValue)
                    .toArray();
        }
        if (unknown.length > 0) {
            Map<Long, Symbol> read = read(unknown);
            // The names first, then whether they were still those of the modules before.
            Modules after = modules();
            read.forEach((address, symbol) -> {
                if (symbol.module().map(name -> after.isAsIn(before, name)).orElse(true)) {
                    found.put(address, symbol);
                }
            });
            synchronized (this) {
                read.forEach((address, symbol) -> {
                    if (found.containsKey(address)) {
                        remembered.put(address, new Known(symbol, before));
                    }
                });
            }
        }
        return found;
    }

    /**
     * Where functions of the kernel itself are, those that it has.
     *
     * @return by name: the address, and the one of the next symbol behind it
     * @throws IOException when the file cannot be read, or shows no addresses; the message says what helps
     */
    public Map<String, long[]> ranges(Collection<String> names) throws IOException {
        Map<String, Long> starts = new HashMap<>();
        try (BufferedReader lines = Files.newBufferedReader(file(), StandardCharsets.ISO_8859_1)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                int name = line.indexOf(' ') + 3;
                if (name > 3
                        && line.indexOf('\t') < 0
                        && names.contains(line.substring(Math.min(name, line.length())))) {
                    starts.put(line.substring(name), Long.parseUnsignedLong(line.substring(0, name - 3), 16));
                }
            }
        }
        if (starts.containsValue(0L)) {
            throw new IOException(hidden());
        }
        Map<String, long[]> ranges = new HashMap<>();
        Map<Long, Symbol> found = find(starts.values(), new Modules(Map.of()));
        starts.forEach((name, start) -> {
            Symbol symbol = found.get(start);
            if (symbol != null && symbol.size().isPresent()) {
                ranges.put(name, new long[] {start, start + symbol.size().getAsLong()});
            }
        });
        return ranges;
    }

    private Optional<Symbol> recall(long address, Modules now) {
        return Optional.ofNullable(remembered.get(address))
                .filter(known -> known.symbol
                        .module()
                        .map(name -> now.isAsIn(known.modules, name))
                        .orElse(true))
                .map(Known::symbol);
    }

    private Map<Long, Symbol> read(long[] addresses) throws IOException {
        try (InputStream text = Files.newInputStream(file())) {
            Search search = new Search(addresses);
            if (!readLines(text, search)) {
                throw new IOException(hidden());
            }
            return search.found();
        }
    }

    /** False when all addresses are zeros. */
    private static boolean readLines(InputStream text, Search search) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        int kept = 0;
        boolean shown = false;
        for (int read = text.read(buffer); read >= 0; read = text.read(buffer, kept, buffer.length - kept)) {
            int end = kept + read;
            int line = 0;
            for (int at = 0; at < end; at++) {
                if (buffer[at] == '\n') {
                    shown |= search.line(buffer, line, at);
                    line = at + 1;
                }
            }
            kept = end - line;
            if (kept > MAX_LINE_BYTES) {
                throw new IOException("kallsyms has a line of more than " + MAX_LINE_BYTES + " bytes");
            }
            System.arraycopy(buffer, line, buffer, 0, kept);
        }
        return shown;
    }

    /** The symbols around each of some addresses; time grows with the file and the logarithm of the addresses. */
    static final class Search {
        private final long[] wanted;

        /** The nearest symbol at or below each address and above the one before it; 0 for none. */
        private final long[] below;

        private final byte[][] names;
        private final int[] lengths;
        private final String[] owners;

        /** The nearest symbol above each address and below the next one; 0 for none. */
        private final long[] above;

        private final String[] aboveOwners;
        private String owner = "";

        Search(long[] addresses) {
            wanted = Arrays.stream(addresses)
                    .boxed()
                    .sorted(Long::compareUnsigned)
                    .mapToLong(Long::longValue)
                    .toArray();
            below = new long[wanted.length];
            names = new byte[wanted.length][];
            lengths = new int[wanted.length];
            owners = new String[wanted.length];
            above = new long[wanted.length];
            aboveOwners = new String[wanted.length];
            Arrays.fill(owners, "");
            Arrays.fill(aboveOwners, "");
        }

        /** Takes in one line, without its end; whether it has an address at all. */
        boolean line(byte[] text, int start, int end) {
            long address = 0;
            int at = start;
            for (; at < end && text[at] > ' '; at++) {
                // The kernel prints nothing but 0 to 9 and a to f.
                address = address << 4 | (text[at] & 0xf) + (text[at] >> 6) * 9;
            }
            // " T name", then perhaps "\t[module]".
            int name = at + 3;
            if (address == 0 || name >= end) {
                return false;
            }
            int tab = name;
            while (tab < end && text[tab] != '\t') {
                tab++;
            }
            see(address, text, name, tab, owner(text, tab, end));
            return true;
        }

        /** Symbols of one owner follow one another. */
        private String owner(byte[] text, int tab, int end) {
            int start = tab + 2;
            int length = end - 1 - start;
            if (tab == end || length <= 0) {
                return "";
            }
            boolean same = owner.length() == length;
            for (int i = 0; same && i < length; i++) {
                same = owner.charAt(i) == (char) (text[start + i] & 0xff);
            }
            if (!same) {
                owner = new String(text, start, length, StandardCharsets.ISO_8859_1);
            }
            return owner;
        }

        private void see(long address, byte[] text, int name, int nameEnd, String owner) {
            int next = firstFrom(address);
            // The first of several at one address is the one that the kernel prints.
            if (next < wanted.length && Long.compareUnsigned(address, below[next]) > 0) {
                below[next] = address;
                owners[next] = owner;
                keep(next, text, name, nameEnd);
            }
            // Where the address itself is wanted, the symbol begins there and is above nobody but the one before.
            int last = next - 1;
            if (last >= 0 && (above[last] == 0 || Long.compareUnsigned(address, above[last]) < 0)) {
                above[last] = address;
                aboveOwners[last] = owner;
            }
        }

        private void keep(int place, byte[] text, int name, int nameEnd) {
            int length = nameEnd - name;
            if (names[place] == null || names[place].length < length) {
                names[place] = new byte[Math.max(64, length)];
            }
            System.arraycopy(text, name, names[place], 0, length);
            lengths[place] = length;
        }

        /** The place of the first wanted address that is not below. */
        private int firstFrom(long address) {
            int low = 0;
            int high = wanted.length;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (Long.compareUnsigned(wanted[middle], address) < 0) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low;
        }

        Map<Long, Symbol> found() {
            for (int i = wanted.length - 2; i >= 0; i--) {
                if (above[i] == 0) {
                    above[i] = above[i + 1];
                    aboveOwners[i] = aboveOwners[i + 1];
                }
            }
            Map<Long, Symbol> found = new HashMap<>();
            int nearest = -1;
            for (int i = 0; i < wanted.length; i++) {
                nearest = below[i] != 0 ? i : nearest;
                if (nearest >= 0 && isNear(i, nearest)) {
                    found.put(wanted[i], symbol(i, nearest));
                }
            }
            return found;
        }

        /** What is neither before another symbol of the same owner nor close behind its last may be anything. */
        private boolean isNear(int i, int nearest) {
            String own = owners[nearest];
            if (own.equals("bpf") || own.startsWith("__builtin__")) {
                return false;
            }
            return own.equals(aboveOwners[i]) && above[i] != 0
                    || !own.isEmpty() && wanted[i] - below[nearest] < LAST_SYMBOL_BYTES;
        }

        private Symbol symbol(int i, int nearest) {
            String own = owners[nearest];
            boolean ended = above[i] != 0 && own.equals(aboveOwners[i]);
            return new Symbol(
                    new String(names[nearest], 0, lengths[nearest], StandardCharsets.ISO_8859_1),
                    below[nearest],
                    ended ? OptionalLong.of(above[i] - below[nearest]) : OptionalLong.empty(),
                    own.isEmpty() ? Optional.empty() : Optional.of(own));
        }
    }
}
