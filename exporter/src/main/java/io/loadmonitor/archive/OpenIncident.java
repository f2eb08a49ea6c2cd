package io.loadmonitor.archive;

import io.loadmonitor.incident.DumpPlan;
import io.loadmonitor.incident.LoadSpell;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An incident of this host that lasts.
 *
 * @param spell what a further dump is taken for: of what lasts, that which began first
 * @param rule of that alert; empty of a load that no alert told of
 * @param plan when it gets one
 */
public record OpenIncident(long id, long spell, Optional<String> rule, DumpPlan plan) {
    /** Times of the plans are as the wall clock shows them now: a jump of it since a dump is no time that passed. */
    static List<OpenIncident> all(Sql sql, String host, LimitTime time) throws SQLException {
        Instant now = time.wall();
        record Open(long spell, Optional<String> rule) {}
        List<OpenIncident> all = new ArrayList<>();
        for (long id : sql.all(
                row -> row.getLong("id"),
                "SELECT i.id FROM incident i WHERE i.host = ? AND i.is_foreign = 0 AND " + IncidentTable.OPEN
                        + " ORDER BY i.id",
                host,
                now.minus(LoadSpell.HOLD),
                now.plus(LoadSpell.HOLD))) {
            List<Open> open = sql.all(
                    spell -> new Open(spell.getLong("id"), Sql.optionalText(spell, "rule_name")),
                    """
                    SELECT id, rule_name FROM spell WHERE incident_id = ? AND (to_us IS NULL OR kind = 'LOAD' AND to_us > ? AND to_us < ?)
                    ORDER BY kind, from_us, id LIMIT 1""",
                    id,
                    now.minus(LoadSpell.HOLD),
                    now.plus(LoadSpell.HOLD));
            if (open.isEmpty()) {
                continue;
            }
            List<Instant> putOff = sql.all(
                    spell -> time.wall(Sql.time(spell, "put_off_us")),
                    "SELECT put_off_us FROM spell WHERE incident_id = ? AND to_us IS NULL AND put_off_us IS NOT NULL",
                    id);
            List<DumpPlan.Dump> dumps = sql.all(
                    dump -> new DumpPlan.Dump(
                            switch (dump.getString("state")) {
                                case "CAPTURING", "STORED" -> DumpPlan.State.WAITING;
                                case "FAILED" -> DumpPlan.State.FAILED;
                                default -> DumpPlan.State.TAKEN;
                            },
                            Sql.time(dump, "taken_us")
                                    .plus(Duration.between(
                                            Sql.time(dump, "asked_us"), time.wall(Sql.time(dump, "counted_us")))),
                            Sql.optionalInt(dump, "active"),
                            Sql.optionalInt(dump, "uninterruptible")),
                    """
                    SELECT state, taken_us, asked_us, counted_us, active, uninterruptible FROM dump
                    WHERE incident_id = ? AND NOT (trigger_kind = 'MANUAL' AND state = 'FAILED')
                    ORDER BY id DESC LIMIT 1000""",
                    id);
            all.add(new OpenIncident(id, open.get(0).spell(), open.get(0).rule(), new DumpPlan(putOff, dumps)));
        }
        return all;
    }
}
