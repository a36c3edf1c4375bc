--
-- Recipe auto: series taken apart, its options, and series that are hard to take apart.
--
\set QUIET 1
\set ON_ERROR_STOP 1
\ir enter.psql
SELECT no_plan();
\ir refuses.psql
SET client_min_messages = error;

CREATE TABLE sale AS SELECT date '2015-01-01' + i * interval '1 month' AS month, 100 * (1 + i / 60.0) * (1 + 0.4 * sin(2 * pi() * i / 12)) + (hashint4(i) & 7) AS amount
FROM generate_series(0, 83) i;
\set quick '''{"units": 8, "ensemble": 2}'''

-- ---- what it does, and says of it ----

SELECT rn_train('auto', 'SELECT month, amount FROM sale', :quick, name => 'sale') AS id \gset
SELECT is(string_agg(item || ' ' || value, ', '), 'transform logarithm, season 12, window 36, sequence 12 windows, each 1 step after the last, rows looked at 120, networks 2', 'what was chosen: its season grows with its level')
FROM rn_summary('sale') WHERE section = 'method' AND item NOT LIKE 'share%';
SELECT is((SELECT value FROM rn_summary(rn_train('auto', 'SELECT month, amount FROM sale', :quick::jsonb || '{"transform": "both"}')) WHERE item = 'networks'), '2, 1 of them without logarithms', 'both kinds');
SELECT is(sum(rtrim(value, ' %')::int), 100::bigint, 'shares add up') FROM rn_summary('sale') WHERE item LIKE 'share of %';
SELECT alike((SELECT value FROM rn_summary('sale') WHERE item = 'total'), '2 networks of % parameters', 'an ensemble');
SELECT ok((metrics ->> 'validation_mase')::float8 < (metrics ->> 'naive_mase')::float8, 'better than the seasonal naive forecast on rows held out') FROM rn_models WHERE name = 'sale';
SELECT ok(count(*) = 24 AND bool_and(lower < forecast AND forecast < upper AND abs(ln(upper / forecast) + ln(lower / forecast)) < 1e-9), 'intervals reach as far up as down, as logarithms')
FROM rn_forecast('sale', 24);
SELECT is(count(*) FILTER (WHERE narrower), 0::bigint, 'never narrower further ahead')
FROM (SELECT upper / lower < lag(upper / lower) OVER (ORDER BY step) - 1e-9 AS narrower FROM rn_forecast('sale', 24)) f;
SELECT results_eq($$SELECT * FROM rn_forecast('sale', 20)$$, $$SELECT * FROM rn_forecast('sale', 20, history => 'source')$$, 'from the rows kept, as from the query');
SELECT results_eq($$SELECT forecast FROM rn_forecast('sale', 1, history => 'SELECT month, amount FROM sale WHERE month < ''2020-05-01''')$$,
	$$SELECT predicted FROM rn_predict('sale', 'SELECT month, amount FROM sale') WHERE ts = '2020-05-01'$$, 'one step ahead is a forecast');
SELECT ok(bool_and(abs(a.forecast * 1000 / b.forecast - 1) < 1e-4), 'the unit of the values does not matter')
FROM rn_forecast('sale', 12) a JOIN rn_forecast(rn_train('auto', 'SELECT month, amount * 1000 AS amount FROM sale', :quick), 12) b USING (step);
SELECT ok(count(*) = 3, 'a history of one row') FROM rn_forecast('sale', 3, history => 'SELECT month, amount FROM sale LIMIT 1');

-- ---- options ----

