--
-- Rows as they are in tables: gaps, doubles, steps that are finer than the one
-- wanted, and what is refused of all that.
--
\set QUIET 1
\set ON_ERROR_STOP 1
BEGIN;
SELECT no_plan();
\ir refuses.psql

-- A tiny model of a query; opts are added to what keeps it tiny.
CREATE FUNCTION tiny(query text, opts jsonb, name text) RETURNS bigint LANGUAGE sql AS $$
	SELECT rn_train('gru', query, '{"recipe": "plain", "units": 2, "epochs": 1, "window": 4}' || opts, name => name)
$$;
CREATE FUNCTION refuses_tiny(query text, opts jsonb, code text, message text, advice text, what text) RETURNS SETOF text
LANGUAGE sql AS $$
	SELECT refuses(format('SELECT tiny(%L, %L, NULL)', query, opts), code, message, advice, what)
$$;
-- What rn_series_log says of a model: rows, filled, combined.
CREATE FUNCTION log_of(model text) RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' ', l.rows, l.filled, l.combined) FROM rn_series_log l JOIN rn_models m USING (model_id, version)
	WHERE m.name = model
$$;
-- The actual column of a query as the model sees it.
CREATE FUNCTION seen(model text, query text) RETURNS float8[] LANGUAGE sql AS $$
	SELECT array_agg(actual ORDER BY ts, t) FROM rn_predict(model, query)
$$;

---------------------------------------------------------------------------
-- missing: 20 days, of which the 5th to 7th have no row and the 10th is null
---------------------------------------------------------------------------
CREATE TABLE gaps AS
SELECT date '2024-02-20' + i AS day, CASE WHEN i <> 10 THEN (i * i)::float8 END AS v
FROM generate_series(1, 20) i WHERE i NOT BETWEEN 5 AND 7;

SELECT refuses_tiny('SELECT * FROM gaps WHERE v IS NOT NULL', '{}', '22000', 'irregular time step from 2024-02-24 to 2024-02-28',
	'%1 day%2 of 15 steps differ%"missing"%interpolate, locf, zero or mask%generate_series%', 'gaps');
SELECT refuses_tiny('SELECT * FROM gaps', '{}', '22004', 'column v is null in row 7 of the query',
	'%2024-03-01%"missing"%interpolate, locf, zero or mask%COALESCE%', 'a null');
SELECT refuses_tiny('SELECT * FROM gaps', '{"missing": "linear"}', '22023', '%"missing"%"linear"%',
	'%error, interpolate, locf, zero, mask%', 'an unknown policy');
SELECT refuses_tiny('SELECT day, NULL::float8 AS v FROM gaps', '{"missing": "locf"}', '21000', 'the series has no value', '%', 'nulls only');

