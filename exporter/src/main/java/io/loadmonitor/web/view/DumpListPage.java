package io.loadmonitor.web.view;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The list of dumps.
 *
 * @param filters name of a parameter to what is asked for; empty text for nothing
 * @param triggers the words that the trigger filter takes
 * @param next address of the next part; empty text on the last
 */
public record DumpListPage(Map<String, String> filters, Set<String> triggers, List<DumpRow> dumps, String next)
        implements PageModel {
    public DumpListPage {
        filters = Map.copyOf(filters);
        dumps = List.copyOf(dumps);
    }

    @Override
    public String template() {
        return "dumps.jte";
    }

    public String filter(String name) {
        return filters.getOrDefault(name, "");
    }

    public boolean filtered() {
        return filters.values().stream().anyMatch(value -> !value.isEmpty());
    }
}
