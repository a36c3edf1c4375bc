--
-- Jobs: trainings that commit, and the log of what came of them.
--
\set QUIET 1
\set ON_ERROR_STOP 1
\ir enter.psql
SELECT no_plan();
\ir refuses.psql
SET client_min_messages = warning;
\set o '{"recipe": "plain", "units": 2, "epochs": 1, "window": 5, "validation_split": 0}'

CREATE TABLE t AS SELECT i, sin(i) AS v FROM generate_series(1, 40) i;
SELECT rn_train('gru', 'SELECT i, v FROM t', :'o', name => 'm') AS m \gset
SELECT is((SELECT count(*) FROM rn_jobs), 0::bigint, 'rn_train is no job');

-- ---- what comes of a retraining ----

CALL rn_retrain('m');
CALL rn_retrain(:m, promote => 'never');
CALL rn_retrain('m', only_if => 'new_rows');
ALTER TABLE t RENAME v TO w;
\set ON_ERROR_STOP 0
\set VERBOSITY sqlstate
CALL rn_retrain('m');
SELECT is(:'SQLSTATE'::text, '42703', 'what fails is an error');
SELECT is(:'LAST_ERROR_MESSAGE'::text, 'column "v" does not exist', 'that says of what');
ALTER TABLE t RENAME w TO v;
ALTER TABLE t ALTER v TYPE float8 USING nullif(v, sin(7));
CALL rn_retrain('m', 'cold');
SELECT is(:'SQLSTATE'::text, '22004', 'whatever it fails of');
UPDATE t SET v = sin(7) WHERE v IS NULL;
SET statement_timeout = '1s';
CREATE VIEW slow AS SELECT i, v FROM t WHERE i < 40 OR pg_sleep(60) IS NOT NULL;
UPDATE recurnet.version SET query = 'SELECT i, v FROM slow' WHERE model_id = :m;
CALL rn_retrain('m');
SELECT is(:'SQLSTATE'::text, '57014', 'cancelled while it reads');
RESET statement_timeout;
UPDATE recurnet.version SET query = 'SELECT i, v FROM t' WHERE model_id = :m;
\set VERBOSITY default
\set ON_ERROR_STOP 1
SELECT results_eq($$SELECT kind, background, model, role = CURRENT_USER, state, version, promoted, rows, sqlstate, error FROM rn_jobs ORDER BY job_id$$,
	$$VALUES ('retrain', false, 'm', true, 'done', 2, true, 40::bigint, NULL, NULL), ('retrain', false, 'm', true, 'done', 3, false, 40, NULL, NULL),
	('retrain', false, 'm', true, 'skipped', 3, NULL, 40, NULL, NULL), ('retrain', false, 'm', true, 'failed', NULL, NULL, NULL, '42703', 'column "v" does not exist'),
	('retrain', false, 'm', true, 'failed', NULL, NULL, NULL, '22004', 'column v is null in row 7 of the query'),
	('retrain', false, 'm', true, 'cancelled', NULL, NULL, NULL, '57014', 'canceling statement due to statement timeout')$$, 'the log tells all of it');
SELECT results_eq('SELECT request FROM rn_jobs ORDER BY job_id LIMIT 3',
	$$VALUES ('{"mode": "warm", "promote": "if_better"}'::jsonb), ('{"mode": "warm", "promote": "never"}'), ('{"mode": "warm", "promote": "if_better", "only_if": "new_rows"}')$$, 'and what was asked for');
SELECT ok(bool_and(model_id = :m AND queued_at <= started_at AND started_at <= ended_at AND pid IS NULL), 'of which model, and when') FROM rn_jobs;
SELECT is((SELECT count(*) FROM pg_locks WHERE objsubid > 2), 0::bigint, 'no lock is left');
SELECT is((SELECT count(*) FROM pg_backend_memory_contexts WHERE name LIKE 'recurnet training%'), 0::bigint, 'no memory either');

-- ---- where it may not commit ----

