package io.loadmonitor.web.json;

/** A dump that was asked for and is being taken. */
public record DumpRequested(long id, String state, DumpItem.Links links) {
    public static DumpRequested of(long id) {
        return new DumpRequested(id, "capturing", DumpItem.links(id));
    }
}
