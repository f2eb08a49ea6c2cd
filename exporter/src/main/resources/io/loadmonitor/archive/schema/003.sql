-- The archive, version 3: where tasks were in earlier dumps.

-- 0: nobody has put the dump's signatures down yet. A failed or waiting dump has none.
ALTER TABLE dump ADD COLUMN signed INTEGER NOT NULL DEFAULT 0;

CREATE INDEX dump_by_signed ON dump (host, signed, taken_us);

-- What the host remembers of a place in the kernel. It outlives the dumps.
CREATE TABLE signature (
    host         TEXT NOT NULL,
    -- 16 hexadecimal digits, and the frames that they are made from, innermost first, one a line.
    id           TEXT NOT NULL,
    frames       TEXT NOT NULL,
    -- When the first and the newest dump that had it were taken.
    first_us     BIGINT NOT NULL,
    last_us      BIGINT NOT NULL,
    -- Dumps that had it, and the tasks of all of them together; dumps that are deleted by now included.
    dumps        BIGINT NOT NULL,
    tasks        BIGINT NOT NULL,
    -- Of those the deleted ones, and when the newest of them was taken.
    gone         BIGINT NOT NULL,
    gone_last_us BIGINT,
    PRIMARY KEY (host, id)
);

CREATE INDEX signature_by_time ON signature (host, last_us);

-- What a dump has of it. Derived from the text.
CREATE TABLE dump_signature (
    dump_id   BIGINT NOT NULL,
    host      TEXT NOT NULL,
    signature TEXT NOT NULL,
    taken_us  BIGINT NOT NULL,
    tasks     INTEGER NOT NULL,
    -- How many of them sleep in D.
    sleeping  INTEGER NOT NULL,
    -- The oldest of them: boot id, pid, time of start in steps of 10 ms. NULL where the text lacks one.
    eldest    TEXT,
    PRIMARY KEY (host, signature, taken_us, dump_id)
);

CREATE INDEX dump_signature_by_dump ON dump_signature (dump_id);