SELECT rn_train('auto', 'SELECT month, amount FROM sale', :quick::jsonb || '{"classical": false}', name => 'alone') > 0 AS trained \gset
SELECT is(value, '100 %', 'networks alone') FROM rn_summary('alone') WHERE item = 'share of the networks';
SELECT rn_train('auto', 'SELECT i % 3 AS id, month, amount * (1 + i % 3) AS amount FROM sale, generate_series(0, 2) i', :quick::jsonb || '{"smoothing": "learnt", "epochs": 2}', name => 'learnt', series => 'id') > 0 AS trained \gset
SELECT matches(value, '^learnt with the networks, the logit of alpha [+-]0[.]\d\d in the mean$', 'levels that learnt') FROM rn_summary('learnt') WHERE item = 'smoothing' AND section = 'method';
SELECT is(options ->> 'smoothing', 'learnt', 'it is among the options used') FROM rn_models WHERE name = 'learnt';
SELECT is(count(*), 0::bigint, 'else there is nothing to say of it') FROM rn_summary('sale') WHERE item = 'smoothing' AND section = 'method';
SELECT isnt_empty($$SELECT step, series, forecast FROM rn_forecast('learnt', 12) EXCEPT SELECT step, series, forecast FROM rn_forecast(rn_train('auto',
	'SELECT i % 3 AS id, month, amount * (1 + i % 3) AS amount FROM sale, generate_series(0, 2) i', '{"units": 8, "ensemble": 2, "epochs": 2}', series => 'id'), 12)$$, 'it changes forecasts');
SELECT results_eq($$SELECT * FROM rn_forecast('learnt', 20)$$, $$SELECT * FROM rn_forecast('learnt', 20, history => 'source')$$, 'learnt levels: from the rows kept, as from the query');
SELECT results_eq($$SELECT forecast FROM rn_forecast('learnt', 1, history => 'SELECT 1 AS id, month, 2 * amount AS amount FROM sale WHERE month < ''2020-05-01''')$$,
	$$SELECT predicted FROM rn_predict('learnt', 'SELECT 1 AS id, month, 2 * amount AS amount FROM sale') WHERE ts = '2020-05-01'$$, 'learnt levels: one step ahead is a forecast');
SELECT is(count(*), 3::bigint, 'a series that was not there has a forecast') FROM rn_forecast('learnt', 3, history => 'SELECT 9 AS id, month, amount FROM sale');
SELECT is(count(*), 24::bigint, 'every fold of a backtest learns its own') FROM rn_backtest('auto', 'SELECT month, amount FROM sale', '{"units": 2, "ensemble": 1, "epochs": 1, "smoothing": "learnt"}', folds => 2) WHERE forecast > 0;
SELECT refuses($$SELECT rn_train('auto', 'SELECT month, amount FROM sale', '{"smoothing": "lernt"}')$$, '22023', 'unrecognized value for option "smoothing": "lernt"', '%fitted, learnt%', 'no such smoothing');
SELECT refuses($$SELECT rn_train('gru', 'SELECT month, amount FROM sale', '{"recipe": "plain", "smoothing": "learnt"}')$$, '22023', 'option "smoothing" has no effect here', '%recipe auto%', 'smoothing by windows');
SELECT rn_train('auto', 'SELECT month, amount FROM sale', :quick::jsonb || '{"transform": "none"}', name => 'linear') > 0 AS trained \gset
SELECT is(value, 'share of the mean magnitude', 'no logarithms') FROM rn_summary('linear') WHERE item = 'transform' AND section = 'method';
SELECT ok(bool_and(abs(upper + lower - 2 * forecast) < 1e-6), 'intervals reach as far up as down') FROM rn_forecast('linear', 12);
SELECT rn_train('auto', 'SELECT i AS t, sin(i * pi() / 12) + (i / 24 % 7 < 5)::int + 3 AS v FROM generate_series(0, 799) i', '{"units": 4, "ensemble": 1, "season": 24, "horizon": 24, "epochs": 2}', name => 'week') > 0 AS trained \gset
SELECT is(value, '24 and 168', 'a week beside a day') FROM rn_summary('week') WHERE section = 'method' AND item = 'season';
SELECT ok(bool_and(abs(forecast - (sin(t * pi() / 12) + (t / 24 % 7 < 5)::int + 3)) < 0.4), 'which forecasts know') FROM rn_forecast('week', 168);
SELECT rn_train('auto', 'SELECT i AS t, sin(i * pi() / 12) + 3 AS v FROM generate_series(0, 799) i', '{"units": 4, "ensemble": 1, "season": [24], "horizon": 24, "epochs": 1}', name => 'day') > 0 AS trained \gset
SELECT is(value, '24', 'or not') FROM rn_summary('day') WHERE section = 'method' AND item = 'season';
SELECT refuses($$SELECT rn_train('auto', 'SELECT month, amount FROM sale', '{"window": 4096}')$$, '22023', 'window 4096 is outside of 1 .. 4095', '%plain%', 'a window too long');
SELECT ok(rn_train('auto', 'SELECT month, amount FROM sale', :quick::jsonb || '{"validation_split": 0}', name => 'unjudged') > 0, 'nothing held out');
SELECT ok(bool_and(lower IS NULL AND forecast > 0), 'no intervals then') FROM rn_forecast('unjudged', 3);