SELECT refuses($$CALL rn_retrain('m')$$, '2D000', '%inside a transaction block', '%statement of its own%', 'in an exception block');
CREATE FUNCTION calls() RETURNS void LANGUAGE plpgsql AS $$ BEGIN CALL rn_retrain('m'); END $$;
SELECT refuses('SELECT calls()', '2D000', '%inside a transaction block', '%statement of its own%', 'in a function');
\set ON_ERROR_STOP 0
\set VERBOSITY sqlstate
BEGIN;
CALL rn_retrain('m');
\set state :SQLSTATE
ROLLBACK;
SELECT is(:'state'::text, '2D000', 'in a transaction block');
SET default_transaction_read_only = on;
CALL rn_retrain('m');
SELECT is(:'SQLSTATE'::text, '25006', 'read only');
SET default_transaction_read_only = off;
CALL rn_retrain('nobody');
SELECT is(:'SQLSTATE'::text, '42704', 'no such model');
\set VERBOSITY default
\set ON_ERROR_STOP 1
SELECT is((SELECT count(*) FROM rn_jobs), 6::bigint, 'what does not begin is not logged');

-- ---- where it may ----

CREATE PROCEDURE all_of_them() LANGUAGE plpgsql AS $$
DECLARE
	model record;
BEGIN
	FOR model IN SELECT name FROM rn_models, generate_series(1, 2) LOOP
		CALL rn_retrain(model.name);
	END LOOP;
END $$;
CALL all_of_them();
SELECT is((SELECT max(version) FROM rn_versions), 5, 'in a loop over a query, in a procedure');
DO $$ BEGIN CALL rn_retrain('m'); CALL rn_retrain('m', 'cold'); END $$;
SELECT is((SELECT max(version) FROM rn_versions), 7, 'in DO');
SET default_transaction_isolation = serializable;
CALL rn_retrain('m');
RESET default_transaction_isolation;
SELECT is((SELECT max(version) FROM rn_versions), 8, 'serializable');

-- ---- who sees it ----

CREATE ROLE other;
SET ROLE other;
SELECT is((SELECT count(*) FROM rn_jobs), 0::bigint, 'jobs of others are not seen');
SELECT is(rn_prune_jobs('0'), 0::bigint, 'nor dropped');
SELECT throws_ok('SELECT * FROM recurnet.job', '42501', NULL, 'nor looked up in the table');
RESET ROLE;
DROP ROLE other;
SELECT refuses($$SELECT rn_prune_jobs(NULL)$$, '22004', 'argument "older_than" must not be null', '%', 'to drop what is older than nobody knows');
SELECT is(rn_prune_jobs('1 hour'), 0::bigint, 'what is new stays');
SELECT is(rn_prune_jobs('0'), 11::bigint, 'what has ended goes');

-- ---- whose role is gone, or has another name ----

CREATE FUNCTION sees() RETURNS TABLE (model text, role name) LANGUAGE sql AS 'SELECT model, role FROM rn_jobs ORDER BY 1';
CREATE ROLE ann LOGIN;
CREATE ROLE bob LOGIN;
GRANT SELECT ON t TO ann;
SET ROLE ann;
SELECT rn_train('gru', 'SELECT i, v FROM t', :'o', name => 'anns') \g /dev/null
CALL rn_retrain('anns');
RESET ROLE;
DROP OWNED BY ann;
DROP ROLE ann;
ALTER ROLE bob RENAME TO ann;
SELECT (SELECT max(job_id) FROM recurnet.job) AS job \gset
GRANT EXECUTE ON FUNCTION refuses TO ann;
SET ROLE ann;
SELECT is_empty('SELECT * FROM sees()', 'who got the name of a role that is gone does not see its jobs');
SELECT refuses(format('SELECT rn_cancel(%s)', :job), '42704', 'job % does not exist%', '%rn_jobs%', 'nor cancel them');
SELECT is(rn_prune_jobs('0'), 0::bigint, 'nor drop them');
RESET ROLE;
SELECT results_eq('SELECT * FROM sees()', $$VALUES ('anns', 'ann'::name)$$, 'superusers do');
SELECT is(rn_prune_jobs('0'), 1::bigint, 'all of it');
GRANT SELECT ON t TO ann;
SET ROLE ann;
SELECT rn_train('gru', 'SELECT i, v FROM t', :'o', name => 'bobs') \g /dev/null
CALL rn_retrain('bobs');
RESET ROLE;
ALTER ROLE ann RENAME TO bob;
SET ROLE bob;
SELECT results_eq('SELECT * FROM sees()', $$VALUES ('bobs', 'ann'::name)$$, 'a role sees its own by whatever name');
SELECT is(rn_prune_jobs('0'), 1::bigint, 'and drops them');
RESET ROLE;
DROP OWNED BY bob;
DROP ROLE bob;
SELECT rn_drop_model(model_id) FROM rn_models WHERE name IN ('anns', 'bobs') \g /dev/null

