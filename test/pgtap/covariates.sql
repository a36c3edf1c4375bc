--
-- Covariates: what the past, the future and the calendar tell beside the value.
--
\set QUIET 1
\set ON_ERROR_STOP 1
\ir enter.psql
SELECT no_plan();
\ir refuses.psql

CREATE FUNCTION learn(query text, name text, covariates text DEFAULT NULL, opts jsonb DEFAULT '{}', series text DEFAULT NULL) RETURNS bigint
LANGUAGE sql AS $$
	SELECT rn_train('gru', query, '{"recipe": "plain", "units": 3, "epochs": 2, "window": 6, "horizon": 3}' || opts,
		name => name, series => series, covariates => covariates)
$$;
CREATE FUNCTION refuses_learn(query text, covariates text, opts jsonb, code text, message text, advice text, what text) RETURNS SETOF text
LANGUAGE sql AS $$
	SELECT refuses(format('SELECT learn(%L, NULL, %L, %L)', query, covariates, opts), code, message, advice, what)
$$;
CREATE FUNCTION mae(model text) RETURNS float8 LANGUAGE sql AS $$
	SELECT (metrics ->> 'validation_mae')::float8 FROM rn_models WHERE name = model
$$;

-- sales at a price that nobody can guess from the sales before
CREATE TABLE plan AS
SELECT s AS store, date '2024-01-01' + i AS day, (hashint4(i * 3 + s) & 1)::float8 AS price, (i % 5)::float8 AS weather, s * 100.0 AS size
FROM generate_series(1, 2) s, generate_series(0, 259) i;
CREATE TABLE sales AS
SELECT *, 10 * store * (10 - 6 * price) + hashint4(extract(doy FROM day)::int) % 100 / 100.0 AS v FROM plan WHERE day < '2024-08-28';
CREATE TABLE sale AS SELECT day, price, weather, v FROM sales WHERE store = 1;

---------------------------------------------------------------------------
-- what they are good for
---------------------------------------------------------------------------
SELECT ok(learn('SELECT day, v FROM sale', 'blind', NULL, '{"units": 8, "epochs": 40, "learning_rate": 0.01, "validation_split": 0.25}') > 0, 'sales alone');
SELECT ok(learn('SELECT day, v, price FROM sale', 'priced', 'price known', '{"units": 8, "epochs": 40, "learning_rate": 0.01, "validation_split": 0.25}') > 0, 'sales and prices');
SELECT cmp_ok(mae('priced'), '<', mae('blind') / 2, 'the price known ahead more than halves the error');
SELECT ok(avg(abs(forecast - 10 * (10 - 6 * price))) < 15, 'of forecasts, too, beyond the head as well')
FROM rn_forecast_as(NULL::date, 'priced', 12, future => 'SELECT day, price FROM plan WHERE store = 1') JOIN plan p ON p.day = ts AND p.store = 1;
SELECT ok(avg(abs(predicted - actual)) < 15, 'and of predictions') FROM rn_predict('priced', 'SELECT day, v, price FROM sale') WHERE ts > '2024-06-01';

CREATE TABLE holiday AS SELECT date '2023-12-01' + (i * i * 7 + i) % 400 AS day FROM generate_series(0, 70) i;
CREATE TABLE bakery AS
SELECT day, CASE WHEN EXISTS (SELECT FROM holiday h WHERE h.day = p.day) THEN 0.0 ELSE 10.0 END AS v FROM plan p WHERE store = 1;
SELECT ok(learn('SELECT * FROM bakery', 'all_days', NULL, '{"units": 8, "epochs": 40, "learning_rate": 0.01, "validation_split": 0.25}') > 0, 'a bakery without a calendar');
SELECT ok(learn('SELECT * FROM bakery', 'holidays', NULL, '{"units": 8, "epochs": 40, "learning_rate": 0.01, "validation_split": 0.25, "holidays": "SELECT day FROM holiday"}') > 0, 'and with one');
SELECT cmp_ok(mae('holidays'), '<', mae('all_days') / 2, 'holidays more than halve the error');
SELECT ok(bool_and((forecast < 5) = EXISTS (SELECT FROM holiday h WHERE h.day = ts)) AND min(forecast) < 5, 'it is closed on those to come')
FROM rn_forecast_as(NULL::date, 'holidays', 30);

