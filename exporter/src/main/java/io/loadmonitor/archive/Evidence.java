package io.loadmonitor.archive;

import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.dump.Reason;
import io.loadmonitor.incident.Event;
import io.loadmonitor.incident.IncidentLife;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Raw evidence first: a dump's text is committed as it is before anything looks at it; what it says is a second step,
 * which may fail and be done again without loss.
 */
final class Evidence {
    private static final Logger log = LoggerFactory.getLogger(Evidence.class);

    private final Database database;
    private final DumpTable dumps;
    private final CaptureQueue queue;
    private final Function<RawDump, DumpReading> reader;
    private final Supplier<IncidentLife> life;
    private final Json json;
    private final Clock clock;

    /** Dumps whose second step failed and that are not shown so yet. */
    private final Set<Long> unread = ConcurrentHashMap.newKeySet();

    Evidence(
            Database database,
            DumpTable dumps,
            CaptureQueue queue,
            Function<RawDump, DumpReading> reader,
            Supplier<IncidentLife> life,
            Json json,
            Clock clock) {
        this.database = database;
        this.dumps = dumps;
        this.queue = queue;
        this.reader = reader;
        this.life = life;
        this.json = json;
        this.clock = clock;
    }

    static void requireWaiting(Sql sql, long id) throws SQLException, ArchiveException {
        if (!DumpTable.waitsForText(sql, id)) {
            Optional<DumpState> state = DumpTable.find(sql, id).map(DumpSummary::state);
            throw new ArchiveException(
                    ArchiveException.Reason.FAILED,
                    "no dump " + id + " waits for its text: "
                            + state.map(found -> found == DumpState.CAPTURING
                                            ? "it has one already"
                                            : "its state is " + found)
                                    .orElse("there is none of this number"));
        }
    }

    /** First step for a reserved dump. */
    void put(long id, RawDump raw) throws ArchiveException {
        byte[] text = raw.toByteArray();
        byte[] gzip = Gzip.compress(text);
        String sha256 = DumpTable.sha256(text);
        database.write(sql -> {
            requireWaiting(sql, id);
            dumps.putText(sql, id, raw, gzip, sha256);
            return id;
        });
    }

    /**
     * First step for a dump that was asked for when that could not be noted. Where somebody waits for just this by now,
     * it is his.
     */
    long putUnnoted(DumpTrigger trigger, Reason reason, Instant asked, RawDump raw) throws ArchiveException {
        byte[] text = raw.toByteArray();
        String sha256 = DumpTable.sha256(text);
        byte[] gzip = Gzip.compress(text);
        long stored = database.write(sql -> {
            Optional<Long> waits = queue.waitsFor(sql, trigger, reason, asked);
            if (waits.isPresent()) {
                dumps.putText(sql, waits.get(), raw, gzip, sha256);
                return waits.get();
            }
            long id = dumps.reserve(
                    sql, trigger, Optional.of(reason), OptionalLong.empty(), OptionalLong.empty(), true, asked);
            dumps.putText(sql, id, raw, gzip, sha256);
            queue.addUnnoted(sql, trigger, id, clock.instant());
            return id;
        });
        queue.end(stored);
        return stored;
    }

    /** First step for a dump that nobody asked for; empty when the very text is stored already. */
    OptionalLong putFound(RawDump raw, Instant now) throws ArchiveException {
        byte[] text = raw.toByteArray();
        String sha256 = DumpTable.sha256(text);
        byte[] gzip = Gzip.compress(text);
        return database.write(sql -> {
            if (dumps.withText(sql, sha256).isPresent()) {
                return OptionalLong.empty();
            }
            long id = dumps.add(sql, now);
            dumps.putText(sql, id, raw, gzip, sha256);
            return OptionalLong.of(id);
        });
    }

