--
-- pg_cron: scheduled jobs run, as the role that scheduled them: one that adds a
-- row, one that trains on it (as README.md and docs/tutorial.md have it), and one that fails and harms nothing.
--
-- Needs commits, since jobs run in sessions of their own, and up to a minute,
-- which is how often pg_cron looks.
--
\set QUIET 1
\set ON_ERROR_STOP 1
CREATE EXTENSION IF NOT EXISTS pg_cron;
SELECT plan(10);

CREATE TABLE nightly AS SELECT date '2024-01-01' + i AS day, i % 7 AS v FROM generate_series(0, 59) i;
CREATE TABLE gone AS TABLE nightly;
CREATE FUNCTION nightly_rows() RETURNS SETOF nightly LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY TABLE nightly; END $$;
SELECT ok(rn_train('gru', 'SELECT day, v FROM nightly_rows()', '{"units": 2, "epochs": 2}', name => 'nightly') > 0, 'a model to train again');
SELECT ok(rn_train('gru', 'SELECT day, v FROM gone', '{"units": 2, "epochs": 2}', name => 'orphan') > 0, 'a model whose table goes');
DROP TABLE gone;

-- jobs of one minute start together: the training's query waits for the row
CREATE OR REPLACE FUNCTION nightly_rows() RETURNS SETOF nightly LANGUAGE plpgsql AS $$
BEGIN
	WHILE (SELECT count(*) FROM nightly) < 61 LOOP
		PERFORM pg_sleep(0.1);
	END LOOP;
	RETURN QUERY TABLE nightly;
END $$;
CREATE TABLE scheduled AS SELECT cron.schedule(name, '* * * * *', command) AS jobid, name FROM (VALUES
	('row', $$INSERT INTO nightly SELECT '2024-03-01', 4 WHERE NOT EXISTS (SELECT FROM nightly WHERE day = '2024-03-01')$$),
	('nightly', $$CALL rn_retrain('nightly', only_if => 'new_rows')$$),
	('orphan', $$CALL rn_retrain('orphan')$$)) AS jobs (name, command);
CREATE VIEW ended AS
SELECT DISTINCT ON (jobid) name, status, return_message FROM cron.job_run_details JOIN scheduled USING (jobid)
WHERE status IN ('succeeded', 'failed') ORDER BY jobid, runid;
DO $$
BEGIN
	FOR second IN 1 .. 130 LOOP
		EXIT WHEN (SELECT count(*) FROM ended) = 3;
		PERFORM pg_sleep(1);
	END LOOP;
END $$;
SELECT cron.unschedule(jobid) FROM scheduled \g /dev/null

SELECT is((SELECT status FROM ended WHERE name = 'row'), 'succeeded', 'a job adds a row');
SELECT is(status, 'succeeded', coalesce(return_message, 'one trains')) FROM ended WHERE name = 'nightly';
SELECT is(array_agg(rows ORDER BY version), '{60,61}', 'on the new row, once') FROM rn_versions WHERE name = 'nightly';
SELECT is(trained_by, current_user, 'as the role that scheduled it') FROM rn_versions WHERE name = 'nightly' AND version = 2;
SELECT is((SELECT status FROM ended WHERE name = 'orphan'), 'failed', 'a job that fails is seen as failed');
SELECT matches((SELECT return_message FROM ended WHERE name = 'orphan'), 'relation "gone" does not exist', 'with the reason');
SELECT results_eq($$SELECT DISTINCT model, state, error FROM rn_jobs WHERE version IS DISTINCT FROM 1 AND state <> 'skipped' ORDER BY model$$,
	$$VALUES ('nightly', 'done', NULL), ('orphan', 'failed', 'relation "gone" does not exist')$$, 'both are among the jobs');
SELECT is((SELECT count(*) FROM rn_forecast('orphan', 3)), 3::bigint, 'and its model forecasts as before');

SELECT * FROM finish();
SELECT rn_drop_model(name) FROM rn_models WHERE name IN ('nightly', 'orphan') \g /dev/null
DROP VIEW ended;
DROP TABLE scheduled;
DROP FUNCTION nightly_rows;
DROP TABLE nightly;