---------------------------------------------------------------------------
-- the argument covariates
---------------------------------------------------------------------------
SELECT refuses_learn('SELECT * FROM sale', list, '{}', code, message, advice, 'covariates ' || list)
FROM (VALUES ('price', '42702', '%more than one column%target%', '%weather double precision, v double precision%'),
	('price, wether', '42703', '%no column "wether"%', '%weather double precision%'), ('price, weather ahead', '42601', '%"covariates"%', '%"ahead" is no kind%past, known, static%'),
	('price, weather KNOWN', '42601', '%"covariates"%', '%"KNOWN" is no kind%'), ('price known static', '42601', '%"covariates"%', '%commas%'),
	('price, price known', '42601', '%"covariates"%', '%"price" stands twice%'), ('price, ', '42601', '%"covariates"%', '%name is missing%price known%'),
	('price, weather, day', '42804', '%"day" of type date cannot be the covariate', '%')) bad (list, code, message, advice);
SELECT refuses_learn('SELECT day, v, price::text AS price FROM sale', 'price', '{}', '42804', 'column "price" of type text cannot be the covariate', '%', 'a text');
SELECT refuses_learn('SELECT day, v, nullif(price, 1) AS price FROM sale', 'price', '{}', '22004', 'column price is null in row %', '%"missing"%', 'a null');
SELECT refuses_learn('SELECT day, v, CASE day WHEN ''2024-02-01'' THEN ''Infinity'' ELSE price END AS price FROM sale', 'price', '{}', '22003', 'covariate Infinity at time 2024-02-01', '%', 'infinity');
SELECT refuses_learn('SELECT day, v, price FROM sale', 'price known', '{"window": 2}', '22023', 'window 2 is shorter than horizon 3', '%at least 3%', 'a window shorter than the horizon');
SELECT lives_ok($$SELECT learn('SELECT day, v, nullif(price, 1) AS price FROM sale', 'filled', 'price', '{"missing": "locf"}')$$, 'nulls of covariates are filled like others');
SELECT lives_ok($$SELECT learn('SELECT day, v, price > 0.5 AS cheap, weather::numeric AS "the weather" FROM sale', 'kinds', 'cheap known, "the weather" past')$$, 'booleans, numerics, quoted names');
SELECT is((SELECT covariates FROM rn_models WHERE name = 'kinds'), 'cheap known, "the weather" past', 'are recorded');
SELECT ok(count(*) = 3, 'and forecast') FROM rn_forecast('kinds', future => 'SELECT day, price > 0.5 AS cheap FROM plan WHERE store = 1');

---------------------------------------------------------------------------
-- future
---------------------------------------------------------------------------
SELECT ok(learn('SELECT store, day, v, price, size FROM sales', 'chain', 'price known, size static', '{}', 'store') > 0, 'prices known, sizes that stay');
SELECT refuses($$SELECT * FROM rn_forecast('chain', 3)$$, '22023', 'the model needs to know its covariates ahead: price', '%future => ''SELECT store, time, price FROM ...''%', 'no future');
SELECT refuses($$SELECT * FROM rn_forecast('blind', 3, future => 'SELECT 1')$$, '22023', 'the model has no covariates that are known ahead', '%Leave out future%', 'a future for nothing');
SELECT refuses(format($$SELECT * FROM rn_forecast('chain', 3, future => %L)$$, query), code, message, advice, 'future: ' || what)
FROM (VALUES
	('SELECT store, day, price FROM plan WHERE day <> ''2024-08-29''', '22004', 'future has no row at 2024-08-29 for series {"store": 1}', '%Every step%', 'a hole'),
	('SELECT store, day, price FROM plan WHERE day < ''2024-08-30''', '22004', 'future has no row at 2024-08-30 for series {"store": 1}', '%', 'it ends early'),
	('SELECT store, day, price FROM plan WHERE store = 1', '22004', 'future has no row at 2024-08-28 for series {"store": 2}', '%', 'a series is missing'),
	('SELECT store, day, CASE WHEN day <> ''2024-08-30'' OR store <> 2 THEN price END AS price FROM plan', '22004', 'future has no usable price at 2024-08-30 for series {"store": 2}', '%', 'a null'),
	('SELECT store, day, CASE day WHEN ''2024-08-30'' THEN ''NaN'' ELSE price END AS price FROM plan', '22004', 'future has no usable price at 2024-08-30%', '%', 'NaN'),
	('SELECT store, day, CASE day WHEN ''2024-08-30'' THEN ''-Infinity'' ELSE price END AS price FROM plan', '22004', 'future has no usable price at 2024-08-30%', '%', 'infinity'),
	('SELECT store, day, price FROM plan UNION ALL SELECT store, day, 1 FROM plan WHERE day = ''2024-08-29''', '22004', 'future has more than one row at 2024-08-29%', '%', 'doubles'),
	('SELECT store, day, price FROM plan WHERE false', '22004', 'future has no row at 2024-08-28%', '%', 'no rows'),
	('SELECT day, price FROM plan', '42703', '%"store"%', '%', 'no key'), ('SELECT store, day, size FROM plan', '42703', '%"price"%', '%', 'no price'),
	('SELECT store, day, price, size FROM plan', '42P10', '%no use: size%', '%', 'a column of no use'),
	('SELECT store, day::timestamptz AS day, price FROM plan', '42804', '%timestamp with time zone%date%', '%Cast%', 'another type of time'),
	('DELETE FROM plan RETURNING store, day, price', '42601', '%single SELECT%', '%', 'no SELECT'), ('SELECT store, day, 1 / (price - price) AS price FROM plan', '22012', '%', '%', 'it fails'))
	f (query, code, message, advice, what);
