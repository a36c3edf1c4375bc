--
-- Owners of 0.1.0 after ALTER EXTENSION UPDATE, and a library before it.
--
\set QUIET 1
\set ON_ERROR_STOP 1
BEGIN;
\ir refuses.psql
SET LOCAL client_min_messages = warning;
SELECT no_plan();
DROP EXTENSION recurnet;

-- without the extension, a schema of its name is somebody's, and no job that is left goes by it
CREATE ROLE rights_trap;
CREATE SCHEMA recurnet AUTHORIZATION rights_trap;
CREATE TABLE recurnet.model_roles (entry boolean);
ALTER TABLE recurnet.model_roles OWNER TO rights_trap;
CREATE FUNCTION left_over(bigint) RETURNS void LANGUAGE c AS '$libdir/recurnet', 'recurnet_drop_model_id';
SELECT refuses('SELECT left_over(1)', '42P01', 'extension recurnet is not installed in this database', '%CREATE EXTENSION%', 'a table of another');
DROP SCHEMA recurnet CASCADE;

CREATE EXTENSION recurnet VERSION '0.1.0';
CREATE ROLE rights_old;
SELECT refuses(command, '55000', 'extension recurnet is older in this database than its library', '%Run ALTER EXTENSION recurnet UPDATE.', command)
FROM (VALUES ($$SELECT rn_train('gru', 'SELECT i AS t, 1.0 AS v FROM generate_series(1, 40) i', '{"recipe": "plain", "units": 2, "epochs": 1, "window": 5}')$$),
	($$SELECT rn_forecast(1, 1)$$), ($$SELECT rn_summary('m')$$), ($$SELECT rn_drop_model('m')$$)) v (command);
SELECT is((SELECT extension FROM rn_version()), '0.1.0', 'rn_version says so, too');
INSERT INTO recurnet.model (name, owner, active_version) VALUES ('old', 'rights_old', 1), ('older', 'rights_gone', 1);
INSERT INTO recurnet.version (model_id, version, cell, query, request, options, time_column, target_column, time_type, step, rows, series,
	from_t, to_t, weights, losses, metrics, series_log, trained_by, duration, data_hash)
SELECT model_id, 1, 'gru', 'SELECT i::bigint AS t, i * 0.5 AS v FROM generate_series(1, 40) i', '{"cell": "gru", "options": {}}', '{}', 't', 'v', 'bigint', '1', 40, 1,
	1, 40, f.model::bytea, '{1}', '{}', '[]', owner, '1s', ''
FROM recurnet.model, (SELECT rn_fit(i, i * 0.5, 'gru', '{"recipe": "plain", "units": 2, "epochs": 1, "window": 5}') AS model FROM generate_series(1, 40) i) f;
ALTER EXTENSION recurnet UPDATE;
SET LOCAL ROLE rights_old;
SELECT is((SELECT count(*) FROM rn_forecast('old', 3)), 3::bigint, 'an owner of 0.1.0 is one');
SELECT is((SELECT count(*) FROM rn_forecast('old', 3, history => 'source')), 3::bigint, 'and has its query run');
SELECT refuses($$SELECT rn_forecast('older', 3)$$, '42704', '%', '%', 'of others none');
RESET ROLE;
SELECT throws_like('DROP ROLE rights_old', '%cannot be dropped because some objects depend on it', 'and is not dropped');
SELECT is((SELECT string_agg(DISTINCT concat_ws('; ', search_path, session_time_zone, date_style), '') FROM recurnet.version), '"$user", public; UTC; ISO, MDY', 'settings are the defaults');
SELECT ok(NOT EXISTS (SELECT FROM pg_init_privs, aclexplode(initprivs) a WHERE a.grantee = 'rights_old'::regrole), 'pg_dump will tell the owner from what the extension made');
SELECT * FROM finish();
ROLLBACK;
