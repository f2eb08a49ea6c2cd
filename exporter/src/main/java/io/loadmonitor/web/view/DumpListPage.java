package io.loadmonitor.web.view;

import java.util.List;

/**
 * The list of dumps, or what a search found of them.
 *
 * @param next address of the next part; empty text on the last
 */
public record DumpListPage(SearchForm search, List<DumpRow> dumps, String next) implements PageModel {
    public DumpListPage {
        dumps = List.copyOf(dumps);
    }

    @Override
    public String template() {
        return "dumps.jte";
    }
}
