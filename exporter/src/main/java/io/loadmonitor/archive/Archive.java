package io.loadmonitor.archive;

import io.loadmonitor.archive.DumpTable.StoredText;
import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.dump.DumpComparison;
import io.loadmonitor.dump.DumpParser;
import io.loadmonitor.dump.LoadBreakdown;
import io.loadmonitor.dump.LoadSample;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.dump.Reason;
import io.loadmonitor.dump.StackDump;
import io.loadmonitor.incident.Event;
import io.loadmonitor.incident.IncidentLife;
import io.loadmonitor.incident.LoadSpell;
import io.loadmonitor.sample.LoadTickParts;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one file that holds what must survive: alert inbox, incidents, dumps, limits. Every method that writes returns
 * when its transaction is on the disk (WAL with {@code synchronous=FULL}), so what was accepted survives a crash of the
 * program, of the kernel, and a loss of power, as far as the disk keeps its word about flushing. Safe for use by
 * several threads.
 *
 * <p>Every method throws {@link ArchiveException} when the database cannot do its part; then nothing of the call is
 * stored.
 */
public final class Archive implements AutoCloseable {
    /** The hard bound of the file, beyond which even an alert is refused: room for what one pruning is behind. */
    private static final int HARD_BOUND_FACTOR = 2;

    /** Dumps of an earlier version whose signatures are put down in one go: a start takes little longer for it. */
    private static final int SIGNED_AT_START = 20;

    private static final int SIGNED_AT_PRUNING = 100;

    /** A text is read in some milliseconds. */
    private static final int RENEWED_AT_A_TIME = 200;

    /** A start waits so long for the disk. */
    private static final Duration START = Duration.ofSeconds(3);

    /** What was tried a moment ago is not tried again: each try flushes the disk. */
    private static final long OBSTACLE_KNOWN_NANOS = 5_000_000_000L;

    private static final Logger log = LoggerFactory.getLogger(Archive.class);

    private final ArchiveSettings settings;
    private final Clock clock;
    private final Supplier<CauseCatalogue> causes;
    private final ArchiveFile file;
    private final Database database;
    private final Pruner pruner;
    private final IncidentTable incidents;
    private final SpellTable spells;
    private final DumpTable dumps;
    private final CaptureQueue queue;
    private final Intake intake;
    private final Evidence evidence;
    private final ArchiveOpener opener;
    private volatile IncidentLife life = IncidentLife.DEFAULT;
    /** False while the file is larger than its hard bound. */
    private volatile boolean bounded;

    /** False while what an earlier run left is not in order, for want of room. */
    private volatile boolean tidied;

    private volatile Obstacle obstacle = new Obstacle(System.nanoTime() - OBSTACLE_KNOWN_NANOS, Optional.empty());

    private Archive(
            ArchiveSettings settings,
            Clock clock,
            ArchiveFile file,
            Pruner.DiskSpace disk,
            Supplier<CauseCatalogue> causes,
            Function<RawDump, DumpReading> reader,
            LongSupplier nanos,
            Uptime uptime) {
        this.settings = settings;
        this.clock = clock;
        this.causes = causes;
        this.file = file;
        // Asked only once there is an opener.
        this.database = Database.at(file.path(), this::isGone);
        this.opener = new ArchiveOpener(file, database, this::prepare, clock);
        LimitClock counting = new LimitClock(settings.host(), uptime);
        this.pruner =
                new Pruner(database, file, disk, settings.retention(), new AgeClock(clock.instant(), nanos), counting);
        Json json = new Json();
        this.incidents = new IncidentTable(json);
        this.spells = new SpellTable(settings.host(), json);
        this.dumps = new DumpTable(settings.host(), counting);
        this.queue = new CaptureQueue(settings.host(), dumps, counting, settings.limits());
        this.intake = new Intake(spells, queue);
        this.evidence = new Evidence(database, dumps, queue, reader, () -> life, json, clock);
    }

