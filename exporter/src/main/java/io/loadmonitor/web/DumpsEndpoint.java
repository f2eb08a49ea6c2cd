package io.loadmonitor.web;

import io.javalin.http.Context;
import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveException;
import io.loadmonitor.archive.ArchivedDump;
import io.loadmonitor.archive.DumpDeletion;
import io.loadmonitor.archive.DumpSummary;
import io.loadmonitor.archive.LimitKind;
import io.loadmonitor.archive.Reservation;
import io.loadmonitor.desk.CaptureDesk;
import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.dump.DumpParser;
import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.dump.Reason;
import io.loadmonitor.dump.StackDump;
import io.loadmonitor.flame.FoldedStacks;
import io.loadmonitor.json.JsonValue;
import io.loadmonitor.json.MalformedJsonException;
import io.loadmonitor.web.json.DumpAnswer;
import io.loadmonitor.web.json.DumpItem;
import io.loadmonitor.web.json.DumpRequested;
import io.loadmonitor.web.json.ListAnswer;
import io.loadmonitor.web.view.DeletionWords;
import io.loadmonitor.web.view.Site;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** {@code /api/v1/dumps} and what is below it. */
final class DumpsEndpoint {
    private static final Reason DEFAULT_REASON = new Reason("api");

    private final Archive archive;
    private final CaptureDesk desk;
    private final Json json;
    private final Site site;
    private final Supplier<CauseCatalogue> causes;
    private final Clock clock;
    private final CauseChoice choice;

    DumpsEndpoint(WebParts parts, Site site, Json json) {
        this.archive = parts.archive();
        this.desk = parts.captureDesk();
        this.causes = parts.causes();
        this.clock = parts.clock();
        this.choice = new CauseChoice(parts.archive(), parts.causes());
        this.json = json;
        this.site = site;
    }

    void list(Context context) throws ArchiveException {
        QueryParameters parameters = ListFilter.dumpParameters(context.queryString());
        choice.check(parameters);
        json.answer(
                context,
                200,
                ListAnswer.of(
                        Cursors.checked(parameters, () -> archive.dumps(ListFilter.dumps(parameters))),
                        dump -> DumpItem.of(dump, site)));
    }

    void detail(Context context) throws ArchiveException {
        QueryParameters.only(context.queryString(), Set.of());
        ArchivedDump dump = find(archive, id(context));
        json.answer(context, 200, DumpAnswer.of(dump, archive.dumpBefore(dump), dump.seen(), causes.get(), site));
    }

    /** The text as it is stored, byte for byte. */
    void raw(Context context) throws ArchiveException {
        QueryParameters.only(context.queryString(), Set.of());
        long id = id(context);
        text(context, "dump-" + id + ".txt").result(text(id).open());
    }

    /** One line a stack, for flame graph programs. */
    void folded(Context context) throws ArchiveException {
        QueryParameters.only(context.queryString(), Set.of());
        long id = id(context);
        StackDump dump = DumpParser.parse(text(id));
        text(context, "dump-" + id + ".folded").result(FoldedStacks.write(dump));
    }

    /** Asks for a dump now. */
    void post(Context context) throws ArchiveException {
        QueryParameters.only(context.queryString(), Set.of());
        Reason reason = reason(context);
        PostAudit.detail(context, reason.text());
        Reservation reservation = desk.request(reason);
        if (reservation instanceof Reservation.Granted granted) {
            PostAudit.detail(context, reason.text() + ", dump " + granted.dumpId());
            DumpRequested requested = DumpRequested.of(granted.dumpId(), site);
            // By this server, however the client came to it.
            context.header("Location", site.base() + requested.path());
            json.answer(context, 202, requested);
        } else if (reservation instanceof Reservation.Busy busy) {
            throw Refusal.capturing(busy.dumpId());
        } else if (reservation instanceof Reservation.Refused refused) {
            throw Refusal.throttled(why(refused), refused.refusal().next().orElseThrow(), clock);
        }
    }

