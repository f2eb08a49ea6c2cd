package io.loadmonitor.web.view;

import java.util.List;

/**
 * The list of incidents.
 *
 * @param open what the list is limited to: {@code true}, {@code false}, or empty text for all
 * @param next address of the next part; empty text on the last
 */
public record IncidentListPage(String open, List<IncidentRow> incidents, String next) implements PageModel {
    public IncidentListPage {
        incidents = List.copyOf(incidents);
    }

    @Override
    public String template() {
        return "incidents.jte";
    }
}
