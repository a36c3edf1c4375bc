--
-- Intervals that go by rows newer than those trained on.
--
\set QUIET 1
\set ON_ERROR_STOP 1
BEGIN;
SELECT no_plan();
\ir refuses.psql

-- Days with a week: the first 200 are trained on, and the noise of those that follow is so many times as large.
CREATE FUNCTION noise(i int, s int) RETURNS float8 IMMUTABLE LANGUAGE sql AS $$
	SELECT sum((hashint4(i * 7 + s + j * 99991) & 1023) / 1023.0 - 0.5) FROM generate_series(1, 4) j
$$;
CREATE FUNCTION days(store int, change float8, n int = 300) RETURNS TABLE (day date, price float8, amount float8) LANGUAGE sql AS $$
	SELECT date '2024-01-01' + i, (i % 5)::float8, 100 + 10 * sin(2 * pi() * i / 7) + 4 * noise(i, store) * CASE WHEN i < 200 THEN 1 ELSE change END
	FROM generate_series(0, n - 1) i
$$;
CREATE TABLE old AS SELECT 1 AS store, d.* FROM days(1, 1, 200) d;
-- One that takes series apart, one that looks at windows, one with a covariate; several series; a value.
\set quick '''{"units": 8, "horizon": 7, "epochs": 20}'''
SELECT rn_train('gru', 'SELECT day, amount FROM old', :quick, name => 'apart') > 0,
	rn_train('gru', 'SELECT day, amount FROM old', :quick::jsonb || '{"missing": "mask", "epochs": 100}', name => 'windows') > 0,
	rn_train('gru', 'SELECT day, price, amount + 2 * price AS amount FROM old', :quick::jsonb || '{"epochs": 100}', covariates => 'price known', name => 'covariate') > 0,
	rn_train('gru', 'SELECT store, day, amount FROM old UNION ALL SELECT 2, day, 5 * amount FROM days(2, 1, 200)', :quick, series => 'store', name => 'several') > 0 \g /dev/null

-- What a model forecasts from the rows of days up to row n.
CREATE FUNCTION ahead(model text, change float8, n int, level float8 = 0.9, steps int = 7) RETURNS SETOF record LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE format('SELECT step, forecast, lower, upper FROM rn_forecast(%L, %s, %s, history => %L, future => %L)', model, steps, level,
		format('SELECT %s FROM days(1, %s, %s)', CASE model WHEN 'several' THEN '1 AS store, day, amount' WHEN 'covariate' THEN 'day, price, amount + 2 * price AS amount' ELSE 'day, amount' END, change, n),
		CASE model WHEN 'covariate' THEN 'SELECT day, price FROM days(1, 1, 400)' END);
END $$;
CREATE FUNCTION width(model text, change float8, n int, level float8 = 0.9) RETURNS float8 LANGUAGE sql AS $$
	SELECT avg(upper - lower) FROM ahead(model, change, n, level) a(step int, forecast float8, lower float8, upper float8)
$$;
CREATE FUNCTION off() RETURNS text LANGUAGE sql AS $$SELECT set_config('recurnet.adaptive_intervals', 'off', true)$$;
CREATE FUNCTION "on"() RETURNS text LANGUAGE sql AS $$SELECT set_config('recurnet.adaptive_intervals', 'on', true)$$;
SELECT is(current_setting('recurnet.adaptive_intervals'), 'on', 'on, unless it is turned off');
CREATE TABLE model AS SELECT unnest('{apart, windows, covariate, several}'::text[]) AS name;

-- ---- rn_forecast ----

SELECT off() \g /dev/null
CREATE TABLE stored AS SELECT name, n, a.* FROM model, unnest('{150, 200, 230}'::int[]) n, ahead(name, 3, n) a(step int, forecast float8, lower float8, upper float8);
SELECT "on"() \g /dev/null
CREATE TABLE adapted AS SELECT name, n, a.* FROM model, unnest('{150, 200, 230}'::int[]) n, ahead(name, 3, n) a(step int, forecast float8, lower float8, upper float8);
SELECT results_eq('SELECT * FROM adapted WHERE n <= 200', 'SELECT * FROM stored WHERE n <= 200', 'rows up to the end of the training change nothing');
SELECT results_eq($$SELECT lower, upper FROM adapted WHERE n = 200 AND name = 'apart'$$, $$SELECT lower, upper FROM rn_forecast('apart', 7)$$, 'nor does their being there');
SELECT results_eq('SELECT name, step, forecast FROM adapted', 'SELECT name, step, forecast FROM stored', 'forecasts are what they were');
SELECT cmp_ok(a, '>', 1.2 * s, 'wider once the noise has tripled: ' || name) FROM
	(SELECT name, avg(a.upper - a.lower) AS a, avg(s.upper - s.lower) AS s FROM adapted a JOIN stored s USING (name, n, step) WHERE n = 230 GROUP BY name) w;
