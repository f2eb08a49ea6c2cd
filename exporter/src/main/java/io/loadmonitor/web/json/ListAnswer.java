package io.loadmonitor.web.json;

import io.loadmonitor.archive.Page;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A part of a list, newest first.
 *
 * @param next the cursor of the part after this one; left out on the last
 */
public record ListAnswer<T>(List<T> items, @Nullable String next) {
    public ListAnswer {
        items = List.copyOf(items);
    }

    public static <D, T> ListAnswer<T> of(Page<D> page, Function<D, T> view) {
        return new ListAnswer<>(
                page.items().stream().map(view).toList(), page.next().orElse(null));
    }
}
