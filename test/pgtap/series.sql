--
-- Many series in one model: keys of all types, series that are no good,
-- forecasts of some, from a history and from the past, and training again.
--
\set QUIET 1
\set ON_ERROR_STOP 1
\ir enter.psql
SELECT no_plan();
\ir refuses.psql

CREATE FUNCTION tiny(query text, series text, opts jsonb, name text) RETURNS bigint LANGUAGE sql AS $$
	SELECT rn_train('gru', query, '{"recipe": "plain", "units": 3, "epochs": 1, "window": 5, "horizon": 2}' || opts, name => name, series => series)
$$;
CREATE FUNCTION refuses_tiny(query text, series text, opts jsonb, code text, message text, advice text, what text) RETURNS SETOF text
LANGUAGE sql AS $$
	SELECT refuses(format('SELECT tiny(%L, %L, %L, NULL)', query, series, opts), code, message, advice, what)
$$;
CREATE FUNCTION bytes_of(model text) RETURNS bytea LANGUAGE sql AS $$
	SELECT v.weights FROM recurnet.version v JOIN rn_models m USING (model_id, version) WHERE m.name = model
$$;

CREATE TABLE sales AS	-- very different levels, two columns of the key
SELECT store, item, date '2024-01-01' + i AS day, 10 ^ store * (5 + i % 7 + ascii(item) % 3)::float8 AS v
FROM generate_series(1, 3) store, unnest(ARRAY['bun', 'roll']) item, generate_series(0, 59) i;

SELECT ok(tiny('SELECT * FROM sales', 'store, item', '{"epochs": 30, "validation_split": 0.2}', 'all') > 0, 'many series train');
SELECT is((SELECT concat_ws('|', series_columns, series, rows, step, train_from, train_to) FROM rn_models WHERE name = 'all'),
	'store, item|6|360|1 day|2024-01-01|2024-02-29', 'and are recorded');
SELECT is(count(*), 0::bigint, 'nothing had to be done about them') FROM rn_series_log JOIN rn_models m USING (model_id) WHERE m.name = 'all';
SELECT results_eq($$SELECT (series ->> 'store')::int, series ->> 'item', step, ts FROM rn_forecast_as(NULL::date, 'all', 2)$$,
	$$SELECT store, item, step, date '2024-02-29' + step FROM generate_series(1, 3) store, unnest(ARRAY['bun', 'roll']) item, generate_series(1, 2) step$$,
	'a forecast of each, in the order of their keys');
SELECT ok(bool_and(forecast BETWEEN 10 ^ (series ->> 'store')::int * 3 AND 10 ^ (series ->> 'store')::int * 16
	AND upper - lower > 0 AND upper - lower < 30 * 10 ^ (series ->> 'store')::int), 'each on its own scale')
FROM rn_forecast('all', 4);
SELECT results_eq($$SELECT DISTINCT series FROM rn_predict('all', 'SELECT * FROM sales') ORDER BY 1$$,
	$$SELECT DISTINCT series FROM rn_forecast('all') ORDER BY 1$$, 'rn_predict has them all');
SELECT ok(bool_and((n = 5) = (ts < '2024-01-06')), 'null before the first window of each, and only there')
FROM (SELECT ts, count(*) FILTER (WHERE predicted IS NULL) - 1 AS n FROM rn_predict('all', 'SELECT * FROM sales') GROUP BY ts) t;

-- the order of rows is nothing
SELECT count(tiny('SELECT * FROM sales ORDER BY ' || by, 'store, item', '{}', name)) AS trained
FROM (VALUES ('store, item, day', 'sorted'), ('random()', 'shuffled'), ('day DESC', 'by_day'), ('store DESC, item, day', 'backwards')) o (by, name) \gset
SELECT ok(bytes_of('sorted') = bytes_of(other), 'the same bytes: ' || other) FROM unnest(ARRAY['shuffled', 'by_day', 'backwards']) other;
SELECT count(rn_train('gru', 'SELECT day, v FROM sales WHERE store = 1 AND item = ''bun'' ORDER BY ' || by,
	'{"recipe": "plain", "units": 3, "epochs": 2, "window": 5}', name => name)) AS trained