SELECT ok(width(name, 3, 300) > 1.8 * width(name, 1, 300), 'than where it is calm: ' || name) FROM model;
SELECT cmp_ok(width(name, 0.2, 300), '<', 0.8 * width(name, 1, 300), 'narrower where it has become calmer: ' || name) FROM model;
SELECT ok(bool_and(forecast BETWEEN lower AND upper), 'forecasts are inside') FROM adapted;
SELECT ok(bool_and(wider), 'wider further ahead: ' || name) FROM
	(SELECT name, ln(upper / lower) >= lag(ln(upper / lower)) OVER (PARTITION BY name ORDER BY step) - 1e-7 OR
		upper - lower >= lag(upper - lower) OVER (PARTITION BY name ORDER BY step) - 1e-6 AS wider
	FROM (SELECT 'apart' AS name, a.* FROM ahead('apart', 3, 230, 0.9, 30) a(step int, forecast float8, lower float8, upper float8)
		UNION ALL SELECT 'windows' AS name, a.* FROM ahead('windows', 3, 260, 0.9, 30) a(step int, forecast float8, lower float8, upper float8)) f) w GROUP BY name;
SELECT ok(width(name, 3, 260, 0.5) < width(name, 3, 260, 0.8) AND width(name, 3, 260, 0.8) < width(name, 3, 260, 0.95), 'wider at a higher level: ' || name) FROM model;
SELECT results_eq($$SELECT 'apart', 230, a.* FROM ahead('apart', 3, 230) a(step int, forecast float8, lower float8, upper float8)$$, $$SELECT * FROM adapted WHERE name = 'apart' AND n = 230$$, 'the same again');
SELECT results_eq($$SELECT * FROM ahead('apart', 3, 230, 0.9, 3) a(step int, forecast float8, lower float8, upper float8)$$,
	$$SELECT step, forecast, lower, upper FROM adapted WHERE name = 'apart' AND n = 230 AND step <= 3$$, 'whatever the horizon');

-- A series that was not there in training: all of its rows are new; as are those of a known one behind a time, and no others.
CREATE FUNCTION fresh(change float8) RETURNS float8 LANGUAGE sql AS $$
	SELECT avg(upper - lower) FROM rn_forecast('several', 7, history => format('SELECT 9 AS store, day + 300 AS day, amount FROM days(9, %s) WHERE day >= ''2024-06-01''', change))
$$;
CREATE TABLE fresh AS SELECT change, fresh(change) AS width FROM unnest('{1, 3}'::int[]) change;
SELECT ok((SELECT width FROM fresh WHERE change = 3) > 1.8 * (SELECT width FROM fresh WHERE change = 1), 'a series that the model has not seen');
CREATE TABLE both_stores AS SELECT 1 AS store, day, amount FROM days(1, 3, 230) UNION ALL SELECT 2, day, 5 * amount FROM days(2, 1, 200);
SELECT results_eq($$SELECT step, lower, upper FROM rn_forecast('several', 7, history => 'SELECT * FROM both_stores', for_series => '{"store": 2}')$$,
	$$SELECT step, lower, upper FROM rn_forecast('several', 7, for_series => '{"store": 2}')$$, 'the news of one series are not those of another');
SELECT results_eq($$SELECT step, lower, upper FROM rn_forecast('several', 7, history => 'SELECT * FROM both_stores', for_series => '{"store": 1}')$$,
	$$SELECT step, lower, upper FROM adapted WHERE name = 'several' AND n = 230$$, 'alone and among others');
SELECT ok(w.upper - w.lower > 1.5 * (c.upper - c.lower), 'a model that is a value') FROM (SELECT rn_fit(day, amount, 'gru', :quick) AS model FROM old) m,
	rn_forecast(model, 1, history => 'SELECT day, amount FROM days(1, 3)') w, rn_forecast(model, 1, history => 'SELECT day, amount FROM days(1, 1)') c;

SELECT rn_train('gru', 'SELECT day, price, amount FROM old', :quick::jsonb || '{"epochs": 100}', covariates => 'price', name => 'past') > 0 \g /dev/null
SELECT ok(w.upper - w.lower > 1.5 * (c.upper - c.lower), 'a covariate whose future is not known') FROM
	rn_forecast('past', 1, history => 'SELECT day, price, amount FROM days(1, 3)') w, rn_forecast('past', 1, history => 'SELECT day, price, amount FROM days(1, 1)') c;

-- ---- rn_predict and rn_anomalies ----

