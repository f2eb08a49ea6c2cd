-- Version 2: the load by cause at each minute, of each host and of all together.

CREATE TABLE load_monitor.load (
    minute   timestamptz NOT NULL,
    host_id  int NOT NULL,
    cause_id int NOT NULL,
    -- Mean of the cause's part of the 1-minute load average over the load ticks of the minute.
    load1    real NOT NULL,
    PRIMARY KEY (minute, host_id, cause_id)
) PARTITION BY RANGE (minute);

CREATE INDEX load_by_host ON load_monitor.load (host_id, minute);

-- The sums, so that a picture of all hosts reads one row a minute and not one of each host. In shards, so that hosts that
-- report the same minute do not wait for each other's row: to be summed over them.
CREATE TABLE load_monitor.fleet_load (
    minute   timestamptz NOT NULL,
    cause_id int NOT NULL,
    shard    smallint NOT NULL,
    load1    double precision NOT NULL,
    hosts    int NOT NULL,
    PRIMARY KEY (minute, cause_id, shard)
) PARTITION BY RANGE (minute);

CREATE TABLE load_monitor.load_other PARTITION OF load_monitor.load DEFAULT;
CREATE TABLE load_monitor.fleet_load_other PARTITION OF load_monitor.fleet_load DEFAULT;
