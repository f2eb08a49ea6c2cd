-- What people ask. Put in anew at each version. Functions where a question has a time in it, and views of now.

-- Places in the kernel where many hosts have tasks and few had before: of as many sightings before the window (of a day
-- at most) as there were in it, on how many hosts they were.
CREATE OR REPLACE FUNCTION load_monitor.spreading(upto timestamptz, within interval, least_hosts int)
RETURNS TABLE (sig_id bigint, hosts bigint, tasks bigint, since timestamptz, latest timestamptz, hosts_before bigint,
    first_seen timestamptz, cause text, title text, frames text[])
LANGUAGE sql STABLE
AS $$
WITH recent AS (
    SELECT p.sig_id, count(DISTINCT p.host_id) AS hosts, sum(p.tasks) AS tasks, count(*) AS sightings,
        min(p.taken_at) AS since, max(p.taken_at) AS latest
    FROM load_monitor.part p WHERE p.taken_at > upto - within AND p.taken_at <= upto
    GROUP BY p.sig_id HAVING count(DISTINCT p.host_id) >= least_hosts
    ORDER BY hosts DESC, p.sig_id LIMIT 200)
SELECT r.sig_id, r.hosts, r.tasks, r.since, r.latest, b.hosts_before, s.first_seen, c.name, c.title, s.frames
FROM recent r
CROSS JOIN LATERAL (
    SELECT count(DISTINCT e.host_id) AS hosts_before FROM (
        SELECT p.host_id FROM load_monitor.part p
        WHERE p.sig_id = r.sig_id AND p.taken_at > upto - within - interval '1 day' AND p.taken_at <= upto - within
        ORDER BY p.taken_at DESC LIMIT least(r.sightings, 5000)) e) b
JOIN load_monitor.signature s ON s.id = r.sig_id
JOIN load_monitor.cause c ON c.id = s.cause_id
WHERE r.hosts >= 2 * b.hosts_before
ORDER BY r.hosts::float8 / (b.hosts_before + 1) DESC, r.hosts DESC, r.sig_id
LIMIT 50
$$;

CREATE OR REPLACE VIEW load_monitor.spreading_now AS
SELECT * FROM load_monitor.spreading(now(), interval '10 minutes', 3);

-- The hosts that had a signature, each with the first and the last time in the window.
CREATE OR REPLACE FUNCTION load_monitor.signature_hosts(wanted bigint, since timestamptz, upto timestamptz)
RETURNS TABLE (host_id int, name text, url text, kernel text, first_at timestamptz, last_at timestamptz, dumps bigint,
    tasks bigint)
LANGUAGE sql STABLE
AS $$
SELECT p.host_id, h.name, h.url, k.release, p.first_at, p.last_at, p.dumps, p.tasks
FROM (
    SELECT q.host_id, min(q.taken_at) AS first_at, max(q.taken_at) AS last_at, count(DISTINCT q.taken_at) AS dumps,
        sum(q.tasks) AS tasks
    FROM load_monitor.part q WHERE q.sig_id = wanted AND q.taken_at >= since AND q.taken_at <= upto
    GROUP BY q.host_id) p
JOIN load_monitor.host h ON h.id = p.host_id
LEFT JOIN load_monitor.kernel k ON k.id = h.kernel_id
$$;

-- Hosts that had tasks in a function, in the window.
CREATE OR REPLACE FUNCTION load_monitor.hosts_by_function(function text, since timestamptz, upto timestamptz)
RETURNS TABLE (host_id int, name text, url text, last_at timestamptz, tasks bigint)
LANGUAGE sql STABLE
AS $$
SELECT h.id, h.name, h.url, p.last_at, p.tasks
FROM (
    SELECT q.host_id, max(q.taken_at) AS last_at, sum(q.tasks) AS tasks
    FROM load_monitor.signature s JOIN load_monitor.part q ON q.sig_id = s.id
    WHERE s.frames @> ARRAY[function] AND q.taken_at >= since AND q.taken_at <= upto
    GROUP BY q.host_id) p
JOIN load_monitor.host h ON h.id = p.host_id
$$;