SELECT results_eq($$SELECT * FROM rn_forecast('chain', 3, future => 'SELECT store, day, price FROM plan UNION ALL SELECT 77, day, NULL FROM plan ORDER BY 2 DESC')$$,
	$$SELECT * FROM rn_forecast('chain', 3, future => 'SELECT store, day, price FROM plan WHERE day BETWEEN ''2024-08-28'' AND ''2024-08-30''')$$, 'rows of the past, of later and of others may be there');
SELECT results_eq($$SELECT * FROM rn_forecast('chain', 3, for_series => '{"store": 2}', future => 'SELECT store, day, price FROM plan WHERE store = 2')$$,
	$$SELECT * FROM rn_forecast('chain', 3, future => 'SELECT store, day, price FROM plan') WHERE series = '{"store": 2}'$$, 'those asked for need theirs only');
SELECT ok(bool_and(a.forecast <> b.forecast), 'another future, another forecast') FROM rn_forecast('priced', 3, future => 'SELECT day, 0 AS price FROM plan WHERE store = 1') a
JOIN rn_forecast('priced', 3, future => 'SELECT day, 1 AS price FROM plan WHERE store = 1') b USING (step);
SELECT results_eq($$SELECT * FROM rn_forecast('priced', 3, future => 'SELECT day, price FROM plan WHERE store = 1')$$,
	$$SELECT * FROM rn_forecast('priced', 3, future => 'SELECT day, CASE WHEN day > ''2024-08-30'' THEN 5 ELSE price END AS price FROM plan WHERE store = 1')$$,
	'what comes after the horizon is nothing');
SELECT is((SELECT forecast FROM rn_forecast(model, 1, future => future)), (SELECT forecast FROM rn_forecast(model, 7, future => future) WHERE step = 1),
	'the first step is the same however far one asks: ' || model)
FROM (VALUES ('priced', 'SELECT day, price FROM plan WHERE store = 1'), ('holidays', NULL)) m (model, future);
SELECT results_eq($$SELECT forecast FROM rn_forecast('priced', 1, future => 'SELECT day, price FROM plan WHERE store = 1 AND day < ''2024-08-29''')$$,
	$$SELECT forecast FROM rn_forecast('priced', 1, future => 'SELECT p.day, q.price FROM plan p JOIN plan q USING (store) WHERE store = 1 AND q.day = least(p.day, ''2024-08-28'')')$$,
	'what is not given behind the horizon stays as it was');
SET client_min_messages = warning;
SELECT results_eq($$SELECT step, ts, forecast FROM rn_forecast('chain', 3, as_of => '2024-05-01', future => 'SELECT store, day, price FROM plan')$$,
	$$SELECT step, ts, forecast FROM rn_forecast('chain', 3, history => 'SELECT store, day, v, price, size FROM sales WHERE day <= ''2024-05-01''', future => 'SELECT store, day, price FROM plan')$$,
	'as_of and a history cut by hand');