    /**
     * Second step. When another row turns out to hold the same dump, the row that was asked for stays, with the better
     * one of the two texts.
     *
     * @return the row that stays
     */
    DumpSummary read(long id, RawDump raw) throws ArchiveException {
        try {
            DumpReading reading = reader.apply(raw);
            return database.write(sql -> put(sql, id, reading));
        } catch (RuntimeException e) {
            log.error("The text of dump {} is stored but could not be read: {}", id, e.toString(), e);
        } catch (ArchiveException e) {
            log.warn("The text of dump {} is stored, but not what it says: {}", id, e.getMessage());
        } catch (Error e) {
            unread.add(id);
            throw e;
        }
        unread.add(id);
        showUnread();
        return database.read(sql -> DumpTable.find(sql, id).orElseThrow());
    }

    /**
     * Shows what could not be read as it is, instead of as being taken. To be called again now and then: a full disk
     * may forbid even this.
     */
    @SuppressWarnings("ModifyCollectionInEnhancedForLoop") // of a concurrent set, whose iterators allow it
    void showUnread() {
        for (long id : unread) {
            try {
                database.write(sql -> {
                    DumpTable.putUnread(sql, id);
                    return id;
                });
                unread.remove(id);
            } catch (ArchiveException e) {
                log.warn("Dump {} counts as being taken for now: {}", id, e.getMessage());
            }
        }
    }

    /** What follows for incidents from a dump that was read. */
    private DumpSummary settled(Sql sql, long id, DumpReading reading) throws SQLException {
        String host = DumpTable.host(sql, id);
        Instant now = IncidentBook.exact(clock.instant());
        IncidentBook book = new IncidentBook(sql, host, life.get(), new SpellTable(host, json));
        book.tell(event(sql, DumpTable.find(sql, id).orElseThrow(), now));
        if (!reading.ticks().isEmpty()) {
            book.tell(new Event.Ticked(LoadTicks.of(reading.ticks()), now));
        }
        book.write();
        if (!reading.ticks().isEmpty()) {
            TickTable.putOfModule(sql, host, IncidentTable.around(sql, host, reading.ticks()));
        }
        return DumpTable.find(sql, id).orElseThrow();
    }

    static Event event(Sql sql, DumpSummary dump, Instant now) throws SQLException {
        if (dump.trigger().automatic()) {
            CrossedLevel level =
                    CrossedLevel.of(dump.reason().map(EscapedText::escaped).orElse(""));
            return new Event.Crossed(dump.id(), dump.takenAt(), level.load(), level.active(), now);
        }
        return new Event.Taken(dump.id(), dump.takenAt(), DumpTable.spell(sql, dump.id()), now);
    }

    private DumpSummary put(Sql sql, long id, DumpReading reading) throws SQLException {
        Optional<Long> other = reading.identity().isPresent()
                ? dumps.withIdentity(sql, reading.identity().get(), id)
                : Optional.empty();
        if (other.isEmpty()) {
            dumps.putReading(sql, id, reading);
            return settled(sql, id, reading);
        }
        DumpSummary mine = DumpTable.find(sql, id).orElseThrow();
        DumpSummary older = DumpTable.find(sql, other.get()).orElseThrow();
        if (older.state() == DumpState.DELETED && mine.trigger() == DumpTrigger.UNKNOWN) {
            // The module still has what the retention deleted here.
            DumpTable.delete(sql, id);
            return older;
        }
        boolean better = tellsMore(reading, mine.rawBytes(), older);
        boolean found = mine.trigger() == DumpTrigger.UNKNOWN;
        if (!found) {
            DumpTable.takeOver(sql, older.id(), id, better);
        } else if (better) {
            DumpTable.moveText(sql, id, older.id());
            DumpTable.delete(sql, id);
        } else {
            DumpTable.delete(sql, id);
        }
        long kept = found ? older.id() : id;
        if (better) {
            dumps.putReading(sql, kept, reading);
        }
        settled(sql, kept, reading);
        log.info(
                "Dump {} came twice; the text of {} bytes is kept, that of {} bytes is not",
                kept,
                better ? mine.rawBytes() : older.rawBytes(),
                better ? older.rawBytes() : mine.rawBytes());
        return DumpTable.find(sql, kept).orElseThrow();
    }

