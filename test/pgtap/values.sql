--
-- Models as values: the type rn_model, the aggregates rn_fit and the window
-- function rn_predict.
--
\set QUIET 1
\set ON_ERROR_STOP 1
BEGIN;
SELECT no_plan();

CREATE TABLE sales AS
SELECT s AS store, date '2024-01-01' + i AS day, (s + 1) * (50 + 10 * sin(i * 0.9) + (i * 7919 + s * 104729) % 97 * 0.05) AS amount
FROM generate_series(0, 3) s, generate_series(0, 99) i ORDER BY md5(s || '-' || i);
CREATE FUNCTION small() RETURNS jsonb IMMUTABLE PARALLEL SAFE LANGUAGE sql AS $$SELECT '{"units": 4, "epochs": 3}'::jsonb$$;

-- ---- the same bytes, whatever the plan ----

CREATE FUNCTION plan_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	line text;
	plan text := '';
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS off) ' || query LOOP
		plan := plan || line || chr(10);
	END LOOP;
	RETURN plan;
END $$;
CREATE FUNCTION bytes_of(source text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	EXECUTE format('SELECT string_agg(md5(model::bytea), '','' ORDER BY store)
		FROM (SELECT store, rn_fit(day, amount, ''gru'', small()) AS model FROM %s GROUP BY store) m', source) INTO result;
	RETURN result;
END $$;
\set grouped 'SELECT store, rn_fit(day, amount, ''gru'', small()) FROM sales GROUP BY store'

SELECT alike(plan_of(:'grouped'), '%HashAggregate%', 'hashed');
SELECT bytes_of('sales') AS bytes \gset
SELECT cmp_ok(length(:'bytes'), '=', 4 * 33 - 1, 'four models');
SELECT isnt(split_part(:'bytes', ',', 1), split_part(:'bytes', ',', 2), 'that differ');
SELECT is(bytes_of('(SELECT * FROM sales ORDER BY store, day) s'), :'bytes', 'rows in order');
SELECT is(bytes_of('(SELECT * FROM sales ORDER BY random()) s'), :'bytes', 'rows in no order');
SET LOCAL enable_hashagg = off;
SELECT alike(plan_of(:'grouped'), '%GroupAggregate%Sort%', 'sorted');
SELECT is(bytes_of('sales'), :'bytes', 'sorted: the same bytes');
RESET enable_hashagg;

SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
ANALYZE sales;
SELECT alike(plan_of(:'grouped'), '%Gather%Parallel Seq Scan%', 'parallel scan');
SELECT is(bytes_of('sales'), :'bytes', 'parallel scan: the same bytes');

CREATE TABLE parted (LIKE sales) PARTITION BY LIST (store);
CREATE TABLE parted_0 PARTITION OF parted FOR VALUES IN (0, 2);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1, 3);
INSERT INTO parted SELECT * FROM sales ORDER BY day DESC;
ANALYZE parted;
SET LOCAL enable_partitionwise_aggregate = on;
SELECT matches(plan_of('SELECT store, rn_fit(day, amount, ''gru'', small()) FROM parted GROUP BY store'),
	'Append.*Aggregate.*Aggregate', 'partition-wise');
SELECT is(bytes_of('parted'), :'bytes', 'partition-wise: the same bytes');
SET LOCAL max_parallel_workers_per_gather = 0;
SELECT is(bytes_of('parted'), :'bytes', 'partition-wise without workers: the same bytes');
SET LOCAL enable_partitionwise_aggregate = off;
SELECT is(bytes_of('parted'), :'bytes', 'over the partitions: the same bytes');
SET LOCAL work_mem = '64kB';
SELECT is(bytes_of('sales'), :'bytes', 'in little memory: the same bytes');
RESET work_mem;

-- ---- what an aggregate is given ----

CREATE TABLE models AS SELECT store, rn_fit(day, amount, 'gru', small()) AS model FROM sales GROUP BY store;
SELECT ok(rn_fit(i, i * 0.5, 'rnn', small()) IS NOT NULL, 'integer times') FROM generate_series(1, 50) i;
SELECT ok(rn_fit(ts, 1, 'rnn', small()) IS NOT NULL, 'timestamps') FROM generate_series(timestamp '2024-01-01', '2024-02-01', '6 hours') ts;
SELECT ok(rn_fit(ts, 1::numeric, 'lstm') IS NOT NULL, 'timestamptz, numeric values, no options')
FROM generate_series(timestamptz '2024-01-01', '2024-01-09', '6 hours') ts;
SELECT ok(rn_fit(day, amount, 'gru') IS NULL, 'no rows, no model') FROM sales WHERE false;
SELECT throws_ok('SELECT rn_fit(day, amount, CASE store WHEN 1 THEN ''gru'' ELSE ''lstm'' END) FROM sales', '22023',
	'argument "cell" of rn_fit differs from row to row of a group');
SELECT throws_ok('SELECT rn_fit(day, amount, ''gru'', jsonb_build_object(''units'', store + 1)) FROM sales', '22023',
	'argument "options" of rn_fit differs from row to row of a group');
SELECT throws_ok('SELECT rn_fit(day, amount, ''gru'', CASE store WHEN 1 THEN small() END) FROM sales', '22023',
	'argument "options" of rn_fit differs from row to row of a group');
SELECT throws_ok('SELECT rn_fit(day, amount, NULL) FROM sales', '22004', 'argument "cell" must not be null');
SELECT throws_ok('SELECT rn_fit(NULL::date, amount, ''gru'') FROM sales', '22004', 'argument "time" must not be null');
SELECT throws_ok('SELECT rn_fit(''infinity''::date, amount, ''gru'') FROM sales', '22008', NULL, 'an infinite time');
SELECT throws_ok('SELECT rn_fit(day, amount, ''gur'') FROM sales', '22023', 'unrecognized cell "gur"');
SELECT throws_ok('SELECT rn_fit(day, amount, ''gru'', ''{"unit": 4}'') FROM sales', '22023', 'unrecognized option "unit"');
SELECT throws_ok('SELECT rn_fit(day, amount, ''gru'', ''{"holidays": "SELECT current_date"}'') FROM sales', '0A000', NULL, 'holidays');
SELECT throws_ok('SELECT rn_fit(day, amount, ''gru'', ''{"duplicates": "last"}'') FROM sales', '0A000', NULL, 'the last of rows in no order');
SELECT throws_ok('SELECT rn_fit(day, amount, ''gru'', ''{"time_zone": "UTC"}'') FROM sales', '22023', NULL, 'a zone for dates');
SELECT throws_ok('SELECT rn_fit(day, amount, ''gru'') OVER () FROM sales', '0A000', NULL, 'no window aggregate');
SELECT throws_ok('SELECT rn_fit(day, amount, ''gru'', ''{"on_error": "fail"}'') FROM sales', '23505', 'duplicate time 2024-01-01');
SET LOCAL client_min_messages = error;
SELECT ok(rn_fit(day, amount, 'gru') IS NULL, 'a group that is no good has no model') FROM sales;
SELECT is(array_agg(store ORDER BY store) FILTER (WHERE model IS NOT NULL), '{0,2,3}', 'nor does it take others with it')
FROM (SELECT store, rn_fit(day, amount, 'gru', small()) AS model FROM sales WHERE store <> 1 OR day < '2024-01-02' GROUP BY store) m;
RESET client_min_messages;
SELECT isnt(rn_fit(day, amount, 'gru', small() || '{"duplicates": "sum"}')::text, NULL, 'several rows of a time') FROM sales;
SELECT is(a.bytes, b.bytes, 'sums do not depend on the order either')
FROM (SELECT rn_fit(day, amount, 'gru', small() || '{"duplicates": "sum"}')::bytea AS bytes FROM (SELECT * FROM sales ORDER BY random()) s) a,
	(SELECT rn_fit(day, amount, 'gru', small() || '{"duplicates": "sum"}')::bytea AS bytes FROM (SELECT * FROM sales ORDER BY amount) s) b;
SELECT ok(rn_fit(day, CASE WHEN store = 0 THEN amount END, 'gru', small() || '{"missing": "interpolate", "frequency": "1 week", "duplicates": "avg"}')
	IS NOT NULL, 'nulls and weeks') FROM sales;
SET LOCAL recurnet.max_memory = '256kB';
SELECT throws_ok('SELECT rn_fit(i, i, ''gru'') FROM generate_series(1, 100000) i', '54000', NULL, 'more rows than memory is allowed for');
RESET recurnet.max_memory;

-- ---- the value ----

SELECT rn_train('gru', 'SELECT day, amount FROM sales WHERE store = 2', small()) AS stored \gset
SELECT is(m.model::bytea, v.weights, 'the bytes are those that rn_train stores') FROM models m, recurnet.version v
WHERE store = 2 AND model_id = :stored;
SELECT is(model::text::rn_model::bytea, model::bytea, 'text and back') FROM models WHERE store = 0;
SELECT is(model::bytea::rn_model::bytea, model::bytea, 'bytea and back') FROM models WHERE store = 0;
SET LOCAL bytea_output = escape;
SELECT alike(model::text, '\\x524e4d4f44454c0a%', 'text is hex whatever bytea_output says') FROM models WHERE store = 0;
RESET bytea_output;
SELECT is(rn_model_send(model), model::bytea, 'binary is the bytes') FROM models WHERE store = 0;
SELECT throws_ok('SELECT ''''::rn_model', '22P03', 'invalid bytes for type rn_model');
SELECT throws_ok('SELECT ''\x524e''::rn_model', '22P03', 'invalid bytes for type rn_model');
SELECT throws_ok('SELECT ''\x524e''::bytea::rn_model', '22P03', 'invalid bytes for type rn_model');
SELECT throws_ok('SELECT ''nonsense''::rn_model', '22P03', 'invalid bytes for type rn_model');
SELECT throws_ok('SELECT ''\xzz''::rn_model', '22023', NULL, 'no hex');
SELECT throws_ok(format('SELECT (%L::bytea)::rn_model', set_byte(model::bytea, 8, 9)), '0A000', NULL, 'a version of the future') FROM models WHERE store = 0;
-- whole, sealed, and yet no model: keys that name no column
CREATE FUNCTION crc32(bytes bytea) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	crc bigint := 4294967295;
BEGIN
	FOR i IN 0 .. length(bytes) - 1 LOOP
		crc := crc # get_byte(bytes, i);
		FOR bit IN 1 .. 8 LOOP
			crc := CASE WHEN crc & 1 = 1 THEN (crc >> 1) # 3988292384 ELSE crc >> 1 END;
		END LOOP;
	END LOOP;
	RETURN crc # 4294967295;
END $$;
CREATE FUNCTION with_keys(bytes bytea, old text, new text) RETURNS bytea LANGUAGE plpgsql AS $$
DECLARE
	body bytea := bytes;
	crc bigint;
BEGIN
	WHILE position(old::bytea IN body) > 0 LOOP
		body := overlay(body PLACING new::bytea FROM position(old::bytea IN body));
	END LOOP;
	crc := crc32(substr(body, 17));
	FOR i IN 0 .. 3 LOOP
		body := set_byte(body, 12 + i, ((crc >> (8 * i)) & 255)::int);
	END LOOP;
	RETURN body;
END $$;
SELECT rn_train('rnn', 'SELECT i / 2 AS t, i % 2 AS k, i AS v FROM generate_series(0, 79) i', '{"units": 2, "epochs": 1}', series => 'k', "time" => 't') AS keyed \gset
SELECT is(with_keys(weights, 'nowhere', ''), weights, 'sealed as it was') FROM recurnet.version WHERE model_id = :keyed;
SELECT throws_ok(format('SELECT (%L::bytea)::rn_model', with_keys(with_keys(weights, '{"k": 0}', '{}      '), '{"k": 1}', '{}      ')), '22P03',
	'stored model has keys without a column') FROM recurnet.version WHERE model_id = :keyed;
SELECT throws_ok(format('SELECT (%L::bytea)::rn_model', with_keys(weights, '{"k": 1}', '{"j": 1}')), '22P03', 'invalid bytes for type rn_model')
FROM recurnet.version WHERE model_id = :keyed;
SELECT throws_ok(format('SELECT (%L::bytea)::rn_model', with_keys(weights, '{"k": 1}', '{"k", 1}')), '22P02', NULL, 'keys that are no JSON')
FROM recurnet.version WHERE model_id = :keyed;
SELECT throws_ok(format('SELECT (%L::bytea)::rn_model', with_keys(weights, 'integer', 'untegar')), '22P03', NULL, 'times of no type')
FROM recurnet.version WHERE model_id = :keyed;

CREATE FUNCTION accepted(bytes bytea) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	PERFORM bytes::rn_model;
	RETURN true;
EXCEPTION WHEN invalid_binary_representation OR feature_not_supported THEN
	RETURN false;
END $$;
SELECT is(count(*) FILTER (WHERE accepted(set_byte(model::bytea, i, 255 - get_byte(model::bytea, i)))), 0::bigint, 'no bent byte is accepted')
FROM models, generate_series(0, 1000, 7) i WHERE store = 0;
SELECT is(count(*) FILTER (WHERE accepted(substr(model::bytea, 1, i))), 0::bigint, 'nor a model cut short')
FROM models, generate_series(0, 1000, 7) i WHERE store = 0;

SELECT is(string_agg(item || ' ' || value, ', '), 'time date, step 1 day, last row 2024-04-09, window 21, season 7', 'what it knows of itself')
FROM models, rn_summary(model) WHERE store = 0 AND section = 'model';

-- ---- forecasts and predictions from it ----

SELECT results_eq('SELECT step, ts, t, forecast, lower, upper FROM models, rn_forecast(model, 9) WHERE store = 2',
	format('SELECT step, ts, t, forecast, lower, upper FROM rn_forecast(%s, 9)', :stored), 'forecasts as of the same model stored');
SELECT is(min(f.ts), '2024-04-10', 'times in the type asked for') FROM models, rn_forecast_as(NULL::date, model, 3) f;
SELECT is(count(*), 12::bigint, 'from every model of a table') FROM models, rn_forecast(model, 3);
SELECT is(f.forecast, g.forecast, 'from a history') FROM models, rn_forecast(model, 1) f,
	rn_forecast(model, 1, history => 'SELECT day, amount FROM sales WHERE store = 1') g WHERE store = 1;
SELECT throws_ok('SELECT rn_forecast(model, 1, history => ''source'') FROM models', '22023', 'a model that is a value has no query of its own');
SELECT throws_ok('SELECT rn_forecast(model, 1, as_of => ''2024-03-01'') FROM models', '22023', 'a model that is a value has no query of its own');
SELECT is(count(*), 0::bigint, 'no model, no forecasts') FROM rn_forecast(NULL::rn_model, 1);
SELECT is(count(*), 0::bigint, 'in any type') FROM rn_forecast_as(NULL::date, NULL::rn_model, 1);
SELECT is(count(*), 0::bigint, 'no predictions') FROM rn_predict(NULL::rn_model, 'SELECT day, amount FROM sales WHERE store = 1');
SELECT is(count(*), 0::bigint, 'and no summary') FROM rn_summary(NULL::rn_model);

CREATE TABLE beside AS SELECT store, day, amount, rn_predict(model, day, amount) OVER (PARTITION BY store ORDER BY day) AS predicted
FROM sales JOIN models USING (store);
SELECT is(count(predicted), 4 * (100 - 8)::bigint, 'a prediction for all rows with a full window before them') FROM beside;
SELECT is(count(*) FILTER (WHERE predicted IS NOT NULL), 0::bigint, 'none for the others') FROM beside WHERE day < date '2024-01-01' + 8;
SELECT results_eq('SELECT day, predicted FROM beside WHERE store = 3 ORDER BY day',
	'SELECT ts::date, predicted FROM models, rn_predict(model, ''SELECT day, amount FROM sales WHERE store = 3'') WHERE store = 3 ORDER BY ts',
	'as rn_predict has them that reads a query');
SELECT cmp_ok(avg(abs(amount - predicted) / (store + 1)), '<', 12::float8, 'and not far off') FROM beside;
SELECT is(count(p), 0::bigint, 'a partition too short for a window has none')
FROM (SELECT rn_predict(model, day, amount) OVER (PARTITION BY store ORDER BY day) AS p FROM sales JOIN models USING (store) WHERE day < '2024-01-06') s;
SELECT rn_train('gru', 'SELECT store, day, amount FROM sales', small(), name => 'all', series => 'store') AS id \gset
SELECT results_eq('SELECT day, rn_predict(''all'', day, amount, ''{"store": 2}'') OVER (ORDER BY day) FROM sales WHERE store = 2',
	'SELECT ts::date, predicted FROM rn_predict(''all'', ''SELECT store, day, amount FROM sales'') WHERE series = ''{"store": 2}'' ORDER BY ts',
	'by name, for a series that the model knows');
SELECT is(count(p), 92::bigint, 'by id, for one that it does not')
FROM (SELECT rn_predict(:id, day, amount) OVER (ORDER BY day) AS p FROM sales WHERE store = 2) s;
SELECT throws_ok('SELECT rn_predict(model, day, amount) OVER (PARTITION BY store) FROM (SELECT * FROM sales ORDER BY day DESC) s JOIN models USING (store)',
	'42P20', 'the rows of the window are not in the order of ts');
SELECT throws_ok('SELECT rn_predict(model, day, amount) OVER (PARTITION BY store ORDER BY day) FROM sales JOIN models USING (store) WHERE day <> ''2024-02-01''',
	'22000', 'query does not return the steps of 1 day that the model was trained on');
SELECT throws_ok('SELECT rn_predict(model, day::timestamptz, amount) OVER (PARTITION BY store ORDER BY day) FROM sales JOIN models USING (store)',
	'42804', NULL, 'other times than the model has');
SELECT is(count(p), 0::bigint, 'no model, no predictions beside')
FROM (SELECT rn_predict(NULL::rn_model, day, amount) OVER (ORDER BY day) AS p FROM sales WHERE store = 1) s;
/* what all rows of a partition must have in common */
PREPARE beside_model(text, text) AS SELECT count(p) FROM
	(SELECT rn_predict(CASE WHEN day < '2024-02-01' THEN $1 ELSE $2 END, day, amount) OVER (ORDER BY day) AS p FROM sales WHERE store = 2) s;
SELECT throws_ok('EXECUTE beside_model(''all'', ''nosuch'')', '22023', 'argument "model" of rn_predict differs from row to row of a partition');
SELECT throws_ok('EXECUTE beside_model(NULL, ''all'')', '22023', 'argument "model" of rn_predict differs from row to row of a partition');
SELECT throws_ok('EXECUTE beside_model(''all'', NULL)', '22023', 'argument "model" of rn_predict differs from row to row of a partition');
SELECT throws_ok('SELECT rn_predict(model, day, amount) OVER (ORDER BY store, day) FROM sales JOIN models USING (store)',
	'22023', 'argument "model" of rn_predict differs from row to row of a partition');
SELECT results_eq('EXECUTE beside_model(''all'', ''all'')', 'SELECT 92::bigint', 'a model from each row');
SELECT throws_ok('SELECT rn_predict(''all'', day, amount, jsonb_build_object(''store'', store)) OVER (ORDER BY store, day) FROM sales',
	'22023', 'argument "series" of rn_predict differs from row to row of a partition');
SELECT throws_ok('SELECT rn_predict(''all'', day, amount, CASE WHEN day > ''2024-02-01'' THEN ''{"store": 2}''::jsonb END) OVER (ORDER BY day) FROM sales WHERE store = 2',
	'22023', 'argument "series" of rn_predict differs from row to row of a partition');

SELECT rn_train('gru', 'SELECT store, day, amount FROM sales', '{"recipe": "plain", "units": 2, "epochs": 1, "window": 5}', name => 'scaled', series => 'store');
CREATE FUNCTION beside_series(key jsonb) RETURNS float8 LANGUAGE sql AS
	$$SELECT sum(p) FROM (SELECT rn_predict('scaled', day, amount, key) OVER (ORDER BY day) AS p FROM sales WHERE store = 2) s$$;
SELECT isnt(beside_series('{"store": 3}'), beside_series('{"store": 2}'), 'a series has its own scale');
SELECT is(beside_series('{"store": 3.00}'), beside_series('{"store": 3}'), 'however its number is written');
SELECT is((SELECT sum(p) FROM (SELECT rn_predict('scaled', day, amount, CASE WHEN day < '2024-02-01' THEN '{"store": 3.0}' ELSE '{"store": 3}' END::jsonb)
	OVER (ORDER BY day) AS p FROM sales WHERE store = 2) s), beside_series('{"store": 3}'), 'and be it in two ways');
SELECT is(beside_series('{"store": 77}'), beside_series(NULL), 'one that the model does not know goes by its rows');
SELECT is(beside_series('{"store": null}'), beside_series(NULL), 'as does that of no store');
SELECT throws_ok($$SELECT beside_series('{"store": "2"}')$$, '22023', 'series is no key of the model: {"store": "2"}');
SELECT throws_ok($$SELECT beside_series('{"stor": 2}')$$, '22023', 'series is no key of the model: {"stor": 2}');
SELECT throws_ok($$SELECT beside_series('{}')$$, '22023', 'series is no key of the model: {}');
SELECT throws_ok($$SELECT beside_series('{"store": 2, "day": 3}')$$, '22023', 'series is no key of the model: {"day": 3, "store": 2}');
SELECT throws_ok(format('SELECT beside_series(%L)', key), '22023', 'series must be a JSON object')
FROM (VALUES ('[3, "bogus"]'), ('[{"store": 2}]'), ('2'), ('null')) AS v (key);
SELECT throws_ok('SELECT rn_predict(model, day, amount, ''{"store": 1}'') OVER (PARTITION BY store ORDER BY day) FROM sales JOIN models USING (store)',
	'22023', 'the model has one series without a key');
SELECT is((SELECT count(*) FROM pg_backend_memory_contexts WHERE name LIKE 'recurnet%' AND name NOT IN ('recurnet cached model', 'recurnet models')), 0::bigint,
	'no memory context outlives its statement');

SELECT * FROM finish();
ROLLBACK;
