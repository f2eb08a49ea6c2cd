package io.loadmonitor.web.json;

import io.loadmonitor.web.view.Site;

/** A dump that was asked for and is being taken. */
public record DumpRequested(long id, String state, DumpItem.Links links) {
    public static DumpRequested of(long id, Site site) {
        return new DumpRequested(id, "capturing", DumpItem.links(id, site));
    }

    /** Where it is on this server; no part of the JSON. */
    public String path() {
        return DumpItem.path(id);
    }
}
