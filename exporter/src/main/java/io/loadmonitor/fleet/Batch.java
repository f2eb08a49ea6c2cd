package io.loadmonitor.fleet;

import io.loadmonitor.archive.ArchiveException;
import io.loadmonitor.archive.Outbox;
import io.loadmonitor.archive.Outbox.Item;
import io.loadmonitor.archive.Outbox.Minute;
import io.loadmonitor.archive.Outbox.StoredDump;
import io.loadmonitor.archive.Outbox.StoredIncident;
import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.dump.DumpParser;
import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.LoadCause;
import io.loadmonitor.dump.StackDump;
import io.loadmonitor.dump.StackPart;
import io.loadmonitor.json.JsonArray;
import io.loadmonitor.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * What is sent in one call, as JSON, and what of the outbox is done with when the store has it. It tells the archive's
 * present state of each thing that changed, so that one that changed again since, or was sent before, does no harm.
 */
final class Batch {
    /** Of a dump; the tasks of all others are one number. */
    static final int MOST_PARTS = 1000;

    /** Less than what the store takes. */
    static final int MOST_ITEMS = 100;

    static final int MOST_MINUTES = 240;

    private static final int MOST_BYTES = 8 << 20;

    private final List<Item> items = new ArrayList<>();
    private final List<Minute> minutes;
    private final JsonObject json = new JsonObject();
    private final JsonArray signatures;
    private final JsonArray dumps;
    private final JsonArray parts;
    private final JsonArray incidents;
    private final JsonArray gone;
    private final JsonObject causes;
    private final Set<String> told = new HashSet<>();
    private final boolean withTexts;
    private final CauseCatalogue catalogue;
    private long bytes;

    private Batch(FleetHost host, Outbox.Line line, UUID token, List<Minute> minutes, Settings settings, Instant now) {
        this.minutes = List.copyOf(minutes);
        this.withTexts = settings.withTexts();
        this.catalogue = settings.catalogue();
        json.put("protocol", "1");
        JsonObject who = json.putObject("host");
        who.put("name", plain(host.name()));
        who.put("machine", host.machine().orElseGet(line::archive).toString());
        host.url().ifPresent(url -> who.put("url", plain(url)));
        host.release().ifPresent(release -> who.put("kernel", plain(release)));
        who.put("version", plain(host.version()));
        who.put("clock", now.toString());
        JsonObject which = json.putObject("line");
        which.put("id", line.id().toString());
        line.before().ifPresent(before -> which.put("after", before.toString()));
        which.put("batch", line.batch() + 1);
        which.put("token", token.toString());
        causes = json.putObject("causes");
        signatures = json.putArray("signatures");
        dumps = json.putArray("dumps");
        parts = json.putArray("parts");
        incidents = json.putArray("incidents");
        gone = json.putArray("gone");
        JsonArray load = json.putArray("minutes");
        for (Minute minute : minutes) {
            JsonObject row = load.addObject();
            row.put("minute", minute.minute().toString());
            JsonObject shares = row.putObject("parts");
            minute.parts().forEach((cause, share) -> {
                causes.put(cause, catalogue.cause(cause).map(LoadCause::title).orElse(cause));
                shares.put(cause, share);
            });
        }
    }

    /** @param withTexts whether the texts of dumps are sent */
    record Settings(boolean withTexts, CauseCatalogue catalogue) {}

    /**
     * Reads what is to be sent, as far as it fits.
     *
     * @param wanted of the outbox, in its order; those that do not fit are left for the next batch
     */
    static Batch of(
            FleetHost host,
            Outbox outbox,
            Outbox.Line line,
            UUID token,
            List<Item> wanted,
            List<Minute> minutes,
            Settings settings,
            Instant now)
            throws ArchiveException {
        Batch batch = new Batch(host, line, token, minutes, settings, now);
        for (Item item : wanted) {
            if (batch.bytes > MOST_BYTES) {
                break;
            }
            switch (item.kind()) {
                case DUMP -> batch.add(outbox.dump(item.ref()));
                case INCIDENT -> batch.add(outbox, item.ref());
            }
            batch.items.add(item);
        }
        return batch;
    }