    /** A whole text tells more than one that was cut off; of two that were, the one with more in it. */
    private static boolean tellsMore(DumpReading reading, long rawBytes, DumpSummary older) {
        if (reading.state() != older.state()) {
            return reading.state() == DumpState.COMPLETE;
        }
        int tasks = Integer.compare(reading.tasks(), older.tasks().orElse(0));
        return tasks > 0 || tasks == 0 && rawBytes > older.rawBytes();
    }

    /** Reads the texts that an earlier run stored and did not come to read. */
    void readLeftovers() throws ArchiveException {
        List<Long> leftovers = database.read(sql -> sql.all(
                row -> row.getLong(1), "SELECT id FROM dump WHERE parsed = 0 AND raw_sha256 IS NOT NULL ORDER BY id"));
        for (long id : leftovers) {
            Optional<DumpTable.StoredText> text = database.read(sql -> DumpTable.text(sql, id));
            if (text.isEmpty()) {
                continue;
            }
            RawDump raw;
            try {
                raw = text.get().open(id);
            } catch (ArchiveException e) {
                log.error("Dump {} stays unread: {}", id, e.getMessage());
                unread.add(id);
                continue;
            }
            DumpSummary summary = read(id, raw);
            log.info("Read dump {}, which an earlier run had stored unread: {}", id, summary.headline());
        }
        showUnread();
    }

    /**
     * Puts down the signatures of dumps that an earlier version stored without them, the newest first.
     *
     * @param most dumps, each of which takes as long as reading it
     * @return how many it did; fewer than asked for when none is left
     */
    int signLeftovers(String host, int most) throws ArchiveException {
        List<Long> leftovers = database.read(sql -> SignatureTable.unsigned(sql, host, most));
        for (long id : leftovers) {
            List<DumpSignature> signatures = signatures(id);
            database.write(sql -> {
                // It may have been deleted, or read anew, meanwhile.
                if (sql.number("SELECT count(*) FROM dump WHERE id = ? AND signed = 0", id) > 0) {
                    SignatureTable.put(sql, id, signatures);
                }
                return id;
            });
        }
        return leftovers.size();
    }

    /** None for a text that cannot be read, so that nobody tries for ever. */
    private List<DumpSignature> signatures(long id) throws ArchiveException {
        Optional<DumpTable.StoredText> text = database.read(sql -> DumpTable.text(sql, id));
        if (text.isEmpty()) {
            return List.of();
        }
        try {
            return reader.apply(text.get().open(id)).signatures();
        } catch (ArchiveException | RuntimeException e) {
            log.error("Dump {} is not counted among those that were seen before: {}", id, e.getMessage());
            return List.of();
        }
    }

    /** Finds names anew in some dumps that an older version of the program read, the newest first. */
    void renewNames(int most) throws ArchiveException {
        List<Long> old = database.read(sql -> DumpTable.withOldNames(sql, most));
        for (long id : old) {
            Optional<DumpReading> reading = again(id);
            database.write(sql -> {
                // It may have been deleted meanwhile.
                if (reading.isPresent() && DumpTable.find(sql, id).isPresent()) {
                    DumpTable.putNames(sql, id, reading.get());
                } else {
                    DumpTable.skipNames(sql, id);
                }
                return id;
            });
        }
        if (!old.isEmpty()) {
            log.info("Found the names anew in {} dumps that an older version had read", old.size());
        }
    }

    private Optional<DumpReading> again(long id) throws ArchiveException {
        Optional<DumpTable.StoredText> text = database.read(sql -> DumpTable.text(sql, id));
        try {
            return text.isPresent() ? Optional.of(reader.apply(text.get().open(id))) : Optional.empty();
        } catch (ArchiveException | RuntimeException e) {
            log.warn("Dump {} is found by the names that an older version saw in it alone: {}", id, e.toString());
            return Optional.empty();
        }
    }
}
