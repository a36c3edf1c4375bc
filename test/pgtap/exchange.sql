--
-- Models as files: rn_export and rn_import.  What other libraries make of the files is
-- the business of test/exchange.
--
\set QUIET 1
\set ON_ERROR_STOP 1
BEGIN;
SELECT no_plan();
\ir refuses.psql
SET LOCAL client_min_messages = error;

CREATE TABLE days AS SELECT date '2024-01-01' + i AS day, 50 + 10 * sin(i * 0.9) + i % 5 AS v FROM generate_series(0, 89) i;
CREATE TABLE many AS SELECT s AS "the store", day, (s + 1) * v AS sold, v::int % 3 AS promo FROM days, generate_series(0, 2) s
WHERE extract(day FROM day)::int % (9 + s) <> 0;
CREATE TABLE feast AS SELECT date '2024-01-06' AS day;
CREATE FUNCTION o() RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$ SELECT '{"recipe": "plain", "units": 2, "epochs": 1, "window": 5}'::jsonb $$;

-- ---- round trips ----

SELECT rn_train('gru', 'SELECT day, v FROM days', o() || '{"units": [3, 2], "horizon": 3, "validation_split": 0.2}', 'plain') \g /dev/null
SELECT rn_train('lstm', 'SELECT day, v FROM days', '{"units": 2, "epochs": 1, "ensemble": 2, "transform": "both", "upper_bound": 70}', 'auto') \g /dev/null
SELECT rn_train('rnn', 'SELECT * FROM many', o() || '{"missing": "mask", "horizon": 4, "activation": "relu", "scaler": "robust"}', 'many',
	series => '"the store"', covariates => 'promo') \g /dev/null
SELECT rn_train('gru', 'SELECT day, v FROM days', '{"units": 2, "epochs": 1, "window": 14, "horizon": 2, "calendar_features": ["day_of_week"], "holidays": "SELECT day FROM feast"}', 'feasts') \g /dev/null
SELECT rn_train('gru', 'SELECT i AS n, (i % 5)::float8 AS v FROM generate_series(1, 60) i', o() || '{"reset_after": false}', 'numbered') \g /dev/null
SELECT rn_train('gru', 'SELECT day::timestamptz AS at, v FROM days', o() || '{"time_zone": "Europe/Berlin", "frequency": "1 day", "duplicates": "avg"}', 'zoned') \g /dev/null

SELECT rn_train('lstm', 'SELECT day, v FROM days', o() || '{"units": [3, 3, 3], "dilations": [1, 2, 4], "residual": true, "window": 10}', 'stack') \g /dev/null
SELECT rn_train('gru', 'SELECT "the store", day, sold FROM many', '{"units": 2, "epochs": 2, "ensemble": 2, "smoothing": "learnt", "lambda": 0.5, "horizon": 3, "missing": "interpolate"}', 'learnt',
	series => '"the store"') \g /dev/null

CREATE TABLE file AS
SELECT m AS name, f AS format, rn_export(m, f) AS data
FROM unnest('{plain, auto, many, feasts, numbered, zoned, stack, learnt}'::text[]) m, unnest('{safetensors, json}'::text[]) f;
CREATE FUNCTION hash_of(model text) RETURNS bytea LANGUAGE sql AS $$
SELECT v.content_hash FROM recurnet.model m JOIN recurnet.version v ON v.model_id = m.model_id AND v.version = m.active_version WHERE m.name = $1 $$;
SELECT rn_import(data, format || '_' || name) FROM file \g /dev/null
SELECT is(hash_of(format || '_' || name), hash_of(name), format || ' has all of model ' || name) FROM file;
SELECT set_eq(format('SELECT f.* FROM rn_forecast(%L, 4) f', format || '_' || name), format('SELECT f.* FROM rn_forecast(%L, 4) f', name),
	format || ': the same forecasts of ' || name) FROM file WHERE name <> 'feasts';
SELECT is((SELECT count(*) FROM file JOIN rn_models a USING (name) JOIN rn_models b ON b.name = format || '_' || file.name
	WHERE (a.options - 'holidays', a.cell, a.time_column, a.target_column, a.series_columns, a.covariates, a.step, a.rows, a.train_from, a.train_to, a.metrics)
		IS NOT DISTINCT FROM (b.options - 'holidays', b.cell, b.time_column, b.target_column, b.series_columns, b.covariates, b.step, b.rows, b.train_from, b.train_to, b.metrics)),
	16::bigint, 'and all that the catalog knows');