    private void add(Optional<StoredDump> stored) {
        if (stored.isEmpty() || stored.get().raw().isEmpty()) {
            // The retention was faster. The archive counts it.
            return;
        }
        StoredDump dump = stored.get();
        StackDump content = DumpParser.parse(dump.raw().orElseThrow());
        List<StackPart> all = StackPart.of(content, catalogue);
        List<StackPart> listed = all.subList(0, Math.min(MOST_PARTS, all.size()));
        JsonObject row = dumps.addObject();
        row.put("at", dump.takenAt().toString());
        row.put("key", dump.key().toString());
        row.put("number", dump.id());
        dump.incident().ifPresent(incident -> row.put("incident", incident));
        dump.source().ifPresent(source -> row.put("source", plain(source)));
        row.put("trigger", dump.trigger().name().toLowerCase(Locale.ROOT));
        dump.reason().map(EscapedText::escaped).ifPresent(reason -> row.put("reason", plain(reason)));
        dump.load1().ifPresent(load -> row.put("load1", load));
        dump.active().ifPresent(active -> row.put("active", active));
        dump.uninterruptible().ifPresent(count -> row.put("uninterruptible", count));
        row.put("tasks", content.tasksMeant());
        row.put(
                "unlisted",
                content.tasksMeant()
                        - listed.stream().mapToInt(StackPart::tasks).sum());
        row.put("complete", dump.complete());
        content.header().flatMap(StackDump.Header::release).ifPresent(release -> row.put("kernel", plain(release)));
        row.put("headline", plain(dump.headline()));
        if (withTexts) {
            String text = Base64.getEncoder().encodeToString(dump.gzip());
            row.put("text", text);
            bytes += text.length();
        }
        listed.forEach(part -> add(dump, part));
        bytes += 500;
    }

    private void add(StoredDump dump, StackPart part) {
        long id = HexFormat.fromHexDigitsToLong(part.signature().id());
        if (told.add(part.signature().id())) {
            JsonObject row = signatures.addObject();
            row.put("id", id);
            JsonArray frames = row.putArray("frames");
            part.signature().frames().forEach(frame -> frames.add(plain(frame)));
            row.put("cause", part.cause().id());
            row.put("seen", dump.takenAt().toString());
            bytes += 30L * part.signature().frames().size();
        }
        causes.put(part.cause().id(), part.cause().title());
        JsonObject row = parts.addObject();
        row.put("at", dump.takenAt().toString());
        row.put("key", dump.key().toString());
        row.put("sig", id);
        row.put("cause", part.cause().id());
        part.cgroup().ifPresent(cgroup -> row.put("cgroup", plain(cgroup)));
        row.put("program", plain(part.program()));
        row.put("tasks", part.tasks());
        row.put("d", part.uninterruptible());
        part.oldestMillis().ifPresent(millis -> row.put("oldest_ms", millis));
        bytes += 250;
    }

    private void add(Outbox outbox, long id) throws ArchiveException {
        Optional<StoredIncident> stored = outbox.incident(id);
        if (stored.isEmpty()) {
            if (outbox.merged(id)) {
                gone.add(Long.toString(id));
            }
            return;
        }
        StoredIncident incident = stored.get();
        JsonObject row = incidents.addObject();
        row.put("id", incident.id());
        row.put("began", incident.began().toString());
        incident.ended().ifPresent(ended -> row.put("ended", ended.toString()));
        incident.endReason().ifPresent(reason -> row.put("reason", reason));
        row.put("is_foreign", incident.foreign());
        JsonArray alerts = row.putArray("alerts");
        incident.alerts().forEach(alert -> alerts.add(plain(alert)));
        JsonArray kinds = row.putArray("causes");
        incident.causes().forEach(cause -> kinds.add(plain(cause)));
        incident.headline().ifPresent(headline -> row.put("headline", plain(headline)));
        row.put("dumps", incident.dumps());
        bytes += 1000;
    }

    /** The store's text holds every character but this one. */
    private static String plain(String text) {
        return text.indexOf('\0') < 0 ? text : text.replace('\0', ' ');
    }

    /** Of the outbox, done with when the store has this batch. */
    List<Item> items() {
        return items;
    }

    List<Minute> minutes() {
        return minutes;
    }

    String text() {
        return new String(json.bytes(), StandardCharsets.UTF_8);
    }
}
