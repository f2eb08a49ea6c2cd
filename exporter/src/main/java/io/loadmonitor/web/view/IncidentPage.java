package io.loadmonitor.web.view;

import io.loadmonitor.archive.ArchivedDump;
import io.loadmonitor.archive.DumpSummary;
import io.loadmonitor.archive.Incident;
import io.loadmonitor.archive.IncidentDetail;
import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.dump.LoadBreakdown;
import io.loadmonitor.dump.StackDump;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One incident with its dumps, oldest first.
 *
 * @param ended empty while it is open
 * @param more dumps that are not shown
 */
public record IncidentPage(
        IncidentRow incident,
        Optional<Moment> ended,
        String host,
        String rule,
        Optional<String> note,
        Optional<Long> sharedDumpId,
        List<Fact> labels,
        List<Annotation> annotations,
        List<Card> cards,
        int more) implements PageModel {
    private static final int MAX_GROUPS = 12;
    private static final int MAX_TASKS = 10;

    public IncidentPage {
        labels = List.copyOf(labels);
        annotations = List.copyOf(annotations);
        cards = List.copyOf(cards);
    }

    /**
     * A dump on the time line.
     *
     * @param offset from the start of the incident, in words
     * @param parts empty without a text, and for those that come after the first few: reading them costs time
     */
    public record Card(
            DumpRow dump,
            String offset,
            List<String> warnings,
            Optional<LoadParts> parts,
            Optional<TaskGroup.Groups> groups) {
        public Card {
            warnings = List.copyOf(warnings);
        }

        public static Card of(
                DumpSummary dump, Optional<ArchivedDump> archived, CauseCatalogue causes, Instant incidentStart) {
            Optional<StackDump> content = archived.flatMap(ArchivedDump::dump);
            return new Card(
                    DumpRow.of(dump),
                    offset(Duration.between(incidentStart, dump.takenAt())),
                    DumpFacts.warnings(dump, content),
                    content.map(text -> LoadBreakdown.of(text, causes)).map(LoadParts::of),
                    content.map(text -> TaskGroup.of(text, MAX_GROUPS, MAX_TASKS)));
        }

        private static String offset(Duration offset) {
            if (offset.abs().toSeconds() == 0) {
                return "at the start of the incident";
            }
            return Quantity.of(offset) + (offset.isNegative() ? " before the incident" : " into the incident");
        }
    }

    public static IncidentPage of(IncidentDetail detail, List<Card> cards, Instant now) {
        Incident incident = detail.incident();
        return new IncidentPage(
                IncidentRow.of(incident, now),
                incident.endedAt().map(Moment::of),
                VisibleText.of(incident.host()),
                VisibleText.of(incident.rule()),
                incident.note().map(VisibleText::of),
                incident.sharedDumpId().isPresent()
                        ? Optional.of(incident.sharedDumpId().getAsLong()) : Optional.empty(),
                sorted(incident.labels()).entrySet().stream()
                        .map(label -> new Fact(VisibleText.of(label.getKey()), VisibleText.of(label.getValue())))
                        .toList(),
                sorted(incident.annotations()).entrySet().stream()
                        .map(annotation -> Annotation.of(annotation.getKey(), annotation.getValue()))
                        .toList(),
                cards,
                detail.dumps().size() - cards.size());
    }

    private static Map<String, String> sorted(Map<String, String> map) {
        return new TreeMap<>(map);
    }

    @Override
    public String template() {
        return "incident.jte";
    }
}
