package io.loadmonitor.web.view;

import java.util.List;

/**
 * The list of incidents, or what a search found of them.
 *
 * @param next address of the next part; empty text on the last
 */
public record IncidentListPage(SearchForm search, List<IncidentRow> incidents, String next) implements PageModel {
    public IncidentListPage {
        incidents = List.copyOf(incidents);
    }

    @Override
    public String template() {
        return "incidents.jte";
    }
}
