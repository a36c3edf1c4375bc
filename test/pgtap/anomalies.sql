--
-- rn_anomalies: rows outside of the interval predicted from the rows before them.
--
\set QUIET 1
\set ON_ERROR_STOP 1
BEGIN;
SELECT no_plan();
\ir refuses.psql

-- Weeks, with noise that grows: so the rows held out, which are the newest, have
-- the largest errors, and no clean row is outside of an interval of them all, but for
-- rounding: the row of the largest error is its very bound.
CREATE FUNCTION noise(i int, s int) RETURNS float8 IMMUTABLE LANGUAGE sql AS $$SELECT (1 + i * 0.02) * ((hashint4(i * 3 + s) & 1023) / 1023.0 - 0.5)$$;
CREATE TABLE clean AS
SELECT s AS store, date '2024-01-01' + i AS day, i AS t, 10 ^ s * (50 + 10 * sin(2 * pi() * i / 7) + noise(i, s)) AS amount
FROM generate_series(0, 2) s, generate_series(0, 299) i;
CREATE TABLE spike (store int, day date, size float8);
INSERT INTO spike VALUES (0, '2024-03-20', 60), (0, '2024-07-11', -60), (2, '2024-09-09', 6000);
CREATE TABLE spiked AS SELECT c.store, day, t, amount + coalesce(size, 0) AS amount FROM clean c LEFT JOIN spike USING (store, day);
-- Masked, so that intervals are as wide everywhere: models that take series apart have wider ones where these spread.
\set small '''{"units": 8, "epochs": 30, "horizon": 1, "window": 14, "missing": "mask"}'''
SELECT rn_train('gru', 'SELECT day, amount FROM clean WHERE store = 0', :small, name => 'one') AS one,
	rn_train('gru', 'SELECT store, day, amount FROM clean', :small, name => 'all', series => 'store') AS many \gset

-- ---- one series ----

SELECT is(count(*) FILTER (WHERE score > 1.001), 0::bigint, 'clean rows are no anomalies') FROM rn_anomalies('one', 'SELECT day, amount FROM clean WHERE store = 0', 0.999);
SELECT is(count(*), 0::bigint, 'at the level that is usual') FROM rn_anomalies('one', 'SELECT day, amount FROM clean WHERE store = 0 AND day < ''2024-06-01''');
CREATE TABLE found AS SELECT * FROM rn_anomalies('one', 'SELECT day, amount FROM spiked WHERE store = 0', 0.999);
SELECT results_eq('SELECT day FROM spike WHERE store = 0 ORDER BY 1', 'SELECT ts::date FROM found JOIN spike ON day = ts::date AND store = 0 ORDER BY 1',
	'every spike is found');
SELECT ok(bool_and(score > 5 AND sign(actual - predicted) = sign(size)), 'and far out') FROM found JOIN spike ON day = ts::date AND store = 0;
SELECT is(count(*), 0::bigint, 'nothing else but what has one in its window') FROM found
WHERE score > 1.001 AND NOT EXISTS (SELECT FROM spike WHERE store = 0 AND ts::date BETWEEN day AND day + 14);
SELECT ok(count(*) > 2 AND bool_and(actual NOT BETWEEN lower AND upper AND abs(score - abs(actual - predicted) / ((upper - lower) / 2)) < 1e-9 * score),
	'the score is in half widths') FROM found;
SELECT ok(bool_and(ts > before), 'in the order of time') FROM (SELECT ts, lag(ts) OVER () AS before FROM found) f WHERE before IS NOT NULL;

\set query 'SELECT day, amount FROM spiked WHERE store = 0'
CREATE FUNCTION outside(level float8) RETURNS SETOF record LANGUAGE sql AS $$
	SELECT series, ts, t, actual, predicted, lower, upper FROM rn_predict('one', 'SELECT day, amount FROM spiked WHERE store = 0', level)
	WHERE actual NOT BETWEEN lower AND upper
$$;
SELECT results_eq(format($$SELECT (series, ts, t, actual, predicted, lower, upper) FROM rn_anomalies('one', %L, %s)$$, :'query', level),
	format('SELECT outside(%s)', level), 'the rows of rn_predict that are outside: ' || level) FROM unnest('{0.5, 0.9, 0.99}'::float8[]) level;
