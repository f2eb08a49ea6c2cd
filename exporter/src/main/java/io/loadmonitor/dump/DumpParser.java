package io.loadmonitor.dump;

/** Reads the text of a dump. Stateless, safe for use by several threads. */
public final class DumpParser {
    private DumpParser() {}

    /** Never throws on content. Time and memory grow with the text, within bounds. */
    public static StackDump parse(RawDump raw) {
        throw new UnsupportedOperationException("in progress");
    }
}