SELECT ok(tiny('SELECT * FROM gaps', jsonb_build_object('missing', policy), policy) > 0, policy || ' trains')
FROM unnest(ARRAY['interpolate', 'locf', 'zero', 'mask']) policy;
SELECT is(log_of(policy), '20 4 0', policy || ': four rows made up') FROM unnest(ARRAY['interpolate', 'locf', 'zero', 'mask']) policy;
SELECT is((SELECT metrics ->> 'filled_rows' FROM rn_models WHERE name = policy), '4', policy || ': in metrics')
FROM unnest(ARRAY['interpolate', 'locf', 'zero', 'mask']) policy;
SELECT is((SELECT options ->> 'missing' FROM rn_models WHERE name = policy), policy, policy || ': in rn_models')
FROM unnest(ARRAY['interpolate', 'locf', 'zero', 'mask']) policy;
CREATE FUNCTION same_as(model text, days float8[], what text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	whole text := format('SELECT date ''2024-02-20'' + i::int AS day, v FROM unnest(%L::float8[]) WITH ORDINALITY d (v, i)', days);
BEGIN
	RETURN NEXT results_eq(format('SELECT ts, predicted FROM rn_predict(%L, ''SELECT * FROM gaps'')', model),
		format('SELECT ts, predicted FROM rn_predict(%L, %L)', model, whole), what || ', predictions');
	RETURN NEXT results_eq(format('SELECT ts, forecast FROM rn_forecast(%L, 3)', model),
		format('SELECT ts, forecast FROM rn_forecast(%s, 3)', tiny(whole, '{}', 'whole')), what || ', forecasts');
	PERFORM rn_drop_model('whole');
END $$;
SELECT same_as('interpolate', '{1,4,9,16,28,40,52,64,81,101,121,144,169,196,225,256,289,324,361,400}', 'interpolate: straight lines');
SELECT same_as('locf', '{1,4,9,16,16,16,16,64,81,81,121,144,169,196,225,256,289,324,361,400}', 'locf: the value before');
SELECT same_as('zero', '{1,4,9,16,0,0,0,64,81,0,121,144,169,196,225,256,289,324,361,400}', 'zero: zeroes');
SELECT is(seen(policy, 'SELECT * FROM gaps'),
	ARRAY[1,4,9,16,NULL,NULL,NULL,64,81,NULL,121,144,169,196,225,256,289,324,361,400]::float8[], policy || ': what is made up is not actual')
FROM unnest(ARRAY['interpolate', 'locf']) policy;
SELECT is(seen('zero', 'SELECT * FROM gaps'),
	ARRAY[1,4,9,16,0,0,0,64,81,0,121,144,169,196,225,256,289,324,361,400]::float8[], 'zero: zeroes');
SELECT is(seen('mask', 'SELECT * FROM gaps'),
	ARRAY[1,4,9,16,NULL,NULL,NULL,64,81,NULL,121,144,169,196,225,256,289,324,361,400]::float8[], 'mask: unknown');
SELECT is(count(*), 16::bigint, 'mask: rows made up are predicted like others')
FROM rn_predict('mask', 'SELECT * FROM gaps') WHERE predicted IS NOT NULL;

-- what is made up is learnt from, but it is no measure of the errors to expect
CREATE TABLE noise AS
SELECT date '2020-01-01' + i AS day, hashint4(i) % 1000 / 500.0 AS v FROM generate_series(0, 899) i WHERE hashint4(i + 7) % 3 = 0;
SELECT ok(tiny('SELECT * FROM noise', jsonb_build_object('missing', policy, 'frequency', '1 day', 'validation_split', 0.3), 'noise_' || policy) > 0, 'noise, ' || policy)
FROM unnest(ARRAY['interpolate', 'locf', 'mask']) policy;
SELECT is(f.metrics -> 'naive_mae', m.metrics -> 'naive_mae', 'rows made up by locf are judged no more than masked ones')
FROM rn_models f, rn_models m WHERE f.name = 'noise_locf' AND m.name = 'noise_mask';
SELECT cmp_ok((f.metrics ->> 'naive_mae')::float8 / (m.metrics ->> 'naive_mae')::float8, '>', 0.5::float8, 'nor are those on a line')
FROM rn_models f, rn_models m WHERE f.name = 'noise_interpolate' AND m.name = 'noise_mask';

-- rows without a value at either end say nothing of when the series was
SELECT is(seen('locf', 'SELECT * FROM gaps UNION ALL SELECT date ''2024-03-11'' + i, NULL FROM generate_series(0, 30) i
	UNION ALL SELECT date ''2024-02-20'' - i, NULL FROM generate_series(0, 30) i'), seen('locf', 'SELECT * FROM gaps'), 'nulls at the ends are cut off');
SELECT results_eq($$SELECT ts FROM rn_forecast_as(NULL::date, 'mask', 2)$$, $$VALUES (date '2024-03-12'), ('2024-03-13')$$,
	'forecasts begin one step after the last value');

-- what missing does not mend
SELECT refuses_tiny($$SELECT day, CASE day WHEN '2024-03-01' THEN 'Infinity' ELSE v END AS v FROM gaps$$, '{"missing": "mask"}',
	'22003', '%Infinity%2024-03-01%', '%null%"missing"%', 'infinity');
SELECT lives_ok($$SELECT tiny('SELECT day, coalesce(v, ''NaN'') AS v FROM gaps', '{"missing": "mask"}', 'nan')$$, 'NaN counts as null');
SELECT is(log_of('nan'), '20 4 0', 'and is filled');
SELECT refuses_tiny('SELECT day + (CASE WHEN v = 121 THEN interval ''1 hour'' ELSE ''0'' END) AS day, v FROM gaps', '{"missing": "mask"}',
	'22000', 'irregular time step from 2024-03-01 to 2024-03-02 01:00:00', '%no multiples of it%"frequency"%"duplicates"%', 'rows off the grid');
SELECT refuses($$SELECT * FROM rn_forecast('gapless', 1, history => 'SELECT * FROM gaps WHERE v IS NOT NULL')$$, '42704', '%', '%', 'no model yet');
SELECT ok(tiny('SELECT day, v FROM gaps WHERE v >= 121', '{}', 'gapless') > 0, 'a model without the option');
SELECT refuses($$SELECT * FROM rn_forecast('gapless', 1, history => 'SELECT * FROM gaps WHERE v IS NOT NULL')$$, '22000',
	'query does not return the steps of 1 day%', '%2024-02-24 to 2024-02-28%"missing"%', 'refuses a history with gaps');
SELECT ok(count(*) = 1 AND bool_and(forecast IS NOT NULL), 'one with it fills them')
FROM rn_forecast('locf', 1, history => 'SELECT * FROM gaps WHERE v IS NOT NULL');

---------------------------------------------------------------------------
-- duplicates: rows of one time, in either order and in none
---------------------------------------------------------------------------
CREATE TABLE twice AS
SELECT date '2024-01-01' + i AS day, n, (10 * i + n)::float8 AS v FROM generate_series(1, 12) i, generate_series(1, 3) n
WHERE n = 1 OR i % 2 = 0;

SELECT refuses_tiny('SELECT day, v FROM twice', '{}', '23505', 'duplicate time 2024-01-03', '%"duplicates" to sum, avg or last%GROUP BY%', 'doubles');
SELECT refuses_tiny('SELECT day, v FROM twice', '{"duplicates": "max"}', '22023', '%"duplicates"%"max"%', '%error, sum, avg, last%', 'an unknown policy');
SELECT ok(tiny('SELECT day, v FROM twice ORDER BY day, n', jsonb_build_object('duplicates', policy), policy) > 0, policy || ' trains')
FROM unnest(ARRAY['sum', 'avg', 'last']) policy;
SELECT is(log_of(policy), '12 0 12', policy || ': twelve rows combined') FROM unnest(ARRAY['sum', 'avg', 'last']) policy;
SELECT is((SELECT metrics ->> 'combined_rows' FROM rn_models WHERE name = 'sum'), '12', 'in metrics');
SELECT is(seen(policy, 'SELECT day, v FROM twice ORDER BY day, n'),
	(SELECT array_agg(one ORDER BY day) FROM (SELECT day, CASE policy WHEN 'sum' THEN sum(v) WHEN 'avg' THEN avg(v) ELSE max(v) END AS one
		FROM twice GROUP BY day) t), policy || ': as SQL has it')
FROM unnest(ARRAY['sum', 'avg', 'last']) policy;
SELECT is(seen('last', 'SELECT day, v FROM twice ORDER BY ' || by), seen('last', 'SELECT day, v FROM twice ORDER BY day, n'),
	'last is the last row of the query: ' || by)
FROM unnest(ARRAY['day DESC, n', 'n, day', 'n, day DESC', 'n, md5(v::text)']) by;

SELECT ok(tiny('SELECT day, CASE WHEN n < 3 THEN v END AS v FROM twice', '{"duplicates": "sum", "missing": "zero"}', 'parts') > 0, 'doubles of which some are null');
SELECT is(seen('parts', 'SELECT day, CASE WHEN n < 3 THEN v END AS v FROM twice'),
	(SELECT array_agg(one ORDER BY day) FROM (SELECT day, sum(v) AS one FROM twice WHERE n < 3 GROUP BY day) t), 'are summed without the nulls');

---------------------------------------------------------------------------
-- frequency
---------------------------------------------------------------------------
SELECT refuses_tiny('SELECT * FROM gaps', jsonb_build_object('frequency', given), code, message, '%1 month%1 business day%', 'frequency ' || given::text)
FROM (VALUES ('"monthly"'::jsonb, '22007', '%"monthly"%'), ('""', '22007', '%'), ('"1 month 3 days"', '22023', '%"1 month 3 days"%'),
	('"-1 day"', '22023', '%"-1 day"%'), ('"-2 months"', '22023', '%"-2 months"%'), ('"0"', '22023', '%"0"%'), ('0', '22023', '%"0"%'), ('1.5', '22023', '%"1.5"%'),
	('"0 business days"', '22023', '%"0 business days"%'), ('"400000000 years"', '22008', '%')) bad (given, code, message);
SELECT refuses_tiny('SELECT * FROM gaps', '{"frequency": true}', '22023', '%"frequency"%interval%not a boolean', '%', 'frequency true');
SELECT refuses_tiny('SELECT * FROM gaps WHERE v > 100', '{"frequency": 1}', '22023', '%"frequency" must be an interval%date', '%', 'an integer for dates');
SELECT refuses_tiny('SELECT i AS t, i * 0.5 AS v FROM generate_series(1, 20) i', '{"frequency": "1 day"}', '22023',
	'%"frequency" must be an integer%integer', '%', 'an interval for integers');
SELECT refuses_tiny('SELECT day, v FROM twice', '{"frequency": "1 day"}', '23505', 'duplicate time 2024-01-03', '%"duplicates"%', 'doubles of the step itself');
SELECT refuses_tiny('SELECT date ''2024-01-01'' + i AS day, i AS v FROM generate_series(0, 99) i', '{"frequency": "1 month"}', '23505',
	'31 rows fall into the step of 1 month from 2024-01-01 on', '%"duplicates" to sum, avg or last%', 'finer rows without a way to combine them');
SELECT refuses_tiny('SELECT date ''2024-01-01'' + 31 * i AS day, i AS v FROM generate_series(0, 19) i', '{"frequency": "1 day", "duplicates": "sum"}', '22000',
	'irregular time step from 2024-01-01 to 2024-02-01', '%1 day%"missing"%', 'coarser rows are gaps');

-- steps and the same in SQL: stored model and forecasts alike
CREATE TABLE ticks AS
SELECT timestamp '2024-01-31 00:00' + i * interval '7 minutes' AS ts, 20 + (i * 37 % 100) / 8.0::float8 AS v FROM generate_series(0, 4000) i;
CREATE TABLE days AS
SELECT date '2021-11-03' + i AS day, (i * 37 % 101)::float8 AS v FROM generate_series(0, 1200) i;
CREATE TABLE sales AS	-- none or several on a day
SELECT date '2022-01-01' + (7 * (i % 100) + i * i / 100 % 7) AS day, (i % 13)::float8 AS v FROM generate_series(0, 3000) i;

CREATE FUNCTION same_as_sql(source text, step text, how text, trunc text, col text, whole text DEFAULT 'true') RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	what text := format('%s to %s by %s', source, step, how);
	sql text := format('SELECT %s AS %I, %s(v) AS v FROM %s WHERE %s GROUP BY 1', trunc, col, how, source, whole);
	opts jsonb := jsonb_build_object('frequency', step, 'epochs', 2);
BEGIN
	PERFORM tiny(format('SELECT %I, v FROM %s ORDER BY random()', col, source), opts || jsonb_build_object('duplicates', how), 'finer');
	PERFORM tiny(sql, opts, 'by_sql');
	RETURN NEXT results_eq($q$SELECT step, ts, forecast FROM rn_forecast('finer', 5)$q$, $q$SELECT step, ts, forecast FROM rn_forecast('by_sql', 5)$q$, what);
	RETURN NEXT results_eq(format('SELECT ts, actual, predicted FROM rn_predict(%L, %L)', 'finer', format('SELECT %I, v FROM %s', col, source)),
		format('SELECT ts, actual, predicted FROM rn_predict(%L, %L)', 'by_sql', sql), what || ', predictions');
	PERFORM rn_drop_model(n) FROM unnest(ARRAY['finer', 'by_sql']) n;
END $$;
-- a step of which rows are missing at either end has no sum
SELECT same_as_sql('ticks', '1 hour', 'sum', 'date_trunc(''hour'', ts)', 'ts', 'ts < ''2024-02-19 10:00''');
SELECT same_as_sql('ticks', '1 hour', 'avg', 'date_trunc(''hour'', ts)', 'ts');
SELECT same_as_sql('ticks', '1 day', 'sum', 'date_trunc(''day'', ts)', 'ts', 'ts < ''2024-02-19''');
SELECT same_as_sql('days', '1 month', 'sum', 'date_trunc(''month'', day)::date', 'day', 'day BETWEEN ''2021-12-01'' AND ''2025-01-31''');
SELECT same_as_sql('days', '1 month', 'avg', 'date_trunc(''month'', day)::date', 'day');
SELECT same_as_sql('days', '3 months', 'sum', 'date_trunc(''quarter'', day)::date', 'day', 'day BETWEEN ''2022-01-01'' AND ''2024-12-31''');
SELECT same_as_sql('days', '1 week', 'sum', 'date_trunc(''week'', day)::date', 'day', 'day BETWEEN ''2021-11-08'' AND ''2025-02-09''');
SELECT same_as_sql('sales', '1 month', 'sum', 'date_trunc(''month'', day)::date', 'day');
SELECT same_as_sql('sales', '1 week', 'avg', 'date_trunc(''week'', day)::date', 'day');

SELECT refuses_tiny('SELECT day, v FROM days WHERE day BETWEEN ''2022-01-02'' AND ''2022-12-30''', '{"frequency": "1 year", "duplicates": "sum"}', '21000',
	'the rows fill no whole step of 1 year', '%shorter "frequency"%', 'no whole year');
SELECT ok(tiny('SELECT day, v FROM days', '{"frequency": "1 month", "duplicates": "sum"}', 'months') > 0, 'months that days do not fill');
SELECT is(cut, 2, 'are counted') FROM rn_series_log JOIN rn_models USING (model_id, version) WHERE name = 'months';
SELECT is(metrics ->> 'cut_steps', '2', 'in metrics, too') FROM rn_models WHERE name = 'months';
SELECT ok(tiny('SELECT day, v FROM sales', '{"frequency": "1 day", "duplicates": "sum", "missing": "zero"}', 'shop') > 0, 'sales of the day, or none');
SELECT is(seen('shop', 'SELECT day, v FROM sales'), (SELECT array_agg(coalesce(s, 0) ORDER BY day) FROM
	(SELECT day, sum(v) AS s FROM sales GROUP BY day) t RIGHT JOIN
	(SELECT g::date AS day FROM generate_series((SELECT min(day) FROM sales), (SELECT max(day) FROM sales), interval '1 day') g) all_days USING (day)),
	'are what SQL makes of them');
SELECT is((SELECT options ->> 'frequency' FROM rn_models WHERE name = 'shop'), '1 day', 'frequency is recorded');
SELECT ok(rn_train('gru', 'SELECT i AS t, i % 9 AS v FROM generate_series(0, 205) i', '{"recipe": "plain", "units": 2, "epochs": 1, "window": 4,
	"frequency": 10, "duplicates": "last"}', name => 'tens', "time" => 't') > 0, 'integers by tens');
SELECT results_eq($$SELECT t, ts FROM rn_forecast('tens', 2)$$, $$VALUES (210::bigint, NULL::timestamptz), (220, NULL)$$, 'go on by tens');
SELECT results_eq($$SELECT t, actual FROM rn_predict('tens', 'SELECT i AS t, i % 9 AS v FROM generate_series(0, 205) i') LIMIT 2$$,
	$$VALUES (0::bigint, 0::float8), (10, 1)$$, 'of which each is the last');
-- one row of a step, wherever in it, is a step of its own
SELECT ok(tiny('SELECT (date ''2020-01-15'' + i * interval ''1 month'')::date AS day, i AS v FROM generate_series(0, 30) i', '{"frequency": "1 month"}', 'mid') > 0, 'rows of the step');
SELECT results_eq($$SELECT ts FROM rn_forecast_as(NULL::date, 'mid', 2)$$, $$VALUES (date '2022-08-15'), ('2022-09-15')$$, 'keep their day');

---------------------------------------------------------------------------
-- bounds
---------------------------------------------------------------------------
SELECT refuses_tiny('SELECT day, v FROM days', '{"lower_bound": 5, "upper_bound": 1}', '22023', '%"lower_bound"%"upper_bound"%5, 1', '%', 'bounds the wrong way round');
SELECT refuses_tiny('SELECT day, v FROM days', '{"lower_bound": "0"}', '22023', '%"lower_bound"%number%', '%quotes%', 'a bound in quotes');
SELECT refuses_tiny('SELECT day, v FROM days', '{"lower_bound": -1e200}', '22023', '%"lower_bound"%range%', '%1e+100%', 'a bound out of range');
SELECT ok(tiny('SELECT day, v FROM days', '{"lower_bound": 45, "upper_bound": 55, "validation_split": 0.3}', 'bound') > 0, 'bounds train');
SELECT ok(bool_and(forecast BETWEEN 45 AND 55 AND lower BETWEEN 45 AND 55 AND upper BETWEEN 45 AND 55 AND lower <= forecast AND forecast <= upper)
	AND min(lower) = 45 AND max(upper) = 55, 'forecasts and intervals keep to them') FROM rn_forecast('bound', 50, 0.99);
SELECT ok(bool_and(predicted BETWEEN 45 AND 55 AND lower BETWEEN 45 AND 55 AND upper BETWEEN 45 AND 55) AND min(lower) = 45 AND max(upper) = 55,
	'and predictions') FROM rn_predict('bound', 'SELECT day, v FROM days') WHERE predicted IS NOT NULL;
SELECT is((SELECT (options ->> 'lower_bound') || ' ' || (options ->> 'upper_bound') FROM rn_models WHERE name = 'bound'), '45 55', 'and are recorded');
SELECT ok(tiny('SELECT day, 10 - (day - date ''2021-11-03'') * 0.05 AS v FROM days WHERE day < ''2022-05-01''', '{"lower_bound": 0, "epochs": 20}', 'falling') > 0, 'falling sales');
SELECT ok(min(forecast) >= 0, 'are never negative') FROM rn_forecast('falling', 300);
SELECT ok(tiny('SELECT day, v FROM days', '{"lower_bound": 200}', 'above') > 0, 'a bound above all values');
SELECT ok(bool_and(forecast = 200), 'is kept to') FROM rn_forecast('above', 3);

---------------------------------------------------------------------------
-- nothing that is no number comes out, nothing is left behind
---------------------------------------------------------------------------
SELECT ok(bool_and(forecast - forecast = 0 AND coalesce(lower - lower, 0) = 0 AND coalesce(upper - upper, 0) = 0), 'numbers only: ' || m.name)
FROM rn_models m, rn_forecast(m.model_id, 40) GROUP BY m.name;
SELECT results_eq('SELECT count(*) FROM rn_models', $$SELECT count(DISTINCT name) FROM rn_models WHERE name NOT IN ('finer', 'by_sql')$$, 'no model but those that were named');
SELECT results_eq('SELECT count(*) FROM recurnet.model', 'SELECT count(*) FROM recurnet.version', 'each with one version');
SELECT is((SELECT count(*) FROM pg_backend_memory_contexts WHERE name LIKE 'recurnet%' AND name NOT IN ('recurnet cached model', 'recurnet models')), 0::bigint, 'no memory is left');
SELECT finish();
ROLLBACK;