    /**
     * Opens the archive, makes it where there is none, and brings what an earlier run left unfinished into order: a
     * capture for an alert waits again, a manual one has failed, a text that nobody read is read. An archive that has
     * only been another host's goes on as this host's.
     *
     * @throws ArchiveException when the file is damaged, no archive, newer than this program, or in use; it is then
     *     left as it was
     */
    public static Archive open(ArchiveSettings settings, Clock clock) throws ArchiveException {
        return open(settings, clock, CauseCatalogue::standard);
    }

    /** @param causes by which texts are explained; asked for each, so that others take effect at once */
    public static Archive open(ArchiveSettings settings, Clock clock, Supplier<CauseCatalogue> causes)
            throws ArchiveException {
        Archive archive = at(settings, clock, causes, steady(clock));
        archive.opener.open();
        return archive;
    }

    /**
     * The same, but it never fails: where the file cannot be opened now, that is tried again every 5 s, and until then
     * every method throws {@link ArchiveException} with reason UNAVAILABLE. A damaged file is moved aside, and a new
     * one begun. Returns when it is open, or after 3 s.
     */
    public static Archive start(ArchiveSettings settings, Clock clock, Supplier<CauseCatalogue> causes, Uptime uptime) {
        Archive archive = at(settings, clock, causes, uptime);
        archive.opener.start(START);
        return archive;
    }

    /** By which limits count where the clock is believed never to jump. */
    private static Uptime steady(Clock clock) {
        return new Uptime("", () -> Math.multiplyExact(Sql.micros(clock.instant()), 1000L));
    }

    private static Archive at(ArchiveSettings settings, Clock clock, Supplier<CauseCatalogue> causes, Uptime uptime) {
        ArchiveFile file = ArchiveFile.at(settings.file());
        return new Archive(
                settings,
                clock,
                file,
                file::usableBytes,
                causes,
                raw -> DumpReading.of(raw, causes.get()),
                System::nanoTime,
                uptime);
    }

    /**
     * For tests: with a disk that is as full as they want it, a reader with the bugs that they want, and a clock that
     * jumps only when they say so.
     *
     * @param nanos beside the clock, in nanoseconds from any time on
     */
    static Archive open(
            ArchiveSettings settings,
            Clock clock,
            Pruner.DiskSpace disk,
            Function<RawDump, DumpReading> reader,
            LongSupplier nanos)
            throws ArchiveException {
        return open(settings, clock, disk, reader, nanos, steady(clock));
    }

    /** The same with a clock for limits. */
    static Archive open(
            ArchiveSettings settings,
            Clock clock,
            Pruner.DiskSpace disk,
            Function<RawDump, DumpReading> reader,
            LongSupplier nanos,
            Uptime uptime)
            throws ArchiveException {
        Archive archive = new Archive(
                settings,
                clock,
                ArchiveFile.at(settings.file()),
                disk,
                CauseCatalogue::standard,
                reader,
                nanos,
                uptime);
        archive.opener.open();
        return archive;
    }

    private boolean isGone() {
        return opener.isGone();
    }

    /** What an archive that has just been opened needs. Where there is no room for it, it is done later. */
    private void prepare() throws ArchiveException {
        tidied = false;
        bound();
        try {
            tidy();
            tidied = true;
        } catch (ArchiveException e) {
            if (e.reason() != ArchiveException.Reason.FULL) {
                throw e;
            }
            log.warn("What an earlier run left in the archive is put in order later: {}", e.getMessage());
        }
    }

    /** What is in the way of storing something now, in words; empty when nothing is. Tries to write. */
    public Optional<String> obstacle() {
        Obstacle last = obstacle;
        boolean known = last.nanos() + OBSTACLE_KNOWN_NANOS - System.nanoTime() > 0;
        // Meanwhile somebody else may have met what is in the way.
        if (known && (last.words().isPresent() || database.trouble().isEmpty())) {
            return last.words();
        }
        Optional<String> words;
        try {
            database.tryWriting();
            words = pruner.underFloor()
                    ? Optional.of("no dump is stored while the archive's disk has less than "
                            + pruner.retention().minFreeDiskBytes() + " bytes free (retention.min_free_disk)")
                    : Optional.empty();
        } catch (ArchiveException e) {
            words = Optional.of(String.valueOf(e.getMessage()));
        }
        obstacle = new Obstacle(System.nanoTime(), words);
        return words;
    }