-- An export of what was imported is the file that it was imported from, but for its name and query.
SELECT is(regexp_replace(convert_from(rn_export('json_plain', 'json'), 'UTF8'), 'json_', ''),
	replace(convert_from(data, 'UTF8'), '"query": "SELECT day, v FROM days", ', ''), 'export, import, export') FROM file WHERE (name, format) = ('plain', 'json');
SELECT is(encode(substring(rn_export('plain', 'onnx') FOR 2), 'hex'), '0807', 'ONNX begins with its version');
SELECT is(rn_export('plain'), (SELECT data FROM file WHERE (name, format) = ('plain', 'safetensors')), 'the format is safetensors unless said');

-- in parallel workers, as all that only reads a model
SELECT is(array_agg(DISTINCT proname || ' ' || proparallel::text), NULL, 'is parallel safe') FROM pg_proc
WHERE proname IN ('rn_export', 'rn_forecast', 'rn_summary', 'rn_plot', 'rn_plot_training', 'rn_explain') AND proparallel <> 's';
SELECT set_config(CASE WHEN current_setting('server_version_num')::int < 160000 THEN 'force_parallel_mode' ELSE 'debug_parallel_query' END, 'on', true) AS set \gset
SELECT rn_export('plain') AS parallel_export \gset
SELECT set_config(CASE WHEN current_setting('server_version_num')::int < 160000 THEN 'force_parallel_mode' ELSE 'debug_parallel_query' END, 'off', true) AS set \gset
SELECT is(:'parallel_export'::bytea, rn_export('plain'), 'an export by a worker');

-- ---- values ----

CREATE TABLE valued AS SELECT rn_fit(day, v, 'gru', o()) AS m FROM days;
SELECT rn_import(rn_export(m, f), 'valued_' || f) FROM valued, unnest('{safetensors, json}'::text[]) f \g /dev/null
SELECT is(hash_of('valued_' || f), sha256(m::bytea), 'a value as ' || f) FROM valued, unnest('{safetensors, json}'::text[]) f;
SELECT set_eq('SELECT * FROM rn_forecast(''valued_json'', 4)', 'SELECT f.* FROM valued, rn_forecast(m, 4) f', 'forecasts as the value did');
SELECT * FROM refuses('SELECT rn_import(rn_export(m), query => ''SELECT day, v FROM days'') FROM valued', '22023', '%was a value%', '%columns%', 'a value with a query');

-- ---- queries: those of a file are words ----

