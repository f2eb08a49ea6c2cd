-- The archive, version 10: what people say of an incident. It goes with the incident.

-- spell_id is the incident's number of then, which is that of one of its spells: so a note stays where incidents became one.
CREATE TABLE incident_note (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    spell_id   BIGINT NOT NULL,
    written_us BIGINT NOT NULL,
    -- As the log says who did something: user:anna.
    author     TEXT NOT NULL,
    text       TEXT NOT NULL
);

CREATE INDEX incident_note_by_spell ON incident_note (spell_id);

CREATE TABLE incident_tag (
    spell_id BIGINT NOT NULL,
    tag      TEXT NOT NULL,
    PRIMARY KEY (spell_id, tag)
);