    private record Obstacle(long nanos, Optional<String> words) {}

    /**
     * How the archive is, without asking the disk.
     *
     * @param trouble what was in the way of the last writing, or of opening it; empty when nothing was
     * @param notes of what a person has to know: a damaged file that was moved aside, one that was removed
     * @param begunAnew how often since the start that was so
     */
    public record Condition(Optional<String> trouble, List<String> notes, long begunAnew) {
        public Condition {
            notes = List.copyOf(notes);
        }
    }

    public Condition condition() {
        return new Condition(database.trouble(), opener.notes(), opener.begunAnew());
    }

    private void bound() throws ArchiveException {
        bounded = database.limitBytes(Math.multiplyExact(pruner.retention().maxBytes(), HARD_BOUND_FACTOR));
    }

    private void tidy() throws ArchiveException {
        Optional<String> former = database.write(sql -> {
            Optional<String> renamed = FormerHost.adopt(sql, settings.host());
            queue.tidy(sql, clock.instant());
            return renamed;
        });
        former.ifPresent(host -> log.warn(
                "The archive {} was of host {} alone and goes on as that of host {}",
                file.path(),
                host,
                settings.host()));
        evidence.readLeftovers();
        decideUndecided();
        evidence.signLeftovers(settings.host(), SIGNED_AT_START);
    }

    /** What an earlier version of the program stored without saying what belongs together. */
    private void decideUndecided() throws ArchiveException {
        long decided = database.write(sql -> {
            IncidentBook book = new IncidentBook(sql, settings.host(), life, spells);
            long count = book.takeUndecided();
            List<DumpSummary> dumps = sql.all(
                    DumpTable::summary,
                    DumpTable.SUMMARY
                            + " WHERE host = ? AND state IN ('COMPLETE', 'INCOMPLETE') AND parsed = 1"
                            + " AND incident_id IS NULL AND (spell_id IS NOT NULL OR trigger_kind IN "
                            + DumpTrigger.AUTOMATIC + ")"
                            + " ORDER BY taken_us",
                    settings.host());
            for (DumpSummary dump : dumps) {
                book.tell(Evidence.event(sql, dump, IncidentBook.exact(clock.instant())));
            }
            book.write();
            return count + dumps.size();
        });
        if (decided > 0) {
            log.info("Put {} alerts, loads and dumps of an earlier version into their incidents", decided);
        }
    }

    /** From now on alerts of which nobody speaks end so. */
    public void live(IncidentLife next) {
        life = next;
    }

    /**
     * Takes a message's alerts in, all or none.
     *
     * @return one outcome for each alert, in their order
     */
    public List<IntakeOutcome> takeIn(List<RoutedAlert> alerts) throws ArchiveException {
        Instant now = clock.instant();
        return database.writeSoon(sql -> intake.run(sql, settings.host(), life, alerts, now));
    }

    /**
     * Ends what nobody speaks of any more.
     *
     * @param quietSince since when the load has been low without a gap in what is known
     * @return the incidents that have ended by it
     */
    public List<Long> pass(Optional<Instant> quietSince) throws ArchiveException {
        Instant now = IncidentBook.exact(clock.instant());
        return database.write(sql -> {
            queue.settle(sql, now);
            List<Long> open = IncidentTable.open(sql, settings.host());
            if (open.isEmpty()) {
                return List.of();
            }
            IncidentBook book = new IncidentBook(sql, settings.host(), life, spells);
            book.tell(new Event.Passed(
                    quietSince.map(IncidentBook::exact),
                    queue.evenSince(sql, now).map(IncidentBook::exact),
                    now));
            book.write();
            List<Long> still = IncidentTable.open(sql, settings.host());
            return open.stream().filter(id -> !still.contains(id)).toList();
        });
    }