RESET client_min_messages;
SELECT results_eq($$SELECT * FROM rn_forecast('chain', 3, history => 'SELECT store, day, v, price, size FROM sales', future => 'SELECT store, day, price FROM plan')$$,
	$$SELECT * FROM rn_forecast('chain', 3, future => 'SELECT store, day, price FROM plan')$$, 'the rows of the training as history');
SELECT refuses($$SELECT * FROM rn_forecast('chain', 3, history => 'SELECT store, day, v FROM sales', future => 'SELECT store, day, price FROM plan')$$, '42703', '%"price"%', '%', 'a history without covariates');
SELECT ok(count(*) = 1, 'a new series with its covariates') FROM rn_forecast('chain', 1, history => 'SELECT 5 AS store, day, v, price, 500 AS size FROM sales WHERE store = 1',
	future => 'SELECT 5 AS store, day, price FROM plan WHERE store = 2');

---------------------------------------------------------------------------
-- covariates of the past, and those that stay
---------------------------------------------------------------------------
SELECT ok(learn('SELECT day, v, weather FROM sale', 'weather', 'weather') > 0, 'a covariate of the past');
SELECT is(count(*), 3::bigint, 'forecasts what the network predicts at once') FROM rn_forecast('weather');
SELECT refuses($$SELECT * FROM rn_forecast('weather', 4)$$, '22023', '4 steps are more than the 3 that the model can forecast', '%not known%longer horizon%', 'but no further');
SELECT ok(learn('SELECT day, v, weather FROM sale', 'weather1', 'weather past', '{"horizon": 1}') > 0, 'one step');
SELECT is(count(*), 1::bigint, 'and then by default one step') FROM rn_forecast('weather1');
SELECT ok(count(predicted) > 200, 'rn_predict needs nothing more') FROM rn_predict('weather', 'SELECT day, v, weather FROM sale');
SELECT ok(learn('SELECT store, day, v, size FROM sales WHERE day <> ''2024-03-03''', 'holes', 'size static', '{"missing": "zero", "on_error": "fail"}', 'store') > 0,
	'a static covariate goes on where values are zero');
SELECT refuses_learn('SELECT day, v, price FROM sale', 'price static', '{}', '22003', 'static covariate changes from % to % at time 2024-%',
	'%known or past%', 'a static covariate that changes');
SELECT ok(learn('SELECT day, v, price FROM sale', 'weekly', 'price known', '{"frequency": "1 week", "duplicates": "sum"}') > 0, 'days to weeks, with prices');
SELECT results_eq($$SELECT step, forecast FROM rn_forecast('weekly', 3, future => 'SELECT day, price FROM plan WHERE store = 1 ORDER BY day DESC')$$,
	$$SELECT step, forecast FROM rn_forecast('weekly', 3, future =>
		'SELECT date_trunc(''week'', day)::date AS day, avg(price) AS price FROM plan WHERE store = 1 GROUP BY 1')$$, 'whose future is brought to weeks, too');
SELECT results_eq($$SELECT step, forecast FROM rn_forecast('weekly', 1, future => 'SELECT DISTINCT ON (date_trunc(''week'', day)) day + 2 AS day, price FROM plan WHERE store = 1 AND day >= ''2024-08-26'' ORDER BY date_trunc(''week'', day), day LIMIT 1')$$,
	$$SELECT step, forecast FROM rn_forecast('weekly', 1, future =>
		'SELECT DISTINCT ON (date_trunc(''week'', day)) date_trunc(''week'', day)::date AS day, price FROM plan WHERE store = 1 AND day >= ''2024-08-26'' ORDER BY date_trunc(''week'', day), day LIMIT 1')$$, 'even a single row of it');
SELECT ok(learn('SELECT store, day, v, size FROM sales', 'sizes', 'size static', '{"epochs": 5}', 'store') > 0, 'static alone');
SELECT is(count(*), 20::bigint, 'needs no future and has no end') FROM rn_forecast('sizes', 10);
SELECT ok(bool_or(a.forecast <> b.forecast), 'and is looked at') FROM rn_forecast('sizes', 1, history => 'SELECT store, day, v, size FROM sales') a
JOIN rn_forecast('sizes', 1, history => 'SELECT store, day, v, 900 AS size FROM sales') b USING (series, step);
SELECT ok(learn('SELECT day, v, 7 AS same FROM sale', 'same', 'same known') > 0, 'a covariate that is the same everywhere');
SELECT ok(bool_and(forecast - forecast = 0), 'does no harm') FROM rn_forecast('same', 5, future => 'SELECT day, 8 AS same FROM plan WHERE store = 1');

