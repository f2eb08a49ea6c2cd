package io.loadmonitor.web.view;

import io.loadmonitor.fleet.FleetStore.Sighting;
import java.time.Instant;
import java.util.List;

/**
 * Hosts by function, program or control group.
 *
 * @param by which of these; empty when nothing is searched for
 */
public record FleetSearchPage(
        String by, String words, String from, String to, List<FleetRows.HostRow> hosts, long tasks)
        implements PageModel {
    public FleetSearchPage {
        hosts = List.copyOf(hosts);
    }

    public static FleetSearchPage of(String by, String words, List<Sighting> found, Instant from, Instant to) {
        return new FleetSearchPage(
                by,
                words,
                SearchForm.time(from),
                SearchForm.time(to),
                found.stream().map(FleetRows.HostRow::of).toList(),
                found.stream().mapToLong(Sighting::tasks).sum());
    }

    /** Of a field of the form. */
    public String value(String field) {
        return field.equals(by) ? words : "";
    }

    @Override
    public String template() {
        return "fleetsearch.jte";
    }
}