FROM (VALUES ('day', 'one'), ('day DESC', 'one_desc'), ('random()', 'one_random')) o (by, name) \gset
SELECT ok(bytes_of('one') = bytes_of(other), 'the same bytes of one series: ' || other) FROM unnest(ARRAY['one_desc', 'one_random']) other;

---------------------------------------------------------------------------
-- for_series
---------------------------------------------------------------------------
SELECT results_eq($$SELECT * FROM rn_forecast('all', 7, for_series => '{"store": 2, "item": "roll"}')$$,
	$$SELECT * FROM rn_forecast('all', 7) WHERE series = '{"store": 2, "item": "roll"}'$$, 'a series alone and among all');
SELECT results_eq($$SELECT * FROM rn_forecast('all', 3, for_series => '{"store": 2}')$$,
	$$SELECT * FROM rn_forecast('all', 3) WHERE series @> '{"store": 2}'$$, 'some by a part of their key');
SELECT results_eq($$SELECT * FROM rn_forecast('all', 3, for_series => '[{"store": 2}, {"item": "bun"}]')$$,
	$$SELECT * FROM rn_forecast('all', 3) WHERE series @> '{"store": 2}' OR series @> '{"item": "bun"}'$$, 'some by a list');
SELECT is(count(*), 6::bigint, 'an empty object is in all') FROM rn_forecast('all', 1, for_series => '{}');
SELECT refuses($$SELECT * FROM rn_forecast('all', 1, for_series => '{"store": 9}')$$, 'P0002', 'no series has a key%', '%{"item": "bun", "store": 1}%', 'an unknown series');
SELECT refuses($$SELECT * FROM rn_forecast('all', 1, for_series => '{"store": "1"}')$$, 'P0002', 'no series has a key%', '%"store": 1}%', 'a key of another type');
SELECT refuses($$SELECT * FROM rn_forecast('all', 1, for_series => '[]')$$, 'P0002', 'no series has a key%', '%', 'an empty list');
SELECT refuses(format($$SELECT * FROM rn_forecast('all', 1, for_series => %L)$$, bad), '22023', 'for_series must be%', '%{"store": 7}%', 'for_series ' || bad)
FROM unnest(ARRAY['7', '"a"', 'null', '[7]', '[{"store": 1}, "x"]']) bad;
SELECT refuses($$SELECT * FROM rn_forecast('one', 1, for_series => '{"store": 1}')$$, '22023', '%one series without a key', '%for_series%', 'for_series for one series');

---------------------------------------------------------------------------
-- the argument series
---------------------------------------------------------------------------
SELECT refuses_tiny('SELECT * FROM sales', list, '{}', code, message, advice, 'series ' || list)
FROM (VALUES ('store', '42P10', '%no use: item text', '%series or covariates%'),
	('store, items', '42703', '%no column "items"', '%store integer, item text, day date%'),
	('', '42601', '%"series"%', '%name is missing%store, item%'), ('store,,item', '42601', '%"series"%', '%name is missing%'),
	('store item', '42601', '%"series"%', '%separated by commas%'), ('store, "item', '42601', '%"series"%', '%not closed%'),
	('store, store', '42601', '%"series"%', '%"store" stands twice%'), ('store, item, v', '42703', '%no numeric column%', '%'),
	('store, item, day', '42703', '%no time column%', '%')) bad (list, code, message, advice);
SELECT refuses($$SELECT rn_train('gru', 'SELECT * FROM sales', series => 'store, item', covariates => 'store')$$, '42P10', '%store%something else%', '%', 'a column of two uses');
SELECT refuses_tiny('SELECT to_json(store) AS store, day, v FROM sales', 'store', '{}', '42883', 'column store of type json cannot%', '%text%', 'a key without an order');
SELECT refuses_tiny('SELECT day, v FROM sales', NULL, '{}', '23505', 'duplicate time%', '%', 'many series taken for one');