    /**
     * What most alerts of the last 30 days that were not foreign had as their label instance; of two, the older one.
     */
    public Optional<String> usualInstance() throws ArchiveException {
        Instant since = clock.instant().minus(Duration.ofDays(30));
        return database.glance(sql -> sql.one(row -> row.getString(1), """
                SELECT instance FROM spell
                WHERE host = ? AND kind = 'ALERT' AND is_foreign = 0 AND instance <> '' AND received_us >= ?
                GROUP BY instance ORDER BY count(*) DESC, min(id) LIMIT 1""", settings.host(), since));
    }

    /** The incidents that last now, and what each needs to have another dump. */
    public List<OpenIncident> openIncidents() throws ArchiveException {
        Instant now = clock.instant();
        return database.read(sql -> OpenIncident.all(sql, settings.host(), queue.time(sql, now)));
    }

    /**
     * Asks for a further dump of an incident, unless one of it waits already or a limit refuses it. A refusal is kept
     * with the incident.
     *
     * @param route the incident's rule; empty where there is none
     * @param why it is due, for people
     */
    public Reservation reserveFollowUp(
            OpenIncident incident, Optional<RoutedAlert.Route> route, Reason reason, String why)
            throws ArchiveException {
        Instant now = clock.instant();
        return database.write(sql -> queue.addFollowUp(sql, incident, route, reason, why, now));
    }

    /**
     * Asks for a dump that nobody asks for: the exporter saw the load cross a level. It waits for {@link #beginNext},
     * and what it says puts it into its incident as a dump that the module took. The host's limit holds for it.
     *
     * @param trigger one that is {@link DumpTrigger#automatic}
     * @param reason the numbers that were compared, as the module writes them
     * @return busy when one waits already
     */
    public Reservation reserveOwn(DumpTrigger trigger, Reason reason) throws ArchiveException {
        if (!trigger.automatic()) {
            throw new IllegalArgumentException("trigger is " + trigger + ", which somebody asks for");
        }
        Instant now = clock.instant();
        return database.writeSoon(sql -> queue.addOwn(sql, trigger, reason, now));
    }

    /** When the newest dump that nobody asked for was taken, the module's included, or asked for where it waits. */
    public Optional<Instant> newestAutomatic() throws ArchiveException {
        return database.glance(sql -> sql.one(
                row -> Sql.time(row, "taken_us"),
                "SELECT taken_us FROM dump WHERE host = ? AND state <> 'FAILED' AND trigger_kind IN "
                        + DumpTrigger.AUTOMATIC + " ORDER BY taken_us DESC LIMIT 1",
                settings.host()));
    }

    /** How far a dump has come; empty when there is none of this number, or none any more. */
    public Optional<DumpState> state(long id) throws ArchiveException {
        return database.glance(sql -> DumpTable.find(sql, id).map(DumpSummary::state));
    }

    /**
     * Reserves a manual dump unless one is being taken or waits, or a limit refuses it. Asking and noting are one
     * transaction; limits survive a restart. The dump waits for {@link #beginNext}.
     */
    public Reservation reserveManual(Reason reason) throws ArchiveException {
        Instant now = clock.instant();
        return database.writeSoon(sql -> queue.addManual(sql, reason, now));
    }

    /** Reserves a dump without asking any limit. Its capture counts as begun: {@link #beginNext} does not give it. */
    public long reserveDump(DumpTrigger trigger, Optional<Reason> reason, OptionalLong incidentId)
            throws ArchiveException {
        Instant now = clock.instant();
        return database.write(sql -> dumps.reserve(sql, trigger, reason, OptionalLong.empty(), incidentId, true, now));
    }

    /** The capture that has waited longest. From now on it counts as begun; that is noted in memory alone. */
    public Optional<WaitingCapture> beginNext() throws ArchiveException {
        return database.glance(queue::begin);
    }

    /**
     * Stores a reserved dump's text as it is, in a transaction of its own, then what it says. Until that is done the
     * dump's state is CAPTURING. A text without its footer is kept as INCOMPLETE. Whatever goes wrong with the second
     * step, the text stays (INCOMPLETE for now), and the next start reads it.
     *
     * @throws ArchiveException also when the id names no dump that waits for its text, and FULL while the disk's free
     *     space is under the retention's floor and deleting old dumps does not help
     */
    public DumpSummary store(long reservedId, RawDump raw) throws ArchiveException {
        makeRoom();
        evidence.put(reservedId, raw);
        queue.end(reservedId);
        return evidence.read(reservedId, raw);
    }

