package io.loadmonitor.web.view;

import io.loadmonitor.fleet.FleetStore.FleetDump;
import io.loadmonitor.fleet.FleetStore.FleetIncident;
import io.loadmonitor.fleet.FleetStore.Host;
import java.util.ArrayList;
import java.util.List;

/** A host of a fleet; several where they have one name. */
public record FleetHostPage(String name, List<OneHost> hosts) implements PageModel {
    public FleetHostPage {
        name = VisibleText.of(name);
        hosts = List.copyOf(hosts);
    }

    /** @param notes of what is odd about it, a sentence each */
    public record OneHost(
            String own,
            String kernel,
            String version,
            Moment firstSeen,
            Moment lastSeen,
            List<String> notes,
            List<DumpLine> dumps,
            List<FleetRows.FleetIncidentRow> incidents) {
        public OneHost {
            notes = List.copyOf(notes);
            dumps = List.copyOf(dumps);
            incidents = List.copyOf(incidents);
        }

        public static OneHost of(Host host, List<FleetDump> dumps, List<FleetIncident> incidents) {
            return new OneHost(
                    FleetRows.own(host.url(), ""),
                    VisibleText.of(host.kernel().orElse("not known")),
                    VisibleText.of(host.version().orElse("not known")),
                    Moment.of(host.firstSeen()),
                    Moment.of(host.lastSeen()),
                    notes(host),
                    dumps.stream()
                            .map(dump -> new DumpLine(
                                    Moment.of(dump.takenAt()),
                                    VisibleText.of(dump.headline()),
                                    VisibleText.of(dump.trigger()),
                                    FleetRows.own(host.url(), "/dumps/" + dump.number())))
                            .toList(),
                    incidents.stream()
                            .map(incident -> FleetRows.FleetIncidentRow.of(incident, host.lastSeen()))
                            .toList());
        }

        private static List<String> notes(Host host) {
            List<String> notes = new ArrayList<>();
            if (host.nameIsShared()) {
                notes.add("Another host has this name, too.");
            }
            if (!host.formerNames().isEmpty()) {
                notes.add("It was known as " + VisibleText.of(String.join(", ", host.formerNames())) + " before.");
            }
            if (host.wentBack()) {
                notes.add("Its archive was restored from a copy, or a copy of it was in use elsewhere.");
            }
            double ahead = host.clockAheadSeconds().orElse(0);
            if (Math.abs(ahead) > 60) {
                notes.add("Its clock was " + Math.abs(Math.round(ahead)) + " s " + (ahead > 0 ? "ahead of" : "behind")
                        + " that of the store.");
            }
            return notes;
        }
    }

    /** @param own the dump on the host's own pages; empty text where they are not known */
    public record DumpLine(Moment taken, String headline, String trigger, String own) {}

    @Override
    public String template() {
        return "fleethost.jte";
    }
}
