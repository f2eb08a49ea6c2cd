package io.loadmonitor.web.view;

import io.loadmonitor.archive.IncidentNote;
import io.loadmonitor.archive.Remarks;
import java.time.temporal.ChronoUnit;

/** What people say of an incident, as the end of its Markdown; their words stand in code, as all that others wrote. */
public final class RemarksMarkdown {
    private RemarksMarkdown() {}

    /** Empty text where nobody said anything. */
    public static String write(Remarks remarks) {
        StringBuilder text = new StringBuilder();
        if (!remarks.tags().isEmpty()) {
            text.append("\nTags:");
            remarks.tags().forEach(tag -> text.append(' ').append(MarkdownText.code(tag)));
            text.append('\n');
        }
        if (!remarks.notes().isEmpty()) {
            text.append("\n## Notes\n");
        }
        for (IncidentNote note : remarks.notes()) {
            text.append("\n")
                    .append(note.at().truncatedTo(ChronoUnit.SECONDS))
                    .append(", ")
                    .append(MarkdownText.code(note.author()))
                    .append(":\n\n```\n");
            note.text()
                    .lines()
                    .forEach(line -> text.append(MarkdownText.inert(line)).append('\n'));
            text.append("```\n");
        }
        return text.toString();
    }
}