-- ---- powers ----

SELECT rn_train('auto', 'SELECT month, sqrt(amount) ^ 3 AS amount FROM sale', :quick::jsonb || '{"transform": "box_cox"}', name => 'power') > 0 AS trained \gset
SELECT (options ->> 'lambda')::float8 AS lambda FROM rn_models WHERE name = 'power' \gset
SELECT ok(:lambda BETWEEN 0 AND 1, 'a power is chosen');
SELECT rn_train('auto', 'SELECT month, amount FROM sale', :quick::jsonb || '{"transform": "box_cox", "lambda": 0.5}', name => 'root') > 0 AS trained \gset
SELECT is(value, 'share of the mean magnitude, to the power of 0.5', 'or said') FROM rn_summary('root') WHERE item = 'transform' AND section = 'method';
SELECT ok(count(*) = 24 AND bool_and(lower < forecast AND forecast < upper AND abs(sqrt(upper) + sqrt(lower) - 2 * sqrt(forecast)) < 1e-9), 'intervals reach as far up as down, as roots')
FROM rn_forecast('root', 24);
SELECT ok(bool_and(abs(score - (sqrt(actual) - sqrt(predicted)) / (sqrt(upper) - sqrt(predicted))) < 1e-9 AND score > 1), 'anomalies are counted in roots')
FROM rn_anomalies('root', 'SELECT month, CASE WHEN month >= ''2021-10-01'' THEN 4 ELSE 1 END * amount AS amount FROM sale', 0.5) WHERE actual > upper;
CALL rn_retrain('root', 'warm', 'always');
SELECT is(options ->> 'lambda', '0.5', 'trained again, it stays') FROM rn_models WHERE name = 'root';
SELECT rn_train('auto', 'SELECT month, amount - 220 AS amount FROM sale', :quick::jsonb || '{"lambda": 0.5}', name => 'signed') > 0 AS trained \gset
SELECT ok(bool_or(forecast < 0) AND bool_or(forecast > 0) AND bool_and(lower <= forecast AND forecast <= upper), 'of either sign') FROM rn_forecast('signed', 24);
SELECT refuses($$SELECT rn_train('auto', 'SELECT month, amount - 220 AS amount FROM sale', '{"transform": "box_cox"}')$$, '22023', 'transform "box_cox" needs positive values', '%lambda%', 'no likelihood without positive values');
SELECT refuses($$SELECT rn_train('auto', 'SELECT month, amount FROM sale', '{"transform": "log", "lambda": 0.5}')$$, '22023', 'option "lambda" is for transform "box_cox", not "log"', '%one of the two%', 'a power is no logarithm');
SELECT refuses($$SELECT rn_train('auto', 'SELECT month, amount FROM sale', '{"lambda": 0.001}')$$, '22023', 'lambda 0.001 is too close to 0', '%logarithms%', 'nor nearly one');

-- ---- size, window and epochs tried on held-out rows ----