---------------------------------------------------------------------------
-- the calendar
---------------------------------------------------------------------------
SELECT refuses_learn('SELECT day, v FROM sale', NULL, opts, code, message, advice, opts::text)
FROM (VALUES ('{"calendar_features": ["weekday"]}'::jsonb, '22023', '%"calendar_features": "weekday"%', '%month, day_of_week, hour, holiday%'),
	('{"calendar_features": [1]}', '22023', '%"calendar_features"%', '%'), ('{"calendar_features": {"month": true}}', '22023', '%"calendar_features"%', '%'),
	('{"calendar_features": ["holiday"]}', '22023', '%"holiday" needs option "holidays"', '%SELECT day FROM holiday%'),
	('{"holidays": ["2024-01-01"]}', '22023', '%"holidays"%string%', '%'), ('{"holidays": "SELECT v FROM sale"}', '42804', '%"holidays" must return one column of type date', '%SELECT day FROM holiday%'),
	('{"holidays": "SELECT day, v FROM sale"}', '42804', '%"holidays"%one column%', '%'), ('{"holidays": "holiday"}', '42601', '%single SELECT%', '%'),
	('{"holidays": "DELETE FROM holiday RETURNING day"}', '42601', '%single SELECT%', '%'), ('{"holidays": "SELECT day FROM nowhere"}', '42P01', '%nowhere%', '%'),
	('{"calendar_features": ["month"], "window": 2}', '22023', 'window 2 is shorter than horizon 3', '%')) bad (opts, code, message, advice);
SELECT refuses($$SELECT learn('SELECT i AS t, i * 0.5 AS v FROM generate_series(1, 60) i', NULL, NULL, '{"calendar_features": ["month"]}')$$, '22023', 'calendar_features need dates%', '%date or timestamp%', 'integers have no calendar');
SELECT ok(learn('SELECT day, v FROM sale', 'calendar', NULL, '{"calendar_features": ["month", "day_of_week", "hour"], "holidays": "SELECT day FROM holiday UNION ALL SELECT NULL UNION ALL SELECT ''infinity''"}') > 0, 'all features; dates that are none are left out');
SELECT is((SELECT options ->> 'calendar_features' FROM rn_models WHERE name = 'calendar'), '["month", "day_of_week", "hour", "holiday"]', 'are recorded');
SELECT alike((SELECT options ->> 'holidays' FROM rn_models WHERE name = 'calendar'), 'SELECT day FROM holiday UNION%', 'and so is the query');
SELECT results_eq($$SELECT * FROM rn_forecast('calendar', 8)$$, $$SELECT * FROM rn_forecast('calendar', 8, history => 'SELECT day, v FROM sale')$$, 'a history has the same calendar');
SELECT is((SELECT predicted FROM rn_predict('calendar', 'SELECT day, v FROM sale') WHERE ts = '2024-08-10')::numeric(20, 3),
	(SELECT forecast FROM rn_forecast('calendar', 1, history => 'SELECT day, v FROM sale WHERE day < ''2024-08-10'''))::numeric(20, 3), 'and so has a prediction');
SELECT ok(learn('SELECT day, v FROM sale', 'word', NULL, '{"calendar_features": "month", "holidays": "SELECT day FROM holiday WHERE false"}') > 0, 'one feature without an array; no holidays at all');
SELECT ok(learn('SELECT day, v FROM sale WHERE extract(day FROM day) <> 3', 'everything', NULL, '{"calendar_features": ["month"], "missing": "mask", "lower_bound": 0, "horizon": 1, "window": 1}') > 0, 'a window of one step');
SELECT ok(bool_and(forecast >= 0), 'forecasts') FROM rn_forecast('everything', 40);

---------------------------------------------------------------------------
-- features of short steps are those of the wall clock, on both sides of its changes
---------------------------------------------------------------------------
CREATE TABLE hourly AS SELECT i, ts, ts AT TIME ZONE 'Europe/Berlin' AS wall, (i * 37 % 11) + extract(hour FROM ts AT TIME ZONE 'Europe/Berlin')::float8 AS v
	FROM generate_series(1, 400) i, LATERAL (SELECT timestamptz '2024-03-14 23:00 UTC' + i * interval '1 hour') at (ts);
