-- Two roles, of which people make members. Put in anew at each version.

REVOKE ALL ON SCHEMA load_monitor FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA load_monitor FROM PUBLIC, load_monitor_host, load_monitor_reader;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA load_monitor FROM PUBLIC, load_monitor_host, load_monitor_reader;

GRANT USAGE ON SCHEMA load_monitor TO load_monitor_host, load_monitor_reader;
GRANT EXECUTE ON FUNCTION load_monitor.ingest(jsonb) TO load_monitor_host;

GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA load_monitor TO load_monitor_reader;
REVOKE EXECUTE ON FUNCTION load_monitor.ingest(jsonb) FROM load_monitor_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA load_monitor TO load_monitor_reader;
REVOKE SELECT ON load_monitor.line FROM load_monitor_reader;