-- The same by the name of a program.
CREATE OR REPLACE FUNCTION load_monitor.hosts_by_program(program text, since timestamptz, upto timestamptz)
RETURNS TABLE (host_id int, name text, url text, last_at timestamptz, tasks bigint)
LANGUAGE sql STABLE
AS $$
SELECT h.id, h.name, h.url, p.last_at, p.tasks
FROM (
    SELECT q.host_id, max(q.taken_at) AS last_at, sum(q.tasks) AS tasks
    FROM load_monitor.name n JOIN load_monitor.part q ON q.program_id = n.id
    WHERE n.value = program AND q.taken_at >= since AND q.taken_at <= upto
    GROUP BY q.host_id) p
JOIN load_monitor.host h ON h.id = p.host_id
$$;

-- The same by words in the path of the control group: a container's id, a unit's name.
CREATE OR REPLACE FUNCTION load_monitor.hosts_by_cgroup(words text, since timestamptz, upto timestamptz)
RETURNS TABLE (host_id int, name text, url text, last_at timestamptz, tasks bigint)
LANGUAGE sql STABLE
AS $$
SELECT h.id, h.name, h.url, p.last_at, p.tasks
FROM (
    SELECT q.host_id, max(q.last_at) AS last_at, sum(q.tasks) AS tasks
    FROM (SELECT n.id FROM load_monitor.name n WHERE position(words IN n.value) > 0 AND n.value LIKE '/%'
          ORDER BY n.last_used DESC LIMIT 1000) n
    -- For each name by itself: joined with all, the planner would read every part of the time.
    CROSS JOIN LATERAL (
        SELECT r.host_id, max(r.taken_at) AS last_at, sum(r.tasks) AS tasks FROM load_monitor.part r
        WHERE r.cgroup_id = n.id AND r.taken_at >= since AND r.taken_at <= upto GROUP BY r.host_id) q
    GROUP BY q.host_id) p
JOIN load_monitor.host h ON h.id = p.host_id
$$;

-- Incidents of several hosts that overlap in time and share a cause: one row for each such group. The end of a load that
-- no alert told of is its newest evidence, so five minutes more count as its time, as on the host itself.
CREATE OR REPLACE FUNCTION load_monitor.shared_incidents(since timestamptz, upto timestamptz)
RETURNS TABLE (cause text, title text, hosts bigint, incidents bigint, began_at timestamptz, ended_at timestamptz,
    lasts boolean, names text[])
LANGUAGE sql STABLE
AS $$
WITH one AS (
    SELECT u.cause, i.host_id, i.began_at,
        coalesce(i.ended_at + CASE WHEN i.end_reason = 'LOW' THEN interval '5 minutes' ELSE interval '0' END, 'infinity')
            AS ended_at
    FROM load_monitor.incident i CROSS JOIN LATERAL unnest(i.causes) AS u(cause)
    WHERE i.began_at <= upto AND (i.ended_at IS NULL OR i.ended_at >= since) AND NOT i.is_foreign),
marked AS (
    SELECT o.*, CASE WHEN o.began_at <= max(o.ended_at) OVER (PARTITION BY o.cause ORDER BY o.began_at, o.ended_at
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) THEN 0 ELSE 1 END AS first_of_group FROM one o),
grouped AS (
    SELECT m.*, sum(m.first_of_group) OVER (PARTITION BY m.cause ORDER BY m.began_at, m.ended_at) AS number FROM marked m)
SELECT g.cause, coalesce(c.title, g.cause), count(DISTINCT g.host_id), count(*), min(g.began_at),
    nullif(max(g.ended_at), 'infinity'), bool_or(g.ended_at = 'infinity'),
    (array_agg(DISTINCT h.name))[1:20]
FROM grouped g JOIN load_monitor.host h ON h.id = g.host_id LEFT JOIN load_monitor.cause c ON c.name = g.cause
GROUP BY g.cause, c.title, g.number HAVING count(DISTINCT g.host_id) > 1
ORDER BY 7 DESC, 3 DESC, 5 DESC LIMIT 200
$$;

