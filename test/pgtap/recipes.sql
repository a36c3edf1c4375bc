--
-- docs/scheduling.md: its SQL runs, and what it schedules does what it says.
--
-- The statements are taken from the document, and the commands of the jobs from
-- pg_cron's table: nothing is written down here a second time.  That pg_cron runs
-- them in its turn, cron.sql tests.
--
\set QUIET 1
\set ON_ERROR_STOP 1
\set superuser `awk '/^\140\140\140sql superuser$/ {sql = 1; next} /^\140/ {sql = 0} sql' docs/scheduling.md`
\set statements `awk '/^\140\140\140sql$/ {sql = 1; next} /^\140/ {sql = 0} sql' docs/scheduling.md`
SELECT plan(9);

:superuser
SET SESSION AUTHORIZATION forecaster;
\o /dev/null
:statements
\o
SELECT is((SELECT count(*) FROM rn_versions WHERE name = 'meter'), 1::bigint, 'a model, and nothing new to train on');
SELECT is((SELECT count(*) FROM meter_forecast), 24::bigint, 'forecasts are in a table');
SELECT cmp_ok((SELECT count(*) FROM cron.job), '>', 3::bigint, 'jobs are scheduled');

-- an hour later, an odd one; the jobs, in a session that listens
\o /dev/null
INSERT INTO meter SELECT max(ts) + interval '1 hour', 99 FROM meter;
SELECT command FROM cron.job ORDER BY jobid \gexec
\o
SELECT is((SELECT max(version) FROM rn_versions WHERE name = 'meter'), 2, 'trained again, as there is a new row');
SELECT results_eq('SELECT count(*), min(ts) FROM meter_forecast WHERE made_at > (SELECT min(made_at) FROM meter_forecast)',
	$$SELECT 24::bigint, max(ts) + interval '1 hour' FROM meter$$, 'forecasts are made from the new row on');
SELECT is((SELECT count(*) FROM meter_forecast), 25::bigint, 'in the place of those before');
SELECT results_eq('SELECT ts, actual FROM meter_alert', 'SELECT max(ts), 99::float8 FROM meter', 'the odd row is an alert');

-- and again
CREATE TABLE before AS SELECT ts, raised_at FROM meter_alert;
\o /dev/null
SELECT command FROM cron.job ORDER BY jobid \gexec
\o
SELECT is((SELECT max(version) FROM rn_versions WHERE name = 'meter'), 2, 'nothing new is no training');
SELECT results_eq('SELECT ts, raised_at FROM meter_alert', 'SELECT * FROM before', 'and no second alert');

SELECT * FROM finish();
\o /dev/null
SELECT cron.unschedule(jobid) FROM cron.job;
SELECT rn_drop_model('meter');
RESET SESSION AUTHORIZATION;
SET client_min_messages = warning;
DROP OWNED BY forecaster CASCADE;
DROP ROLE forecaster;
