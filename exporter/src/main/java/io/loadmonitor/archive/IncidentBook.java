package io.loadmonitor.archive;

import io.loadmonitor.incident.AlertKey;
import io.loadmonitor.incident.AlertSpell;
import io.loadmonitor.incident.Event;
import io.loadmonitor.incident.IncidentLife;
import io.loadmonitor.incident.Known;
import io.loadmonitor.incident.PlacedDump;
import io.loadmonitor.incident.Reach;
import io.loadmonitor.incident.Spell;
import io.loadmonitor.incident.SpellGroup;
import io.loadmonitor.incident.Verdict;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The incidents of the host, open at the pages that a transaction's events concern: reads what an event can concern,
 * lets {@link IncidentLife} say what it means, and writes what is different then. Decides nothing. Belongs to one
 * transaction.
 */
final class IncidentBook {
    private final Sql sql;
    private final String host;
    private final IncidentLife life;
    private final SpellTable table;

    /** As they are stored. */
    private final Map<Long, Spell> stored = new HashMap<>();

    private final Map<Long, PlacedDump> storedDumps = new HashMap<>();
    private final Map<Long, ToldAlert> told = new HashMap<>();
    private final Map<AlertKey, AlertSpell> repeated = new HashMap<>();

    /** New ones of an incident of which no more is read, to be written. */
    private final Map<AlertKey, AlertSpell> joined = new LinkedHashMap<>();

    private Known known;

    IncidentBook(Sql sql, String host, IncidentLife life, SpellTable table) throws SQLException {
        this.sql = sql;
        this.host = host;
        this.life = life;
        this.table = table;
        this.known = new Known(SpellTable.nextId(sql), List.of(), List.of());
    }

    Verdict tell(Event event) throws SQLException {
        if (event instanceof Event.Fires fires && !isRead(fires.alert())) {
            Optional<AlertSpell> spell = table.find(sql, fires.alert());
            if (spell.isPresent() && spell.get().open()) {
                return repeat(spell.get(), fires);
            }
            if (spell.isEmpty() && join(fires)) {
                return Verdict.NEW;
            }
        }
        if (event instanceof Event.Resolves resolves && joined.isEmpty() && !isRead(resolves.alert())) {
            Optional<AlertSpell> spell = table.find(sql, resolves.alert());
            if (spell.isPresent() && spell.get().open() && leave(spell.get(), resolves)) {
                return Verdict.ENDED;
            }
        }
        readJoined();
        read(IncidentLife.reach(event));
        if (event instanceof Event.Crossed crossed) {
            read(crossed.dump());
        } else if (event instanceof Event.Taken taken) {
            read(taken.dump());
        }
        IncidentLife.Step step = life.told(known, event);
        known = step.known();
        return step.verdict();
    }

    private boolean isRead(AlertKey key) {
        return joined.containsKey(key)
                || known.spells().stream()
                        .anyMatch(spell ->
                                spell instanceof AlertSpell alert && alert.key().equals(key));
    }

    /**
     * A new alert of an incident that has many already ({@link IncidentLife#joins}): a few rows are read, whatever the
     * number.
     */
    private boolean join(Event.Fires fires) throws SQLException {
        String fingerprint = fires.alert().fingerprint();
        if (!known.spells().isEmpty()
                || joined.keySet().stream().anyMatch(key -> key.fingerprint().equals(fingerprint))
                || table.knows(sql, fingerprint)) {
            return false;
        }
        List<SpellTable.Near> near = table.near(sql, IncidentLife.reach(fires), fires.foreign(), fires.instance());
        if (near.size() != 1 || !near.get(0).open()) {
            return false;
        }
        Optional<AlertSpell> lasting = SpellTable.lasting(sql, near.get(0).id());
        if (lasting.isEmpty() || !IncidentLife.joins(lasting.get(), near.get(0).began(), fires)) {
            return false;
        }
        IncidentLife.Step step = life.told(new Known(known.nextId(), List.of(lasting.get()), List.of()), fires);
        known = new Known(step.known().nextId(), known.spells(), known.dumps());
        AlertSpell added = (AlertSpell) step.known().spells().get(1);
        joined.put(fires.alert(), added.withIncident(near.get(0).id()));
        return true;
    }

    /** Of an incident that is read after all. */
    private void readJoined() {
        if (!joined.isEmpty()) {
            List<Spell> all = new ArrayList<>(known.spells());
            all.addAll(joined.values());
            joined.clear();
            known = new Known(known.nextId(), all, known.dumps());
        }
    }

    /** An alert that fires goes on firing: nothing changes for others, so none is read. */
    private Verdict repeat(AlertSpell spell, Event.Fires fires) throws SQLException {
        IncidentLife.Step step = life.told(new Known(known.nextId(), List.of(spell), List.of()), fires);
        AlertSpell after = (AlertSpell) step.known().spells().get(0);
        SpellTable.change(sql, after);
        repeated.put(fires.alert(), after);
        return step.verdict();
    }

    /** The end of one of many alerts ({@link IncidentLife#leaves}): the others are not read. */
    private boolean leave(AlertSpell spell, Event.Resolves resolves) throws SQLException {
        Optional<Instant> latest = SpellTable.latestBeginBesides(sql, spell);
        IncidentLife.Step step = life.told(new Known(known.nextId(), List.of(spell), List.of()), resolves);
        AlertSpell after = (AlertSpell) step.known().spells().get(0);
        if (latest.isEmpty() || !IncidentLife.leaves(after, latest.get())) {
            return false;
        }
        SpellTable.change(sql, after);
        repeated.put(resolves.alert(), after);
        return true;
    }