SET max_parallel_maintenance_workers = 0;
SELECT rn_train('auto', 'SELECT month, amount FROM sale', '{"ensemble": 2, "tune": true}', name => 'tuned') > 0 AS trained \gset
CREATE TABLE tried AS SELECT i, (t ->> 'units')::int AS units, (t ->> 'window')::int AS window, (t ->> 'epochs')::int AS epochs, (t ->> 'mase')::float8 AS mase
FROM rn_models, jsonb_array_elements(metrics -> 'tried') WITH ORDINALITY j (t, i) WHERE name = 'tuned';
SELECT results_eq('SELECT units, "window", epochs FROM tried WHERE i <= 3 ORDER BY i', 'VALUES (64, 36, 8), (32, 36, 8), (128, 36, 8)', 'the recipe''s shape first, then fewer and more units');
SELECT ok(count(*) = 5 AND max("window") = 54 AND min(epochs) = 4, 'then a longer window, then fewer epochs') FROM tried;
SELECT results_eq($$SELECT (options ->> 'units')::int, (options ->> 'window')::int, (options ->> 'epochs')::int, (metrics ->> 'validation_mase')::float8 FROM rn_models WHERE name = 'tuned'$$,
	'SELECT units, "window", epochs, mase FROM tried ORDER BY mase, i LIMIT 1', 'the best is kept, and is as good as it was');
SELECT results_eq($$SELECT forecast, lower, upper FROM rn_forecast('tuned', 12)$$, format($$SELECT forecast, lower, upper FROM rn_forecast(rn_train('auto', 'SELECT month, amount FROM sale', %L), 12)$$,
	(SELECT jsonb_build_object('ensemble', 2, 'units', units, 'window', "window", 'epochs', epochs) FROM tried ORDER BY mase, i LIMIT 1)), 'as if it had been asked for');
SET max_parallel_maintenance_workers = 2;
SELECT results_eq($$SELECT forecast, lower, upper FROM rn_forecast('tuned', 12)$$,
	$$SELECT forecast, lower, upper FROM rn_forecast(rn_train('auto', 'SELECT month, amount FROM sale', '{"ensemble": 2, "tune": true}'), 12)$$, 'parallel workers choose the same');
RESET max_parallel_maintenance_workers;
SELECT alike(value, '[{"mase": %}]', 'rn_summary says what was tried') FROM rn_summary('tuned') WHERE item = 'tried';
CALL rn_retrain('tuned', 'warm', 'always');
SELECT ok(NOT metrics ? 'tried', 'warm: of the same shape') FROM rn_models WHERE name = 'tuned';
SELECT rn_train('auto', 'SELECT month, amount FROM sale', :quick::jsonb || '{"tune": true, "epochs": 2}', name => 'narrow') > 0 AS trained \gset
SELECT is(jsonb_path_query_array(metrics, '$.tried[*].window'), '[36, 54]', 'only what is open') FROM rn_models WHERE name = 'narrow';
SELECT is(value, 'by how networks of several did on held-out rows', 'and the summary says why') FROM rn_summary('narrow') WHERE section = 'why' AND item = 'window';
SELECT rn_train('auto', 'SELECT month, amount FROM sale', :quick::jsonb || '{"tune": true, "validation_split": 0}', name => 'untried') > 0 AS trained \gset
SELECT ok(NOT metrics ? 'tried', 'nothing is tried where nothing is held out') FROM rn_models WHERE name = 'untried';

-- a shape that diverges loses, whoever trains its networks
CREATE TABLE waves AS SELECT date '2015-01-01' + i AS day, 100 + 10 * sin(i / 3.0) + i * 0.01 + 5 * sin(i * i * 0.37) AS v FROM generate_series(0, 299) i;
CREATE FUNCTION shapes(workers int) RETURNS SETOF jsonb LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('max_parallel_maintenance_workers', workers::text, true);
	PERFORM rn_train('rnn', 'TABLE waves', '{"tune": true, "learning_rate": 0.7, "optimizer": "sgd", "activation": "relu", "clipnorm": 1e30, "epochs": 4, "ensemble": 2}', name => 'shapes');
	RETURN QUERY SELECT jsonb_array_elements(metrics -> 'tried') FROM rn_models WHERE name = 'shapes';