    /**
     * Stores a dump that nobody here asked for, in the same two steps. It is listed when the second is done.
     *
     * @return empty when the same dump is stored already: the same text, or the same source, boot, number and time. If
     *     the stored one was cut off and this one is whole, it has this text from now on
     */
    public Optional<DumpSummary> storeFound(RawDump raw) throws ArchiveException {
        makeRoom();
        OptionalLong id = evidence.putFound(raw, clock.instant());
        if (id.isEmpty()) {
            return Optional.empty();
        }
        DumpSummary summary = evidence.read(id.getAsLong(), raw);
        return summary.id() == id.getAsLong() ? Optional.of(summary) : Optional.empty();
    }

    /**
     * Stores a dump that was asked for when the archive could not note it, in the same two steps.
     *
     * @param asked when that was
     */
    public DumpSummary storeUnnoted(DumpTrigger trigger, Reason reason, Instant asked, RawDump raw)
            throws ArchiveException {
        makeRoom();
        return evidence.read(evidence.putUnnoted(trigger, reason, asked, raw), raw);
    }

    private void makeRoom() throws ArchiveException {
        if (pruner.retention().freeDiskByDeleting() && pruner.underFloor()) {
            pruner.run(clock.instant());
        }
        if (pruner.underFloor()) {
            throw new ArchiveException(
                    ArchiveException.Reason.FULL,
                    "no dump is stored in " + file.path()
                            + " while its file system has less than "
                            + pruner.retention().minFreeDiskBytes()
                            + " bytes free, the floor of the retention");
        }
    }

    /** Notes that a reserved dump will not come, and why. No limit is used up by it, but that of people. */
    public void fail(long reservedId, String why) throws ArchiveException {
        String bounded = why.length() <= 500 ? why : why.substring(0, 497) + "...";
        database.write(sql -> {
            Evidence.requireWaiting(sql, reservedId);
            queue.fail(sql, reservedId, bounded);
            return reservedId;
        });
        queue.end(reservedId);
    }

    /** The same, unless the dump waits no more: then it does nothing and says false. */
    public boolean failIfWaiting(long reservedId, String why) throws ArchiveException {
        try {
            fail(reservedId, why);
            return true;
        } catch (ArchiveException e) {
            if (e.reason() == ArchiveException.Reason.FAILED
                    && !database.read(sql -> DumpTable.waitsForText(sql, reservedId))) {
                return false;
            }
            throw e;
        }
    }

    /** The dump with what its text says, parsed anew; its headline is by the causes that are in force now. */
    public Optional<ArchivedDump> dump(long id) throws ArchiveException {
        Optional<DumpSummary> summary = database.read(sql -> DumpTable.find(sql, id));
        if (summary.isEmpty()) {
            return Optional.empty();
        }
        Optional<RawDump> raw = raw(id);
        Optional<StackDump> dump = raw.map(DumpParser::parse);
        if (dump.isEmpty()) {
            Optional<DumpStory> story = summary.get().state() == DumpState.DELETED ? story(id) : Optional.empty();
            return Optional.of(
                    new ArchivedDump(summary.get(), raw, dump, story.map(DumpStory::breakdown), List.of(), story));
        }
        List<SeenSignature> seen = signatures(id);
        Set<String> chronic = seen.stream()
                .filter(SeenSignature::chronic)
                .map(one -> one.signature().id())
                .collect(Collectors.toSet());
        LoadBreakdown breakdown = LoadBreakdown.of(dump.get(), causes.get(), chronic);
        DumpSummary shown = showsReading(summary.get())
                ? summary.get().withHeadline(DumpReading.headline(breakdown))
                : summary.get();
        return Optional.of(new ArchivedDump(shown, raw, dump, Optional.of(breakdown), seen, Optional.empty()));
    }