    /** All of them, after an earlier version of the program decided otherwise or not at all. */
    long takeUndecided() throws SQLException {
        List<Spell> spells = table.undecided(sql);
        if (!spells.isEmpty()) {
            add(spells, List.of());
        }
        return spells.size();
    }

    void describe(long spell, ToldAlert first) {
        told.put(spell, first);
    }

    Optional<AlertSpell> alert(AlertKey key) {
        for (Spell spell : known.spells()) {
            if (spell instanceof AlertSpell alert && alert.key().equals(key)) {
                return Optional.of(alert);
            }
        }
        return Optional.ofNullable(repeated.get(key)).or(() -> Optional.ofNullable(joined.get(key)));
    }

    private void read(Reach reach) throws SQLException {
        List<Spell> spells = new ArrayList<>();
        for (long incident : table.incidents(sql, reach)) {
            for (Spell spell : SpellTable.of(sql, incident)) {
                if (!stored.containsKey(spell.id())) {
                    spells.add(spell);
                }
            }
        }
        if (!spells.isEmpty()) {
            add(spells, manual(SpellGroup.of(spells)));
        }
    }

    /** What people asked for in the incidents' times. */
    private List<PlacedDump> manual(List<SpellGroup> incidents) throws SQLException {
        List<PlacedDump> dumps = new ArrayList<>();
        for (SpellGroup incident : incidents) {
            dumps.addAll(sql.all(
                    IncidentBook::placed,
                    """
                    SELECT id, taken_us, spell_id, incident_id FROM dump
                    WHERE host = ? AND trigger_kind = 'MANUAL' AND taken_us >= ? AND taken_us <= ? AND spell_id IS NULL
                      AND state <> 'STORED'""",
                    host,
                    incident.began(),
                    incident.ended().map(Sql::micros).orElse(Long.MAX_VALUE)));
        }
        return dumps;
    }

    private void read(long dump) throws SQLException {
        if (!storedDumps.containsKey(dump)) {
            add(
                    List.of(),
                    sql.all(
                            IncidentBook::placed,
                            "SELECT id, taken_us, spell_id, incident_id FROM dump WHERE id = ?",
                            dump));
        }
    }

    private static PlacedDump placed(ResultSet row) throws SQLException {
        return new PlacedDump(
                row.getLong("id"), Sql.time(row, "taken_us"), boxed(row, "spell_id"), boxed(row, "incident_id"));
    }

    private static Optional<Long> boxed(ResultSet row, String column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? Optional.empty() : Optional.of(value);
    }

    private void add(List<Spell> spells, List<PlacedDump> dumps) {
        List<Spell> all = new ArrayList<>(known.spells());
        for (Spell spell : spells) {
            stored.put(spell.id(), spell);
            all.add(spell);
        }
        List<PlacedDump> placed = new ArrayList<>(known.dumps());
        for (PlacedDump dump : dumps) {
            if (storedDumps.put(dump.id(), dump) == null) {
                placed.add(dump);
            }
        }
        known = new Known(known.nextId(), all, placed);
    }

    /** Decides what belongs together, and writes. Nothing is told after it. */
    void write() throws SQLException {
        for (AlertSpell spell : joined.values()) {
            table.add(sql, spell, Optional.ofNullable(told.get(spell.id())));
        }
        if (known.spells().isEmpty() && known.dumps().isEmpty()) {
            return;
        }
        known = IncidentLife.grouped(known);
        // An incident that lasts longer than was known may hold further ones of people.
        List<PlacedDump> held = manual(changedGroups());
        if (!held.isEmpty()) {
            add(List.of(), held);
            known = IncidentLife.grouped(known);
        }
        Set<Long> before = new HashSet<>();
        Set<Long> changed = new HashSet<>();
        for (Spell spell : known.spells()) {
            Optional<Spell> former = Optional.ofNullable(stored.get(spell.id()));
            former.ifPresent(old -> before.add(old.incident()));
            if (former.isEmpty()) {
                table.add(sql, spell, Optional.ofNullable(told.get(spell.id())));
                changed.add(spell.incident());
            } else if (!former.get().equals(spell)) {
                SpellTable.change(sql, spell);
                changed.add(spell.incident());
                changed.add(former.get().incident());
                if (former.get().incident() != spell.incident()) {
                    sql.update("UPDATE dump SET incident_id = ? WHERE spell_id = ?", spell.incident(), spell.id());
                }
            }
        }
        Set<Long> now = new HashSet<>();
        for (SpellGroup incident : SpellGroup.of(known.spells())) {
            now.add(incident.id());
            if (changed.contains(incident.id())) {
                IncidentTable.put(sql, host, incident);
            }
        }
        for (long gone : before) {
            if (gone != 0 && !now.contains(gone)) {
                IncidentTable.delete(sql, gone);
            }
        }
        for (PlacedDump dump : known.dumps()) {
            if (!dump.equals(storedDumps.get(dump.id()))) {
                sql.update(
                        "UPDATE dump SET spell_id = ?, incident_id = ? WHERE id = ?",
                        dump.spell(),
                        dump.incident(),
                        dump.id());
            }
        }
    }

    private List<SpellGroup> changedGroups() {
        return SpellGroup.of(known.spells()).stream()
                .filter(incident -> incident.spells().stream().anyMatch(spell -> !spell.equals(stored.get(spell.id()))))
                .toList();
    }

    /** Times are kept to the microsecond; so must be those of events. */
    static Instant exact(Instant time) {
        return Sql.time(Sql.micros(time));
    }
}
