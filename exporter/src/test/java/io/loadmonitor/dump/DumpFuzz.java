package io.loadmonitor.dump;

/** For a fuzzer: what holds for any text that a kernel module or a disk may give. */
public final class DumpFuzz {
    private DumpFuzz() {}

    /** Called by its name. */
    public static void fuzzerTestOneInput(byte[] text) {
        DumpParserPropertyTest.consistent(RawDump.of(text));
    }
}
