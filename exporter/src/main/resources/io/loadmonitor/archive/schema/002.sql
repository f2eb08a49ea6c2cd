-- Version 2: incidents that no alert told of, and the load around incidents.

-- ALERT: one alert. LOAD: dumps that the module took by itself while no alert held; then fingerprint is 'load', starts_at
-- and started_us are the time of the first dump, and ended_us is the newest evidence of the load.
ALTER TABLE incident ADD COLUMN kind TEXT NOT NULL DEFAULT 'ALERT';

-- From here on the module's own dumps are shown: some time before an alert, earlier when it took a LOAD over.
ALTER TABLE incident ADD COLUMN since_us BIGINT NOT NULL DEFAULT 0;

UPDATE incident SET since_us = started_us - 600000000;

-- Of a LOAD: the alert's incident that came later for the same time and shows it instead.
ALTER TABLE incident ADD COLUMN folded_into BIGINT;

-- Of a LOAD: the numbers that the module compared with, where its dumps told them.
ALTER TABLE incident ADD COLUMN level_load DOUBLE PRECISION;

ALTER TABLE incident ADD COLUMN level_active INTEGER;

-- The load around incidents, one row a load tick. origin MODULE: from a dump's history. OWN: seen by the exporter.
CREATE TABLE load_tick (
    host            TEXT NOT NULL,
    origin          TEXT NOT NULL,
    time_us         BIGINT NOT NULL,
    active          INTEGER,
    load1           DOUBLE PRECISION,
    running         INTEGER,
    uninterruptible INTEGER,
    PRIMARY KEY (host, origin, time_us)
);

CREATE INDEX load_tick_by_time ON load_tick (time_us);

-- For the module's own dumps of an incident's time.
CREATE INDEX dump_by_trigger ON dump (host, trigger_kind, taken_us);
