--
-- Times: types, steps, and zones.
--
\set o '''{"recipe": "plain", "units": 2, "epochs": 1, "window": 4}'''
SET TimeZone = 'UTC';

-- steps of every common frequency; the next three
CREATE FUNCTION next3(query text) RETURNS TABLE (step text, next timestamp[])
LANGUAGE plpgsql AS $$
DECLARE
	id bigint := rn_train('gru', query, '{"recipe": "plain", "units": 2, "epochs": 1, "window": 4}');
BEGIN
	RETURN QUERY
	SELECT m.step, array_agg(f.ts ORDER BY f.step)
	FROM rn_models m, rn_forecast_as(NULL::timestamp, id, 3) f WHERE m.model_id = id
	GROUP BY m.step;
END $$;
SET DateStyle = ISO;
SELECT f.* FROM (VALUES
	(1, $$SELECT timestamp '2024-02-28 20:00' + i * interval '1 minute', i FROM generate_series(1, 20) i$$),
	(2, $$SELECT timestamp '2024-02-28 01:00' + i * interval '1 hour', i FROM generate_series(1, 20) i$$),
	(3, $$SELECT timestamp '2024-02-19' + i * interval '12 hours', i FROM generate_series(1, 20) i$$),
	(4, $$SELECT date '2024-02-08' + i, i FROM generate_series(1, 20) i$$),
	(5, $$SELECT date '2024-01-01' + 7 * i, i FROM generate_series(1, 20) i$$),
	(6, $$SELECT date '2023-01-15' + i * interval '1 month', i FROM generate_series(1, 20) i$$),
	(7, $$SELECT (date '2023-02-01' + i * interval '1 month')::date - 1, i FROM generate_series(0, 11) i$$),
	(8, $$SELECT (date '2022-01-30' + i * interval '1 month')::date, i FROM generate_series(0, 23) i$$),
	(9, $$SELECT (date '2019-04-01' + i * interval '3 month')::date - 1, i FROM generate_series(0, 19) i$$),
	(10, $$SELECT (date '2000-02-29' + i * interval '1 year')::date, i FROM generate_series(0, 20) i$$)
) q (n, query), next3(q.query) f ORDER BY n;

-- integers of every size, any step, negative too
SELECT rn_train('gru', 'SELECT (i * 10)::smallint AS t, i * 0.5 AS v FROM generate_series(-10, 10) i', :o, name => 'integer') > 0 AS trained;
SELECT step, ts, t FROM rn_forecast('integer', 2);
SELECT ts, pg_typeof(ts), t FROM rn_forecast_as(NULL::smallint, 'integer', 2);
SELECT ts, pg_typeof(ts), t FROM rn_forecast_as(NULL::bigint, 'integer', 2);
SELECT max(t) FROM rn_forecast('integer', 5000);
SELECT max(ts) FROM rn_forecast_as(NULL::smallint, 'integer', 5000);
SELECT rn_forecast_as(NULL::date, 'integer', 1);
SELECT rn_forecast_as(NULL::text, 'integer', 1);
SELECT t FROM rn_forecast('integer', 2, as_of_t => 55);
SELECT rn_forecast('integer', 2, as_of => 'now');
SELECT t FROM rn_forecast(rn_train('gru', 'SELECT 9223372036854775700 + i AS t, 1.5 * i AS v FROM generate_series(1, 50) i', :o), 2);
SELECT count(*) FROM rn_forecast(rn_train('gru', 'SELECT 9223372036854775700 + i AS t, 1.5 * i AS v FROM generate_series(1, 107) i', :o), 2);

-- values of every numeric type
CREATE DOMAIN positive AS numeric CHECK (VALUE > 0);
SELECT rn_train('gru', format('SELECT i AS t, (i %% 4 + 1)::%s AS v FROM generate_series(1, 30) i', type), :o, "time" => 't', target => 'v') > 0 AS trained, type
FROM unnest(ARRAY['smallint', 'integer', 'bigint', 'real', 'double precision', 'numeric', 'positive']) type;

-- civil time comes out as instants of the session's zone, if there is one
SET TimeZone = 'Europe/Berlin';
SELECT rn_train('gru', $$SELECT ts, 1.5 AS v FROM generate_series(timestamp '2024-03-28', '2024-03-31', '1 hour') ts$$, :o, name => 'gap') > 0 AS trained;
SELECT ts FROM rn_forecast('gap', 1);
SELECT ts FROM rn_forecast('gap', 2);
SELECT ts FROM rn_forecast_as(NULL::timestamp, 'gap', 3);
SELECT ts FROM rn_forecast_as(NULL::date, 'gap', 1);
SELECT rn_train('gru', $$SELECT ts, 1.5 AS v FROM generate_series(timestamp '2024-10-25', '2024-10-27', '1 hour') ts$$, :o, name => 'fold') > 0 AS trained;
SELECT ts FROM rn_forecast('fold', 1);
SELECT ts FROM rn_forecast('fold', 2);
SET TimeZone = 'UTC';
SELECT ts FROM rn_forecast('fold', 2);