SELECT is(query, NULL, 'no query came along') FROM rn_models WHERE name = 'json_plain';
SELECT * FROM refuses('SELECT * FROM rn_forecast(''json_plain'', history => ''source'')', '55000', 'model % has no query', '%imported without one%', 'history');
SELECT * FROM refuses('SELECT * FROM rn_drift(''json_plain'')', '55000', '%no query%', '%imported%', 'drift');
SELECT * FROM refuses('SELECT * FROM rn_backtest_model(''json_plain'')', '55000', '%no query%', '%imported%', 'backtest');
SELECT * FROM refuses('SELECT rn_create_view(''json_plain'', ''shown'')', '55000', '%no query%', '%imported%', 'view');
SELECT * FROM refuses('SELECT rn_plot_training(''json_plain'')', '55000', 'version 1 of model % has no losses', '%imported%', 'losses');
SELECT lives_ok('SELECT * FROM rn_summary(''json_plain'')', 'a summary it has');
SELECT lives_ok('SELECT * FROM rn_forecast(''json_plain'', 4, history => ''SELECT day, v FROM days'')', 'and forecasts from other rows');
SELECT rn_import(data, 'plain', query => 'SELECT day, v FROM days') FROM file WHERE (name, format) = ('plain', 'json') \g /dev/null
SELECT is((SELECT count(*) FROM rn_versions WHERE name = 'plain'), 2::bigint, 'with a name of mine, a version of that');
SELECT is((SELECT query FROM rn_models WHERE name = 'plain'), 'SELECT day, v FROM days', 'with the query given');
SELECT throws_like($$SELECT rn_import(data, query => 'DROP TABLE days') FROM file WHERE (name, format) = ('plain', 'json')$$, '%must be a single SELECT, not DROP TABLE', 'which must be one');
SELECT throws_ok($$SELECT rn_import(data, query => 'SELECT * FROM nowhere') FROM file WHERE (name, format) = ('plain', 'json')$$, '42P01', NULL, 'of what there is');
SELECT * FROM refuses($$SELECT rn_import(data, query => 'SELECT 1 AS x') FROM file WHERE (name, format) = ('plain', 'json')$$, '42703', 'query returns no column %', '%columns are: x%', 'without its columns');
SELECT * FROM refuses($$SELECT rn_import(data, query => 'SELECT day, v, 1 AS more FROM days') FROM file WHERE (name, format) = ('plain', 'json')$$, '42P10', '%no use: more integer', '%', 'with others, too');
SELECT * FROM refuses($$SELECT rn_import(data, query => 'SELECT 1 AS day, v FROM days') FROM file WHERE (name, format) = ('plain', 'json')$$, '42804', '%integer%', '%', 'and times as they were');
SELECT lives_ok('SELECT * FROM rn_forecast(''plain'', history => ''source'')', 'which runs');
SELECT lives_ok('SELECT * FROM rn_backtest_model(''plain'', folds => 1)', 'with the options of the file');
SELECT * FROM refuses($$SELECT rn_import(data, query => 'SELECT day, v FROM days') FROM file WHERE (name, format) = ('feasts', 'json')$$,
	'22023', '%holidays%again%', '%would run as you%', 'a file with holidays');
SELECT * FROM refuses($$SELECT rn_import(data, query => 'SELECT day, v FROM days', options => NULL) FROM file WHERE (name, format) = ('feasts', 'json')$$,
	'22023', '%holidays%again%', '%would run as you%', 'and no options at all');
-- one that only a retraining from the start would run
SELECT * FROM refuses($$SELECT rn_import(convert_to(replace(convert_from(data, 'UTF8'), '"request": {"cell": "gru", "options": {',
	'"request": {"cell": "gru", "options": {"holidays": "SELECT evil()", "calendar_features": ["holiday"], '), 'UTF8'), query => 'SELECT day, v FROM days') FROM file WHERE (name, format) = ('plain', 'json')$$,
	'22023', '%holidays%again%', '%would run as you%', 'a file that hides holidays in what was asked for');
SELECT rn_import(data, 'with_feasts', 'SELECT day, v FROM days', '{"holidays": "SELECT day FROM feast WHERE true"}') FROM file WHERE (name, format) = ('feasts', 'json') \g /dev/null
SELECT is(options ->> 'holidays', 'SELECT day FROM feast WHERE true', 'holidays as given') FROM rn_models WHERE name = 'with_feasts';
SELECT lives_ok('SELECT * FROM rn_backtest_model(''with_feasts'', folds => 1)', 'also for training anew');
SELECT * FROM refuses($$SELECT rn_import(data, options => '{"units": 3}') FROM file LIMIT 1$$, '22023', 'the file says itself%', '%PyTorch%', 'options of a file');
SELECT * FROM refuses($$SELECT rn_import(data, series => 'store') FROM file LIMIT 1$$, '22023', 'the file says itself%', '%PyTorch%', 'columns of a file');