---------------------------------------------------------------------------
-- keys of all types
---------------------------------------------------------------------------
CREATE TABLE keys AS
SELECT i AS id, day, v FROM generate_series(1, 2) i, LATERAL (SELECT day, v FROM sales WHERE store = i AND item = 'bun') s;
CREATE DOMAIN code AS text;
CREATE FUNCTION keys_of(expression text) RETURNS SETOF jsonb LANGUAGE plpgsql AS $$
BEGIN
	PERFORM tiny(format('SELECT %s AS k, day, v FROM keys ORDER BY random()', expression), 'k', '{}', 'keyed');
	RETURN QUERY SELECT series -> 'k' FROM rn_forecast('keyed', 1) WHERE step = 1 ORDER BY 1;
	-- in a history they are the same series, on the scale of the training
	IF (SELECT array_agg((series::text, forecast)::text ORDER BY series) FROM rn_forecast('keyed', 1)) IS DISTINCT FROM
		(SELECT array_agg((series::text, forecast)::text ORDER BY series)
		FROM rn_forecast('keyed', 1, history => format('SELECT %s AS k, day, v FROM keys WHERE day > ''2024-02-20''', expression))) THEN
		RAISE 'history has other keys: %', expression;
	END IF;
	PERFORM rn_drop_model('keyed');
END $$;
SELECT results_eq(format('SELECT * FROM keys_of(%L)', expression), format('SELECT jsonb_array_elements(%L)', keys), 'keys ' || expression)
FROM (VALUES ('id', '[1, 2]'), ('id::smallint', '[1, 2]'), ('id::bigint', '[1, 2]'), ('(-id)::float4', '[-2, -1]'), ('id > 1', '[false, true]'),
	($$'s' || id$$, '["s1", "s2"]'), ($$('s' || id)::code$$, '["s1", "s2"]'), ($$('a' || id)::char(4)$$, '["a1  ", "a2  "]'), ($$'"q" \ ü' || id$$, '["\"q\" \\ ü1", "\"q\" \\ ü2"]'),
	('date ''2024-01-01'' + id', '["2024-01-02", "2024-01-03"]'), ('make_interval(days => id)', '["1 day", "2 days"]'),
	('timestamp ''2024-01-01 12:00'' + id * interval ''1 h''', '["2024-01-01T13:00:00", "2024-01-01T14:00:00"]'),
	($$('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1' || id)::uuid$$, '["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12"]'),
	('id + 0.50', '[1.5, 2.5]'), ('CASE WHEN day < ''2024-02-01'' THEN id::numeric ELSE id::numeric(5, 2) END', '[1, 2]'), ('CASE id WHEN 1 THEN ''NaN'' ELSE 1.0 END::numeric', '["NaN", 1]'),
	('nullif(id, 1)', '[null, 2]'), ('nullif(''x'' || id, ''x1'')', '[null, "x2"]'), ('ARRAY[id, 7]', '[[1, 7], [2, 7]]'), ('to_jsonb(id)', '[1, 2]'),
	('ROW(id, ''z''::text)', '[{"f1": 1, "f2": "z"}, {"f1": 2, "f2": "z"}]'), ('int4range(id, 5)', '["[1,5)", "[2,5)"]'), ('(ARRAY[''on'', ''off''])[id]::pg_catalog.text', '["off", "on"]'))
	k (expression, keys);
SELECT ok(tiny('SELECT store AS "Store No", item AS "a ""b"", c", day, v FROM sales', '"Store No", "a ""b"", c"', '{}', 'quoted') > 0, 'names that need quotes');
SELECT results_eq($$SELECT DISTINCT series ->> 'Store No', series ->> 'a "b", c' FROM rn_forecast('quoted', 1) ORDER BY 1, 2$$,
	$$SELECT DISTINCT store::text, item FROM sales ORDER BY 1, 2$$, 'are in the keys');
SELECT is(count(*), 6::bigint, 'and in a history') FROM rn_forecast('quoted', 1, history => 'SELECT store AS "Store No", item AS "a ""b"", c", day, v FROM sales');

-- what a session has set is not in the keys
SET TimeZone = 'Asia/Tokyo';
SET extra_float_digits = -15;
SELECT ok(tiny('SELECT timestamptz ''2024-01-01 00:00+00'' + id * interval ''1 h'' AS k, id / 3.0::float8 AS f, day, v FROM keys', 'k, f', '{}', 'zoned') > 0, 'an instant and a fraction as keys');
SET TimeZone = 'UTC';
SET extra_float_digits = 3;
SELECT results_eq($$SELECT series, forecast FROM rn_forecast('zoned', 1)$$,
	$$SELECT series, forecast FROM rn_forecast('zoned', 1, history => 'SELECT timestamptz ''2024-01-01 00:00+00'' + id * interval ''1 h'' AS k, id / 3.0::float8 AS f, day, v FROM keys')$$,
	'are the same in every session');
