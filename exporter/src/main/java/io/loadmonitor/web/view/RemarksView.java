package io.loadmonitor.web.view;

import io.loadmonitor.archive.IncidentNote;
import io.loadmonitor.archive.Remarks;
import java.util.List;
import java.util.Optional;

/**
 * What people say of an incident, and the forms to say it.
 *
 * @param mayWrite whether this reader may; without that there are no forms
 */
public record RemarksView(long incident, List<Note> notes, List<String> tags, boolean mayWrite) {
    public RemarksView {
        notes = List.copyOf(notes);
        tags = List.copyOf(tags);
    }

    /** One note. */
    public record Note(long id, Moment at, String author, String text) {
        static Note of(IncidentNote note) {
            return new Note(
                    note.id(), Moment.of(note.at()), VisibleText.of(note.author()), VisibleText.of(note.text()));
        }
    }

    public static RemarksView of(Optional<Remarks> remarks, long incident, boolean mayWrite) {
        return new RemarksView(
                incident,
                remarks.stream()
                        .flatMap(all -> all.notes().stream())
                        .map(Note::of)
                        .toList(),
                remarks.map(Remarks::tags).orElse(List.of()),
                mayWrite);
    }

    public int longest() {
        return Remarks.MAX_TEXT;
    }

    public boolean isEmpty() {
        return notes.isEmpty() && tags.isEmpty();
    }
}