    /** Empty also for one that an earlier version of the program read and this one had not come to read anew. */
    private Optional<DumpStory> story(long id) throws ArchiveException {
        Optional<DumpTable.StoredStory> stored = database.read(sql -> DumpTable.story(sql, id));
        Optional<DumpStory> story = stored.flatMap(found -> found.open(causes.get()));
        if (stored.isPresent() && story.isEmpty()) {
            log.error("What dump {} told before it was deleted is damaged; its headline is left", id);
        }
        return story;
    }

    /** Not while the text waits to be read, and not when what it says could not be stored. */
    private static boolean showsReading(DumpSummary summary) {
        return summary.tasks().isPresent();
    }

    /**
     * The signatures of a dump, those of the most tasks first and 1,000 at most, and what the host's earlier dumps had
     * of them.
     */
    public List<SeenSignature> signatures(long id) throws ArchiveException {
        return database.read(sql -> SignatureTable.seen(sql, id));
    }

    /**
     * The dump that the same host took before this one, if it was in the same boot, parsed; whole or not. Empty also
     * when either has no text, or does not say of which boot it is.
     */
    public Optional<ArchivedDump> dumpBefore(ArchivedDump dump) throws ArchiveException {
        if (dump.dump().isEmpty()) {
            return Optional.empty();
        }
        DumpSummary summary = dump.summary();
        Optional<Long> before = database.read(sql -> sql.one(
                row -> row.getLong(1), """
                SELECT id FROM dump
                WHERE host = ? AND parsed = 1 AND state <> 'DELETED' AND (taken_us < ? OR taken_us = ? AND id < ?)
                ORDER BY taken_us DESC, id DESC LIMIT 1""", summary.host(), summary.takenAt(), summary.takenAt(), summary.id()));
        Optional<ArchivedDump> found = before.isPresent() ? dump(before.get()) : Optional.empty();
        return found.filter(other -> other.dump()
                .map(content -> DumpComparison.sameBoot(content, dump.dump().get()))
                .orElse(false));
    }

    public Optional<RawDump> raw(long id) throws ArchiveException {
        Optional<StoredText> text = database.read(sql -> DumpTable.text(sql, id));
        return text.isPresent() ? Optional.of(text.get().open(id)) : Optional.empty();
    }

    /** @throws IllegalArgumentException when the cursor is none that a page gave; the message quotes it */
    public Page<DumpSummary> dumps(DumpQuery query) throws ArchiveException {
        Cursor cursor = Cursor.parse(query.cursor());
        Listing listing = new Listing(DumpTable.SUMMARY)
                .where(DumpTable.LISTED)
                .where("taken_us >= ?", query.from())
                .where("taken_us < ?", query.to())
                .where("trigger_kind = ?", query.trigger());
        query.names()
                .conditions("id")
                .forEach(named -> listing.where(named.sql(), named.values().toArray()));
        return database.read(sql -> listing.page(
                sql,
                DumpTable::summary,
                "taken_us",
                "id",
                cursor,
                query.limit(),
                dump -> new Cursor(Sql.micros(dump.takenAt()), dump.id())));
    }

    /** @throws IllegalArgumentException when the cursor is none that a page gave; the message quotes it */
    public Page<Incident> incidents(IncidentQuery query) throws ArchiveException {
        Cursor cursor = Cursor.parse(query.cursor());
        Listing listing = new Listing(IncidentTable.INCIDENT)
                .where("(i.ended_us IS NULL OR i.ended_us >= ?)", query.from())
                .where("i.began_us < ?", query.to())
                .where(
                        "EXISTS (SELECT 1 FROM spell s WHERE s.incident_id = i.id AND s.alert_name = ?)",
                        query.alertName())
                .where(
                        "i.id IN (SELECT s.incident_id FROM incident_tag t JOIN spell s ON s.id = t.spell_id WHERE t.tag = ?)",
                        query.tag());
        if (!query.names().any()) {
            DumpNames.Condition holds = IncidentTable.shows(query.names());
            listing.where(holds.sql(), holds.values().toArray());
        }
        Instant now = clock.instant();
        query.open()
                .ifPresent(open -> listing.where(
                        (open ? "" : "NOT ") + IncidentTable.OPEN,
                        now.minus(LoadSpell.HOLD),
                        now.plus(LoadSpell.HOLD)));
        return database.read(sql -> {
            Page<IncidentTable.Row> page = listing.page(
                    sql,
                    IncidentTable::row,
                    "i.began_us",
                    "i.id",
                    cursor,
                    query.limit(),
                    incident -> new Cursor(Sql.micros(incident.began()), incident.id()));
            return new Page<>(incidents.withAlerts(sql, page.items(), now), page.next());
        });
    }

