-- The archive, version 1. Statements end with a semicolon at the end of a line.
-- Times are microseconds since 1970-01-01T00:00:00Z. Plain SQL but for AUTOINCREMENT and BLOB, which other engines
-- spell differently; AUTOINCREMENT, because the number of a pruned dump must never name another one.

-- One alert, from its first firing message to its resolved one. The inbox: a row here is an accepted alert.
CREATE TABLE incident (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    host           TEXT NOT NULL,
    fingerprint    TEXT NOT NULL,
    -- The alert's startsAt, exact to the nanosecond, in UTC: with the fingerprint it names the alert.
    starts_at      TEXT NOT NULL,
    alert_name     TEXT NOT NULL,
    -- JSON objects of strings.
    labels         TEXT NOT NULL,
    annotations    TEXT NOT NULL,
    rule_name      TEXT NOT NULL,
    started_us     BIGINT NOT NULL,
    received_us    BIGINT NOT NULL,
    -- The newest message about it, exact to an hour while it fires.
    heard_us       BIGINT NOT NULL,
    ended_us       BIGINT,
    shared_dump_id BIGINT,
    note           TEXT,
    UNIQUE (host, fingerprint, starts_at)
);

CREATE INDEX incident_by_start ON incident (started_us, id);

-- One dump or the wish for one.
CREATE TABLE dump (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    host         TEXT NOT NULL,
    -- CAPTURING, COMPLETE, INCOMPLETE, FAILED; STORED: the text is there and is being read.
    state        TEXT NOT NULL,
    -- 0: waits for its turn. 1: its turn has come. Read while the state is CAPTURING.
    begun        INTEGER NOT NULL,
    -- THRESHOLD, ACTIVE, ALERT, MANUAL, UNKNOWN
    trigger_kind TEXT NOT NULL,
    reason       TEXT,
    incident_id  BIGINT,
    asked_us     BIGINT NOT NULL,
    taken_us     BIGINT NOT NULL,
    -- Of the text: size in bytes, SHA-256 in hexadecimal digits (NULL while there is no text).
    raw_bytes    BIGINT NOT NULL,
    raw_sha256   TEXT,
    -- 0: nobody has read the text yet. What follows is from the text.
    parsed       INTEGER NOT NULL,
    -- What no other dump has: source, boot id, number and time as the source gave them.
    identity     TEXT,
    source       TEXT,
    load1        DOUBLE PRECISION,
    active       INTEGER,
    tasks        INTEGER,
    headline     TEXT NOT NULL,
    failure      TEXT,
    UNIQUE (host, identity)
);

CREATE INDEX dump_by_time ON dump (taken_us, id);
CREATE INDEX dump_by_state ON dump (host, state, begun, id);
CREATE INDEX dump_by_incident ON dump (incident_id);
CREATE INDEX dump_by_text ON dump (raw_sha256);

-- The evidence: the text as the source gave it, compressed with gzip.
CREATE TABLE dump_text (
    dump_id BIGINT NOT NULL PRIMARY KEY,
    gzip    BLOB NOT NULL
);

-- Derived from the text, can be made anew from it: what it says, as JSON, compressed with gzip.
CREATE TABLE dump_parsed (
    dump_id BIGINT NOT NULL PRIMARY KEY,
    gzip    BLOB NOT NULL
);

-- Derived from the text: each name in a dump once, for search. kind: comm, cgroup, function.
CREATE TABLE dump_name (
    dump_id BIGINT NOT NULL,
    kind    TEXT NOT NULL,
    value   TEXT NOT NULL,
    PRIMARY KEY (kind, value, dump_id)
);

CREATE INDEX dump_name_by_dump ON dump_name (dump_id);

-- When a limit was last used up: rule:NAME, manual.
CREATE TABLE limit_state (
    host    TEXT NOT NULL,
    name    TEXT NOT NULL,
    last_us BIGINT NOT NULL,
    dump_id BIGINT NOT NULL,
    PRIMARY KEY (host, name)
);
