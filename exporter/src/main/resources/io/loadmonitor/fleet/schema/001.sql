-- The fleet's store, version 1. For PostgreSQL 15 or later; everything is in the schema load_monitor, and every statement
-- names it, for a pooler in transaction mode keeps no search path. Times are the hosts' own clocks unless said otherwise.

-- A host: one archive's machine under one name. A renamed host is another row with the same machine, two hosts of one
-- name are two rows with the same name.
CREATE TABLE load_monitor.host (
    id           int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name         text NOT NULL,
    -- Made from the machine's id, or where it has none from the archive's. Tells nothing of either.
    machine      uuid NOT NULL,
    -- Where people find the host's own pages, where the exporter knows it.
    url          text,
    kernel_id    int,
    version      text,
    -- By the server's clock.
    first_seen   timestamptz NOT NULL DEFAULT now(),
    last_seen    timestamptz NOT NULL DEFAULT now(),
    -- How far the host's clock was ahead of the server's at the last batch, the time on the way included.
    clock_ahead  interval,
    UNIQUE (name, machine)
) WITH (fillfactor = 50);

CREATE INDEX host_by_machine ON load_monitor.host (machine);

-- The numbers of one archive. A batch has the number after the one before it and a token that the archive wrote down
-- before it was sent: another batch of the same number comes from an archive that went back in time, or from its twin.
CREATE TABLE load_monitor.line (
    id       uuid PRIMARY KEY,
    host_id  int NOT NULL,
    batch    bigint NOT NULL,
    token    uuid NOT NULL,
    began_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 50);

CREATE INDEX line_by_host ON load_monitor.line (host_id);

CREATE TABLE load_monitor.kernel (
    id      int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    release text NOT NULL UNIQUE,
    -- 6.12.9-amd64 is {6,12,9}: these compare as versions do.
    version int[] NOT NULL
);

CREATE TABLE load_monitor.cause (
    id    int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name  text NOT NULL UNIQUE,
    title text NOT NULL
);

-- Control groups and programs, each once.
CREATE TABLE load_monitor.name (
    id        int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    value     text NOT NULL UNIQUE,
    -- The day by the server's clock, so that what nothing holds any more can be forgotten.
    last_used date NOT NULL DEFAULT current_date
);

-- Each stack once.
CREATE TABLE load_monitor.signature (
    -- The 16 hexadecimal digits of the exporter as a number with a sign.
    id         bigint PRIMARY KEY,
    -- Innermost first.
    frames     text[] NOT NULL,
    cause_id   int NOT NULL,
    -- When the first dump that had it was taken, of those that had come when it was heard of.
    first_seen timestamptz NOT NULL,
    last_used  date NOT NULL DEFAULT current_date
);

CREATE INDEX signature_by_frame ON load_monitor.signature USING gin (frames);

-- On which kernels it was seen.
CREATE TABLE load_monitor.signature_kernel (
    sig_id     bigint NOT NULL,
    kernel_id  int NOT NULL,
    first_seen timestamptz NOT NULL,
    PRIMARY KEY (sig_id, kernel_id)
);

CREATE INDEX signature_kernel_by_kernel ON load_monitor.signature_kernel (kernel_id);

CREATE TABLE load_monitor.dump (
    taken_at        timestamptz NOT NULL,
    host_id         int NOT NULL,
    -- Of the dump's identity (source, boot, number, monotonic time), else of its text.
    key             uuid NOT NULL,
    -- In the host's archive.
    number          bigint NOT NULL,
    incident        bigint,
    source          text,
    trigger         text NOT NULL,
    reason          text,
    load1           real,
    active          int,
    uninterruptible int,
    tasks           int NOT NULL,
    -- Tasks of the dump that are in no part, since there are too many parts.
    unlisted        int NOT NULL,
    complete        boolean NOT NULL,
    kernel_id       int,
    headline        text NOT NULL,
    received_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (taken_at, host_id, key)
) PARTITION BY RANGE (taken_at);

CREATE INDEX dump_by_host ON load_monitor.dump (host_id, taken_at);

-- What a dump consists of. It has no key, which would be larger than the rows: the parts of a dump come with its row, in
-- one transaction, and only when that row is new.
CREATE TABLE load_monitor.part (
    taken_at    timestamptz NOT NULL,
    sig_id      bigint NOT NULL,
    host_id     int NOT NULL,
    cause_id    int NOT NULL,
    -- NULL where the dump does not say.
    cgroup_id   int,
    program_id  int NOT NULL,
    tasks       int NOT NULL,
    in_d        int NOT NULL,
    -- The longest wait of them in milliseconds, where it is known.
    oldest_ms   bigint
) PARTITION BY RANGE (taken_at);

CREATE INDEX part_by_signature ON load_monitor.part (sig_id, taken_at) INCLUDE (host_id, tasks);
CREATE INDEX part_by_time ON load_monitor.part (taken_at) INCLUDE (sig_id, host_id, tasks);
CREATE INDEX part_by_program ON load_monitor.part (program_id, taken_at) INCLUDE (host_id, tasks);
CREATE INDEX part_by_cgroup ON load_monitor.part (cgroup_id, taken_at) INCLUDE (host_id, tasks);

-- The evidence, where hosts were told to send it: as the source gave it, compressed with gzip.
CREATE TABLE load_monitor.text (
    taken_at timestamptz NOT NULL,
    host_id  int NOT NULL,
    key      uuid NOT NULL,
    gzip     bytea NOT NULL,
    PRIMARY KEY (taken_at, host_id, key)
) PARTITION BY RANGE (taken_at);

ALTER TABLE load_monitor.text ALTER COLUMN gzip SET STORAGE EXTERNAL;

CREATE TABLE load_monitor.incident (
    host_id     int NOT NULL,
    line        uuid NOT NULL,
    -- In the host's archive.
    id          bigint NOT NULL,
    began_at    timestamptz NOT NULL,
    ended_at    timestamptz,
    end_reason  text,
    -- Its alerts name another host.
    is_foreign  boolean NOT NULL,
    alerts      text[] NOT NULL,
    causes      text[] NOT NULL,
    headline    text NOT NULL,
    dumps       int NOT NULL,
    -- By the server's clock.
    heard_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (host_id, line, id)
);

CREATE INDEX incident_by_start ON load_monitor.incident (began_at);
CREATE INDEX incident_by_end ON load_monitor.incident (ended_at);

-- What comes with a time that no day has: a clock that is wrong.
CREATE TABLE load_monitor.dump_other PARTITION OF load_monitor.dump DEFAULT;
CREATE TABLE load_monitor.part_other PARTITION OF load_monitor.part DEFAULT;
CREATE TABLE load_monitor.text_other PARTITION OF load_monitor.text DEFAULT;
