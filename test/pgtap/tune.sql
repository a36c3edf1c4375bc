--
-- rn_tune: what is tried, that scores are those of backtests, and in which order
-- trials come.
--
\set QUIET 1
\set ON_ERROR_STOP 1
BEGIN;
SELECT no_plan();
\ir refuses.psql

CREATE TABLE one AS
SELECT i, date '2024-01-01' + i AS day, (10 + i % 7 + hashint4(i) % 100 / 100.0)::float8 AS v FROM generate_series(0, 89) i;
CREATE TABLE many AS	-- the first series is short
SELECT store, i, store * v AS v FROM generate_series(1, 3) store, one WHERE i >= CASE store WHEN 1 THEN 60 ELSE 0 END;

CREATE TEMP TABLE tuned AS
SELECT * FROM rn_tune('SELECT day, v FROM one', '{"cell": ["rnn", "gru"], "units": [2, [3, 2]], "window": [5, 9]}',
	options => '{"recipe": "plain", "epochs": 3, "horizon": 3, "season": 7}', folds => 4);

-- ---- what is tried ----

SELECT is((SELECT count(*) FROM tuned), 9::bigint, 'all combinations, and the options as they are');
SELECT is((SELECT count(DISTINCT (cell, options)) FROM tuned), 9::bigint, 'each of them once');
SELECT is((SELECT count(*) FROM tuned WHERE cell = 'auto' AND options = '{"recipe": "plain", "epochs": 3, "horizon": 3, "season": 7}'), 1::bigint, 'among them no option of the space');
SELECT is((SELECT count(*) FROM tuned WHERE options @> '{"epochs": 3, "horizon": 3, "season": 7}'), 9::bigint, 'options that all have');
SELECT is((SELECT count(*) FROM tuned WHERE options->'units' = '[3, 2]' AND cell = 'rnn' AND options->'window' = '9'), 1::bigint, 'a stack of layers is one value');
SELECT results_eq($$SELECT rank FROM tuned$$, $$SELECT generate_series(1, 9)$$, 'in the order of ranks');
SELECT results_eq($$SELECT rank FROM tuned ORDER BY mase$$, $$SELECT generate_series(1, 9)$$, 'which is that of errors');
SELECT results_eq($$SELECT cell, options, mase, rmse FROM tuned$$,
	$$SELECT cell, options, mase, rmse FROM rn_tune('SELECT day, v FROM one', '{"cell": ["rnn", "gru"], "units": [2, [3, 2]], "window": [5, 9]}',
		options => '{"recipe": "plain", "epochs": 3, "horizon": 3, "season": 7}', folds => 4)$$, 'the same again');
SELECT is((SELECT count(*) FROM rn_tune('SELECT day, v FROM one', '{"window": [3, 4, 5, 6, 7], "units": [1, 2, 3]}', trials => 6,
	options => '{"recipe": "plain", "epochs": 1, "horizon": 3}')), 6::bigint, 'no more trials than asked for');
SELECT is((SELECT count(*) FROM rn_tune('SELECT day, v FROM one', '{"window": [3, 4, 5, 6, 7], "units": [1, 2, 3]}', '0 seconds',
	'{"recipe": "plain", "epochs": 1, "horizon": 3}')), 4::bigint, 'a budget ends it after four');
SELECT is((SELECT count(*) FROM rn_tune('SELECT day, v FROM one', '{"window": [3, 4, 5, 6, 7], "units": [1, 2, 3]}', '1 day -24 hours',
	'{"recipe": "plain", "epochs": 1, "horizon": 3}')), 4::bigint, 'so does one that comes to nothing');
SELECT refuses($$SELECT rn_tune('SELECT day, v FROM one', '{}', '-5 minutes')$$, '22023', 'budget must not be negative', '%10 minutes%', 'a negative budget');
SELECT results_eq($$SELECT cell, options FROM rn_tune('SELECT day, v FROM one', '{}', options => '{"epochs": 1, "horizon": 3, "ensemble": 1}')$$,
	$$VALUES ('auto', '{"epochs": 1, "horizon": 3, "ensemble": 1}'::jsonb)$$, 'nothing to try');
SELECT is((SELECT count(*) FROM rn_tune('SELECT day, v FROM one', options => '{"epochs": 1, "horizon": 3, "ensemble": 1}', folds => 1)), 5::bigint, 'a space that nobody gave');

-- ---- scores ----

CREATE FUNCTION beside(tuned, OUT mase float8, OUT smape float8, OUT mae float8, OUT rmse float8) LANGUAGE sql AS $$
	SELECT mase, smape, mae, rmse
	FROM rn_backtest_summary($1.cell, 'SELECT day, v FROM one', $1.options, 4) WHERE method = 'model'
$$;
SELECT results_eq($$SELECT mase::numeric(20, 9), smape::numeric(20, 9), mae::numeric(20, 9), rmse::numeric(20, 9) FROM tuned$$,
	$$SELECT b.mase::numeric(20, 9), b.smape::numeric(20, 9), b.mae::numeric(20, 9), b.rmse::numeric(20, 9) FROM tuned t, beside(t) b$$,
	'those of the backtest of each');