-- columns: the catalog of a file has those of the model in it, or reads of either would differ
CREATE FUNCTION edited(was text, becomes text) RETURNS bytea LANGUAGE sql AS $$
SELECT convert_to(replace(convert_from(data, 'UTF8'), was, becomes), 'UTF8') FROM file WHERE (name, format) = ('many', 'json') $$;
SELECT * FROM refuses($$SELECT rn_import(edited('"covariates": "promo"', '"covariates": "sold"'))$$, '22P03', 'member "covariates" of the catalog%', '%catalog says: sold. The model has: promo.%no more than them%', 'another covariate');
SELECT * FROM refuses($$SELECT rn_import(edited('"covariates": "promo"', '"covariates": "promo known"'))$$, '22P03', 'member "covariates" of the catalog%', '%catalog says: promo known. The model has: promo.%', 'of another kind');
SELECT * FROM refuses($$SELECT rn_import(edited('"series_columns": "\"the store\""', '"series_columns": "shop"'))$$, '22P03', 'member "series_columns" of the catalog%', '%catalog says: shop. The model has: "the store".%', 'another key');
SELECT * FROM refuses($$SELECT rn_import(edited('"covariates": "promo", ', ''))$$, '22P03', 'member "covariates" of the catalog%', '%catalog says: none.%', 'no covariate');
SELECT lives_ok($$SELECT rn_import(edited('', ''), 'many again', 'SELECT * FROM many')$$, 'as it was');
SELECT lives_ok($$SELECT * FROM rn_forecast('many again', history => 'source')$$, 'with a query that has them');

-- ---- rights ----

CREATE ROLE exchange_user;
CREATE ROLE exchange_manager;
SELECT rn_grant('plain', 'exchange_user', 'use');
SELECT rn_grant('plain', 'exchange_manager', 'manage');
GRANT SELECT ON file, days TO exchange_user, exchange_manager;
SET LOCAL ROLE exchange_user;
SELECT lives_ok('SELECT * FROM rn_forecast(''plain'')', 'who may use it may forecast');
SELECT * FROM refuses('SELECT rn_export(''plain'')', '42501', '%', '%', 'but not have its rows and query');
SELECT rn_import(data, 'taken') FROM file WHERE (name, format) = ('auto', 'json') \g /dev/null
SELECT is(owner, 'exchange_user', 'what is imported is the caller''s') FROM rn_models WHERE name = 'taken';
SELECT throws_ok($$SELECT rn_import(data, 'auto') FROM file LIMIT 1$$, '42501', NULL, 'under no name of others');
SET LOCAL ROLE exchange_manager;
SELECT lives_ok('SELECT rn_export(''plain'')', 'who may manage it may export it');
SELECT throws_ok('SELECT rn_export(''many'')', '42704', NULL, 'other models do not exist');
RESET ROLE;

-- ---- errors ----

