-- The archive, version 8: what the load consisted of at the load ticks around incidents.

-- One row a load tick, from 15 minutes before an incident to 15 minutes after it. Of a long incident every few ticks only,
-- each the one with the highest load of its piece of the time. A row goes with the last incident that it lies around.
CREATE TABLE load_parts (
    host    TEXT NOT NULL,
    time_us BIGINT NOT NULL,
    -- By the kernel's own count.
    active  INTEGER,
    load1   DOUBLE PRECISION NOT NULL,
    -- 1: somebody looked at the tasks at this very tick. 0: the tasks are those of the look before.
    looked  INTEGER NOT NULL,
    -- By the id of the cause its part of load1 in thousandths, and the tasks that were seen: {"nfs":[4210,5]}. What is
    -- missing to load1 was seen by nobody.
    parts   TEXT NOT NULL,
    PRIMARY KEY (host, time_us)
) WITHOUT ROWID;