SELECT is((SELECT series ->> 'k' FROM rn_forecast('zoned', 1) LIMIT 1), '2024-01-01T01:00:00+00:00', 'in UTC');
RESET TimeZone;
RESET extra_float_digits;

---------------------------------------------------------------------------
-- series that are no good: left out, or the end
---------------------------------------------------------------------------
CREATE TABLE mixed AS
SELECT 'good' AS s, day, v FROM sales WHERE store = 1 AND item = 'bun'
UNION ALL SELECT 'fine', day, v FROM sales WHERE store = 2 AND item = 'bun'
UNION ALL SELECT 'short', day, v FROM sales WHERE store = 2 AND item = 'bun' AND day < '2024-01-05'
UNION ALL SELECT 'single', day, v FROM sales WHERE store = 2 AND item = 'bun' AND day < '2024-01-02'
UNION ALL SELECT 'holes', day, v FROM sales WHERE store = 3 AND item = 'bun' AND extract(day FROM day) NOT IN (7, 9)
UNION ALL SELECT 'double', day, v FROM sales WHERE store = 3 AND item IN ('bun', 'roll')
UNION ALL SELECT 'null', day, nullif(v, 7000) FROM sales WHERE store = 3 AND item = 'bun'
UNION ALL SELECT 'weekly', day, v FROM sales WHERE store = 3 AND item = 'bun' AND extract(isodow FROM day) = 3
UNION ALL SELECT 'infinite', day, CASE WHEN day = '2024-01-09' THEN 'Infinity' ELSE v END FROM sales WHERE store = 1 AND item = 'bun';

SET client_min_messages = error;	-- a warning says so, too
SELECT ok(tiny('SELECT * FROM mixed', 's', '{}', 'mixed') > 0, 'some series are left out');
RESET client_min_messages;
SELECT results_eq($$SELECT l.series ->> 's', l.rows, l.skipped FROM rn_series_log l JOIN rn_models m USING (model_id) WHERE m.name = 'mixed' ORDER BY 1$$,
	$$VALUES ('double', 0::bigint, 'duplicate time 2024-01-01. 2 rows have this time; 60 of the 120 rows repeat the time of another'),
	('holes', 0, 'irregular time step from 2024-01-06 to 2024-01-08. The step of the series is 1 day. It leads from 2024-01-06 to 2024-01-07. 4 of 55 steps differ'),
	('infinite', 0, 'value Infinity at time 2024-01-09'),
	('null', 0, 'value null or NaN at time 2024-01-01'),
	('short', 0, '4 rows are too few to train on, at least 7 are needed. A window of 5 steps and a horizon of 2 need that many'),
	('single', 0, '1 row is too few to train on, at least 7 are needed. A window of 5 steps and a horizon of 2 need that many'),
	('weekly', 0, 'irregular time step from 2024-01-03 to 2024-01-10. The step of the series is 1 day. It leads from 2024-01-03 to 2024-01-04. 8 of 8 steps differ')$$,
	'and the log says which and why');
SELECT is((SELECT concat_ws(' ', series, rows, metrics ->> 'skipped_series', options ->> 'on_error') FROM rn_models WHERE name = 'mixed'), '2 120 7 skip', 'and rn_models how many');
SELECT results_eq($$SELECT DISTINCT series ->> 's' FROM rn_forecast('mixed') ORDER BY 1$$, $$VALUES ('fine'), ('good')$$, 'the others forecast');
SELECT tiny('SELECT * FROM mixed WHERE s IN (''fine'', ''good'')', 's', '{}', 'unmixed') > 0 AS trained \gset
SELECT ok(bytes_of('mixed') = bytes_of('unmixed'), 'as if those left out had not been there');
SELECT refuses_tiny(format('SELECT * FROM mixed WHERE s IN (''fine'', ''good'', %L)', s), 's', '{"on_error": "fail"}', code, message, '%', 'on_error fail: ' || s)
FROM (VALUES ('short', '21000', '4 rows are too few%'), ('single', '21000', '1 row is too few%'), ('holes', '22000', 'irregular%'), ('double', '23505', 'duplicate%'),
	('null', '22004', 'column v is null%'), ('weekly', '22000', 'irregular%'), ('infinite', '22003', 'value Infinity%')) bad (s, code, message);