SELECT off() \g /dev/null
CREATE TABLE plain AS SELECT name, p.* FROM unnest('{apart, windows}'::text[]) name, rn_predict(name, 'SELECT day, amount FROM days(1, 4)') p;
CREATE TABLE plain_found AS SELECT ts FROM rn_anomalies('windows', 'SELECT day, amount FROM days(1, 4)', 0.95);
SELECT "on"() \g /dev/null
CREATE TABLE wise AS SELECT name, p.* FROM unnest('{apart, windows}'::text[]) name, rn_predict(name, 'SELECT day, amount FROM days(1, 4)') p;
SELECT results_eq('SELECT * FROM wise WHERE ts <= ''2024-07-19''', 'SELECT * FROM plain WHERE ts <= ''2024-07-19''', 'rows trained on, and the first new one, have the intervals that they had');
SELECT results_eq('SELECT name, ts, predicted FROM wise', 'SELECT name, ts, predicted FROM plain', 'predictions are what they were');
SELECT cmp_ok(rn_coverage(actual, lower, upper), '<', 0.75::float8, 'covered too little after the change: ' || name) FROM plain WHERE ts >= '2024-08-01' GROUP BY name;
SELECT cmp_ok(rn_coverage(actual, lower, upper), '>', 0.8::float8, 'and enough, once that is known: ' || name) FROM wise WHERE ts >= '2024-08-01' GROUP BY name;
SELECT cmp_ok(count(*) FILTER (WHERE wise), '<', count(*) / 2, 'what has become usual is no anomaly') FROM
	(SELECT true AS wise FROM rn_anomalies('windows', 'SELECT day, amount FROM days(1, 4)', 0.95) UNION ALL SELECT false FROM plain_found) f;
SELECT ok(bool_or(ts::date = '2024-09-01' AND score > 3), 'a spike still is one') FROM
	rn_anomalies('windows', 'SELECT day, amount + CASE day WHEN ''2024-09-01'' THEN 300 ELSE 0 END AS amount FROM days(1, 4)', 0.95);

-- ---- what is not touched, and what it takes ----

CREATE FUNCTION backtest() RETURNS SETOF record LANGUAGE sql AS $$
	SELECT step, lower, upper FROM rn_backtest('gru', 'SELECT day, amount FROM days(1, 3)', '{"units": 8, "horizon": 7, "epochs": 20}', folds => 2)
$$;
CREATE TABLE tested AS SELECT * FROM backtest() b(step int, lower float8, upper float8);
SELECT off() \g /dev/null
SELECT results_eq('SELECT * FROM tested', 'SELECT * FROM backtest() b(step int, lower float8, upper float8)', 'backtests have no newer rows');
SELECT "on"() \g /dev/null
SELECT rn_train('gru', 'SELECT day, amount FROM old', '{"units": 8, "recipe": "plain", "epochs": 2}', name => 'without') > 0 \g /dev/null
SELECT ok(bool_and(lower IS NULL AND forecast IS NOT NULL), 'no intervals, nothing to adapt') FROM rn_forecast('without', 7, history => 'SELECT day, amount FROM days(1, 3)');
SELECT rn_train('gru', 'SELECT day, amount FROM old', :quick::jsonb || '{"lower_bound": 90, "upper_bound": 120}', name => 'bounded') > 0 \g /dev/null
SELECT ok(bool_and(lower >= 90 AND upper <= 120 AND forecast BETWEEN lower AND upper), 'within bounds') FROM rn_forecast('bounded', 7, history => 'SELECT day, amount FROM days(1, 9)');
SELECT lives_ok($$SELECT * FROM rn_forecast('apart', 300, history => 'SELECT day, amount FROM days(1, 3)')$$, 'far beyond what intervals know');

-- More memory than without: as much as that takes does not do.
CREATE FUNCTION over(history text) RETURNS bigint LANGUAGE sql AS $$SELECT count(*) FROM rn_forecast('several', 7, history => history)$$;
CREATE FUNCTION least_memory() RETURNS int LANGUAGE plpgsql AS $$
DECLARE
	kb int := 64;
BEGIN
	LOOP
		PERFORM set_config('recurnet.max_memory', kb || 'kB', true);
		BEGIN
			PERFORM over('SELECT * FROM both_stores');
			RETURN kb;
		EXCEPTION WHEN program_limit_exceeded THEN
			kb := kb * 5 / 4;
		END;
	END LOOP;
END $$;
SELECT off() \g /dev/null
SELECT least_memory() AS kb \gset
SELECT "on"() \g /dev/null
SET LOCAL recurnet.max_memory = :kb;
SELECT refuses($$SELECT over('SELECT * FROM both_stores')$$, '54000', 'forecasting needs%', '%turn recurnet.adaptive_intervals off%', 'more memory than allowed');
SELECT is(over('SELECT * FROM both_stores WHERE day < ''2024-07-19'''), 14::bigint, 'which nothing new does not need');

SELECT * FROM finish();
ROLLBACK;