SELECT results_eq(format($$SELECT * FROM rn_anomalies('one', %L)$$, :'query'), format($$SELECT * FROM rn_anomalies(%s, %L, 0.99)$$, :one, :'query'), 'by id; the usual level is 0.99');
SELECT results_eq(format($$SELECT * FROM rn_anomalies('one', %L, NULL)$$, :'query'), format($$SELECT * FROM rn_anomalies('%s', %L, 0.99)$$, :one, :'query'), 'by id as text; so is no level');
SELECT results_eq(format($$SELECT * FROM rn_anomalies('one', %L)$$, :'query'),
	format($$SELECT a.* FROM (SELECT rn_fit(day, amount, 'gru', %L) AS model FROM clean WHERE store = 0) m, rn_anomalies(model, %L) a$$, :small, :'query'), 'a model that is a value');
SELECT is(count(*), 0::bigint, 'no model, no anomalies') FROM rn_anomalies(NULL::rn_model, :'query');

-- ---- a model that takes the series apart ----

SELECT rn_train('gru', 'SELECT day, amount FROM clean WHERE store = 0', '{"units": 8, "horizon": 1}', name => 'apart') AS apart \gset
SELECT is(count(*), 2::bigint, 'every spike is found by a model that takes series apart') FROM rn_anomalies('apart', 'SELECT day, amount FROM spiked WHERE store = 0') JOIN spike ON day = ts::date AND store = 0
WHERE score > 5 AND actual NOT BETWEEN lower AND upper AND predicted BETWEEN lower AND upper;
SELECT cmp_ok(count(*), '<', 15::bigint, 'and hardly anything in clean rows, once there are some weeks of them') FROM rn_anomalies('apart', 'SELECT day, amount FROM clean WHERE store = 0')
WHERE ts >= '2024-03-01';

SELECT ok(bool_and(ts >= '2024-01-22') AND bool_or(ts < '2024-01-29'), 'the first window is not judged') FROM rn_anomalies('apart', 'SELECT day, amount FROM clean WHERE store = 0', 0.01);
SELECT ok(count(*) > 0, 'though it is predicted') FROM rn_predict('apart', 'SELECT day, amount FROM clean WHERE store = 0', 0.01) WHERE ts < '2024-01-22' AND actual NOT BETWEEN lower AND upper;
SELECT ok(bool_and(ts >= '2024-01-16') AND bool_or(ts < '2024-01-19'), 'of few rows the first half is not') FROM rn_anomalies('apart', 'SELECT day, amount FROM clean WHERE store = 0 AND t < 30', 0.01);

-- ---- many series, other times, rows that are not there ----

SELECT is(count(*) FILTER (WHERE score > 1.001), 0::bigint, 'clean rows of many series') FROM rn_anomalies('all', 'SELECT store, day, amount FROM clean', 0.999);
CREATE TABLE found_all AS SELECT (series ->> 'store')::int AS store, ts::date AS day, score FROM rn_anomalies('all', 'SELECT store, day, amount FROM spiked ORDER BY random()', 0.999);
SELECT is(count(*), 3::bigint, 'spikes of many series') FROM found_all JOIN spike USING (store, day) WHERE score > 5;
SELECT is(count(*), 0::bigint, 'each of its own') FROM found_all f
WHERE score > 1.001 AND NOT EXISTS (SELECT FROM spike s WHERE s.store = f.store AND f.day BETWEEN s.day AND s.day + 14);
SELECT ok(bool_and(before IS NULL OR (before_store, before) < (store, day)), 'series after series') FROM
	(SELECT store, day, lag(store) OVER () AS before_store, lag(day) OVER () AS before FROM found_all) f;
SELECT rn_train('gru', 'SELECT t, amount FROM clean WHERE store = 0', :small, name => 'counted') > 0 AS trained \gset
SELECT ok(bool_or(t = 79) AND count(ts) = 0, 'integer times') FROM rn_anomalies('counted', 'SELECT t, amount FROM spiked WHERE store = 0');