-- timestamptz: days are days of a zone, hours go through its clock changes
SET TimeZone = 'Europe/Berlin';
SELECT rn_train('gru', $$SELECT ts, 1.5 AS v FROM generate_series(timestamptz '2024-03-01', '2024-03-29', '1 day') ts$$, :o, name => 'days') > 0 AS trained;
SELECT rn_train('gru', $$SELECT ts, 1.5 AS v FROM generate_series(timestamptz '2024-03-29', '2024-03-31', '1 hour') ts$$, :o, name => 'hours') > 0 AS trained;
SELECT rn_train('gru', $$SELECT ts, 1.5 AS v FROM generate_series(timestamptz '2023-10-01', '2024-10-01', '1 month') ts$$, :o, name => 'months') > 0 AS trained;
SELECT rn_train('gru', $$SELECT ts, 1.5 AS v FROM generate_series(timestamptz '2024-03-29 00:00', '2024-04-02', '12 hours') WITH ORDINALITY o (x, n), LATERAL (SELECT timestamptz '2024-03-29' + n * interval '0.5 day' AS ts) y$$, :o, name => 'half') > 0 AS trained;
SELECT rn_train('gru', $$SELECT (date '2022-01-01' + i * interval '1 month') AT TIME ZONE 'UTC' AS ts, 1.5 AS v FROM generate_series(0, 29) i$$, :o, name => 'utc months') > 0 AS trained;
SELECT rn_train('gru', $$SELECT ts, 1.5 AS v FROM generate_series(timestamptz '2024-03-01 00:00 America/New_York', '2024-03-08 00:00 America/New_York', '1 day') ts$$,
	:o::jsonb || '{"time_zone": "America/New_York"}', name => 'new york') > 0 AS trained;
SELECT name, time_type, time_zone, step FROM rn_models WHERE time_type LIKE '%with time zone' ORDER BY name;
SELECT ts FROM rn_forecast('days', 3);
SELECT ts FROM rn_forecast('hours', 3);
SELECT ts FROM rn_forecast('months', 3);
SELECT ts FROM rn_forecast('utc months', 3);
SELECT ts FROM rn_forecast('new york', 3);
SELECT ts FROM rn_forecast_as(NULL::date, 'days', 2);
SELECT ts FROM rn_forecast_as(NULL::timestamp, 'hours', 3);
-- seen from elsewhere, the same instants
SET TimeZone = 'Asia/Tokyo';
SELECT ts FROM rn_forecast('days', 3);
SELECT ts FROM rn_forecast('days', 2, history => 'SELECT ts, 1.5 AS v FROM generate_series(timestamptz ''2025-03-01 00:00 Europe/Berlin'', ''2025-03-20 00:00 Europe/Berlin'', ''1 day'') ts');
SELECT ts FROM rn_forecast('days', 1, as_of => '2024-03-20 12:00 Europe/Berlin', history => 'SELECT ts, 1.5 AS v FROM generate_series(timestamptz ''2024-03-01 00:00 Europe/Berlin'', ''2024-03-29 00:00 Europe/Berlin'', ''1 day'') ts');
SELECT rn_forecast('days', 1, history => 'SELECT ts, 1.5 AS v FROM generate_series(timestamp ''2025-03-01'', ''2025-03-20'', ''1 day'') ts');
-- training again: another kind of time or another step is refused, and a zone
-- that the rows have since contradicted is left
SET TimeZone = 'Europe/Berlin';
CREATE TABLE r AS SELECT ts, 1.5 AS v FROM generate_series(timestamptz '2024-01-01 12:00 UTC', '2024-03-20 12:00 UTC', '1 day') ts;
SELECT rn_train('gru', 'SELECT ts, v FROM r', :o, name => 'noon') > 0 AS trained;
INSERT INTO r SELECT timestamptz '2024-03-20 12:00 UTC' + i * interval '24 hours', 1.5 FROM generate_series(1, 30) i;
CALL rn_retrain('noon', promote => 'always');
SELECT time_zone FROM rn_models WHERE name = 'noon';
ALTER TABLE r ALTER ts TYPE timestamp;
CALL rn_retrain('noon', promote => 'always');
DROP TABLE r;
CREATE TABLE r AS SELECT ts, 1.5 AS v FROM generate_series(timestamptz '2020-01-01', '2024-03-01', '1 month') ts;
CALL rn_retrain('noon', promote => 'always');
CALL rn_retrain('noon', mode => 'cold', promote => 'always');
SELECT version, time_zone, step FROM rn_models WHERE name = 'noon';
DROP TABLE r;
CREATE DOMAIN old_date AS date CHECK (VALUE < '2000-01-01');
SELECT ts FROM rn_forecast_as(NULL::old_date, 'days', 1);
DROP DOMAIN old_date;
SELECT count(*) FROM rn_forecast('days', 1, as_of => 'infinity', history => 'SELECT ts, 1.5 AS v FROM generate_series(timestamptz ''2025-03-01 00:00 Europe/Berlin'', ''2025-03-20 00:00 Europe/Berlin'', ''1 day'') ts');
SELECT count(*) FROM rn_forecast('days', 1, as_of => '-infinity', history => 'SELECT ts, 1.5 AS v FROM generate_series(timestamptz ''2025-03-01 00:00 Europe/Berlin'', ''2025-03-20 00:00 Europe/Berlin'', ''1 day'') ts');
-- a gap in hours is named as it is, not by a clock change
SET TimeZone = 'Europe/Berlin';
SELECT rn_train('gru', $$SELECT ts, 1.5 AS v FROM generate_series(timestamptz '2024-10-26', '2024-10-28', '1 hour') ts WHERE ts <> '2024-10-26 12:00'$$, :o);
RESET TimeZone;
RESET DateStyle;

SELECT count(rn_drop_model(model_id)) > 0 AS dropped FROM rn_models;
DROP FUNCTION next3;
DROP DOMAIN positive;
