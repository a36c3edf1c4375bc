--
-- Backtests: which rows are forecast from which, that nothing later leaks into
-- a fold, and that a fold is what rn_train and rn_forecast make of its rows.
--
\set QUIET 1
\set ON_ERROR_STOP 1
BEGIN;
SELECT no_plan();
\ir refuses.psql

\set o '{"recipe": "plain", "units": 3, "epochs": 2, "window": 5, "horizon": 3, "validation_split": 0.2, "season": 7}'
CREATE FUNCTION o(more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
	SELECT '{"recipe": "plain", "units": 3, "epochs": 2, "window": 5, "horizon": 3, "validation_split": 0.2, "season": 7}'::jsonb || more
$$;
CREATE TABLE one AS
SELECT i, date '2024-01-01' + i AS day, (10 + i % 7 + hashint4(i) % 100 / 100.0)::float8 AS v FROM generate_series(0, 59) i;
CREATE TABLE many AS	-- of different lengths, and ends
SELECT store, i, date '2024-01-01' + i AS day, store * v AS v FROM generate_series(1, 3) store, one WHERE i >= 20 * (store - 1) AND i < 60 - (store - 1);
-- what one is beside each row of a backtest
CREATE FUNCTION at(n int) RETURNS float8 LANGUAGE sql AS $$ SELECT v FROM one WHERE i = n $$;

---------------------------------------------------------------------------
-- which rows
---------------------------------------------------------------------------
SELECT results_eq($$SELECT fold, series, step, ts::date, t, actual FROM rn_backtest('gru', 'SELECT day, v FROM one', o())$$,
	$$SELECT f, NULL::jsonb, h, date '2024-01-01' + i, NULL::bigint, at(i) FROM generate_series(1, 5) f, generate_series(1, 3) h, LATERAL (SELECT 60 - 3 * (6 - f) + h - 1) x (i) ORDER BY f, h$$,
	'five folds, one behind the other, up to the last row');
SELECT results_eq($$SELECT fold, step, ts, t, actual FROM rn_backtest('gru', 'SELECT i, v FROM one', o(), folds => 2, horizon => 4, step => 10)$$,
	$$SELECT f, h, NULL::timestamptz, i::bigint, at(i) FROM generate_series(1, 2) f, generate_series(1, 4) h, LATERAL (SELECT 56 - 10 * (2 - f) + h - 1) x (i) ORDER BY f, h$$,
	'a longer horizon, and a step of its own; integers');
SELECT results_eq($$SELECT fold, step, t, actual, naive, seasonal_naive FROM rn_backtest('gru', 'SELECT i, v FROM one', o(), folds => 3, step => 1, gap => 2)$$,
	$$SELECT f, h + 2, i + h + 1::bigint, at(i + h + 1), at(i - 1), at(i - 7 + h + 1) FROM generate_series(1, 3) f, generate_series(1, 3) h, LATERAL (SELECT 52 + f) x (i) ORDER BY f, h$$,
	'a gap is not forecast, nor seen; folds overlap; the naive forecasts');
SELECT results_eq($$SELECT step, naive, seasonal_naive FROM rn_backtest('gru', 'SELECT i, v FROM one', o(), folds => 1, horizon => 9)$$,
	$$SELECT h, at(50), at(44 + (h - 1) % 7) FROM generate_series(1, 9) h$$, 'further than a season');
SELECT results_eq($$SELECT DISTINCT round(mase_scale::numeric, 9) FROM rn_backtest('gru', 'SELECT i, v FROM one', o(), folds => 1, gap => 2)$$,
	$$SELECT round(rn_mase_scale(i, v, 7)::numeric, 9) FROM one WHERE i < 55$$, 'the scale is that of the rows trained on');
SELECT results_eq($$SELECT DISTINCT round(mase_scale::numeric, 9) FROM rn_backtest('gru', 'SELECT i, v FROM one', o(), folds => 3, expanding => false) WHERE fold = 3$$,
	$$SELECT round(rn_mase_scale(i, v, 7)::numeric, 9) FROM one WHERE i BETWEEN 6 AND 56$$, 'or as many as the first fold has');
SELECT is((SELECT array_agg(DISTINCT mase_scale) FROM rn_backtest('gru', 'SELECT i, 3.0 AS v FROM one', o(), folds => 2)), ARRAY[NULL::float8],
	'none of a series that does not change');
SELECT results_eq($$SELECT * FROM rn_backtest('gru', 'SELECT day, v FROM one', o())$$,
	$$SELECT * FROM rn_backtest('gru', 'SELECT day, v FROM one ORDER BY random()', o(), NULL, NULL, NULL, NULL, NULL, NULL)$$, 'the same again, and with nulls for what is usual');
SELECT is((SELECT max(step) FROM rn_backtest('gru', 'SELECT day, v FROM one', o('{"recipe": "auto", "ensemble": 1, "epochs": 1}') - 'horizon' - 'window' - 'season', folds => 1)), 7,
	'the horizon that the recipe chooses');
SELECT is((SELECT max(step) FROM rn_backtest('gru', 'SELECT day, v FROM one', o() - 'horizon', folds => 1)), 1, 'and of recipe plain');
SELECT is((SELECT max(step) FROM rn_backtest('gru', 'SELECT day, v FROM one WHERE i <> 30', '{"ensemble": 1, "epochs": 1, "transform": "log", "missing": "locf"}', folds => 1)), 7, 'where rows are missing, too');
SELECT results_eq($$SELECT actual, ts::date FROM rn_backtest('gru', 'SELECT i, day, v FROM one', o(), folds => 1, "time" => 'day', target => 'i', covariates => 'v known')$$,
	$$SELECT i::float8, day FROM one WHERE i > 56 ORDER BY i$$, 'the columns that are named');
SELECT ok(bool_and(w.lower <= n.lower AND w.upper >= n.upper AND n.lower <= n.forecast AND n.upper >= n.forecast AND n.forecast = w.forecast) AND sum(w.upper - w.lower) > sum(n.upper - n.lower),
	'intervals of the level asked for')
FROM rn_backtest('gru', 'SELECT i, v FROM one', o(), folds => 2, level => 0.3) n JOIN rn_backtest('gru', 'SELECT i, v FROM one', o(), folds => 2, level => 0.99) w USING (fold, step);
SELECT ok(bool_and(lower IS NULL AND upper IS NULL AND forecast IS NOT NULL), 'none where nothing was held out')
FROM rn_backtest('gru', 'SELECT i, v FROM one', o('{"validation_split": 0}'), folds => 2);

---------------------------------------------------------------------------
-- a fold is what training and forecasting make of its rows
---------------------------------------------------------------------------
CREATE FUNCTION again(query text, cut text, opts jsonb, steps int, series text DEFAULT NULL, covariates text DEFAULT NULL, future text DEFAULT NULL)
RETURNS TABLE (series jsonb, step int, ts timestamptz, t bigint, forecast float8, lower float8, upper float8) LANGUAGE sql AS $$
	SELECT f.* FROM rn_forecast(rn_train('gru', format('SELECT * FROM (%s) q WHERE %s', query, cut), opts, series => again.series, covariates => again.covariates),
		steps, future => again.future) f
$$;
CREATE FUNCTION made(fold int, query text, opts jsonb, horizon int, gap int DEFAULT 0, series text DEFAULT NULL, covariates text DEFAULT NULL, expanding boolean DEFAULT true)
RETURNS TABLE (series jsonb, step int, ts timestamptz, t bigint, forecast float8, lower float8, upper float8) LANGUAGE sql AS $$
	SELECT b.series, step, ts, t, forecast, lower, upper FROM rn_backtest('gru', query, opts, 2, made.horizon, gap => made.gap, series => made.series,
		covariates => made.covariates, expanding => made.expanding) b WHERE b.fold = made.fold
$$;
SELECT results_eq($$SELECT * FROM made(2, 'SELECT day, v FROM one', o(), 3)$$, $$SELECT * FROM again('SELECT day, v FROM one', 'day < ''2024-02-27''', o(), 3)$$, 'the last fold');
SELECT results_eq($$SELECT * FROM made(1, 'SELECT day, v FROM one', o(), 3)$$, $$SELECT * FROM again('SELECT day, v FROM one', 'day < ''2024-02-24''', o(), 3)$$, 'the fold before');
SELECT results_eq($$SELECT * FROM made(2, 'SELECT i, v FROM one', o(), 3, 4)$$, $$SELECT * FROM again('SELECT i, v FROM one', 'i < 53', o(), 7) WHERE step > 4$$, 'with a gap');
SELECT results_eq($$SELECT * FROM made(2, 'SELECT i, v FROM one', o(), 3, expanding => false)$$, $$SELECT * FROM again('SELECT i, v FROM one', 'i BETWEEN 3 AND 56', o(), 3)$$, 'not expanding');
SELECT results_eq($$SELECT * FROM made(2, 'SELECT i, v FROM one', o('{"recipe": "auto", "ensemble": 2, "epochs": 2}') - 'horizon', 5)$$,
	$$SELECT * FROM again('SELECT i, v FROM one', 'i < 55', o('{"recipe": "auto", "ensemble": 2, "epochs": 2}') - 'horizon', 5)$$, 'of recipe auto');
SELECT results_eq($$SELECT * FROM made(2, 'SELECT i, v FROM one', o('{"train_rows": 40}'), 3)$$, $$SELECT * FROM again('SELECT i, v FROM one', 'i < 57', o('{"train_rows": 40}'), 3)$$, 'train_rows');
SELECT results_eq($$SELECT series, step, t, forecast, lower, upper FROM made(1, 'SELECT store, i, v FROM many', o(), 3, series => 'store')$$,
	$$SELECT series, step, t, forecast, lower, upper FROM again('SELECT store, i, v FROM many', 'i < 60 - (store - 1) - 6', o(), 3, series => 'store')$$, 'many series, each with its own end');
SELECT results_eq($$SELECT * FROM made(1, 'SELECT day::timestamptz AS ts, v FROM one', o(), 3)$$, $$SELECT * FROM again('SELECT day::timestamptz AS ts, v FROM one', 'ts < ''2024-02-24''', o(), 3)$$, 'instants');
CREATE TABLE monthly AS SELECT (date '2020-03-01' + i * interval '1 month' - interval '1 day')::date AS month, v FROM one WHERE i <= 40;
SELECT results_eq($$SELECT ts::date FROM rn_backtest('gru', 'SELECT * FROM monthly', o(), folds => 3, expanding => false)$$,
	$$SELECT month FROM monthly ORDER BY month OFFSET 32$$, 'months that end where months end');

-- covariates: those known ahead are those of the steps, and nothing behind them
CREATE TABLE told AS
SELECT i, day, v + 5 * p AS v, p, w, s FROM one, LATERAL (SELECT (hashint4(i * 3) & 1)::float8 AS p, (hashint4(i * 5) & 3)::float8 AS w, 4.0 AS s) x;
SELECT results_eq($$SELECT * FROM made(1, 'SELECT day, v, i AS p, s FROM told', o(), 4, 1, covariates => 'p known, s static')$$,
	$$SELECT * FROM again('SELECT day, v, i AS p, s FROM told', 'day < ''2024-02-21''', o(), 5, covariates => 'p known, s static', future => 'SELECT day, i AS p FROM told WHERE day < ''2024-02-26''') WHERE step > 1$$, 'covariates known ahead');
SELECT results_eq($$SELECT * FROM made(2, 'SELECT day, v, p, w FROM told', o(), 3, covariates => 'p known, w')$$,
	$$SELECT * FROM again('SELECT day, v, p, w FROM told', 'day < ''2024-02-27''', o(), 3, covariates => 'p known, w', future => 'SELECT day, p FROM told')$$, 'and of the past');
SELECT isnt((SELECT array_agg(forecast) FROM made(2, 'SELECT day, v, p FROM told', o(), 3, covariates => 'p known')),
	(SELECT array_agg(forecast) FROM made(2, 'SELECT day, v, CASE WHEN i < 57 THEN p ELSE 1 - p END AS p FROM told', o(), 3, covariates => 'p known')), 'the steps'' own matter');
SELECT results_eq($$SELECT * FROM made(2, 'SELECT day, v FROM one', o('{"calendar_features": ["month", "day_of_week"], "holidays": "SELECT day FROM one WHERE i % 9 = 0"}'), 3)$$,
	$$SELECT * FROM again('SELECT day, v FROM one', 'day < ''2024-02-27''', o('{"calendar_features": ["month", "day_of_week"], "holidays": "SELECT day FROM one WHERE i % 9 = 0"}'), 3)$$, 'the calendar');
CREATE TABLE hourly AS SELECT timestamptz '2024-03-28 23:00+00' + i * interval '1 hour' AS ts, v FROM one;
SET LOCAL TimeZone = 'Europe/Berlin';
SELECT results_eq($$SELECT * FROM made(2, 'SELECT * FROM hourly', o('{"calendar_features": ["hour"]}'), 3)$$,
	$$SELECT * FROM again('SELECT * FROM hourly', 'ts < ''2024-03-31 08:00+00''', o('{"calendar_features": ["hour"]}'), 3)$$, 'hours by the wall clock');
RESET TimeZone;

---------------------------------------------------------------------------
-- nothing leaks: whatever happens behind fold 2, folds 1 and 2 are the same
---------------------------------------------------------------------------
SET LOCAL client_min_messages = error;	-- of the third series
CREATE FUNCTION leaks(sound text, changed text, opts jsonb, what text, series text DEFAULT NULL, covariates text DEFAULT NULL, expanding boolean DEFAULT true) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	early text[];
	late text[];
	query text;
	e text;
	l text;
BEGIN
	FOREACH query IN ARRAY ARRAY[sound, changed] LOOP
		SELECT string_agg(b::text, ' ' ORDER BY b.series, fold, step) FILTER (WHERE fold <= 2), string_agg(b::text, ' ' ORDER BY b.series, fold, step) FILTER (WHERE fold > 2) INTO e, l
		FROM rn_backtest('gru', query, opts, 4, 3, series => leaks.series, covariates => leaks.covariates, expanding => leaks.expanding) b;
		early := early || e;
		late := late || l;
	END LOOP;
	RETURN NEXT is(early[1], early[2], what);
	RETURN NEXT isnt(late[1], late[2], what || ': later folds differ');
END $$;
\set changed 'SELECT i, CASE WHEN i < 54 THEN v ELSE 1000 - v END AS v FROM one'
SELECT leaks('SELECT i, v FROM one', :'changed', o(), 'recipe plain');
SELECT leaks('SELECT i, v FROM one', :'changed', o(), 'not expanding', expanding => false);
SELECT leaks('SELECT i, v FROM one', :'changed', o('{"scaler": "robust", "validation_split": 0}'), 'another scaler');
SELECT leaks('SELECT i, v FROM one', :'changed', o('{"recipe": "auto", "ensemble": 2, "epochs": 2}') - 'horizon' - 'window', 'recipe auto');
SELECT leaks('SELECT i, v FROM one', 'SELECT i, CASE WHEN i < 54 THEN v ELSE -v END AS v FROM one', o('{"recipe": "auto", "ensemble": 2, "epochs": 2}'), 'and a value that has no logarithm');
SELECT leaks('SELECT store, i, v FROM many', 'SELECT store, i, CASE WHEN i < 55 - store THEN v ELSE v * 9 END AS v FROM many', o(), 'many series', 'store');
SELECT leaks('SELECT i, v, w FROM told', 'SELECT i, v, CASE WHEN i < 54 THEN w ELSE 99 END AS w FROM told', o(), 'a covariate of the past', covariates => 'w');
SELECT leaks('SELECT i, v, p FROM told', 'SELECT i, v, CASE WHEN i < 54 THEN p ELSE 99 END AS p FROM told', o(), 'one known ahead', covariates => 'p known');
-- what is missing just before fold 2 (row 51) is made up from what is before it
SELECT leaks(format('SELECT i, v FROM one WHERE %s', w), format('SELECT i, CASE WHEN i < 54 THEN v ELSE 1000 - v END AS v FROM one WHERE %s', w), o(jsonb_build_object('missing', missing)), format('missing %s where %s', missing, w))
FROM unnest('{interpolate,locf,zero,mask}'::text[]) missing, unnest('{"i NOT BETWEEN 49 AND 53","i NOT IN (20, 47)"}'::text[]) w;
SELECT leaks('SELECT i, v, CASE WHEN i NOT BETWEEN 48 AND 55 THEN w END AS w FROM told', 'SELECT i, v, CASE WHEN i > 55 THEN 99 WHEN i < 48 THEN w END AS w FROM told', o('{"missing": "interpolate"}'), 'covariates made up', covariates => 'w');
SELECT leaks('SELECT day, v FROM one', 'SELECT day, v FROM one UNION ALL SELECT day, 7 FROM one WHERE i > 53', o('{"frequency": "1 day", "duplicates": "sum"}'), 'rows combined');

RESET client_min_messages;

-- and gaps are as in training
SELECT results_eq($$SELECT * FROM made(2, 'SELECT i, v FROM one WHERE i NOT IN (30, 31, 55, 56)', o('{"missing": "interpolate"}'), 3)$$,
	$$SELECT * FROM (SELECT series, step - 2, ts, t, forecast, lower, upper FROM again('SELECT i, v FROM one', 'i < 55 AND i NOT IN (30, 31)', o('{"missing": "interpolate"}'), 5)) x (series, step) WHERE step > 0$$,
	'a fold that begins in a gap: from the last value there is');
SELECT results_eq($$SELECT t, actual FROM rn_backtest('gru', 'SELECT i, v FROM one WHERE i NOT IN (30, 58)', o('{"missing": "locf"}'), 1)$$,
	$$SELECT i::bigint, CASE WHEN i <> 58 THEN v END FROM one WHERE i > 56 ORDER BY i$$, 'what is made up did not happen');
SELECT results_eq($$SELECT t, actual FROM rn_backtest('gru', 'SELECT i, v FROM one WHERE i NOT IN (30, 58)', o('{"missing": "zero"}'), 1)$$,
	$$SELECT i::bigint, CASE WHEN i <> 58 THEN v ELSE 0 END FROM one WHERE i > 56 ORDER BY i$$, 'unless it is zero');

---------------------------------------------------------------------------
-- measures
---------------------------------------------------------------------------
CREATE TABLE result AS SELECT * FROM rn_backtest('gru', 'SELECT store, i, v FROM many', o('{"epochs": 30}'), 3, series => 'store');
SELECT is((SELECT count(*) FROM (SELECT series, rn_mae(actual, forecast), rn_mase(actual, forecast, mase_scale) FROM result GROUP BY series HAVING rn_mase(actual, forecast, mase_scale) > 0) x),
	3::bigint, 'by series');
SELECT results_eq($$SELECT mae, rmse, smape, mase, coverage FROM rn_backtest_summary('gru', 'SELECT store, i, v FROM many', o('{"epochs": 30}'), 3, series => 'store')$$,
	$$SELECT rn_mae(actual, forecast), rn_rmse(actual, forecast), rn_smape(actual, forecast), rn_mase(actual, forecast, mase_scale), rn_coverage(actual, lower, upper) FROM result
	UNION ALL SELECT rn_mae(actual, naive), rn_rmse(actual, naive), rn_smape(actual, naive), rn_mase(actual, naive, mase_scale), NULL FROM result
	UNION ALL SELECT rn_mae(actual, seasonal_naive), rn_rmse(actual, seasonal_naive), rn_smape(actual, seasonal_naive), rn_mase(actual, seasonal_naive, mase_scale), NULL FROM result$$,
	'the summary');
SELECT results_eq($$SELECT method FROM rn_backtest_summary('gru', 'SELECT i, v FROM one', o(), folds => 1)$$, ARRAY['model', 'naive', 'seasonal_naive'], 'its methods');
SELECT results_eq($$SELECT round(mae::numeric, 9) FROM rn_backtest_summary('gru', 'SELECT 0 AS x, i AS known, day, v, p FROM told', o(), 2, 4, 3, 1, false, 0.8, 'x', 'p known, known known', 'day', 'v') WHERE method = 'model'$$,
	$$SELECT round(rn_mae(actual, forecast)::numeric, 9) FROM rn_backtest('gru', 'SELECT 0 AS x, i AS known, day, v, p FROM told', o(), 2, 4, 3, 1, false, 0.8, 'x', 'p known, known known', 'day', 'v')$$, 'every argument reaches it');
CREATE SCHEMA elsewhere;
CREATE FUNCTION elsewhere.rn_mae(float8, float8) RETURNS float8 LANGUAGE sql AS 'SELECT -1.0::float8';
CREATE FUNCTION elsewhere.rn_backtest(text, text, jsonb, int, int, int, int, boolean, float8, text, text, text, text) RETURNS SETOF public.result LANGUAGE sql AS 'TABLE public.result';
SET LOCAL search_path = elsewhere, public, pg_catalog;
SELECT ok(min(mae) > 0, 'whatever the search_path') FROM rn_backtest_summary('gru', 'SELECT i, v FROM one', o(), 1);
RESET search_path;

---------------------------------------------------------------------------
-- series, and folds, of too few rows
---------------------------------------------------------------------------
SET LOCAL client_min_messages = error;
SELECT results_eq($$SELECT (series ->> 'store')::int, array_agg(DISTINCT fold ORDER BY fold) FROM rn_backtest('gru', 'SELECT store, i, v FROM many', o(), 7, step => 4, series => 'store') GROUP BY 1 ORDER BY 1$$,
	$$VALUES (1, '{1,2,3,4,5,6,7}'::int[]), (2, '{1,2,3,4,5,6,7}'), (3, '{6,7}')$$, 'left out of the folds that it is too short for');
SELECT results_eq($$SELECT DISTINCT fold FROM rn_backtest('gru', 'SELECT i, v FROM one LIMIT 20', o('{"validation_split": 0}'), 9) ORDER BY 1$$, $$VALUES (6), (7), (8), (9)$$, 'so is the only series');
SELECT results_eq($$SELECT DISTINCT fold FROM rn_backtest('gru', 'SELECT i, v FROM one LIMIT 20', o(), 9) ORDER BY 1$$, $$VALUES (8), (9)$$, 'of folds in which nothing can be held out, too');
SELECT results_eq($$SELECT DISTINCT (series ->> 'store')::int FROM rn_backtest('gru', 'SELECT store, i, v FROM many WHERE (store, i) <> (2, 30)', o(), 2, series => 'store') ORDER BY 1$$,
	$$VALUES (1), (3)$$, 'a series that is no good is left out of all');
RESET client_min_messages;
SELECT refuses($$SELECT rn_backtest('gru', 'SELECT i, v FROM one LIMIT 20', o('{"on_error": "fail"}'), 9)$$, '21000', '20 rows are too few for fold 1 of 9', '%no value before its steps%at least 35 rows%fewer folds%', 'on_error fail');
SELECT is((SELECT max(fold) FROM rn_backtest('gru', 'SELECT i, v FROM one LIMIT 35', o('{"on_error": "fail", "validation_split": 0}'), 9)), 9, 'as many rows as it said are enough');
SELECT refuses($$SELECT rn_backtest('gru', 'SELECT i, v FROM one LIMIT 34', o('{"on_error": "fail", "validation_split": 0}'), 9)$$, '21000', '7 rows are too few to train on%', '%', 'and one fewer is not');
SELECT refuses($$SELECT rn_backtest('gru', 'SELECT i, v FROM one LIMIT 12', o('{"on_error": "fail"}'), 3)$$, '21000', '3 rows are too few to train on, at least 8 are needed', '%window of 5 steps%', 'on_error fail, by the window');
SELECT refuses($$SELECT rn_backtest('gru', 'SELECT i, v FROM one LIMIT 10', o(), 3)$$, '21000', 'there are too few rows for any fold of the backtest', '%first is fold 1: 1 row is too few to train on%fewer folds%', 'no fold');
SELECT refuses($$SELECT rn_backtest('gru', 'SELECT store, i, v FROM many WHERE i > 50', o(), 3, series => 'store')$$, '21000', 'there are too few rows for any fold%', '%first is fold 1 of {"store": 1}: 9 rows%', 'nor of many series');
DO $$
DECLARE
	context text;
BEGIN
	PERFORM rn_backtest('gru', 'SELECT store, i, v FROM many', '{"recipe": "plain", "units": 3, "epochs": 1, "window": 5, "horizon": 3, "on_error": "fail"}', 7, step => 4, series => 'store');
EXCEPTION WHEN cardinality_violation THEN
	GET STACKED DIAGNOSTICS context = PG_EXCEPTION_CONTEXT;
	PERFORM set_config('test.context', context, true);
END $$;
SELECT alike(current_setting('test.context'), 'series {"store": 3}%fold 1%', 'the error says which series and fold');

---------------------------------------------------------------------------
-- refusals
---------------------------------------------------------------------------
SELECT refuses(format('SELECT rn_backtest(''gru'', ''SELECT i, v FROM one'', o(), %s)', bad), '22023', message, advice, bad)
FROM (VALUES ('folds => 0', 'folds is out of range: 0', '%1 to 10000%'), ('folds => 10001', 'folds is out of range: 10001', '%1 to 10000%'), ('horizon => 0', 'horizon is out of range: 0', '%1 to 100000%'),
	('horizon => 100001', 'horizon is out of range%', '%1 to 100000%'), ('step => 0', 'step is out of range: 0', '%1 to 2147483647%'), ('step => -1', 'step is out of range: -1', '%'),
	('gap => -1', 'gap is out of range: -1', '%0 to 100000%'), ('level => 1', 'level is out of range: 1', '%above 0 and below 1%'),
	('gap => 99998', 'a gap of 99998 and 3 steps are more than the 100000%', '%fewer steps%')) b (bad, message, advice);
SELECT refuses($$SELECT rn_backtest('gru', 'SELECT i, v, w FROM told', o(), covariates => 'w', horizon => 4)$$, '22023', 'a gap of 0 and 4 steps are more than the 3 that the model can forecast', '%future is not known%longer horizon%', 'further than covariates of the past');
SELECT refuses($$SELECT rn_backtest('gru', 'SELECT i, v, w FROM told', o(), covariates => 'w', gap => 1)$$, '22023', 'a gap of 1 and 3 steps%', '%', 'with a gap');
SELECT refuses($$SELECT rn_backtest(NULL, 'SELECT i, v FROM one')$$, '22004', '%"cell"%', '%', 'no cell');
SELECT refuses($$SELECT rn_backtest('gru', NULL)$$, '22004', '%"query"%', '%', 'no query');
SELECT refuses($$SELECT rn_backtest('grue', 'SELECT i, v FROM one')$$, '22023', '%grue%', '%gru%', 'an unknown cell');
SELECT refuses($$SELECT rn_backtest('gru', 'SELECT i, v FROM one', '{"unit": 3}')$$, '22023', '%unit%', '%units%', 'an unknown option');
SELECT refuses($$SELECT rn_backtest('gru', 'SELECT i, v FROM one WHERE false', o())$$, '21000', 'query returns no rows', '%', 'no rows');
SELECT refuses($$SELECT rn_backtest('gru', 'SELECT i, v FROM one WHERE i <> 30', o())$$, '22000', 'irregular time step%', '%', 'a gap in the only series');
SELECT refuses($$SELECT rn_backtest('gru', 'SELECT i, v, day FROM one', o(), "time" => 'j')$$, '42703', '%"j"%', '%', 'an unknown column');
SELECT refuses($$SELECT rn_backtest('gru', 'SELECT i, v FROM one', o(), target => 'w')$$, '42703', '%"w"%', '%', 'an unknown target');
SELECT refuses($$SELECT rn_backtest('gru', 'DELETE FROM one', o())$$, '42601', '%', '%', 'no SELECT');
SELECT refuses($$SELECT rn_backtest('gru', 'SELECT i, v FROM one', o('{"epochs": 3, "learning_rate": 1e30, "optimizer": "sgd"}'))$$, '22P01', '%', '%', 'a training that diverges');
SET LOCAL recurnet.max_memory = '1MB';
SELECT refuses($$SELECT rn_backtest('lstm', 'SELECT i, v FROM one', o('{"units": 256}'))$$, '54000', 'training needs%', '%recurnet.max_memory%', 'more memory than allowed');
SELECT refuses($$SELECT rn_backtest('gru', 'SELECT i, i % 9 AS v FROM generate_series(1, 60000) i', o('{"missing": "locf"}'), target => 'v', "time" => 'i')$$, '54000', '%needs%', '%recurnet.max_memory%', 'rows cut off count, too');
RESET recurnet.max_memory;
SELECT set_config('test.context', '', true) AS emptied \gset
SET LOCAL statement_timeout = '300ms';
DO $$
BEGIN
	PERFORM rn_backtest('gru', 'SELECT i, v FROM one', o('{"epochs": 1000000}'));
EXCEPTION WHEN query_canceled THEN
	PERFORM set_config('test.context', 'cancelled', true);
END $$;
RESET statement_timeout;
SELECT is(current_setting('test.context'), 'cancelled', 'a cancel takes effect');

---------------------------------------------------------------------------
-- of a model
---------------------------------------------------------------------------
CREATE TABLE stored AS SELECT (SELECT count(*) FROM recurnet.model) AS models, (SELECT count(*) FROM recurnet.version) AS versions;
SELECT count(*) AS made FROM rn_backtest('gru', 'SELECT i, v FROM one', o()) \gset
SELECT results_eq('SELECT (SELECT count(*) FROM recurnet.model), (SELECT count(*) FROM recurnet.version)', 'TABLE stored', 'nothing is stored');
SELECT is((SELECT concat((SELECT count(*) FROM rn_backtest('gru', 'SELECT i, v FROM one', o())), ' ', (SELECT count(*) FROM pg_backend_memory_contexts WHERE name LIKE 'recurnet%' AND name NOT IN ('recurnet cached model', 'recurnet models')))),
	'15 0', 'no memory is kept while the query goes on');
SELECT is((SELECT count(*) FROM pg_backend_memory_contexts WHERE name LIKE 'recurnet%' AND name NOT IN ('recurnet cached model', 'recurnet models')), 0::bigint, 'nor after errors');

SELECT rn_train('gru', 'SELECT store, i, day, v FROM many', o(), 'kept', series => 'store', covariates => 'i known', "time" => 'day', target => 'v') AS kept \gset
SELECT results_eq($$SELECT * FROM rn_backtest_model('kept', 3, 4, 2, 1, false, 0.7)$$,
	$$SELECT * FROM rn_backtest('gru', 'SELECT store, i, day, v FROM many', o(), 3, 4, 2, 1, false, 0.7, 'store', 'i known', 'day', 'v')$$, 'a model by its name');
SELECT results_eq(format('SELECT * FROM rn_backtest_model(%s, 2)', :kept), $$SELECT * FROM rn_backtest_model('kept', folds => 2)$$, 'and by its id');
SELECT results_eq(format('SELECT * FROM rn_backtest_model(''%s'', 2)', :kept), $$SELECT * FROM rn_backtest_model('kept', folds => 2)$$, 'which may be text');
UPDATE many SET v = v + 1 WHERE i > 57;
SELECT results_eq($$SELECT count(*) FROM rn_backtest_model('kept', 1, 1) b JOIN many m ON m.v = b.actual AND m.i > 56$$, 'VALUES (3::bigint)', 'on the rows as they are now');
SELECT is((SELECT max(version) FROM rn_models WHERE name = 'kept'), 1, 'it stays as it was');
SELECT refuses($$SELECT rn_backtest_model('nobody')$$, '42704', '%"nobody"%', '%', 'an unknown model');
SELECT refuses($$SELECT rn_backtest_model(NULL::text)$$, '22004', '%"model"%', '%', 'no model');
SELECT refuses($$SELECT rn_backtest_model('kept', 0)$$, '22023', 'folds is out of range: 0', '%', 'no fold');
SELECT rn_train('gru', 'SELECT i AS ts_, day, v FROM one', o(), 'typed', "time" => 'day', target => 'v', covariates => 'ts_ known') > 0 AS trained \gset
ALTER TABLE one ALTER day TYPE timestamptz;
SELECT refuses($$SELECT rn_backtest_model('typed')$$, '42804', '%timestamp with time zone%', '%', 'times of another type now');

CREATE ROLE regress_recurnet_ann;
CREATE ROLE regress_recurnet_bob;
GRANT regress_recurnet_ann TO regress_recurnet_bob;
GRANT SELECT ON one TO regress_recurnet_ann, regress_recurnet_bob;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO PUBLIC;
SET LOCAL ROLE regress_recurnet_ann;
SELECT rn_train('gru', 'SELECT i, v FROM one', o(), 'ann') > 0 AS trained \gset
SELECT is(count(*), 6::bigint, 'the owner may') FROM rn_backtest_model('ann', 2);
SET LOCAL ROLE regress_recurnet_bob;
SELECT is(count(*), 2::bigint, 'a member of it may use the model') FROM rn_forecast('ann', 2);
SELECT refuses($$SELECT rn_backtest_model('ann', 2)$$, '55000', 'cannot run another role''s query in a session with temporary objects', '%DISCARD TEMP%', 'but not its query beside pgTAP''s temporary tables');
SELECT refuses($$SELECT rn_backtest_model('kept', 2)$$, '42704', '%"kept"%', '%', 'nor see the models of others');
RESET ROLE;
SELECT refuses($$SELECT rn_backtest_model('ann', 2)$$, '55000', '%', '%', 'nor may a superuser');
SET LOCAL transaction_read_only = on;
SELECT is(count(*), 15::bigint, 'nothing is written') FROM rn_backtest('gru', 'SELECT i, v FROM one', o());

SELECT * FROM finish();
ROLLBACK;
