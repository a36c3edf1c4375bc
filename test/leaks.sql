--
-- One session that forecasts and trains again and again: its memory stays as it is.
--
-- psql -v forecasts=10000 -v trainings=1000 -f leaks.sql
--
-- Measured are the pages that are its own (RssAnon), and what its memory contexts hold, at
-- ten points of each phase, from when a tenth of it is done.
--
\set ON_ERROR_STOP 1
\set QUIET 1
SET client_min_messages = error;
SET recurnet.model_cache_size = '64kB';	-- full after a few models

CREATE TABLE sales AS
SELECT s AS store, date '2024-01-01' + i AS day, (s + 1) * (50 + 10 * sin(i * 0.9) + (i * 7919) % 97 * 0.05) AS amount, (i % 5)::float8 AS price
FROM generate_series(0, 1) s, generate_series(0, 59) i;

SELECT rn_train('gru', 'SELECT day, amount FROM sales WHERE store = 0', '{"recipe": "plain", "units": 2, "epochs": 1, "window": 5}', name => 'plain') \g /dev/null
SELECT rn_train('auto', 'SELECT day, amount FROM sales WHERE store = 0', '{"units": 2, "epochs": 1, "ensemble": 1, "window": 5}', name => 'auto') \g /dev/null
SELECT rn_train('lstm', 'SELECT store, day, amount, price FROM sales', '{"units": 2, "epochs": 1, "window": 7}',
	name => 'panel', series => 'store', covariates => 'price known') \g /dev/null

-- What is done, and how often: {i} in its text is the round.
CREATE TABLE phases (phase int, name text, rounds int, statement text, fails bool);
INSERT INTO phases VALUES
	(1, 'forecasts', :forecasts * 0.6, $$SELECT count(*) FROM rn_forecast((ARRAY['plain', 'auto'])[1 + {i} % 2], 7)$$, false),
	(2, 'forecasts of a panel', :forecasts * 0.2, $$SELECT count(*) FROM rn_forecast('panel', 3,
		future => 'SELECT s AS store, date ''2024-03-01'' + i AS day, 1.0::float8 AS price FROM generate_series(0, 1) s, generate_series(0, 2) i')$$, false),
	(3, 'forecasts one step ahead', :forecasts * 0.2, $$SELECT count(*) FROM rn_predict('plain', 'SELECT day, amount FROM sales WHERE store = 0')$$, false),
	(4, 'forecasts that fail', :forecasts * 0.1, $$SELECT count(*) FROM rn_forecast('panel', 3)$$, true),
	(5, 'trainings', :trainings * 0.4, $$SELECT rn_train('gru', 'SELECT day, amount FROM sales WHERE store = 0', '{"recipe": "plain", "units": 2, "epochs": 1, "window": 5, "seed": {i}}', name => 'again')$$, false),
	(6, 'trainings of all kinds', :trainings * 0.4, $$SELECT rn_train('auto', 'SELECT store, day, amount FROM sales', '{"units": 2, "epochs": 1, "ensemble": 1, "window": 5, "seed": {i}}', name => 'again {i}', series => 'store'),
		(SELECT count(*) FROM rn_forecast('again {i}', 3))$$, false),
	(7, 'aggregates', :trainings * 0.2, $$SELECT count(*) FROM rn_forecast((SELECT rn_fit(day, amount, 'lstm', '{"units": 2, "epochs": 1, "ensemble": 1, "window": 5, "seed": {i}}') FROM sales WHERE store = 1), 3)$$, false),
	(8, 'trainings that fail', :trainings * 0.2, $$SELECT rn_train('rnn', 'SELECT day, amount FROM sales WHERE store = 0',
		'{"recipe": "plain", "activation": "relu", "units": 8, "epochs": 50, "window": 5, "optimizer": "sgd", "learning_rate": 1e18, "seed": {i}}', name => 'again')$$, true);

CREATE TABLE points (phase int, round int, own_kb bigint, context_kb bigint);
CREATE FUNCTION measure(phase int, round int) RETURNS void LANGUAGE sql AS $$
INSERT INTO points SELECT phase, round, substring(pg_read_file('/proc/self/status') FROM 'RssAnon:\s*(\d+)')::bigint,
	(SELECT sum(total_bytes) / 1024 FROM pg_backend_memory_contexts)$$;

CREATE VIEW script AS
SELECT phase, i, 1 AS part, fails, replace(statement, '{i}', i::text) AS line FROM phases, generate_series(1, rounds) i
UNION ALL
SELECT phase, i, 2, fails, format('SELECT measure(%s, %s)', phase, i) FROM phases, generate_series(1, rounds) i
WHERE i % greatest(rounds / 10, 1) = 0;

-- Each statement in a transaction of its own; what it answers goes nowhere, and nor
-- do errors where they are what is asked for.
\o /dev/null
SELECT line FROM script WHERE NOT fails ORDER BY phase, i, part \gexec
SELECT pg_stat_force_next_flush();
SELECT xact_rollback AS before FROM pg_stat_database WHERE datname = current_database() \gset
\set ON_ERROR_STOP 0
SELECT line FROM script WHERE fails ORDER BY phase, i, part \gexec
\set ON_ERROR_STOP 1
SELECT pg_stat_force_next_flush();
SELECT xact_rollback - :before AS failed FROM pg_stat_database WHERE datname = current_database() \gset
\o

SELECT name, max(rounds) AS rounds, string_agg(own_kb::text, ' ' ORDER BY round) AS "own memory, kB",
	string_agg(context_kb::text, ' ' ORDER BY round) AS "in contexts, kB",
	(array_agg(own_kb ORDER BY round DESC))[1] - (array_agg(own_kb ORDER BY round))[1] AS grown
FROM phases JOIN points USING (phase) GROUP BY phase, name ORDER BY phase;

-- From the first point of a phase to its last, in kB: pages by less than 256, contexts
-- by less than 64.  And what is to fail has failed.
SELECT string_agg(leak, ', ') AS leaks, count(*) = 0 AS clean FROM (SELECT name || ': ' || what AS leak FROM (
	SELECT phase, CASE WHEN max(own_kb) FILTER (WHERE last) - max(own_kb) FILTER (WHERE first) >= 256 THEN 'own memory grows'
		WHEN max(context_kb) FILTER (WHERE last) - max(context_kb) FILTER (WHERE first) >= 64 THEN 'contexts grow' END AS what
	FROM (SELECT *, round = max(round) OVER w AS last, round = min(round) OVER w AS first FROM points WINDOW w AS (PARTITION BY phase)) p
	GROUP BY phase) grown JOIN phases USING (phase) WHERE what IS NOT NULL
UNION ALL
SELECT 'what is to fail does not: ' || :failed || ' times' WHERE :failed < (SELECT sum(rounds) FROM phases WHERE fails)) l
\gset
\if :clean
\else
\warn :leaks
SELECT 1 / 0 AS leak;
\endif