SELECT is((SELECT array_agg(DISTINCT seasonal_naive_mase::numeric(20, 9)) FROM tuned),
	(SELECT ARRAY[mase::numeric(20, 9)] FROM rn_backtest_summary('rnn', 'SELECT day, v FROM one', '{"recipe": "plain", "epochs": 1, "horizon": 3, "season": 7}', 4) WHERE method = 'seasonal_naive'),
	'the seasonal naive forecast beside them');
SELECT ok((SELECT model > 0 FROM (SELECT rn_train(cell, 'SELECT day, v FROM one', options) AS model FROM tuned WHERE rank = 1) t), 'the first trains with one call');
SELECT results_eq($$SELECT options->>'window', forecasts FROM rn_tune('SELECT store, i, v FROM many', '{"window": [3, 20]}',
	options => '{"recipe": "plain", "units": 2, "epochs": 3, "horizon": 3}', folds => 4, series => 'store') WHERE options ? 'window'$$,
	$$VALUES ('3', 12::bigint), ('20', 10)$$, 'who forecasts less comes later');
SELECT results_eq($$SELECT DISTINCT mase IS NULL, mae IS NULL FROM rn_tune('SELECT i, 5.0 AS v FROM one', '{"units": [1, 2]}', options => '{"recipe": "plain", "epochs": 1}')$$,
	$$VALUES (true, false)$$, 'no scale, no scaled error');

-- One scale for all, whatever season a trial has: else a longer season would win by a larger scale.
SELECT is((SELECT count(DISTINCT round((mae / mase)::numeric, 9)) FROM rn_tune('SELECT i, v + 0.5 * i AS v FROM one', '{"season": [1, 7, 14, 21]}', folds => 1,
	options => '{"recipe": "plain", "units": 2, "epochs": 3, "window": 25, "horizon": 3}')), 1::bigint, 'one scale whatever the season');
SELECT is((SELECT count(DISTINCT seasonal_naive_mase) FROM rn_tune('SELECT i, v FROM one', '{"recipe": ["auto", "plain"], "season": [1, 7]}', options => '{"units": 2, "epochs": 3, "window": 9, "horizon": 3}')),
	1::bigint, 'and one seasonal naive forecast');

-- ---- trials that cannot be, or are the same ----

SELECT set_eq($$SELECT options FROM rn_tune('SELECT day, v FROM one', '{"patience": [5, 20], "units": [2, 2, 3]}', options => '{"epochs": 1, "horizon": 3, "scaler": "minmax"}', folds => 1)$$,
	$$VALUES ('{"epochs": 1, "horizon": 3}'::jsonb), ('{"epochs": 1, "horizon": 3, "units": 2}'), ('{"epochs": 1, "horizon": 3, "units": 3}')$$, 'options without effect are left out, and trials tried once');
SELECT set_eq($$SELECT options FROM rn_tune('SELECT day, v FROM one', '{"recipe": ["auto", "plain"], "patience": [5, 20]}', options => '{"epochs": 1, "horizon": 3, "ensemble": 1}', folds => 1) WHERE options->>'recipe' IS DISTINCT FROM 'plain'$$,
	$$VALUES ('{"epochs": 1, "horizon": 3, "ensemble": 1}'::jsonb), ('{"epochs": 1, "horizon": 3, "ensemble": 1, "recipe": "auto"}')$$, 'where they have one they stay');
SELECT bag_eq($$SELECT cell FROM rn_tune('SELECT day, v FROM one', '{"cell": ["lstm", "auto", "gru"]}', options => '{"recipe": "plain", "epochs": 1}', folds => 1)$$,
	$$VALUES ('lstm'), ('gru')$$, 'the cell that auto is, is tried once');
SELECT is((SELECT count(*) FROM rn_tune('SELECT day, v FROM one', '{"cell": ["simple_rnn", "rnn"]}', options => '{"recipe": "plain", "epochs": 1}', folds => 1)),
	2::bigint, 'and so is one by two names');
SELECT ok(bool_and(rn_train(cell, 'SELECT day, v FROM one', options) > 0), 'all of them train as they are listed')
FROM rn_tune('SELECT day, v FROM one', '{"patience": [5, 20], "scaler": ["minmax", "standard"], "recipe": ["auto", "plain"]}', options => '{"epochs": 1, "units": 2, "horizon": 3, "ensemble": 2}', folds => 1);
SELECT results_eq($$SELECT options->>'learning_rate', forecasts FROM rn_tune('SELECT i, v FROM one', '{"learning_rate": [1e30, 0.01]}',
	options => '{"recipe": "plain", "units": 3, "epochs": 3, "optimizer": "sgd", "horizon": 3, "clipnorm": 1e30}') WHERE options ? 'learning_rate'$$,
	$$VALUES ('0.01', 3::bigint), (1e30::numeric::text, 0)$$, 'one that diverges is the last');
