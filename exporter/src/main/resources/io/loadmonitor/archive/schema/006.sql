-- The archive, version 6: what an incident tells outlives the texts of its dumps.

-- Of a dump whose text was deleted (state DELETED): when, and which setting of the retention wanted it. Its row stays as
-- long as its incident, or as long as an incident would; raw_bytes is 0 then.
ALTER TABLE dump ADD COLUMN deleted_us BIGINT;

ALTER TABLE dump ADD COLUMN deleted_by TEXT;

CREATE INDEX dump_by_deletion ON dump (deleted_us);

-- Derived from the text, and there as long as the dump's row: what the load consisted of (DumpStory), as JSON of so many
-- bytes, compressed with gzip.
CREATE TABLE dump_story (
    dump_id    BIGINT NOT NULL PRIMARY KEY,
    json_bytes INTEGER NOT NULL,
    gzip       BLOB NOT NULL
);