-- Signatures that kernels from this release on have and older ones in the fleet have not.
CREATE OR REPLACE FUNCTION load_monitor.new_since_kernel(from_release text)
RETURNS TABLE (sig_id bigint, frames text[], cause text, title text, first_seen timestamptz, kernels text[])
LANGUAGE sql STABLE
AS $$
SELECT s.id, s.frames, c.name, c.title, s.first_seen, k.kernels
FROM (
    SELECT sk.sig_id, array_agg(k.release ORDER BY k.version, k.release) AS kernels
    FROM load_monitor.signature_kernel sk JOIN load_monitor.kernel k ON k.id = sk.kernel_id
    GROUP BY sk.sig_id HAVING min(k.version) >= load_monitor.version_of(from_release)) k
JOIN load_monitor.signature s ON s.id = k.sig_id JOIN load_monitor.cause c ON c.id = s.cause_id
ORDER BY s.first_seen DESC LIMIT 200
$$;

CREATE OR REPLACE VIEW load_monitor.open_incidents AS
SELECT i.host_id, h.name AS host, h.url, i.line, i.id, i.began_at, i.alerts, i.causes, i.headline, i.dumps, i.heard_at
FROM load_monitor.incident i JOIN load_monitor.host h ON h.id = i.host_id
WHERE i.ended_at IS NULL;

-- One row a minute and cause, over all hosts.
CREATE OR REPLACE VIEW load_monitor.load_by_cause AS
SELECT f.minute, c.name AS cause, c.title, sum(f.load1) AS load1, sum(f.hosts) AS hosts
FROM load_monitor.fleet_load f JOIN load_monitor.cause c ON c.id = f.cause_id
GROUP BY f.minute, c.name, c.title;

-- What somebody has to know of a host.
CREATE OR REPLACE VIEW load_monitor.hosts AS
SELECT h.id, h.name, h.url, k.release AS kernel, h.version, h.first_seen, h.last_seen, h.clock_ahead,
    abs(extract(epoch FROM h.clock_ahead)) > 60 AS clock_is_wrong,
    EXISTS (SELECT 1 FROM load_monitor.host o WHERE o.name = h.name AND o.id <> h.id
        AND o.last_seen > h.first_seen AND h.last_seen > o.first_seen) AS name_is_shared,
    ARRAY (SELECT o.name FROM load_monitor.host o WHERE o.machine = h.machine AND o.name <> h.name
        AND o.last_seen < h.first_seen ORDER BY o.last_seen DESC LIMIT 5) AS former_names,
    (SELECT count(*) > 1 FROM load_monitor.line l WHERE l.host_id = h.id) AS went_back
FROM load_monitor.host h LEFT JOIN load_monitor.kernel k ON k.id = h.kernel_id;

-- The stacks of a window as a flame graph in nested-set order, as Grafana's panel reads it. Outermost first.
CREATE OR REPLACE FUNCTION load_monitor.flame_graph(since timestamptz, upto timestamptz, only_cause text)
RETURNS TABLE (level int, value bigint, self bigint, label text)
LANGUAGE sql STABLE
AS $$
WITH stacks AS (
    SELECT ARRAY[c.title] || ARRAY (
            SELECT f FROM unnest(s.frames) WITH ORDINALITY AS u(f, n) ORDER BY n DESC) AS path, p.tasks
    FROM (
        SELECT q.sig_id, q.cause_id, sum(q.tasks) AS tasks FROM load_monitor.part q
        WHERE q.taken_at >= since AND q.taken_at <= upto GROUP BY q.sig_id, q.cause_id ORDER BY 3 DESC LIMIT 500) p
    JOIN load_monitor.signature s ON s.id = p.sig_id JOIN load_monitor.cause c ON c.id = p.cause_id
    WHERE only_cause = '' OR c.name = only_cause),
nodes AS (
    SELECT s.path[1:n] AS path, n AS level, sum(s.tasks) AS value,
        coalesce(sum(s.tasks) FILTER (WHERE n = cardinality(s.path)), 0) AS self
    FROM stacks s CROSS JOIN LATERAL generate_series(0, cardinality(s.path)) AS n
    GROUP BY s.path[1:n], n)
SELECT n.level, n.value::bigint, n.self::bigint, coalesce(n.path[n.level], 'all') FROM nodes n ORDER BY n.path
$$;