DO $$
DECLARE
	context text;
BEGIN
	PERFORM tiny('SELECT * FROM mixed WHERE s IN (''fine'', ''holes'')', 's', '{"on_error": "fail"}', NULL);
EXCEPTION WHEN data_exception THEN
	GET STACKED DIAGNOSTICS context = PG_EXCEPTION_CONTEXT;
	PERFORM set_config('test.context', context, false);
END $$;
SELECT alike(current_setting('test.context'), 'series {"s": "holes"}%', 'the error says which series');
DO $$
DECLARE
	context text;
BEGIN
	PERFORM tiny('SELECT * FROM mixed', 's', '{"beta_2": 0.99999999999}', NULL);
EXCEPTION WHEN invalid_parameter_value THEN
	GET STACKED DIAGNOSTICS context = PG_EXCEPTION_CONTEXT;
	PERFORM set_config('test.context', context, false);
END $$;
SELECT unalike(current_setting('test.context'), '%series {%', 'and none where it is about no series');
SELECT refuses_tiny('SELECT * FROM mixed', 's', '{"on_error": "ignore"}', '22023', '%"on_error"%"ignore"%', '%fail, skip%', 'an unknown on_error');
SELECT refuses_tiny('SELECT * FROM mixed WHERE s IN (''short'', ''single'')', 's', '{}', '21000', 'none of the 2 series can be trained on', '%4 rows are too few%', 'all too short');
SELECT refuses_tiny('SELECT day, day AS s, v FROM mixed WHERE s IN (''good'')', 's', '{}', '21000', 'none of the 60 series has more than one row', '%not the time%', 'the time as series');
SELECT refuses_tiny('SELECT * FROM mixed WHERE s IN (''double'', ''infinite'')', 's', '{}', '23505', 'duplicate time%', '%"duplicates"%', 'all broken: the first of the errors');
SELECT refuses_tiny('SELECT * FROM mixed WHERE false', 's', '{}', '21000', 'query returns no rows', '%WHERE%', 'no rows');
SELECT refuses_tiny('SELECT s, day, v FROM mixed WHERE s = ''good'' UNION ALL SELECT ''w'', date ''2024-01-01'' + 7 * i, i FROM generate_series(0, 59) i', 's', '{}', '22000',
	'the series have different steps', '%Of 2 series 1 have steps of%"frequency"%', 'no step of most');
-- a time that is a mistake spoils its series, not all
CREATE TABLE clock AS SELECT s, timestamp '2024-01-01' + i * interval '1 ms' AS at, i % 5 AS v FROM generate_series(1, 2) s, generate_series(0, 40) i;
INSERT INTO clock VALUES (2, '2025-01-01', 0);
SELECT refuses($$SELECT rn_train('gru', 'SELECT * FROM clock', '{"window": 5, "missing": "locf", "on_error": "fail"}', series => 's')$$, '22008', '%too many steps', '%mistake%"frequency"%', 'a year of milliseconds');
SET client_min_messages = error;
SELECT lives_ok($$SELECT rn_train('gru', 'SELECT * FROM clock', '{"window": 5, "epochs": 1, "missing": "locf"}', series => 's')$$, 'is left out');
RESET client_min_messages;
-- options mend what on_error leaves out
SELECT ok(tiny('SELECT * FROM mixed WHERE s NOT IN (''short'', ''single'', ''infinite'', ''weekly'')', 's', '{"missing": "locf", "duplicates": "avg", "on_error": "fail"}', 'mended') > 0, 'mended series train');
SELECT results_eq($$SELECT l.series ->> 's', l.rows, l.filled, l.combined, l.skipped FROM rn_series_log l JOIN rn_models m USING (model_id) WHERE m.name = 'mended' ORDER BY 1$$,
	$$VALUES ('double', 60::bigint, 0::bigint, 60::bigint, NULL), ('holes', 60, 4, 0, NULL), ('null', 59, 8, 0, NULL)$$, 'and the log counts');

