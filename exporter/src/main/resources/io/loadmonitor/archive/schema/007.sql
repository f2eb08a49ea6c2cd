-- The archive, version 7: limits count the captures that they allowed, and what they refused is kept with its incident.

-- A capture that was allowed. A row goes when no limit looks back so far any more, and when the capture fails.
CREATE TABLE capture_grant (
    dump_id    BIGINT NOT NULL PRIMARY KEY,
    host       TEXT NOT NULL,
    -- The trigger of the dump; ALERT also where an alert's first dump came later than its message.
    asked_by   TEXT NOT NULL,
    -- NULL where no rule is concerned.
    rule_name  TEXT,
    -- Label instance of an alert that names another host; else empty.
    other_host TEXT NOT NULL,
    -- By the clock of limit_clock, and by the wall clock of then.
    at_us      BIGINT NOT NULL,
    wall_us    BIGINT NOT NULL
);

CREATE INDEX capture_grant_by_time ON capture_grant (host, at_us);
CREATE INDEX capture_grant_by_rule ON capture_grant (host, rule_name, other_host, at_us);

INSERT INTO capture_grant (dump_id, host, asked_by, rule_name, other_host, at_us, wall_us)
SELECT dump_id, host, CASE name WHEN 'manual' THEN 'MANUAL' ELSE 'ALERT' END,
       CASE name WHEN 'manual' THEN NULL ELSE substr(name, 6) END, '', max(last_us), max(last_us)
FROM limit_state GROUP BY dump_id;

DROP TABLE limit_state;

-- A clock that never jumps: what it showed when the wall clock and the one of the boot showed this.
CREATE TABLE limit_clock (
    host       TEXT NOT NULL PRIMARY KEY,
    counted_us BIGINT NOT NULL,
    wall_us    BIGINT NOT NULL,
    boot       TEXT NOT NULL,
    nanos      BIGINT NOT NULL,
    -- By counted_us: since when the wall clock has gone on evenly, and from when on it says what is old.
    even_us    BIGINT NOT NULL,
    sure_us    BIGINT NOT NULL
);

-- When it was asked for or found, by that clock; until now that was the wall clock.
ALTER TABLE dump ADD COLUMN counted_us BIGINT NOT NULL DEFAULT 0;

UPDATE dump SET counted_us = asked_us;

-- A dump that a limit refused, told once for as long as the incident has no newer dump (newest_dump, 0 for none).
CREATE TABLE refusal (
    id           INTEGER PRIMARY KEY,
    spell_id     BIGINT NOT NULL,
    trigger_kind TEXT NOT NULL,
    limit_name   TEXT NOT NULL,
    newest_dump  BIGINT NOT NULL,
    what         TEXT NOT NULL,
    words        TEXT NOT NULL,
    at_us        BIGINT NOT NULL,
    next_us      BIGINT,
    UNIQUE (spell_id, trigger_kind, limit_name, newest_dump)
);
