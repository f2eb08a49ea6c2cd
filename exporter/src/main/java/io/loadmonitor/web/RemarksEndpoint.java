package io.loadmonitor.web;

import io.javalin.http.Context;
import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveException;
import io.loadmonitor.archive.Remarks;
import io.loadmonitor.guard.Caller;
import io.loadmonitor.web.view.Site;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What people say of an incident, as the forms of its page send it. */
final class RemarksEndpoint {
    private static final Set<String> FIELDS = Set.of("note", "remove", "tags");

    private final Archive archive;
    private final Site site;

    RemarksEndpoint(WebParts parts, Site site) {
        this.archive = parts.archive();
        this.site = site;
    }

    /** One field: a {@code note} to add, the number of one to {@code remove}, or all {@code tags} from now on. */
    void post(Context context) throws ArchiveException {
        QueryParameters.only(context.queryString(), Set.of());
        long incident = DumpsEndpoint.id(context);
        // A field that is sent empty counts as not sent, but for the tags: so the last one is taken away.
        String body = new String(RequestBodies.of(context), StandardCharsets.UTF_8);
        QueryParameters form = QueryParameters.only(body, FIELDS);
        Optional<String> note = form.text("note");
        Optional<String> remove = form.text("remove");
        Remarks.Change change;
        if (note.isPresent()) {
            change = add(context, incident, note.get());
        } else if (remove.isPresent()) {
            PostAudit.detail(context, "incident " + incident + ", note " + remove.get() + " removed");
            change = archive.removeNote(incident, DumpsEndpoint.id(remove.get()));
        } else if (body.startsWith("tags=")) {
            NavigableSet<String> tags = tags(form.text("tags").orElse(""));
            PostAudit.detail(context, "incident " + incident + ", tags " + String.join(" ", tags));
            change = archive.tag(incident, tags);
        } else {
            throw Refusal.badParameter("There is nothing to keep: send note, remove or tags.");
        }
        switch (change) {
            case DONE -> context.status(303).header("Location", site.base() + "/incidents/" + incident + "#remarks");
            case UNKNOWN -> throw new Refusal(404, "not_found", "There is no such incident, or no such note of it.");
            case FULL ->
                throw new Refusal(409, "too_many_notes", "An incident has " + Remarks.MOST_NOTES + " notes at most.");
        }
    }

    private Remarks.Change add(Context context, long incident, String typed) throws ArchiveException {
        // Browsers send the ends of lines as CR and LF.
        String text = typed.replace("\r\n", "\n").strip();
        PostAudit.detail(context, "incident " + incident + ", note of " + text.length() + " characters");
        if (text.isEmpty() || text.length() > Remarks.MAX_TEXT) {
            throw Refusal.badParameter(
                    "The note has " + text.length() + " characters, but must have 1 to " + Remarks.MAX_TEXT + ".");
        }
        String author =
                Visitor.of(context.req()).map(Visitor::caller).map(Caller::name).orElse("anybody");
        return archive.addNote(incident, author, text);
    }

    private static NavigableSet<String> tags(String typed) {
        NavigableSet<String> tags = new TreeSet<>();
        Arrays.stream(typed.toLowerCase(Locale.ROOT).split("[\\s,]+"))
                .filter(tag -> !tag.isEmpty())
                .forEach(tags::add);
        tags.stream()
                .filter(tag -> !ListFilter.TAG.matcher(tag).matches())
                .findFirst()
                .ifPresent(tag -> {
                    throw QueryParameters.bad(
                            "tags", tag, "words of " + ListFilter.TAG_IN_WORDS + ", with spaces between them");
                });
        if (tags.size() > Remarks.MOST_TAGS) {
            throw Refusal.badParameter(
                    "These are " + tags.size() + " tags, but an incident has " + Remarks.MOST_TAGS + " at most.");
        }
        return tags;
    }
}
