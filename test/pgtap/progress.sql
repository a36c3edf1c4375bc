--
-- Progress: a training as its own query sees it, one within another, and no trace.
--
-- Other sessions: test/t/004_progress.pl.
--
\set QUIET 1
\set ON_ERROR_STOP 1
BEGIN;
SELECT plan(6);

CREATE TABLE s AS SELECT i AS t, 5 + sin(i * 0.3) AS v FROM generate_series(1, 60) i;
CREATE TABLE seen (at text, command text, phase text, started_at timestamptz);
CREATE FUNCTION look(at text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_stat_clear_snapshot();
	INSERT INTO seen SELECT look.at, command, phase, started_at FROM rn_progress WHERE pid = pg_backend_pid();
END $$;
-- a query that trains a model of its own, well or not
CREATE FUNCTION rows_of(options jsonb) RETURNS SETOF s LANGUAGE plpgsql AS $$
BEGIN
	PERFORM look('before');
	BEGIN
		PERFORM rn_fit(t::bigint, v, 'gru', options) FROM s WHERE look('within') IS NOT NULL;
	EXCEPTION WHEN data_exception THEN
		NULL;
	END;
	PERFORM look('after');
	RETURN QUERY SELECT * FROM s;
END $$;

SELECT rn_train('gru', $$SELECT t, v FROM rows_of('{"recipe": "plain", "units": 2, "epochs": 1, "window": 5}')$$,
	'{"recipe": "plain", "units": 2, "epochs": 1, "window": 5}') \gset
SELECT results_eq($$SELECT DISTINCT command, phase FROM seen WHERE at IN ('before', 'after')$$, $$VALUES ('train', 'reading')$$, 'a training reads');
SELECT is((SELECT count(DISTINCT started_at) FROM seen), 1::bigint, 'and is seen again after another one within');
SELECT look('end');
SELECT is((SELECT count(*) FROM seen WHERE at = 'end'), 0::bigint, 'not once it is over');

TRUNCATE seen;
SELECT rn_train('gru', $$SELECT t, v FROM rows_of('{"recipe": "plain", "units": 2, "optimizer": "sgd", "learning_rate": 1e38, "window": 5, "on_error": "fail"}')$$,
	'{"recipe": "plain", "units": 2, "epochs": 1, "window": 5}') \gset
SELECT results_eq($$SELECT at, command, phase FROM seen WHERE at = 'after'$$, $$VALUES ('after', 'train', 'reading')$$, 'likewise if that one fails');
SELECT throws_ok($$SELECT rn_train('gru', 'SELECT t, v FROM s', '{"recipe": "plain", "learning_rate": 1e38, "optimizer": "sgd"}')$$, '22P01', NULL, 'a training fails');
SELECT look('end');
SELECT is((SELECT count(*) FROM seen WHERE at = 'end'), 0::bigint, 'what failed in a transaction that goes on is over');

SELECT * FROM finish();
ROLLBACK;