-- ---- whose process is gone ----

INSERT INTO recurnet.job (kind, background, model, role, role_oid, state, server, pid) SELECT kind, background, model, CURRENT_USER, CURRENT_USER::regrole, state, server, pid
FROM (VALUES ('retrain', false, 'm', 'running', 'this', 1), ('train', true, NULL, 'waiting', 'another', NULL)) j (kind, background, model, state, server, pid);
SELECT results_eq('SELECT state, pid, error FROM rn_jobs ORDER BY job_id', $$VALUES ('failed', NULL::int, 'the server process ended'), ('failed', NULL, 'the server was restarted before it began')$$, 'is failed');
SELECT is(rn_prune_jobs('0'), 2::bigint, 'and goes');

-- ---- in the background ----

-- until no job waits or runs; a minute is more than enough
CREATE PROCEDURE wait_for_jobs() LANGUAGE plpgsql AS $$
BEGIN
	FOR tick IN 1 .. 1200 LOOP
		COMMIT;
		EXIT WHEN NOT EXISTS (SELECT FROM rn_jobs WHERE state IN ('waiting', 'running'));
		PERFORM pg_sleep(0.05);
	END LOOP;
END $$;
CREATE FUNCTION last_job() RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' ', kind, model, state, version, promoted, rows, sqlstate, error) FROM rn_jobs ORDER BY job_id DESC LIMIT 1
$$;

SELECT results_eq($$SELECT pg_get_function_arguments(oid) FROM pg_proc WHERE proname = 'rn_retrain_async' ORDER BY 1$$,
	$$SELECT replace(pg_get_function_arguments(oid), 'IN ', '') FROM pg_proc WHERE proname = 'rn_retrain' ORDER BY 1$$, 'rn_retrain_async has the arguments and defaults of rn_retrain');
SELECT results_eq($$SELECT pg_get_function_arguments(oid) FROM pg_proc WHERE proname = 'rn_train_async'$$,
	$$SELECT pg_get_function_arguments(oid) FROM pg_proc WHERE proname = 'rn_train'$$, 'and rn_train_async those of rn_train');
SELECT rn_train('lstm', 'SELECT i, v FROM t', :'o', name => 'twin') \g /dev/null
SELECT rn_train_async('lstm', 'SELECT i, v FROM t', :'o', name => 'b') AS job \gset
CALL wait_for_jobs();
SELECT is(last_job(), 'train b done 1 t 40', 'a training');
SELECT is((SELECT model_id FROM rn_jobs WHERE job_id = :job), (SELECT model_id FROM rn_models WHERE name = 'b'), 'of this model');
SELECT results_eq($$SELECT options, time_column, rows FROM rn_models WHERE name = 'b'$$, $$SELECT options, time_column, rows FROM rn_models WHERE name = 'twin'$$, 'with the options asked for');
SELECT is((SELECT weights FROM recurnet.version JOIN recurnet.model USING (model_id) WHERE name = 'b'),
	(SELECT weights FROM recurnet.version JOIN recurnet.model USING (model_id) WHERE name = 'twin'), 'is the same to the byte');