SELECT * FROM refuses('SELECT rn_export(''plain'', ''safetensor'')', '22023', 'unrecognized format%', '%safetensors%', 'a format misspelt');
SELECT * FROM refuses('SELECT rn_export(''plain'', NULL)', '22004', '%format%', '%', 'no format');
SELECT * FROM refuses('SELECT rn_import(NULL)', '22004', '%data%', '%', 'no file');
SELECT * FROM refuses('SELECT rn_import('''')', '22P03', '%neither%', '%rn_export%', 'an empty file');
SELECT * FROM refuses('SELECT rn_import(''hello'')', '22P03', '%neither%', '%rn_export%', 'some text');
SELECT * FROM refuses('SELECT rn_import(rn_export(''plain'', ''onnx''))', '22P03', '%neither%', '%rn_export%', 'ONNX');
SELECT * FROM refuses('SELECT rn_import(''{"recurnet": 1}'')', '22P03', '%no model%', '%rn_export%', 'other JSON');
SELECT * FROM refuses($$SELECT rn_import(convert_to(repeat('[', 100000), 'UTF8') || '')$$, '22P03', '%neither%', '%', 'brackets');
SELECT * FROM refuses($$SELECT rn_import(convert_to('{"a": ' || repeat('[', 100000), 'UTF8'))$$, '22P03', '%too many brackets%', '%', 'brackets in an object');
SELECT * FROM refuses($$SELECT rn_import(convert_to('{"a": "\u0000"}', 'UTF8'))$$, '22P03', '%escape%byte%', '%cut off%', 'a zero in a text');
SELECT * FROM refuses($$SELECT rn_import(data || '\x00') FROM file WHERE (name, format) = ('plain', 'json')$$, '22P03', '%behind the end%', '%', 'a byte too many');
SELECT * FROM refuses($$SELECT rn_import(substring(data FOR length(data) - 4)) FROM file WHERE (name, format) = ('plain', 'safetensors')$$, '22P03', '%does not lie where%', '%cut off%', 'bytes too few');
SELECT * FROM refuses($$SELECT rn_import(convert_to(replace(convert_from(data, 'UTF8'), '"format": 1', '"format": 2'), 'UTF8')) FROM file WHERE (name, format) = ('plain', 'json')$$,
	'0A000', '%format 2%', '%newer%', 'a later format');
SET LOCAL recurnet.max_memory = '16kB';
SELECT throws_ok($$SELECT rn_import(data) FROM file WHERE (name, format) = ('auto', 'json')$$, '53200', NULL, 'more than max_memory');
RESET recurnet.max_memory;

-- safetensors by hand
CREATE FUNCTION safetensors(header text, data bytea) RETURNS bytea LANGUAGE sql AS $$
SELECT set_byte(set_byte('\x0000000000000000', 0, length(header) % 256), 1, length(header) / 256) || convert_to(header, 'UTF8') || data $$;
CREATE FUNCTION zeroes(n int) RETURNS bytea LANGUAGE sql AS $$ SELECT decode(repeat('00', n), 'hex') $$;
SELECT * FROM refuses($$SELECT rn_import(safetensors('{}', ''))$$, '0A000', '%neither a model%', '%weight_ih_l0%', 'no tensors');
SELECT * FROM refuses($$SELECT rn_import(safetensors('{"a": {"dtype": "F16", "shape": [1], "data_offsets": [0, 2]}}', zeroes(2)))$$, '0A000', '%F16%', '%F32%', 'half numbers');
SELECT * FROM refuses($$SELECT rn_import(safetensors('{"a": {"dtype": "F32", "shape": [4611686018427387904, 4], "data_offsets": [0, 0]}}', ''))$$, '22P03', '%too large%', '%', 'a shape that overflows');
SELECT * FROM refuses($$SELECT rn_import(safetensors('{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 4]}}', zeroes(4)))$$, '22P03', '%does not lie%', '%', 'a shape that is not its data''s');
CREATE FUNCTION network(inputs int, more text DEFAULT '') RETURNS bytea LANGUAGE sql AS $$
SELECT safetensors(format('{"r.weight_ih_l0": {"dtype": "F32", "shape": [8, %s], "data_offsets": [0, %s]},
	"r.weight_hh_l0": {"dtype": "F32", "shape": [8, 2], "data_offsets": [0, 64]},
	"r.bias_ih_l0": {"dtype": "F32", "shape": [8], "data_offsets": [0, 32]},
	"h.weight": {"dtype": "F32", "shape": [3, 2], "data_offsets": [0, 24]}, "h.bias": {"dtype": "F32", "shape": [3], "data_offsets": [0, 12]}%s}',
	inputs, 32 * inputs, more), zeroes(128)) $$;
SELECT rn_import(network(1), 'zero', 'SELECT day, v FROM days', '{"window": 4, "scaler": "standard"}') \g /dev/null
SELECT is(round(forecast::numeric, 6), (SELECT round(avg(v)::numeric, 6) FROM days), 'a network of zeroes forecasts the mean') FROM rn_forecast('zero', 1);
SELECT is(cell || ' ' || (options ->> 'horizon') || ' ' || (options ->> 'units'), 'lstm 3 2', 'cell, horizon and units from the file') FROM rn_models WHERE name = 'zero';
SELECT * FROM refuses('SELECT rn_import(network(1))', '22023', '%nothing of the series%', '%query%', 'no query');
SELECT * FROM refuses($$SELECT rn_import(network(1), query => 'SELECT day, v FROM days')$$, '22023', '%time steps%', '%window%', 'no window');
SELECT * FROM refuses($$SELECT rn_import(network(1), query => 'SELECT day, v FROM days', options => '{"window": 4, "units": 2}')$$, '22023', '%"units"%', '%Leave it out%', 'units said twice');
SELECT * FROM refuses($$SELECT rn_import(network(1), query => 'SELECT day, v FROM days', options => '{"window": 4, "activation": "relu"}')$$, '22023', '%tanh%', '%activation%', 'an activation that PyTorch has not');
SELECT * FROM refuses($$SELECT rn_import(network(2), query => 'SELECT day, v FROM days', options => '{"window": 4}')$$, '22023', '%sees 2 numbers%give 1%', '%covariates%', 'more inputs than columns');
SELECT * FROM refuses($$SELECT rn_import(network(1, ', "norm.weight": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}'), query => 'SELECT day, v FROM days', options => '{"window": 4}')$$,
	'0A000', '%norm.weight%', '%nn.Linear%', 'a layer that is not known');
SELECT * FROM refuses($$SELECT rn_import(network(1, ', "r.weight_ih_l0_reverse": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}'), query => 'SELECT day, v FROM days', options => '{"window": 4}')$$,
	'0A000', '%two directions%', '%one direction%', 'two directions');
SELECT * FROM refuses($$SELECT rn_import(network(1, ', "x": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}'), query => 'SELECT day, v FROM days', options => '{"window": 4}')$$,
	'0A000', '%6 tensors%5%', '%', 'a tensor too many');

-- ---- whatever stands in a file, it is refused or is a model ----

-- ok with finite forecasts, or the SQLSTATE; nothing stays of it.
CREATE FUNCTION outcome(data bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	id bigint;
	finite boolean;
BEGIN
	id := rn_import(data);
	SELECT bool_and(abs(forecast) < 'Infinity') INTO finite FROM rn_forecast(id, 3);
	PERFORM * FROM rn_summary(id);
	RAISE EXCEPTION SQLSTATE 'RNOK0' USING MESSAGE = finite;
EXCEPTION
	WHEN SQLSTATE 'RNOK0' THEN RETURN SQLERRM;
	WHEN OTHERS THEN RETURN SQLSTATE;
END $$;
-- Every member of a document but numbers inside of data.
CREATE FUNCTION paths(document jsonb) RETURNS SETOF text[] LANGUAGE sql AS $$
WITH RECURSIVE p AS (
	SELECT ARRAY[key] AS path, value FROM jsonb_each(document)
	UNION ALL
	SELECT path || c.key, c.value FROM p CROSS JOIN LATERAL (
		SELECT key, value FROM jsonb_each(CASE WHEN jsonb_typeof(p.value) = 'object' THEN p.value ELSE '{}' END)
		UNION ALL
		SELECT (i - 1)::text, e FROM jsonb_array_elements(CASE WHEN jsonb_typeof(p.value) = 'array' THEN p.value ELSE '[]' END) WITH ORDINALITY AS a (e, i) WHERE i < 3) c)
SELECT path FROM p $$;
CREATE TABLE mutant AS
SELECT f.name, path, w.word, outcome(convert_to(jsonb_set(document, path, w.word)::text, 'UTF8')) AS outcome
FROM (SELECT name, convert_from(data, 'UTF8')::jsonb AS document FROM file WHERE format = 'json' AND name IN ('auto', 'many', 'feasts')) f
CROSS JOIN LATERAL paths(document) path
CROSS JOIN unnest(ARRAY['null', '-1', '2147483647', '1e300', '"x"', '[]', '{}']::jsonb[]) AS w (word);
SELECT cmp_ok(count(*), '>', 2000::bigint, 'documents with one member changed') FROM mutant;
SELECT is(array_agg(DISTINCT m.outcome), NULL, 'are refused in words, or forecast numbers')
FROM mutant m WHERE outcome NOT IN ('t', '22P01', '22P03', '0A000', '22023', '53200', '22003', '22008', '42704', '42602', '42703', '22P02');
SELECT diag(name, path::text, word::text, outcome) FROM mutant WHERE outcome NOT IN ('t', '22P01', '22P03', '0A000', '22023', '53200', '22003', '22008', '42704', '42602', '42703', '22P02') LIMIT 5;
SELECT cmp_ok(count(*) FILTER (WHERE outcome = '22P03'), '>', 1000::bigint, 'most are refused') FROM mutant;
SELECT is(array_agg(DISTINCT o), NULL, 'so are files with a byte changed')
FROM (SELECT outcome(set_byte(data, at, get_byte(data, at) # (1 << (at % 8)))) AS o
	FROM file CROSS JOIN LATERAL generate_series(0, length(data) - 1, length(data) / 150) at WHERE name IN ('plain', 'auto')) m
WHERE o NOT IN ('t', '22P01', '22P03', '0A000', '22023', '53200', '22003', '22012', '22021', '42704', '22P02', '42703');

SELECT * FROM finish();
ROLLBACK;
