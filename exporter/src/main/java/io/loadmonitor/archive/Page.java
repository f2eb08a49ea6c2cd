package io.loadmonitor.archive;

import java.util.List;
import java.util.Optional;

/**
 * A part of a list, newest first.
 *
 * @param next cursor of the page after this one; empty on the last
 */
public record Page<T>(List<T> items, Optional<String> next) {
    public Page {
        items = List.copyOf(items);
    }
}