---------------------------------------------------------------------------
-- history and as_of
---------------------------------------------------------------------------
SELECT results_eq($$SELECT * FROM rn_forecast('all', 5, history => 'SELECT * FROM sales ORDER BY random()') ORDER BY series, step$$,
	$$SELECT * FROM rn_forecast('all', 5) ORDER BY series, step$$, 'the rows of the training as history');
SELECT results_eq($$SELECT * FROM rn_forecast('all', 5, history => 'source') ORDER BY series, step$$,
	$$SELECT * FROM rn_forecast('all', 5) ORDER BY series, step$$, 'and the source');
SET client_min_messages = warning;
SELECT results_eq($$SELECT * FROM rn_forecast('all', 5, as_of => '2024-02-11 15:00') ORDER BY series, step$$,
	$$SELECT * FROM rn_forecast('all', 5, history => 'SELECT * FROM sales WHERE day <= ''2024-02-11''') ORDER BY series, step$$, 'as_of is a history cut by hand');
SELECT is(min(ts), '2024-02-12', 'and starts at the next step') FROM rn_forecast_as(NULL::date, 'all', 1, as_of => '2024-02-11');
SELECT results_eq($$SELECT series, forecast FROM rn_forecast('all', 1, as_of => '2024-02-11') ORDER BY 1$$,
	$$SELECT series, predicted FROM rn_predict('all', 'SELECT * FROM sales') WHERE ts = '2024-02-12' ORDER BY 1$$, 'and is what rn_predict says');
SELECT refuses($$SELECT * FROM rn_forecast('all', 1, as_of => '2024-01-03')$$, '21000', '%6 of 6 series%', '%3 rows, at least 5%', 'as_of before there are enough');
SELECT refuses($$SELECT * FROM rn_forecast('all', 1, as_of => '2023-01-03')$$, '21000', '%0 rows up to the given time%', '%later time%', 'as_of before all rows');
SELECT refuses($$SELECT * FROM rn_forecast('all', 1, as_of_t => 5)$$, '22023', 'as_of_t does not fit%date', '%as_of%', 'as_of_t for dates');
RESET client_min_messages;
SELECT refuses($$SELECT * FROM rn_forecast('all', 1, history => 'SELECT store, day, v FROM sales')$$, '42703', '%"item"%', '%store integer%', 'a history without a key');
SELECT refuses($$SELECT * FROM rn_forecast('all', 1, history => 'SELECT store, item, day + 365 * interval ''1 day'' * extract(day FROM day)::int AS day, v FROM sales')$$,
	'21000', '%6 of 6 series%cannot be used', '%', 'a history of other steps');

-- a series that training never saw
CREATE TABLE opened AS
SELECT 9 AS store, 'bun' AS item, date '2024-02-01' + i AS day, 1e6 * (5 + i % 7)::float8 AS v FROM generate_series(0, 20) i;
SELECT results_eq($$SELECT series, ts FROM rn_forecast_as(NULL::date, 'all', 1, history => 'SELECT * FROM opened')$$,
	$$VALUES ('{"store": 9, "item": "bun"}'::jsonb, date '2024-02-22')$$, 'is forecast');
SELECT ok(bool_and(forecast BETWEEN 3e6 AND 16e6), 'on a scale of its own') FROM rn_forecast('all', 5, history => 'SELECT * FROM opened');
SELECT results_eq($$SELECT * FROM rn_forecast('all', 5, history => 'SELECT * FROM opened UNION ALL SELECT * FROM sales', for_series => '{"store": 9}')$$,
	$$SELECT * FROM rn_forecast('all', 5, history => 'SELECT * FROM opened')$$, 'alone and among others');
SELECT ok(count(*) = 21 AND count(predicted) = 16, 'and predicted') FROM rn_predict('all', 'SELECT * FROM opened');

