--
-- pg_cron: a scheduled rn_retrain runs, as the role that scheduled it.
--
-- Needs commits, since the job runs in a session of its own, and up to a
-- minute, which is how often pg_cron looks.
--
\set QUIET 1
\set ON_ERROR_STOP 1
CREATE EXTENSION IF NOT EXISTS pg_cron;
SELECT plan(4);

CREATE TABLE nightly AS SELECT date '2024-01-01' + i AS day, i % 7 AS v FROM generate_series(0, 59) i;
SELECT ok(rn_train('gru', 'SELECT day, v FROM nightly', '{"units": 2, "epochs": 2}', name => 'nightly') > 0, 'a model to train again');
SELECT cron.schedule('nightly', '* * * * *', $$CALL rn_retrain('nightly', promote => 'always')$$) > 0 AS scheduled \gset
DO $$
BEGIN
	FOR second IN 1 .. 130 LOOP
		EXIT WHEN EXISTS (SELECT FROM cron.job_run_details WHERE status IN ('succeeded', 'failed'));
		PERFORM pg_sleep(1);
	END LOOP;
END $$;
SELECT cron.unschedule('nightly') AS unscheduled \gset
SELECT is(status, 'succeeded', coalesce(return_message, 'it ran')) FROM cron.job_run_details
WHERE status IN ('succeeded', 'failed') ORDER BY runid LIMIT 1;
SELECT cmp_ok(version, '>=', 2, 'and the model has a new version') FROM rn_models WHERE name = 'nightly';
SELECT ok(count(*) > 0 AND bool_and(state = 'done'), 'which is logged') FROM rn_jobs WHERE model = 'nightly';

SELECT * FROM finish();
SELECT rn_drop_model('nightly') \gset
DROP TABLE nightly;