    /** Why people get no dump now. */
    static String why(Reservation.Refused refused) {
        return refused.refusal().limit() == LimitKind.SPACING
                ? "The last dump was a moment ago."
                : "People had as many dumps as are allowed within a time (limits.manual_dumps).";
    }

    static long id(Context context) {
        return id(context.pathParam("id"));
    }

    static long id(String id) {
        if (!id.matches("[0-9]{1,18}")) {
            throw Refusal.badParameter(
                    "The number in the address is " + QuotedText.of(id) + ", but must be 1 to 18 digits.");
        }
        return Long.parseLong(id);
    }

    static Refusal unknown(long id) {
        return new Refusal(404, "not_found", "There is no dump " + id + ".");
    }

    /** A dump that is there: whoever asks for one that was deleted learns where to find what it told. */
    static ArchivedDump find(Archive archive, long id) throws ArchiveException {
        ArchivedDump dump = archive.dump(id).orElseThrow(() -> unknown(id));
        if (dump.summary().deleted().isPresent()) {
            throw deleted(dump.summary(), dump.summary().deleted().get());
        }
        return dump;
    }

    private static Refusal deleted(DumpSummary dump, DumpDeletion deletion) {
        String kept = dump.incidentId().isPresent()
                ? "; what it told is kept with its incident, /incidents/"
                        + dump.incidentId().getAsLong() + "?dump=" + dump.id()
                : "; its headline was: " + dump.headline();
        return new Refusal(410, "deleted", DeletionWords.of(dump.id(), deletion) + kept + ".");
    }

    private RawDump text(long id) throws ArchiveException {
        Optional<RawDump> text = archive.raw(id);
        if (text.isEmpty()) {
            find(archive, id);
            throw withoutText(id);
        }
        return text.get();
    }

    static Context text(Context context, String fileName) {
        return context.contentType("text/plain; charset=utf-8")
                .header("Content-Disposition", "inline; filename=\"" + fileName + "\"");
    }

    static Refusal withoutText(long id) {
        return new Refusal(
                404,
                "no_text",
                "There is no text of dump " + id + ": it does not exist, is still being taken, or failed.");
    }

    private Reason reason(Context context) {
        byte[] text = RequestBodies.of(context);
        if (text.length == 0) {
            return DEFAULT_REASON;
        }
        String contentType = context.header("Content-Type");
        if (contentType == null || !Json.isJson(contentType)) {
            throw new Refusal(
                    415,
                    "not_json",
                    "Content-Type is " + (contentType == null ? "missing" : QuotedText.of(contentType))
                            + ", but must be application/json.");
        }
        return reasonIn(parse(text));
    }

    private JsonValue parse(byte[] text) {
        try {
            return json.read(text);
        } catch (MalformedJsonException e) {
            throw new Refusal(400, "malformed_request", "The body is no JSON: " + EscapedText.of(e.getMessage()) + ".");
        }
    }

    private static Reason reasonIn(JsonValue request) {
        Map<String, JsonValue> fields = request.fields()
                .orElseThrow(() -> new Refusal(
                        400, "malformed_request", "The body must be an object like {\"reason\": \"looks slow\"}."));
        for (String name : fields.keySet()) {
            if (!name.equals("reason")) {
                throw new Refusal(
                        400, "malformed_request", "There is no field " + QuotedText.of(name) + ", only reason.");
            }
        }
        JsonValue reason = fields.get("reason");
        if (reason == null) {
            return DEFAULT_REASON;
        }
        String text = reason.text()
                .filter(given -> !given.isBlank())
                .orElseThrow(() -> new Refusal(
                        400,
                        "malformed_request",
                        "The reason is " + QuotedText.of(reason.toString()) + ", but must be text of 1 to "
                                + Reason.MAX_LENGTH + " printable ASCII characters."));
        try {
            return new Reason(text);
        } catch (IllegalArgumentException e) {
            throw new Refusal(
                    400,
                    "malformed_request",
                    "The reason is " + QuotedText.of(text) + ", but must be text of 1 to " + Reason.MAX_LENGTH
                            + " printable ASCII characters.");
        }
    }
}