SELECT rn_retrain_async('b', 'cold', 'never') \g /dev/null
CALL wait_for_jobs();
SELECT is(last_job(), 'retrain b done 2 f 40', 'a retraining, its arguments too');
SELECT rn_retrain_async((SELECT model_id FROM rn_models WHERE name = 'b'), only_if => 'new_rows') \g /dev/null
CALL wait_for_jobs();
SELECT is(last_job(), 'retrain b skipped 2 40', 'by id, of nothing new');
SELECT rn_retrain_async('b') FROM generate_series(1, 12) \g /dev/null
CALL wait_for_jobs();
SELECT is((SELECT max(version) FROM rn_versions WHERE name = 'b'), 14, 'many in one transaction');

SET TimeZone = 'Asia/Tokyo';
SET recurnet.max_memory = '12MB';
CREATE VIEW settings AS SELECT timestamptz '2024-05-01' - i * interval '1 day' AS at, current_setting('recurnet.max_memory')::text AS s, i AS v FROM generate_series(1, 40) i;
SELECT rn_train_async('gru', 'SELECT at, v FROM settings WHERE s = ''12MB''', :'o', 'zone', NULL, NULL, 'at', 'v') \g /dev/null
CALL wait_for_jobs();
RESET TimeZone;
RESET recurnet.max_memory;
SELECT is(last_job(), 'train zone done 1 t 40', 'with the settings of who asked');
SELECT is((SELECT time_zone FROM rn_models WHERE name = 'zone'), 'Asia/Tokyo', 'the time zone, too');
SELECT rn_train_async('gru', 'SELECT i, v / (i - 7) AS v FROM t') \g /dev/null
CALL wait_for_jobs();
SELECT is(last_job(), 'train failed 22012 division by zero', 'what fails');
BEGIN;
SELECT rn_train_async('gru', 'SELECT i, v FROM t') AS job \gset
SELECT is((SELECT state FROM rn_jobs WHERE job_id = :job), 'waiting', 'it waits for the transaction');
SELECT ok(rn_cancel(:job), 'in which it can be cancelled');
SELECT ok(NOT rn_cancel(:job), 'once');
COMMIT;
SELECT is(last_job(), 'train cancelled', 'and never runs');

SELECT refuses($$SELECT rn_train_async('grue', 'SELECT 1')$$, '22023', 'unrecognized cell "grue"', '%', 'a wrong cell, at once');
SELECT refuses($$SELECT rn_train_async('gru', 'SELECT 1', '{"unit": 3}')$$, '22023', '%"unit"%', '%units%', 'a wrong option');
SELECT refuses($$SELECT rn_train_async('gru', NULL)$$, '22004', '%', '%', 'no query');
SELECT refuses($$SELECT rn_train_async('gru', 'SELECT 1', name => '17')$$, '42602', '%', '%', 'a name of digits');
SELECT refuses($$SELECT rn_retrain_async('nobody')$$, '42704', '%', '%rn_models%', 'no such model');
SELECT refuses($$SELECT rn_retrain_async('b', 'tepid')$$, '22023', '%', '%warm and cold%', 'a wrong mode');
SELECT refuses($$SELECT rn_cancel(0)$$, '42704', 'job 0 does not exist%', '%rn_jobs%', 'no such job');
SELECT refuses($$SELECT rn_cancel(NULL)$$, '22004', '%', '%', 'no job at all');
CREATE ROLE other;
GRANT EXECUTE ON FUNCTION refuses TO other;
SET ROLE other;
SELECT refuses($$SELECT rn_train_async('gru', 'SELECT 1')$$, '28000', 'role "other" cannot have background jobs%', '%LOGIN%', 'a role that may not log in');
RESET ROLE;
DROP OWNED BY other;
DROP ROLE other;
-- with a path of its own: from version 17 on, indexes are made with pg_catalog's
CREATE FUNCTION sneaks(i integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE SET search_path = public AS $$ BEGIN PERFORM rn_retrain_async('b'); RETURN i; END $$;
SELECT refuses('CREATE INDEX ON t (sneaks(i))', '42501', 'cannot start a background job within security-restricted operation', '%', 'in an index');

SELECT finish();
\ir leave.psql
