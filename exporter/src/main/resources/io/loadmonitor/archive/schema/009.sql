-- The archive, version 9: the outbox of what a fleet's store is to know. Nothing is noted before an exporter that has such
-- a store has begun the line of its batches.

-- One row or none.
CREATE TABLE fleet_line (
    one       INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    -- Names this archive, for as long as it is one.
    archive   TEXT NOT NULL,
    -- Names the row of batches, and the one that it follows where this archive went back in time.
    line      TEXT NOT NULL,
    line_before TEXT,
    -- The newest batch that the store has, and the token of the next one where it may have been sent.
    batch     BIGINT NOT NULL,
    token     TEXT,
    -- Dumps whose texts the retention deleted before they were shipped, and what the store refused.
    dropped   BIGINT NOT NULL,
    refused   BIGINT NOT NULL
);

-- What has changed since the store last heard of it. kind: DUMP, INCIDENT; ref is the number of it.
CREATE TABLE outbox (
    kind     TEXT NOT NULL,
    ref      BIGINT NOT NULL,
    -- By the wall clock: since when it waits.
    noted_us BIGINT NOT NULL,
    -- Rises with each change, so that what changed while it was shipped waits on.
    changes  BIGINT NOT NULL,
    PRIMARY KEY (kind, ref)
);

CREATE INDEX outbox_by_time ON outbox (noted_us, kind, ref);

-- The load by cause, minutes that wait: a JSON object of numbers.
CREATE TABLE outbox_minute (
    minute_us BIGINT NOT NULL PRIMARY KEY,
    parts     TEXT NOT NULL
);

-- 1: the store has what the dump consists of.
ALTER TABLE dump ADD COLUMN shipped INTEGER NOT NULL DEFAULT 0;

CREATE TRIGGER outbox_dump AFTER UPDATE OF parsed, state, incident_id, raw_sha256 ON dump
WHEN NEW.parsed = 1 AND NEW.state IN ('COMPLETE', 'INCOMPLETE') AND EXISTS (SELECT 1 FROM fleet_line)
    AND (OLD.parsed IS NOT NEW.parsed OR OLD.state IS NOT NEW.state OR OLD.incident_id IS NOT NEW.incident_id
        OR OLD.raw_sha256 IS NOT NEW.raw_sha256)
BEGIN
    INSERT INTO outbox (kind, ref, noted_us, changes) VALUES ('DUMP', NEW.id,
        CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER), 1)
        ON CONFLICT (kind, ref) DO UPDATE SET changes = changes + 1; INSERT INTO outbox (kind, ref, noted_us, changes)
        SELECT 'INCIDENT', NEW.incident_id, CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER), 1
        WHERE NEW.incident_id IS NOT NULL
        ON CONFLICT (kind, ref) DO UPDATE SET changes = changes + 1; END;

CREATE TRIGGER outbox_dump_deleted AFTER UPDATE OF state ON dump
WHEN NEW.state = 'DELETED' AND OLD.state <> 'DELETED' AND EXISTS (SELECT 1 FROM fleet_line)
BEGIN
    UPDATE fleet_line SET dropped = dropped + 1
        WHERE NEW.shipped = 0 AND EXISTS (SELECT 1 FROM outbox WHERE kind = 'DUMP' AND ref = NEW.id); DELETE FROM outbox
        WHERE kind = 'DUMP' AND ref = NEW.id; END;

CREATE TRIGGER outbox_dump_gone AFTER DELETE ON dump WHEN EXISTS (SELECT 1 FROM fleet_line)
BEGIN
    DELETE FROM outbox WHERE kind = 'DUMP' AND ref = OLD.id; END;

CREATE TRIGGER outbox_incident_new AFTER INSERT ON incident WHEN EXISTS (SELECT 1 FROM fleet_line)
BEGIN
    INSERT INTO outbox (kind, ref, noted_us, changes) VALUES ('INCIDENT', NEW.id,
        CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER), 1)
        ON CONFLICT (kind, ref) DO UPDATE SET changes = changes + 1; END;

CREATE TRIGGER outbox_incident AFTER UPDATE ON incident
WHEN EXISTS (SELECT 1 FROM fleet_line) AND (OLD.began_us IS NOT NEW.began_us OR OLD.ended_us IS NOT NEW.ended_us
    OR OLD.end_reason IS NOT NEW.end_reason OR OLD.is_foreign IS NOT NEW.is_foreign)
BEGIN
    INSERT INTO outbox (kind, ref, noted_us, changes) VALUES ('INCIDENT', NEW.id,
        CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER), 1)
        ON CONFLICT (kind, ref) DO UPDATE SET changes = changes + 1; END;

-- One that became a part of another leaves its spell; one that the retention deletes does not, and the store keeps that.
CREATE TRIGGER outbox_incident_gone AFTER DELETE ON incident
WHEN EXISTS (SELECT 1 FROM fleet_line) AND EXISTS (SELECT 1 FROM spell WHERE id = OLD.id)
BEGIN
    INSERT INTO outbox (kind, ref, noted_us, changes) VALUES ('INCIDENT', OLD.id,
        CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER), 1)
        ON CONFLICT (kind, ref) DO UPDATE SET changes = changes + 1; END;

CREATE TRIGGER outbox_spell AFTER UPDATE OF incident_id ON spell
WHEN NEW.incident_id <> 0 AND OLD.incident_id IS NOT NEW.incident_id AND EXISTS (SELECT 1 FROM fleet_line)
BEGIN
    INSERT INTO outbox (kind, ref, noted_us, changes) VALUES ('INCIDENT', NEW.incident_id,
        CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER), 1)
        ON CONFLICT (kind, ref) DO UPDATE SET changes = changes + 1; END;

CREATE TRIGGER outbox_spell_new AFTER INSERT ON spell
WHEN NEW.incident_id <> 0 AND EXISTS (SELECT 1 FROM fleet_line)
BEGIN
    INSERT INTO outbox (kind, ref, noted_us, changes) VALUES ('INCIDENT', NEW.incident_id,
        CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER), 1)
        ON CONFLICT (kind, ref) DO UPDATE SET changes = changes + 1; END;
