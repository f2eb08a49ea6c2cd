-- The archive, version 5: an incident is every spell (an alert, or a load without one) whose times meet. Which spells do
-- is decided by the program (package incident), not here.

-- Once the table incident. Its numbers go on: the number of an incident is the smallest of its spells' numbers.
CREATE TABLE spell (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    host             TEXT NOT NULL,
    -- The incident that it belongs to; 0 before that was decided.
    incident_id      BIGINT NOT NULL,
    -- ALERT: one alert. LOAD: dumps that nobody asked for, taken because the load crossed a level.
    kind             TEXT NOT NULL,
    from_us          BIGINT NOT NULL,
    -- NULL while it lasts. Of a LOAD the newest evidence of it.
    to_us            BIGINT,
    -- Of an ALERT, from here to note. The alert's startsAt, exact to the nanosecond, in UTC: with the fingerprint it names
    -- the alert.
    fingerprint      TEXT,
    starts_at        TEXT,
    alert_name       TEXT,
    -- JSON objects of strings.
    labels           TEXT,
    annotations      TEXT,
    generator_url    TEXT,
    external_url     TEXT,
    rule_name        TEXT,
    instance         TEXT,
    -- 1: instance names another host.
    is_foreign       INTEGER,
    -- When the first message about it was stored, and when the newest ones said that it fires and that it ended.
    received_us      BIGINT,
    firing_us        BIGINT,
    resolved_us      BIGINT,
    told_end_us      BIGINT,
    successor_us     BIGINT,
    -- An end that nobody told: when it was, when that was decided, and why.
    silence_us       BIGINT,
    silence_said_us  BIGINT,
    silence_reason   TEXT,
    longest_pause_us BIGINT,
    -- The dump that was asked for because of it, or that it shares with the one that asked for it.
    dump_id          BIGINT,
    -- When a dump was put off, until there is one.
    put_off_us       BIGINT,
    note             TEXT,
    -- Of a LOAD: the lowest numbers that its dumps were compared with, where they told them.
    level_load       DOUBLE PRECISION,
    level_active     INTEGER,
    UNIQUE (host, fingerprint, starts_at)
);

INSERT INTO spell (id, host, incident_id, kind, from_us, to_us, fingerprint, starts_at, alert_name, labels, annotations,
                   rule_name, instance, is_foreign, received_us, firing_us, resolved_us, told_end_us, longest_pause_us,
                   dump_id, note)
SELECT id, host, 0, kind, started_us, ended_us, fingerprint, starts_at, alert_name, labels, annotations, rule_name, '', 0,
       received_us, CASE WHEN ended_us IS NULL THEN heard_us ELSE received_us END,
       CASE WHEN ended_us IS NULL THEN NULL ELSE heard_us END, ended_us, 0, shared_dump_id, note
FROM incident WHERE kind = 'ALERT';

INSERT INTO spell (id, host, incident_id, kind, from_us, to_us, level_load, level_active)
SELECT id, host, 0, kind, started_us, MAX(ended_us, started_us), level_load, level_active FROM incident WHERE kind = 'LOAD';

DELETE FROM sqlite_sequence WHERE name = 'spell';

INSERT INTO sqlite_sequence (name, seq) SELECT 'spell', seq FROM sqlite_sequence WHERE name = 'incident';

DROP TABLE incident;

CREATE INDEX spell_by_incident ON spell (incident_id);
CREATE INDEX spell_by_fingerprint ON spell (host, fingerprint, from_us);

CREATE TABLE incident (
    id         INTEGER PRIMARY KEY,
    host       TEXT NOT NULL,
    began_us   BIGINT NOT NULL,
    -- When its last spell ended, and how that is known; NULL while one lasts.
    ended_us   BIGINT,
    end_reason TEXT,
    -- 1: its alerts name another host.
    is_foreign INTEGER NOT NULL
);

CREATE INDEX incident_by_time ON incident (began_us, id);
CREATE INDEX incident_by_end ON incident (host, ended_us);

-- The spell that a dump was taken for or tells of; NULL of one that a person asked for. incident_id follows from it.
ALTER TABLE dump ADD COLUMN spell_id BIGINT;

UPDATE dump SET spell_id = incident_id WHERE trigger_kind = 'ALERT';

UPDATE dump SET incident_id = NULL;

CREATE INDEX dump_by_spell ON dump (spell_id);

-- Tasks in uninterruptible sleep.
ALTER TABLE dump ADD COLUMN uninterruptible INTEGER;

-- What a text says is found anew from the text; nobody read this.
DROP TABLE dump_parsed;