    /** @param incident number of it, or of one that became a part of it; empty when there is none */
    public Optional<Remarks> remarks(long incident) throws ArchiveException {
        return database.read(sql -> RemarkTable.of(sql, incident));
    }

    /**
     * @param author as the log's audit lines name people
     * @throws IllegalArgumentException when the text is blank or longer than {@link Remarks#MAX_TEXT} characters
     */
    public Remarks.Change addNote(long incident, String author, String text) throws ArchiveException {
        if (text.isBlank() || text.length() > Remarks.MAX_TEXT) {
            throw new IllegalArgumentException("a note of " + text.length() + " characters");
        }
        Instant now = clock.instant();
        return database.writeSoon(sql -> RemarkTable.add(sql, incident, author, text, now));
    }

    public Remarks.Change removeNote(long incident, long note) throws ArchiveException {
        return database.writeSoon(sql -> RemarkTable.remove(sql, incident, note));
    }

    /**
     * In the place of those that it has.
     *
     * @throws IllegalArgumentException when these are more than {@link Remarks#MOST_TAGS}
     */
    public Remarks.Change tag(long incident, NavigableSet<String> tags) throws ArchiveException {
        if (tags.size() > Remarks.MOST_TAGS) {
            throw new IllegalArgumentException(tags.size() + " tags");
        }
        return database.writeSoon(sql -> RemarkTable.tag(sql, incident, tags));
    }

    /** When the first message about the newest alert was stored; empty before there was one. */
    public Optional<Instant> newestAlert() throws ArchiveException {
        return database.read(sql -> sql.one(
                row -> Sql.time(row, "received_us"),
                "SELECT received_us FROM spell WHERE kind = 'ALERT' ORDER BY id DESC LIMIT 1"));
    }

    /** How many dumps hold each cause, by its id; of the causes of when each dump's text was read. */
    public Map<String, Integer> causes() throws ArchiveException {
        return database.read(DumpTable::causes);
    }

    /** @param id of it, or of one that became a part of it */
    public Optional<IncidentDetail> incident(long id) throws ArchiveException {
        Instant now = clock.instant();
        return database.read(sql -> incidents.detail(sql, id, now));
    }

    /**
     * Stores those of the samples that lie around an incident, and lets a load that no alert told of last for as long
     * as they show it.
     *
     * @param samples of this host, oldest first
     * @return those that are stored; the others may be given again, for an incident may begin later than its time
     */
    public List<LoadSample> keepSamples(List<LoadSample> samples) throws ArchiveException {
        if (samples.isEmpty()) {
            return List.of();
        }
        List<LoadSample> around = database.read(sql -> IncidentTable.around(sql, settings.host(), samples));
        if (!around.isEmpty()) {
            Instant now = IncidentBook.exact(clock.instant());
            database.write(sql -> {
                TickTable.putOwn(sql, settings.host(), around);
                IncidentBook book = new IncidentBook(sql, settings.host(), life, spells);
                book.tell(new Event.Ticked(LoadTicks.of(around), now));
                book.write();
                return around.size();
            });
        }
        return around;
    }

