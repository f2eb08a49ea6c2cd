package io.loadmonitor.web.json;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.loadmonitor.archive.IncidentNote;
import io.loadmonitor.archive.Remarks;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An incident, and what people say of it.
 *
 * @param notes the oldest first; null for none, as tags
 */
public record RemarkedIncident(
        @JsonUnwrapped IncidentAnswer incident,
        @Nullable List<Note> notes,
        @Nullable List<String> tags) {
    public RemarkedIncident {
        notes = notes == null ? null : List.copyOf(notes);
        tags = tags == null ? null : List.copyOf(tags);
    }

    /** One note. */
    public record Note(long id, String at, String author, String text) {
        static Note of(IncidentNote note) {
            return new Note(note.id(), note.at().toString(), note.author(), note.text());
        }
    }

    public static RemarkedIncident of(IncidentAnswer incident, Remarks remarks) {
        return new RemarkedIncident(
                incident,
                remarks.notes().isEmpty()
                        ? null
                        : remarks.notes().stream().map(Note::of).toList(),
                remarks.tags().isEmpty() ? null : remarks.tags());
    }
}