-- integers whose columns had to be named once
CREATE TABLE meter AS SELECT m, t, (t * m) % 5 AS reading FROM generate_series(1, 2) m, generate_series(100, 160) t;
SELECT rn_train('gru', 'SELECT * FROM meter', '{"recipe": "plain", "units": 2, "epochs": 1, "window": 5}', 'meter', series => 'm', "time" => 't') > 0 AS trained \gset
SELECT results_eq($$SELECT * FROM rn_forecast('meter', 3, history => 'SELECT * FROM meter')$$, $$SELECT * FROM rn_forecast('meter', 3)$$, 'a history has the columns of the training');
SELECT is(count(*), 122::bigint, 'and so has rn_predict') FROM rn_predict('meter', 'SELECT * FROM meter');
SELECT refuses($$SELECT * FROM rn_forecast('meter', 3, history => 'SELECT m, t AS x, reading AS y FROM meter')$$, '42702', '%more than one column%time', '%x integer, y integer%', 'other columns are not guessed');
SET client_min_messages = warning;
SELECT results_eq($$SELECT * FROM rn_forecast('meter', 3, as_of_t => 130)$$, $$SELECT * FROM rn_forecast('meter', 3, history => 'SELECT * FROM meter WHERE t <= 130')$$, 'as_of_t');
RESET client_min_messages;

---------------------------------------------------------------------------
-- training again
---------------------------------------------------------------------------
SELECT rn_train('gru', 'SELECT * FROM mixed WHERE s IN (''good'', ''holes'', ''double'')', '{"recipe": "plain", "units": 3, "epochs": 3, "window": 5,
	"missing": "mask", "duplicates": "sum", "frequency": "2 days", "lower_bound": -5, "upper_bound": 1e6, "on_error": "fail"}', 'again', series => 's') > 0 AS trained \gset
CREATE TABLE first AS SELECT * FROM rn_models WHERE name = 'again';
CREATE TABLE first_bytes AS SELECT bytes_of('again');
CALL rn_retrain('again', 'cold', 'always');
SELECT ok(bytes_of('again') = (SELECT * FROM first_bytes), 'cold: the same bytes');
CALL rn_retrain('again', 'warm', 'always');
SELECT ok(bytes_of('again') <> (SELECT * FROM first_bytes), 'warm: weights go on');
SELECT is((SELECT to_jsonb(m) - '{version,metrics,duration,trained_at}'::text[] FROM rn_models m WHERE name = 'again'),
	(SELECT to_jsonb(f) - '{version,metrics,duration,trained_at}'::text[] FROM first f), 'and all else is as it was');
SELECT results_eq($$SELECT series, rows, filled, combined, skipped FROM rn_series_log WHERE version = 3 AND model_id = (SELECT model_id FROM first) ORDER BY 1$$,
	$$SELECT series, rows, filled, combined, skipped FROM rn_series_log WHERE version = 1 AND model_id = (SELECT model_id FROM first) ORDER BY 1$$, 'so is the log');
INSERT INTO mixed SELECT 'good', day + 60, v FROM mixed WHERE s = 'good';
CALL rn_retrain('again', promote => 'always');
SELECT is(max(ts) FILTER (WHERE series ->> 's' = 'good'), '2024-04-30', 'new rows are seen') FROM rn_forecast_as(NULL::date, 'again', 1);

---------------------------------------------------------------------------
-- numbers only, and nothing left behind
---------------------------------------------------------------------------
SELECT ok(bool_and(forecast - forecast = 0 AND coalesce(lower - lower, 0) = 0 AND coalesce(upper - upper, 0) = 0), 'numbers only: ' || m.name)
FROM rn_models m, rn_forecast(m.model_id, 30) GROUP BY m.name;
CREATE TABLE before AS SELECT count(*) AS models, (SELECT count(*) FROM recurnet.version) AS versions FROM recurnet.model;
SELECT refuses_tiny('SELECT * FROM mixed', 's', '{"on_error": "fail"}', '22004', '%', '%', 'one more');
SELECT results_eq('SELECT count(*), (SELECT count(*) FROM recurnet.version) FROM recurnet.model', 'SELECT models, versions FROM before', 'nothing is left behind');
SELECT is((SELECT count(*) FROM pg_backend_memory_contexts WHERE name LIKE 'recurnet%' AND name NOT IN ('recurnet cached model', 'recurnet models')), 0::bigint, 'no memory is left');
SELECT finish();
\ir leave.psql