    /**
     * Stores those of the ticks that lie around an incident of this host, from 15 minutes before it to 15 minutes after
     * it, in one transaction. Of a long incident not all stay: 720 at most.
     *
     * @param ticks of this host, oldest first, their times in whole microseconds
     * @return those that are stored or were; the others may be given again, for an incident may begin later than their
     *     time
     */
    public List<LoadTickParts> keepParts(List<LoadTickParts> ticks) throws ArchiveException {
        if (ticks.isEmpty()) {
            return List.of();
        }
        List<PartsTable.Window> windows = database.read(
                sql -> PartsTable.windows(sql, settings.host(), ticks.get(0).at()));
        List<LoadTickParts> around = ticks.stream()
                .filter(tick -> windows.stream().anyMatch(window -> window.holds(tick.at())))
                .toList();
        if (!around.isEmpty()) {
            database.write(sql -> {
                PartsTable.put(sql, settings.host(), around, windows);
                return around.size();
            });
        }
        return around;
    }

    /** What the load consisted of at the ticks of a host's time that were kept, both ends included, oldest first. */
    public List<LoadTickParts> parts(String host, Instant from, Instant to) throws ArchiveException {
        return database.read(sql -> PartsTable.between(sql, host, from, to));
    }

    /** The load ticks of a host's time that were kept, both ends included. */
    public StoredTicks ticks(String host, Instant from, Instant to) throws ArchiveException {
        return database.read(sql -> TickTable.between(sql, host, from, to));
    }

    /** What a fleet's store is to know; nothing is noted there before it is opened. */
    public Outbox outbox() {
        return new Outbox(database, settings.host(), clock);
    }

    /** Whose alerts and dumps are stored here now. */
    public String host() {
        return settings.host();
    }

    /** How far the limits are used up: those of these rules, of the host and of people. */
    public LimitState.All limits(List<RoutedAlert.Route> rules) throws ArchiveException {
        Instant now = clock.instant();
        return database.glance(sql -> queue.states(sql, rules, now));
    }

    public ArchiveTotals totals() throws ArchiveException {
        long bytes = file.sizeBytes();
        Instant now = clock.instant();
        return database.glance(sql -> new ArchiveTotals(
                sql.number("SELECT count(*) FROM dump WHERE state IN ('COMPLETE', 'INCOMPLETE')"),
                bytes,
                sql.one(row -> Sql.time(row, "taken_us"), """
                        SELECT taken_us FROM dump WHERE state IN ('COMPLETE', 'INCOMPLETE')
                        ORDER BY taken_us LIMIT 1"""),
                Math.toIntExact(queue.waiting(sql)),
                (int) sql.number(
                        "SELECT count(*) FROM incident i WHERE i.host = ? AND " + IncidentTable.OPEN,
                        settings.host(),
                        now.minus(LoadSpell.HOLD),
                        now.plus(LoadSpell.HOLD)),
                pruner.pruned()));
    }

    /**
     * Deletes what the retention does not keep, oldest dumps first, and gives the space back to the file system. Then
     * finds the names anew in some of the dumps that an older version of the program read, so that they can be searched
     * for as those of new ones.
     */
    public void prune() throws ArchiveException {
        evidence.showUnread();
        evidence.signLeftovers(settings.host(), SIGNED_AT_PRUNING);
        retain();
        evidence.renewNames(RENEWED_AT_A_TIME);
    }

    /** Deletes what the retention does not keep, and nothing else: some milliseconds where nothing is to be deleted. */
    public void retain() throws ArchiveException {
        if (!tidied) {
            tidy();
            tidied = true;
        }
        Instant now = clock.instant();
        if (database.read(sql -> queue.unsettled(sql, now))) {
            database.write(sql -> {
                queue.settle(sql, now);
                return now;
            });
        }
        pruner.run(now);
        if (!bounded) {
            bound();
        }
    }

    /**
     * Puts another retention in force and deletes what it does not keep. It is in force also when this throws: then the
     * next pruning makes up for it.
     */
    public void keep(Retention next) throws ArchiveException {
        pruner.keep(next);
        bounded = false;
        // What is deleted may need room itself, and gets it here when the bound was raised.
        bound();
        pruner.run(clock.instant());
        bound();
    }

    /** From now on these limits hold. What waits already stays. */
    public void limit(CaptureLimits next) {
        queue.limit(next);
    }

    /** Idempotent. What comes after it throws with reason CLOSED. */
    @Override
    public void close() {
        opener.close();
        database.close();
        file.close();
    }
}