SELECT rn_train('gru', 'SELECT day, amount FROM clean WHERE store = 0', :small::jsonb || '{"missing": "interpolate"}', name => 'gaps') > 0 AS trained \gset
SELECT is(count(*) FILTER (WHERE ts::date IN (SELECT day FROM spike)), 0::bigint, 'a row that is made up is none')
FROM rn_anomalies('gaps', 'SELECT day, amount FROM spiked WHERE store = 0 AND day NOT IN (SELECT day FROM spike)', 0.01);
SELECT rn_train('gru', 'SELECT day, amount FROM clean WHERE store = 0', :small::jsonb || '{"lower_bound": 40, "upper_bound": 60}', name => 'bounded') > 0 AS trained \gset
SELECT ok(count(*) > 0 AND bool_and(score > 1 AND lower >= 40 AND upper <= 60), 'outside of an interval cut by a bound')
FROM rn_anomalies('bounded', 'SELECT day, amount FROM spiked WHERE store = 0', 0.5);
SELECT ok(count(*) = 286 AND bool_and(predicted = 40 AND score = 'Infinity'), 'beyond a bound that is the prediction: infinitely far')
FROM rn_anomalies('bounded', 'SELECT day, 20 AS amount FROM clean WHERE store = 0');

-- ---- refusals ----

SELECT refuses($$SELECT rn_anomalies('one', 'SELECT day, amount FROM clean WHERE store = 0', 1)$$, '22023', 'level is out of range: 1', '%above 0 and below 1%', 'level');
SELECT refuses($$SELECT rn_anomalies('one', 'SELECT day, amount FROM clean')$$, '23505', 'duplicate time 2024-01-01', '%', 'rows that are no good');
SELECT refuses($$SELECT rn_anomalies('one', 'SELECT day, amount / 0 FROM clean')$$, '22012', 'division by zero', '%', 'a query that fails');
SELECT refuses($$SELECT rn_anomalies('one', 'DELETE FROM clean')$$, '42601', '%single SELECT, not DELETE%', '%', 'a query that is no SELECT');
SELECT refuses($$SELECT rn_anomalies('one', NULL)$$, '22004', 'argument "query" must not be null', '%', 'no query');
SELECT refuses($$SELECT rn_anomalies(NULL::text, 'SELECT 1')$$, '22004', 'argument "model" must not be null', '%', 'no model');
SELECT refuses($$SELECT rn_anomalies('none', 'SELECT 1')$$, '42704', '%"none"%', '%', 'a model that is not there');
SELECT rn_train('gru', 'SELECT day, amount FROM clean WHERE store = 0', :small::jsonb || '{"recipe": "plain"}', name => 'plain') > 0 AS trained \gset
SELECT refuses($$SELECT rn_anomalies('plain', 'SELECT day, amount FROM clean WHERE store = 0')$$, '55000', 'the model knows no intervals%', '%"validation_split"%', 'no intervals');

-- the query has the rights of the caller, not of the extension or of the model's owner
CREATE ROLE anomalies_ann;
CREATE ROLE anomalies_bob IN ROLE anomalies_ann;
GRANT SELECT ON clean TO anomalies_ann;
SET LOCAL ROLE anomalies_ann;
SELECT rn_train('gru', 'SELECT day, amount FROM clean WHERE store = 0', :small, name => 'ann') > 0 AS trained \gset
SELECT lives_ok($$SELECT rn_anomalies('ann', 'SELECT day, amount FROM clean WHERE store = 0')$$, 'rows that the caller may read');
SELECT throws_ok($$SELECT rn_anomalies('ann', 'SELECT day, amount FROM spiked WHERE store = 0')$$, '42501', 'permission denied for table spiked', 'rows that it may not');
SELECT throws_ok($$SELECT rn_anomalies('ann', 'SELECT model_id, active_version + 0.5 FROM recurnet.model')$$, '42501', NULL, 'nor the catalog');
SELECT throws_ok($$SELECT rn_anomalies('one', 'SELECT day, amount FROM clean WHERE store = 0')$$, '42704', NULL, 'a model of others is not there');
RESET ROLE;
SELECT is((SELECT count(*) FROM pg_backend_memory_contexts WHERE name LIKE 'recurnet%' AND name NOT IN ('recurnet cached model', 'recurnet models')), 0::bigint,
	'no memory context outlives its statement');

SELECT * FROM finish();
ROLLBACK;