-- a fold that is left over has its networks shared out
CREATE FUNCTION diverging(workers int) RETURNS TABLE (rate text, forecasts bigint) LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('max_parallel_maintenance_workers', workers::text, true);
	RETURN QUERY SELECT t.options->>'learning_rate', t.forecasts
	FROM rn_tune('SELECT i, v FROM one', '{"learning_rate": [1e30, 1e31, 1e32, 1e33]}', folds => 1,
		options => '{"units": 2, "epochs": 2, "ensemble": 2, "optimizer": "sgd", "horizon": 3, "clipnorm": 1e30}') t;
END $$;
SELECT results_eq($$SELECT count(*), sum(forecasts) FROM diverging(0)$$, 'VALUES (5::bigint, 1::numeric)', 'all but one of five diverge');
SELECT results_eq('SELECT * FROM diverging(2)', 'SELECT * FROM diverging(0)', 'as with parallel workers');
-- One that trains, but forecasts beyond all numbers.
CREATE FUNCTION beyond(workers int) RETURNS TABLE (rate float8, forecasts bigint, mase float8) LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('max_parallel_maintenance_workers', workers::text, true);
	RETURN QUERY SELECT (t.options->>'learning_rate')::float8, t.forecasts, t.mase
	FROM rn_tune('SELECT i, v FROM one', '{"learning_rate": [1e38, 0.01]}', folds => 1,
		options => '{"recipe": "plain", "activation": "relu", "units": 4, "epochs": 1, "window": 5, "horizon": 3, "validation_split": 0, "clipnorm": 1e30}') t;
END $$;
SELECT results_eq('SELECT rate, forecasts FROM beyond(0) WHERE rate IS NOT NULL', 'VALUES (0.01::float8, 1::bigint), (1e38, 0)', 'one whose forecast is no number comes last');
SELECT results_eq('SELECT * FROM beyond(2)', 'SELECT * FROM beyond(0)', 'as with parallel workers');
SELECT refuses($$SELECT rn_tune('SELECT store, i, v FROM many', options => '{"recipe": "plain", "units": 2, "window": 20, "epochs": 3, "horizon": 3, "on_error": "fail"}', folds => 4, series => 'store')$$, '21000', '%too few%', '%', 'on_error fail');
SELECT refuses($$SELECT rn_tune('SELECT i, v FROM one', '{"units": [2, 4096]}', options => '{"recipe": "plain", "horizon": 3, "epochs": 1000000}')$$, '54000', 'training needs %', '%', 'one that is too large, before anything is trained');

-- ---- refused ----

SELECT refuses($$SELECT rn_tune(NULL)$$, '22004', 'argument "query" must not be null', '%', 'no query');
SELECT refuses($$SELECT rn_tune('SELECT day, v FROM one', '[1]')$$, '22023', 'space must be a JSON object', '%{"cell"%', 'an array');
SELECT refuses($$SELECT rn_tune('SELECT day, v FROM one', '{"units": []}')$$, '22023', 'option "units" has no value to try', '%', 'no value');
SELECT refuses($$SELECT rn_tune('SELECT day, v FROM one', '{"horizon": [3, 4]}')$$, '22023', 'option "horizon" must be the same in all trials', '%"options"%', 'another horizon');
SELECT refuses($$SELECT rn_tune('SELECT day, v FROM one', '{"missing": "zero"}')$$, '22023', 'option "missing" must be the same in all trials', '%', 'other rows');
SELECT refuses($$SELECT rn_tune('SELECT day, v FROM one', '{"unit": [3]}')$$, '22023', 'unrecognized option "unit"', '%"units"%', 'an option that is none');
SELECT refuses($$SELECT rn_tune('SELECT day, v FROM one', '{"units": [3, "x"]}')$$, '22023', '%', '%', 'a value that is none, before anything is trained');
SELECT refuses($$SELECT rn_tune('SELECT day, v FROM one', '{"cell": [3]}')$$, '22023', 'cell 3 of the space is not a string', '%', 'a cell that is no name');
SELECT refuses($$SELECT rn_tune('SELECT day, v FROM one', '{"cell": ["grue"]}')$$, '22023', 'unrecognized cell "grue"', '%', 'a cell that is none');
SELECT refuses($$SELECT rn_tune('SELECT day, v FROM one', '{"seed": [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16], "units": [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16], "window": [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16], "epochs": [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16], "batch_size": [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16], "patience": [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16], "season": [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16], "ensemble": [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]}')$$,
	'54000', 'space has more than 4294967295 combinations', '%', 'too many combinations to count');
SELECT refuses($$SELECT rn_tune('SELECT day, v FROM one', trials => 0)$$, '22023', 'trials is out of range: 0', '%', 'no trial');
SELECT refuses($$SELECT rn_tune('SELECT day, v FROM one LIMIT 3', options => '{"horizon": 3}')$$, '21000', '%', '%', 'too few rows');

SELECT finish();
ROLLBACK;
