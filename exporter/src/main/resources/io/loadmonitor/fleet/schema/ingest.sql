-- The one thing that a host may do. Put in anew at each version; it takes batches of every version of the exporter that
-- speaks protocol 1: keys that it does not know are left, keys that are missing are empty.

CREATE OR REPLACE FUNCTION load_monitor.signature_word(id bigint) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT lpad(to_hex(id), 16, '0') $$;

CREATE OR REPLACE FUNCTION load_monitor.version_of(release text) RETURNS int[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
SELECT coalesce(string_to_array(substring(release FROM '^[0-9]{1,9}(?:[.][0-9]{1,9}){0,3}'), '.')::int[], '{0}')
$$;

CREATE OR REPLACE FUNCTION load_monitor.ingest(batch jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    most_dumps CONSTANT int := 200;
    most_parts CONSTANT int := 100000;
    host_name text := left(batch #>> '{host,name}', 255);
    host_machine uuid := batch #>> '{host,machine}';
    host_release text := left(batch #>> '{host,kernel}', 255);
    host_clock timestamptz := batch #>> '{host,clock}';
    this_host int;
    this_kernel int;
    this_line uuid := batch #>> '{line,id}';
    line_before uuid := batch #>> '{line,after}';
    this_batch bigint := batch #>> '{line,batch}';
    this_token uuid := batch #>> '{line,token}';
    known record;
    fresh uuid[];
    new_host boolean := false;
    former text;
    notes text[] := '{}';
    dumps int := 0;
    parts int := 0;
    incidents int := 0;
    minutes int := 0;
    odd int := 0;
    loose_parts int;
BEGIN
    IF (batch ->> 'protocol') IS DISTINCT FROM '1' THEN
        RAISE EXCEPTION 'this store takes protocol 1, not %', coalesce(left(batch ->> 'protocol', 20), 'none')
            USING ERRCODE = 'feature_not_supported';
    END IF;
    IF host_name IS NULL OR host_name = '' OR host_machine IS NULL OR this_line IS NULL OR this_batch IS NULL
            OR this_token IS NULL THEN
        RAISE EXCEPTION 'the batch does not say whose it is' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF jsonb_array_length(coalesce(batch -> 'dumps', '[]')) > most_dumps
            OR jsonb_array_length(coalesce(batch -> 'parts', '[]')) > most_parts THEN
        RAISE EXCEPTION 'a batch has % dumps and % parts at most', most_dumps, most_parts
            USING ERRCODE = 'program_limit_exceeded';
    END IF;

    -- Whose batch, and which: before anything is stored.
    SELECT l.batch, l.token INTO known FROM load_monitor.line l WHERE l.id = this_line FOR UPDATE;
    IF FOUND AND NOT (this_batch > known.batch OR this_batch = known.batch AND this_token = known.token) THEN
        RETURN jsonb_build_object('forked', true);
    END IF;
    IF FOUND AND this_batch > known.batch + 1 THEN
        notes := notes || format('the store went back in time: batches %s to %s of this host are not in it',
            known.batch + 1, this_batch - 1);
    END IF;

    INSERT INTO load_monitor.kernel (release, version)
        SELECT DISTINCT left(r, 255), load_monitor.version_of(left(r, 255)) FROM (
            SELECT host_release AS r UNION ALL
            SELECT d ->> 'kernel' FROM jsonb_array_elements(coalesce(batch -> 'dumps', '[]')) d) all_of_them
        WHERE r IS NOT NULL AND NOT EXISTS (SELECT 1 FROM load_monitor.kernel k WHERE k.release = left(r, 255))
        ORDER BY 1
        ON CONFLICT DO NOTHING;
    SELECT k.id INTO this_kernel FROM load_monitor.kernel k WHERE k.release = host_release;

    UPDATE load_monitor.host SET last_seen = now(), url = left(batch #>> '{host,url}', 1000), kernel_id = this_kernel,
            version = left(batch #>> '{host,version}', 100), clock_ahead = host_clock - clock_timestamp()
        WHERE name = host_name AND machine = host_machine RETURNING id INTO this_host;
    IF this_host IS NULL THEN
        INSERT INTO load_monitor.host (name, machine, url, kernel_id, version, clock_ahead)
            VALUES (host_name, host_machine, left(batch #>> '{host,url}', 1000), this_kernel,
                left(batch #>> '{host,version}', 100), host_clock - clock_timestamp())
            ON CONFLICT (name, machine) DO UPDATE SET last_seen = now()
            RETURNING id INTO this_host;
        new_host := true;
    END IF;
    IF new_host THEN
        SELECT h.name INTO former FROM load_monitor.host h WHERE h.machine = host_machine AND h.id <> this_host
            ORDER BY h.last_seen DESC LIMIT 1;
        IF FOUND THEN
            notes := notes || format('this host was known as %s before, and goes on as %s', former, host_name);
        END IF;
    END IF;
    IF EXISTS (SELECT 1 FROM load_monitor.host h WHERE h.name = host_name AND h.id <> this_host
            AND h.last_seen > now() - interval '1 hour') THEN
        notes := notes || format('another host has the name %s, too: the store keeps the two apart', host_name);
    END IF;
    IF abs(extract(epoch FROM host_clock - clock_timestamp())) > 60 THEN
        notes := notes || format('the clock of this host is %s s %s that of the store',
            abs(round(extract(epoch FROM host_clock - clock_timestamp()))),
            CASE WHEN host_clock > clock_timestamp() THEN 'ahead of' ELSE 'behind' END);
    END IF;

    INSERT INTO load_monitor.line (id, host_id, batch, token) VALUES (this_line, this_host, this_batch, this_token)
        ON CONFLICT (id) DO UPDATE SET host_id = EXCLUDED.host_id, batch = EXCLUDED.batch, token = EXCLUDED.token;

    -- Words, each once. In order, so that two batches with the same new ones cannot wait for each other.
    INSERT INTO load_monitor.cause (name, title)
        SELECT left(key, 100), left(value, 200) FROM jsonb_each_text(coalesce(batch -> 'causes', '{}')) AS c(key, value)
        WHERE NOT EXISTS (SELECT 1 FROM load_monitor.cause k WHERE k.name = left(key, 100))
        ORDER BY 1
        ON CONFLICT DO NOTHING;
    INSERT INTO load_monitor.name (value)
        SELECT DISTINCT w FROM (
            SELECT left(p ->> 'program', 255) AS w FROM jsonb_array_elements(coalesce(batch -> 'parts', '[]')) p
            UNION SELECT left(p ->> 'cgroup', 1000) FROM jsonb_array_elements(coalesce(batch -> 'parts', '[]')) p) words
        WHERE w IS NOT NULL AND NOT EXISTS (SELECT 1 FROM load_monitor.name n WHERE n.value = w)
        ORDER BY 1
        ON CONFLICT DO NOTHING;
    UPDATE load_monitor.name SET last_used = current_date WHERE id IN (
        SELECT n.id FROM load_monitor.name n WHERE n.last_used < current_date AND n.value IN (
            SELECT left(p ->> 'program', 255) FROM jsonb_array_elements(coalesce(batch -> 'parts', '[]')) p
            UNION SELECT left(p ->> 'cgroup', 1000) FROM jsonb_array_elements(coalesce(batch -> 'parts', '[]')) p)
        ORDER BY n.id FOR UPDATE SKIP LOCKED);
    INSERT INTO load_monitor.signature (id, frames, cause_id, first_seen)
        SELECT s.id, s.frames, c.id, s.seen
        FROM jsonb_to_recordset(coalesce(batch -> 'signatures', '[]'))
            AS s(id bigint, frames text[], cause text, seen timestamptz)
        JOIN load_monitor.cause c ON c.name = left(s.cause, 100)
        WHERE NOT EXISTS (SELECT 1 FROM load_monitor.signature k WHERE k.id = s.id)
        ORDER BY s.id
        ON CONFLICT DO NOTHING;
    UPDATE load_monitor.signature SET last_used = current_date WHERE id IN (
        SELECT k.id FROM load_monitor.signature k WHERE k.last_used < current_date AND k.id IN (
            SELECT (s ->> 'id')::bigint FROM jsonb_array_elements(coalesce(batch -> 'signatures', '[]')) s)
        ORDER BY k.id FOR UPDATE SKIP LOCKED);

    -- A dump that came cut off and now comes whole is a new one; one that moved to another incident is the same.
    IF batch ? 'dumps' THEN
        WITH whole AS (
            SELECT d.at, d.key FROM jsonb_to_recordset(batch -> 'dumps') AS d(at timestamptz, key uuid, complete boolean)
            WHERE d.complete),
        replaced AS (
            DELETE FROM load_monitor.dump o USING whole w
            WHERE o.taken_at = w.at AND o.host_id = this_host AND o.key = w.key AND NOT o.complete
            RETURNING o.taken_at),
        loose AS (
            DELETE FROM load_monitor.part p USING replaced r WHERE p.taken_at = r.taken_at AND p.host_id = this_host
            RETURNING 1)
        SELECT count(*) INTO loose_parts FROM loose;
        UPDATE load_monitor.dump o SET incident = d.incident
            FROM jsonb_to_recordset(batch -> 'dumps') AS d(at timestamptz, key uuid, incident bigint)
            WHERE o.taken_at = d.at AND o.host_id = this_host AND o.key = d.key
                AND o.incident IS DISTINCT FROM d.incident;
        WITH put AS (
            INSERT INTO load_monitor.dump (taken_at, host_id, key, number, incident, source, trigger, reason, load1,
                    active, uninterruptible, tasks, unlisted, complete, kernel_id, headline)
                SELECT d.at, this_host, d.key, d.number, d.incident, left(d.source, 20), left(d.trigger, 20),
                    left(d.reason, 300), d.load1, d.active, d.uninterruptible, d.tasks, coalesce(d.unlisted, 0),
                    coalesce(d.complete, false), (SELECT k.id FROM load_monitor.kernel k WHERE k.release = d.kernel),
                    left(d.headline, 1000)
                FROM jsonb_to_recordset(batch -> 'dumps') AS d(at timestamptz, key uuid, number bigint, incident bigint,
                    source text, trigger text, reason text, load1 real, active int, uninterruptible int, tasks int,
                    unlisted int, complete boolean, kernel text, headline text)
                ON CONFLICT DO NOTHING
                RETURNING key, taken_at)
        SELECT array_agg(key), count(*),
                count(*) FILTER (WHERE taken_at < now() - interval '35 days' OR taken_at > now() + interval '1 day')
            INTO fresh, dumps, odd FROM put;
        IF odd > 0 THEN
            notes := notes || format('%s dumps say a time that cannot be', odd);
        END IF;
        INSERT INTO load_monitor.part (taken_at, sig_id, host_id, cause_id, cgroup_id, program_id, tasks, in_d, oldest_ms)
            SELECT p.at, p.sig, this_host, c.id, g.id, n.id, p.tasks, p.d, p.oldest_ms
            FROM jsonb_to_recordset(coalesce(batch -> 'parts', '[]')) AS p(at timestamptz, key uuid, sig bigint,
                cause text, cgroup text, program text, tasks int, d int, oldest_ms bigint)
            JOIN load_monitor.cause c ON c.name = left(p.cause, 100)
            JOIN load_monitor.name n ON n.value = left(p.program, 255)
            LEFT JOIN load_monitor.name g ON g.value = left(p.cgroup, 1000)
            WHERE p.key = ANY (fresh);
        GET DIAGNOSTICS parts = ROW_COUNT;
        INSERT INTO load_monitor.signature_kernel (sig_id, kernel_id, first_seen)
            SELECT p.sig, k.id, min(p.at)
            FROM jsonb_to_recordset(coalesce(batch -> 'parts', '[]')) AS p(at timestamptz, key uuid, sig bigint)
            JOIN jsonb_to_recordset(batch -> 'dumps') AS d(key uuid, kernel text) ON d.key = p.key
            JOIN load_monitor.kernel k ON k.release = left(d.kernel, 255)
            WHERE NOT EXISTS (SELECT 1 FROM load_monitor.signature_kernel s WHERE s.sig_id = p.sig AND s.kernel_id = k.id)
            GROUP BY p.sig, k.id ORDER BY p.sig, k.id
            ON CONFLICT DO NOTHING;
        INSERT INTO load_monitor.text (taken_at, host_id, key, gzip)
            SELECT d.at, this_host, d.key, decode(d.text, 'base64')
            FROM jsonb_to_recordset(batch -> 'dumps') AS d(at timestamptz, key uuid, text text)
            WHERE d.text IS NOT NULL
            ON CONFLICT (taken_at, host_id, key) DO UPDATE SET gzip = EXCLUDED.gzip
                WHERE length(EXCLUDED.gzip) > length(load_monitor.text.gzip);
    END IF;

    -- An archive that begins anew has no more to say about what it began.
    IF line_before IS NOT NULL AND line_before <> this_line THEN
        UPDATE load_monitor.incident SET ended_at = greatest(began_at, heard_at), end_reason = 'ARCHIVE'
            WHERE host_id = this_host AND line = line_before AND ended_at IS NULL;
    END IF;
    IF batch ? 'incidents' THEN
        DELETE FROM load_monitor.incident o
            USING jsonb_to_recordset(batch -> 'incidents') AS i(began timestamptz)
            WHERE o.host_id = this_host AND o.line <> this_line AND o.began_at = i.began;
        INSERT INTO load_monitor.incident (host_id, line, id, began_at, ended_at, end_reason, is_foreign, alerts, causes,
                headline, dumps)
            SELECT this_host, this_line, i.id, i.began, i.ended, left(i.reason, 30), coalesce(i.is_foreign, false),
                coalesce(i.alerts, '{}'), coalesce(i.causes, '{}'), coalesce(left(i.headline, 1000), ''), i.dumps
            FROM jsonb_to_recordset(batch -> 'incidents') AS i(id bigint, began timestamptz, ended timestamptz,
                reason text, is_foreign boolean, alerts text[], causes text[], headline text, dumps int)
            ON CONFLICT (host_id, line, id) DO UPDATE SET began_at = EXCLUDED.began_at, ended_at = EXCLUDED.ended_at,
                end_reason = EXCLUDED.end_reason, is_foreign = EXCLUDED.is_foreign, alerts = EXCLUDED.alerts,
                -- A host that deleted its dumps does not know their causes any more.
                causes = ARRAY (SELECT DISTINCT c FROM unnest(load_monitor.incident.causes || EXCLUDED.causes) c ORDER BY c),
                headline = CASE EXCLUDED.headline WHEN '' THEN load_monitor.incident.headline ELSE EXCLUDED.headline END,
                dumps = EXCLUDED.dumps, heard_at = now();
        GET DIAGNOSTICS incidents = ROW_COUNT;
    END IF;
    DELETE FROM load_monitor.incident WHERE host_id = this_host AND line = this_line AND id IN (
        SELECT g::bigint FROM jsonb_array_elements_text(coalesce(batch -> 'gone', '[]')) g);

    IF batch ? 'minutes' THEN
        WITH put AS (
            INSERT INTO load_monitor.load (minute, host_id, cause_id, load1)
                SELECT m.minute, this_host, c.id, part.load1::real
                FROM jsonb_to_recordset(batch -> 'minutes') AS m(minute timestamptz, parts jsonb),
                    jsonb_each_text(m.parts) AS part(cause, load1), load_monitor.cause c
                WHERE c.name = left(part.cause, 100)
                ON CONFLICT DO NOTHING
                RETURNING minute, cause_id, load1),
        summed AS (
            INSERT INTO load_monitor.fleet_load AS f (minute, cause_id, shard, load1, hosts)
                SELECT minute, cause_id, this_host % 16, load1, 1 FROM put ORDER BY minute, cause_id
                ON CONFLICT (minute, cause_id, shard)
                DO UPDATE SET load1 = f.load1 + EXCLUDED.load1, hosts = f.hosts + 1
                RETURNING 1)
        SELECT count(*) INTO minutes FROM summed;
    END IF;

    RETURN jsonb_build_object('forked', false, 'dumps', dumps, 'parts', parts, 'incidents', incidents,
        'minutes', minutes, 'notes', to_jsonb(notes));
END
$$;