END $$;
SELECT results_eq($$SELECT count(*), count(s -> 'mase') FILTER (WHERE s ->> 'mase' IS NULL) FROM shapes(0) s$$, 'VALUES (4::bigint, 1::bigint)', 'one of four shapes diverges');
SELECT results_eq('SELECT * FROM shapes(2)', 'SELECT * FROM shapes(0)', 'and loses with parallel workers, too');

-- ---- training again ----

CREATE TABLE before AS SELECT name, options FROM rn_models WHERE name = 'sale';
CALL rn_retrain('sale', 'warm', 'always');
SELECT is(m.options, b.options, 'warm: with the same options') FROM rn_models m JOIN before b USING (name);
INSERT INTO sale VALUES ('2022-01-01', 0);
CALL rn_retrain('sale', 'warm', 'always');
SELECT ok(bool_and(forecast > 0), 'a zero that comes later does not end logarithms') FROM rn_forecast('sale', 3);
CALL rn_retrain('sale', 'cold', 'always');
SELECT is(value, 'share of the mean magnitude', 'cold: but a new choice does') FROM rn_summary('sale') WHERE item = 'transform' AND section = 'method';

-- ---- series that are hard ----

CREATE TABLE hard AS
SELECT s, i, CASE WHEN s <= 6 THEN 0 WHEN s = 7 THEN 15.9 ELSE 100 + 10 * sin(i * 2 * pi() / 7) + s + (hashint4(i * s) & 15) / 3.0 END AS v FROM generate_series(1, 10) s, generate_series(1, 180) i;
SELECT rn_train('auto', 'SELECT s, i, v FROM hard', '{"units": 8, "ensemble": 1, "season": 7, "horizon": 7, "epochs": 2}', series => 's', name => 'hard') > 0 AS trained \gset
SELECT ok(bool_and(upper - lower BETWEEN 1e-9 AND 60), 'constant series do not widen the intervals of others') FROM rn_forecast('hard') WHERE (series ->> 's')::int > 7;
SELECT ok(bool_and(abs(forecast) < 0.1 AND upper - lower < 1), 'nor are their own wide') FROM rn_forecast('hard') WHERE (series ->> 's')::int <= 6;
SELECT rn_train('auto', 'SELECT i, v FROM hard WHERE s = 7', :quick, name => 'constant') > 0 AS trained \gset
SELECT ok(bool_and(abs(forecast - 15.9) < 1e-9), 'a constant goes on') FROM rn_forecast('constant', 30);
SELECT is(count(*), 0::bigint, 'and is no anomaly') FROM rn_anomalies('constant', 'SELECT i, v FROM hard WHERE s = 7');
SELECT rn_train('auto', 'SELECT i AS t, CASE WHEN i < 100 THEN 1e50 ELSE 5 + sin(i) END AS v FROM generate_series(1, 400) i', :quick, name => 'broken') > 0 AS trained \gset
SELECT ok(bool_and(forecast BETWEEN 3 AND 7), 'old rows of another world') FROM rn_forecast('broken', 5);
SELECT rn_train('auto', 'SELECT i AS t, -5 + 3 * sin(i) AS v FROM generate_series(1, 60) i', :quick, name => 'negative') > 0 AS trained \gset
SELECT ok(bool_and(forecast < 0 AND lower < forecast), 'negative values') FROM rn_forecast('negative', 5);
SELECT rn_train('auto', 'SELECT t, v FROM (VALUES (1, 3.0), (2, 4.0)) r (t, v)', :quick, name => 'two') > 0 AS trained \gset
SELECT ok(bool_and(forecast BETWEEN 1 AND 9), 'two rows') FROM rn_forecast('two', 3);
SET statement_timeout = '20s';
SELECT ok(rn_train('auto', 'SELECT i AS t, 5 + sin(i) AS v FROM generate_series(1, 60000) i', '{"epochs": 1, "ensemble": 1, "units": 4, "validation_split": 0, "season": 20000, "horizon": 4, "window": 10}') > 0, 'a season of 20,000 steps');

SELECT * FROM finish();
\ir leave.psql