CREATE TABLE closed AS SELECT date '2024-03-31' AS day;
CREATE FUNCTION learn_hours(query text, name text, opts jsonb DEFAULT '{}') RETURNS bigint LANGUAGE sql AS $$
	SELECT learn(query, name, NULL, '{"calendar_features": ["day_of_week", "hour"], "holidays": "SELECT day FROM closed"}' || opts)
$$;
SET TimeZone = 'Europe/Berlin';
SELECT learn_hours('SELECT ts, v FROM hourly WHERE i <= 300', 'instants') > 0 AND
	learn_hours('SELECT wall, v FROM hourly WHERE i <= 300', 'wall') > 0 AS trained \gset
SELECT results_eq($$SELECT forecast FROM rn_forecast('instants', 2)$$, $$SELECT forecast FROM rn_forecast('wall', 2)$$, 'the session''s zone');
SET TimeZone = 'Asia/Kolkata';
SELECT results_eq($$SELECT forecast FROM rn_forecast('instants', 2)$$, $$SELECT forecast FROM rn_forecast('wall', 2)$$, 'that of the training, whatever the session has later');
SELECT results_eq($$SELECT forecast FROM rn_forecast('instants', 3, history => 'SELECT ts, v FROM hourly WHERE i > 386')$$,
	$$SELECT forecast FROM rn_forecast('wall', 3, history => 'SELECT wall, v FROM hourly WHERE i > 386')$$, 'after the change');
CALL rn_retrain('instants', 'cold', 'always');
SELECT results_eq($$SELECT forecast FROM rn_forecast('instants', 2)$$, $$SELECT forecast FROM rn_forecast('wall', 2)$$, 'trained again from elsewhere');
SELECT learn_hours('SELECT ts, v FROM hourly WHERE i <= 300', 'elsewhere') > 0 AND
	learn_hours('SELECT ts, v FROM hourly WHERE i <= 300', 'named', '{"time_zone": "Europe/Berlin"}') > 0 AS trained \gset
SELECT results_eq($$SELECT forecast FROM rn_forecast('named', 2)$$, $$SELECT forecast FROM rn_forecast('wall', 2)$$, 'a zone that is named');
SELECT results_ne($$SELECT forecast FROM rn_forecast('elsewhere', 2)$$, $$SELECT forecast FROM rn_forecast('wall', 2)$$, 'another zone has other hours');
SET TimeZone = 'UTC';

---------------------------------------------------------------------------
-- training again
---------------------------------------------------------------------------
SELECT learn('SELECT store, day, v, price, weather, size FROM sales', 'again', 'price known, weather known, size static',
	'{"calendar_features": ["month"], "holidays": "SELECT day FROM holiday", "missing": "mask"}', 'store') > 0 AS trained \gset
CREATE TABLE first AS SELECT * FROM rn_models WHERE name = 'again';
CREATE TABLE forecasts AS SELECT * FROM rn_forecast('again', 3, future => 'SELECT store, day, price, weather FROM plan');
CALL rn_retrain('again', 'cold', 'always');
SELECT results_eq($$SELECT * FROM rn_forecast('again', 3, future => 'SELECT store, day, price, weather FROM plan')$$, 'SELECT * FROM forecasts', 'cold: the same forecasts');
CALL rn_retrain('again', 'warm', 'always');
SELECT is((SELECT to_jsonb(m) - '{version,metrics,duration,trained_at}'::text[] FROM rn_models m WHERE name = 'again'),
	(SELECT to_jsonb(f) - '{version,metrics,duration,trained_at}'::text[] FROM first f), 'warm: covariates, calendar and holidays are as they were');
SELECT is((SELECT version FROM rn_models WHERE name = 'again'), 3, 'in a new version');
SELECT ok(bool_or(a.forecast <> b.forecast), 'with other weights') FROM forecasts a JOIN rn_forecast('again', 3, future => 'SELECT store, day, price, weather FROM plan') b USING (series, step);
INSERT INTO holiday SELECT date '2024-09-17' + i FROM generate_series(0, 2) i;
CREATE TABLE old_holidays AS SELECT * FROM rn_forecast('holidays', 3);
CALL rn_retrain('holidays', promote => 'always');
SELECT ok(bool_and(n.forecast < o.forecast - 1) AND avg(n.forecast) < 5 AND avg(o.forecast) > 8, 'holidays added since are seen by the next training')
FROM rn_forecast('holidays', 3) n JOIN old_holidays o USING (step);

