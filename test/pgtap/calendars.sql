--
-- The times of forecasts: exactly those that the rows would go on with.
--
\set QUIET 1
\set ON_ERROR_STOP 1
\ir enter.psql
SELECT no_plan();
\ir refuses.psql

-- Times are an expression of i; a model of all but the last so many of them must
-- forecast these.
CREATE FUNCTION goes_on(expression text, type text, total int, ahead int, what text, opts jsonb DEFAULT '{}', step text DEFAULT NULL)
RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM rn_train('gru', format('SELECT (%s)::%s AS at, i * 0.5 AS v FROM generate_series(0, %s) i', expression, type, total - ahead - 1),
		'{"recipe": "plain", "units": 2, "epochs": 1, "window": 3}' || opts, 'cal');
	RETURN NEXT results_eq(format('SELECT ts FROM rn_forecast_as(NULL::%s, %L, %s)', type, 'cal', ahead),
		format('SELECT (%s)::%s FROM generate_series(%s, %s) i', expression, type, total - ahead, total - 1), what);
	IF step IS NOT NULL THEN
		RETURN NEXT is((SELECT m.step FROM rn_models m WHERE name = 'cal'), step, what || ': step');
	END IF;
	PERFORM rn_drop_model('cal');
END $$;

-- months
SELECT goes_on('date ''2019-06-01'' + i * interval ''1 month''', 'date', 40, 20, 'first of the month', step => '1 month');
SELECT goes_on('date ''2019-06-01'' + (i + 1) * interval ''1 month'' - interval ''1 day''', 'date', 60, 40, 'last of the month, leap days too', step => '1 month');
SELECT goes_on('date ''2020-03-31'' + i * interval ''1 month''', 'date', 60, 30, 'the 31st or the last');
SELECT goes_on('date ''2019-12-30'' + i * interval ''1 month''', 'date', 60, 30, 'the 30th or the last of February');
SELECT goes_on('date ''2019-12-29'' + i * interval ''1 month''', 'date', 60, 30, 'the 29th or the 28th of February');
SELECT goes_on('date ''2019-12-15'' + i * interval ''1 month''', 'date', 30, 15, 'the 15th');
SELECT goes_on('date ''2020-02-29'' + i * interval ''1 month''', 'date', 30, 15, 'the 29th from a leap day on');
SELECT goes_on('timestamp ''2019-06-30 17:30'' + i * interval ''1 month''', 'timestamp', 30, 15, 'months at half past five');
SELECT goes_on('date ''2010-01-01'' + i * interval ''3 months''', 'date', 40, 20, 'first of the quarter', step => '3 months');
SELECT goes_on('date ''2010-01-01'' + (i + 1) * interval ''3 months'' - interval ''1 day''', 'date', 40, 20, 'last of the quarter', step => '3 months');
SELECT goes_on('date ''2010-01-31'' + i * interval ''6 months''', 'date', 40, 20, 'half years');
SELECT goes_on('date ''1980-01-01'' + i * interval ''1 year''', 'date', 40, 20, 'years', step => '1 year');
SELECT goes_on('date ''1980-03-01'' + i * interval ''1 year'' - interval ''1 day''', 'date', 45, 20, 'years to the last of February', step => '1 year');
SELECT goes_on('date ''1980-02-29'' + i * interval ''4 years''', 'date', 45, 20, 'leap days', step => '4 years');
-- weeks, days, business days
SELECT goes_on('date ''2024-01-10'' + 7 * i', 'date', 30, 15, 'weeks', step => '7 days');
SELECT goes_on('date ''2024-02-20'' + i', 'date', 30, 25, 'days over a leap day', step => '1 day');
SELECT goes_on('date ''2023-02-20'' + i', 'date', 30, 25, 'days over none', step => '1 day');
SELECT goes_on('date ''2024-01-01'' + i / 5 * 7 + i % 5', 'date', 40, k, 'business days, ' || k || ' of them', step => '1 business day')
FROM generate_series(10, 16) k;
SELECT goes_on('timestamp ''2024-01-01 16:00'' + (i / 5 * 7 + i % 5) * interval ''1 day''', 'timestamp', 40, 12, 'business days at four');
SELECT goes_on('date ''2024-01-01'' + i / 5 * 7 + i % 5', 'date', 4, 1, 'a week of business days, which are days as yet', '{"window": 1}', '1 day');
SELECT goes_on('date ''2024-01-01'' + i / 5 * 7 + i % 5', 'date', 8, 4, 'the same with the frequency said', '{"window": 1, "frequency": "1 business day"}', '1 business day');
-- less than a day
SELECT goes_on('timestamp ''2024-02-28 20:00'' + i * interval ''1 hour''', 'timestamp', 60, 48, 'hours', step => '01:00:00');
SELECT goes_on('timestamp ''2024-02-28 20:07'' + i * interval ''15 minutes''', 'timestamp', 60, 48, 'quarters of an hour', step => '00:15:00');
SELECT goes_on('timestamp ''2024-02-28 20:07'' + i * interval ''8 ms''', 'timestamp', 60, 48, 'eight milliseconds', step => '00:00:00.008');
SELECT goes_on('timestamp ''2024-02-28 20:07'' + i * interval ''1 microsecond''', 'timestamp', 60, 48, 'microseconds');
SELECT goes_on('timestamp ''2024-02-28 20:07'' + i * interval ''36 hours''', 'timestamp', 60, 48, 'a day and a half', step => '1 day 12:00:00');
-- far from here
SELECT goes_on('date ''0044-03-15 BC'' + i', 'date', 20, 8, 'before Christ');
SELECT goes_on('date ''1582-10-01'' + i', 'date', 20, 8, 'PostgreSQL knows no gap of 1582');
SELECT goes_on('date ''290000-01-31'' + i * interval ''1 month''', 'date', 20, 8, 'the far future');
SELECT rn_train('gru', 'SELECT (date ''294276-01-01'' + i) AS d, i AS v FROM generate_series(0, 300) i', '{"recipe": "plain", "units": 2, "epochs": 1, "window": 3}', 'end') > 0 AS trained \gset
SELECT refuses($$SELECT * FROM rn_forecast('end', 100)$$, '22008', '%out of the range of times', '%shorter horizon%', 'beyond the last of times');
-- integers
CREATE FUNCTION goes_on_t(start bigint, by bigint, type text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM rn_train('gru', format('SELECT (%s + i * %s::bigint)::%s AS at, i * 0.5 AS v FROM generate_series(0, 19) i', start, by, type),
		'{"recipe": "plain", "units": 2, "epochs": 1, "window": 3}', 'cal');
	RETURN NEXT results_eq('SELECT t, ts FROM rn_forecast(''cal'', 3)', format('SELECT %s + i * %s::bigint, NULL::timestamptz FROM generate_series(20, 22) i', start, by),
		format('%s from %s by %s', type, start, by));
	PERFORM rn_drop_model('cal');
END $$;
SELECT goes_on_t(0, 1, 'int');
SELECT goes_on_t(-50, 7, 'smallint');
SELECT goes_on_t(9007199254740993, 1000000007, 'bigint');

---------------------------------------------------------------------------
-- zones: rows through both changes of the clock of 2024, forecasts over them
---------------------------------------------------------------------------
CREATE TABLE changes (zone text, change date);
INSERT INTO changes VALUES ('Europe/Berlin', '2024-03-31'), ('Europe/Berlin', '2024-10-27'), ('America/New_York', '2024-03-10'),
	('America/New_York', '2024-11-03'), ('Australia/Lord_Howe', '2024-04-07'), ('Australia/Lord_Howe', '2024-10-06');
-- In the session's zone, and in a named one while the session has another.
CREATE FUNCTION in_zones(zone text, expression text, ahead int, what text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('TimeZone', zone, true);
	RETURN QUERY SELECT goes_on(expression, 'timestamptz', 40, ahead, what || ', of the session');
	PERFORM set_config('TimeZone', 'Asia/Kathmandu', true);
	RETURN QUERY SELECT goes_on(expression, 'timestamptz', 40, ahead, what || ', named', jsonb_build_object('time_zone', zone));
	PERFORM set_config('TimeZone', 'UTC', true);
END $$;
SELECT in_zones(zone, format('timestamp %L AT TIME ZONE %L + i * interval %L', change - interval '12 hours', zone, step), ahead, format('%s: %s over %s', zone, step, change))
FROM changes, unnest(ARRAY['1 hour', '30 minutes', '15 minutes']) step, unnest(ARRAY[35, 20]) ahead;
SELECT in_zones(zone, format('(timestamp %L + i * interval %L) AT TIME ZONE %L', change - (40 - ahead + back) * step::interval, step, zone), ahead, format('%s: %s over %s', zone, step, change))
FROM changes, unnest(ARRAY['1 day', '7 days', '1 month']) step, (VALUES (30, -3), (20, 5)) f (ahead, back);
SELECT in_zones(zone, format('(timestamp %L + i * interval %L) AT TIME ZONE %L', change - interval '20 days' + interval '2 hours 15 minutes', '1 day', zone), 30,
	format('%s: days at an hour that %s skips or repeats', zone, change))
FROM changes;

SELECT refuses($$SELECT rn_train('gru', 'SELECT (timestamp ''2024-03-01'' + i * interval ''1 day'') AT TIME ZONE ''Europe/Berlin'' AS at, i AS v FROM generate_series(0, 60) i', '{"window": 5}')$$,
	'22000', 'irregular time step%', '%another time zone than UTC%"time_zone"%', 'days of another zone');
SELECT refuses($$SELECT rn_train('gru', 'SELECT date ''2024-03-01'' + i AS at, i AS v FROM generate_series(0, 60) i', '{"time_zone": "Europe/Berlin"}')$$,
	'22023', '%"time_zone" is for timestamptz%date', '%', 'a zone for dates');
SELECT refuses($$SELECT rn_train('gru', 'SELECT now() AS at, 1 AS v', '{"time_zone": "Europe/Bonn"}')$$, '22023', '%"Europe/Bonn"%', '%pg_timezone_names%', 'an unknown zone');

-- dates and timestamps are civil time: shown in any session, as they are
SELECT rn_train('gru', 'SELECT timestamp ''2024-03-29'' + i * interval ''1 hour'' AS at, i AS v FROM generate_series(0, 48) i',
	'{"recipe": "plain", "units": 2, "epochs": 1, "window": 3}', 'civil') > 0 AS trained \gset
SET TimeZone = 'Europe/Berlin';
SELECT is(count(*), 5::bigint, 'a skipped hour is a civil time') FROM rn_forecast_as(NULL::timestamp, 'civil', 5) WHERE ts = timestamp '2024-03-31' + step * interval '1 hour';
SELECT refuses($$SELECT * FROM rn_forecast('civil', 5)$$, '22008', '2024-03-31 02:00:00 is not one point in time%Europe/Berlin', '%rn_forecast_as(NULL::timestamp%', 'but no instant');
-- hours are gathered into the days of the zone, of 23 to 25 hours
SELECT rn_train('gru', 'SELECT timestamptz ''2024-03-20 00:00+01'' + i * interval ''1 hour'' AS at, 1.0 AS v FROM generate_series(0, 24 * 20 - 2) i',
	'{"recipe": "plain", "units": 2, "epochs": 1, "window": 3, "frequency": "1 day", "duplicates": "sum"}' || zone, 'hours') > 0 AS trained
FROM (SELECT '{}'::jsonb AS zone) z \gset
SELECT results_eq($$SELECT ts, actual FROM rn_predict('hours', 'SELECT timestamptz ''2024-03-20 00:00+01'' + i * interval ''1 hour'' AS at, 1.0 AS v FROM generate_series(0, 24 * 20 - 2) i')$$,
	$$SELECT (date '2024-03-20' + i)::timestamptz, CASE i WHEN 11 THEN 23 ELSE 24 END::float8 FROM generate_series(0, 19) i$$, 'hours to days of the session');
SET TimeZone = 'UTC';
SELECT rn_train('gru', 'SELECT timestamptz ''2024-03-20 00:00+01'' + i * interval ''1 hour'' AS at, 1.0 AS v FROM generate_series(0, 24 * 20 - 2) i',
	'{"recipe": "plain", "units": 2, "epochs": 1, "window": 3, "frequency": "1 day", "duplicates": "sum", "time_zone": "Europe/Berlin"}', 'hours2') > 0 AS trained \gset
SELECT results_eq($$SELECT * FROM rn_forecast('hours2', 3)$$, $$SELECT * FROM rn_forecast('hours', 3)$$, 'and of a named zone');
CALL rn_retrain('hours', 'cold', 'always');
SELECT is((SELECT time_zone FROM rn_models WHERE name = 'hours'), 'Europe/Berlin', 'which a model keeps');
SELECT is((SELECT time_zone FROM rn_models WHERE name = 'hours2'), 'Europe/Berlin', 'as it is recorded');

---------------------------------------------------------------------------
-- gaps and frequency
---------------------------------------------------------------------------
CREATE TABLE bank AS	-- business days, Easter and May Day without a row
SELECT day::date AS day, extract(doy FROM day)::float8 AS v FROM generate_series(date '2024-03-04', date '2024-05-10', interval '1 day') day
WHERE extract(isodow FROM day) < 6 AND day NOT IN ('2024-03-29', '2024-04-01', '2024-05-01');
SELECT refuses($$SELECT rn_train('gru', 'SELECT * FROM bank', '{"window": 5}')$$, '22000', 'irregular time step from 2024-03-28 to 2024-04-02',
	'%1 business day%"missing"%', 'business days with holidays');
SELECT rn_train('gru', 'SELECT * FROM bank', '{"recipe": "plain", "units": 2, "epochs": 1, "window": 5, "missing": "locf"}', 'bank') > 0 AS trained \gset
SELECT is((SELECT step || ' ' || rows || ' ' || (metrics ->> 'filled_rows') FROM rn_models WHERE name = 'bank'), '1 business day 50 3', 'are filled');
SELECT results_eq($$SELECT ts FROM rn_forecast_as(NULL::date, 'bank', 6)$$, $$SELECT date '2024-05-13' + i / 5 * 7 + i % 5 FROM generate_series(0, 5) i$$, 'from Friday to Monday');
SELECT ok(bool_and(extract(isodow FROM ts) < 6), 'with no row on a weekend') FROM rn_predict('bank', 'SELECT * FROM bank');
SELECT rn_train('gru', 'SELECT date ''2024-03-04'' + i AS day, i::float8 AS v FROM generate_series(0, 48) i', '{"recipe": "plain", "units": 2, "epochs": 1, "window": 5,
	"frequency": "1 business day", "duplicates": "last"}', 'trade') > 0 AS trained \gset
SELECT results_eq($$SELECT ts, actual FROM rn_predict('trade', 'SELECT date ''2024-03-04'' + i AS day, i::float8 AS v FROM generate_series(0, 48) i') WHERE ts < '2024-03-13'$$,
	$$SELECT (date '2024-03-04' + d)::timestamptz, v::float8 FROM (VALUES (0, 0), (1, 1), (2, 2), (3, 3), (4, 6), (7, 7), (8, 8)) x (d, v)$$, 'a weekend belongs to its Friday');
SELECT rn_train('gru', 'SELECT (date ''2020-01-31'' + i * interval ''1 month'')::date AS day, i AS v FROM generate_series(0, 40) i WHERE i % 7 <> 3',
	'{"recipe": "plain", "units": 2, "epochs": 1, "window": 5, "missing": "interpolate"}', 'monthly') > 0 AS trained \gset
SELECT results_eq($$SELECT ts, actual FROM rn_predict('monthly', 'SELECT (date ''2020-01-31'' + i * interval ''1 month'')::date AS day, i AS v FROM generate_series(0, 40) i WHERE i % 7 <> 3')$$,
	$$SELECT (date '2020-01-31' + i * interval '1 month')::timestamptz, CASE WHEN i % 7 <> 3 THEN i::float8 END FROM generate_series(0, 40) i$$, 'months with gaps');
-- each series has its own day of the month
SELECT rn_train('gru', 'SELECT k, (start + i * interval ''1 month'')::date AS day, i AS v FROM generate_series(0, 30) i,
	(VALUES (''end'', date ''2020-01-31''), (''mid'', ''2020-02-15''), (''first'', ''2020-03-01'')) s (k, start)',
	'{"recipe": "plain", "units": 2, "epochs": 1, "window": 5}', 'days', series => 'k', target => 'v') > 0 AS trained \gset
SELECT results_eq($$SELECT series ->> 'k', ts FROM rn_forecast_as(NULL::date, 'days', 2)$$,
	$$VALUES ('end', date '2022-08-31'), ('end', '2022-09-30'), ('first', '2022-10-01'), ('first', '2022-11-01'), ('mid', '2022-09-15'), ('mid', '2022-10-15')$$, 'month ends, starts and middles in one model');

SELECT finish();
\ir leave.psql