---------------------------------------------------------------------------
-- rights: every query runs as the caller
---------------------------------------------------------------------------
CREATE ROLE regress_recurnet_ann;
CREATE SCHEMA ann AUTHORIZATION regress_recurnet_ann;
CREATE TABLE secret AS SELECT day, price FROM plan WHERE store = 1;
CREATE FUNCTION who() RETURNS float8 LANGUAGE plpgsql AS $$ BEGIN PERFORM set_config('test.who', current_setting('test.who', true) || ' ' || current_user, false); RETURN 1; END $$;
GRANT SELECT ON sale, plan, holiday TO regress_recurnet_ann;
GRANT EXECUTE ON FUNCTION refuses, learn TO regress_recurnet_ann;
SET ROLE regress_recurnet_ann;
SELECT ok(learn('SELECT day, v, price FROM sale', 'anns', 'price known', '{"holidays": "SELECT day FROM holiday"}') > 0, 'a model of ann');
SELECT refuses(command, '42501', '%secret%', '%', what)
FROM (VALUES ($$SELECT learn('SELECT day, v FROM sale', NULL, NULL, '{"holidays": "SELECT day FROM secret"}')$$, 'holidays'),
	($$SELECT * FROM rn_forecast('anns', 3, future => 'SELECT day, price FROM secret')$$, 'future'),
	($$SELECT * FROM rn_forecast('anns', 3, history => 'SELECT day, 1.0 AS v, price FROM secret', future => 'SELECT day, price FROM plan WHERE store = 1')$$, 'history'),
	($$SELECT * FROM rn_predict('anns', 'SELECT day, 1.0 AS v, price FROM secret')$$, 'rn_predict')) q (command, what);
SELECT refuses($$SELECT learn('SELECT day, v FROM sale', NULL, NULL, '{"holidays": "SELECT trained_at::date FROM recurnet.version"}')$$, '42501', '%recurnet%', '%', 'not as the owner of the extension');
SET test.who = '';
SELECT ok(count(*) = 3, 'a future that asks who it is') FROM rn_forecast('anns', 3, future => 'SELECT day, price * who() AS price FROM plan WHERE store = 1 AND day BETWEEN ''2024-08-28'' AND ''2024-08-30''');
SELECT is(current_setting('test.who'), ' regress_recurnet_ann regress_recurnet_ann regress_recurnet_ann', 'is ann');
RESET ROLE;

---------------------------------------------------------------------------
-- numbers only, and nothing left behind
---------------------------------------------------------------------------
SELECT ok(bool_and(forecast - forecast = 0 AND coalesce(lower - lower, 0) = 0 AND coalesce(upper - upper, 0) = 0), 'numbers only: ' || m.name)
FROM rn_models m, rn_forecast(m.model_id, 3) WHERE coalesce(covariates, '') NOT LIKE '%known%' AND name <> 'weather1' GROUP BY m.name;
SELECT is((SELECT count(*) FROM recurnet.version), (SELECT count(*) + 4 FROM recurnet.model WHERE name IS NOT NULL), 'no model but those that were named');
SELECT is((SELECT count(*) FROM pg_backend_memory_contexts WHERE name LIKE 'recurnet%' AND name NOT IN ('recurnet cached model', 'recurnet models')), 0::bigint, 'no memory is left');
SELECT is((SELECT count(*) FROM pg_cursors WHERE statement LIKE '%sale%' AND name LIKE '<unnamed%'), 0::bigint, 'and no cursor');
-- the end of time
SELECT learn('SELECT (date ''294276-01-01'' + i) AS day, i AS v FROM generate_series(0, 363) i', 'end', NULL, '{"calendar_features": ["month"]}') > 0 AS trained \gset
SELECT is(max(ts), '294276-12-31', 'forecasts to the last day') FROM rn_forecast_as(NULL::date, 'end', 2);
DROP OWNED BY regress_recurnet_ann CASCADE;
DROP ROLE regress_recurnet_ann;
SELECT finish();
\ir leave.psql
