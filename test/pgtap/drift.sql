--
-- rn_drift: from which rows which are forecast, and that its errors are those that
-- rn_forecast and the aggregates come to by hand.
--
\set QUIET 1
\set ON_ERROR_STOP 1
\ir enter.psql
SELECT no_plan();
\ir refuses.psql
SET client_min_messages = error;

CREATE FUNCTION o(more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
	SELECT '{"recipe": "plain", "units": 3, "epochs": 2, "window": 5, "horizon": 3, "season": 7, "validation_split": 0.2}'::jsonb || more
$$;
CREATE TABLE one AS
SELECT i, date '2024-01-01' + i AS day, (10 + 4 * sin(i * 0.9) + hashint4(i) % 100 / 100.0)::float8 AS v FROM generate_series(0, 79) i;
CREATE TABLE seen AS SELECT * FROM one WHERE i < 60;
-- errors by hand of the horizon after a number of rows, of one series of integers
CREATE FUNCTION hand(model text, query text, origin int, steps int, level float8 DEFAULT 0.9)
RETURNS TABLE (t bigint, pairs bigint, mae numeric, mase numeric, naive numeric, coverage numeric) LANGUAGE plpgsql AS $$
BEGIN
	SET LOCAL recurnet.adaptive_intervals = off;
	RETURN QUERY EXECUTE format($q$
		WITH a AS (%s), s AS (SELECT rn_mase_scale(i, v, 7) AS scale FROM a WHERE i < %s)
		SELECT %s::bigint, count(*), rn_mae(v, forecast)::numeric(20, 9), rn_mase(v, forecast, scale)::numeric(20, 9),
			rn_mase(v, (SELECT b.v FROM a b WHERE b.i = a.i - 7), scale)::numeric(20, 9), rn_coverage(v, lower, upper)::numeric(20, 9)
		FROM rn_forecast(%L, %s, level => %s, history => %L) f JOIN a ON i = f.t, s$q$,
		query, origin, origin - 1, model, steps, level, format('SELECT i, v FROM (%s) q WHERE i < %s', query, origin));
END $$;
CREATE FUNCTION drift(model text, query text DEFAULT NULL, level float8 DEFAULT 0.9, horizon int DEFAULT NULL)
RETURNS TABLE (t bigint, pairs bigint, mae numeric, mase numeric, naive numeric, coverage numeric) LANGUAGE sql AS $$
	SELECT t, pairs, mae::numeric(20, 9), mase::numeric(20, 9), seasonal_naive_mase::numeric(20, 9), coverage::numeric(20, 9) FROM rn_drift(model, query, level, horizon)
$$;

-- ---- which rows ----

SELECT rn_train('gru', 'SELECT i, v FROM seen', o(), name => 'm') AS m \gset
SELECT is_empty($$SELECT * FROM rn_drift('m')$$, 'no rows since: nothing to say');
INSERT INTO seen SELECT * FROM one WHERE i BETWEEN 60 AND 67;
SELECT results_eq($$SELECT series, ts, t, pairs FROM rn_drift('m')$$, $$VALUES (NULL::jsonb, NULL::timestamptz, 59::bigint, 3::bigint), (NULL, NULL, 62, 3), (NULL, NULL, 65, 2)$$, 'a horizon after the other, the last one in part');
SELECT results_eq($$SELECT * FROM drift('m')$$, $$SELECT * FROM hand('m', 'SELECT i, v FROM one WHERE i < 68', 60, 3) UNION ALL SELECT * FROM hand('m', 'SELECT i, v FROM one WHERE i < 68', 63, 3) UNION ALL SELECT * FROM hand('m', 'SELECT i, v FROM one WHERE i < 68', 66, 2)$$, 'errors as by hand');
SELECT results_eq(format('SELECT * FROM rn_drift(%s::bigint)', :m), $$SELECT * FROM rn_drift('m')$$, 'by id');
SELECT results_eq($$SELECT * FROM drift('m', 'SELECT i, v FROM one', 0.3, 7)$$,
	$$SELECT h.* FROM (VALUES (60, 7), (67, 7), (74, 6)) o (i, n), hand('m', 'SELECT i, v FROM one', i, n, 0.3) h$$, 'rows of a query, another level and horizon');
SELECT cmp_ok((SELECT sum(coverage * pairs) FROM rn_drift('m', level => 0.1)), '<', (SELECT sum(coverage * pairs) FROM rn_drift('m', level => 0.99)), 'wider intervals hold more');
SELECT is((SELECT sum(pairs) FROM rn_drift('m', 'SELECT i, v FROM one WHERE i > 61')), 12::numeric, 'a query that begins later forecasts what it has rows for');
SELECT results_eq($$SELECT expected_mase, ratio FROM rn_drift('m') LIMIT 1$$, $$VALUES (NULL::float8, NULL::float8)$$, 'recipe plain does not know a MASE');
-- trained again, it begins anew
CALL rn_retrain('m', 'cold', 'never');
SELECT is((SELECT count(*) FROM rn_drift('m')), 3::bigint, 'a version that is not active does not matter');
SELECT rn_activate('m', 2) \g /dev/null
SELECT is_empty($$SELECT * FROM rn_drift('m')$$, 'the active one does');

-- ---- what is expected ----

SELECT rn_train('gru', 'SELECT day, v FROM seen WHERE i < 60', '{"ensemble": 2, "epochs": 2, "units": 4}', name => 'auto') \g /dev/null
SELECT results_eq($$SELECT ts::date, pairs, expected_mase, ratio FROM rn_drift('auto', 'SELECT day, v FROM seen')$$,
	$$SELECT day, pairs, metrics['validation_mase']::float8, mase / metrics['validation_mase']::float8 FROM rn_models, (VALUES (date '2024-02-29', 7::bigint), ('2024-03-07', 1)) d (day, n), rn_drift('auto', 'SELECT day, v FROM seen') r WHERE name = 'auto' AND r.ts::date = day ORDER BY day$$,
	'the MASE on rows held out in training, and the ratio to it');
SELECT cmp_ok(max(ratio), '<', 20::float8, 'of rows like those before') FROM rn_drift('auto', 'SELECT day, v FROM one');
SELECT cmp_ok(max(b.ratio), '>', 3 * max(a.ratio), 'a break shows') FROM rn_drift('auto', 'SELECT day, v FROM one') a,
	rn_drift('auto', 'SELECT day, CASE WHEN i < 67 THEN v ELSE v + 100 END AS v FROM one') b;

-- ---- many series ----

CREATE TABLE many AS SELECT s, i, s * v AS v FROM generate_series(1, 3) s, one WHERE i < 60 - s AND s < 3;
SELECT rn_train('gru', 'SELECT s, i, v FROM many', o(), series => 's', name => 'many') \g /dev/null
INSERT INTO many SELECT s, i, s * v FROM generate_series(1, 3) s, one WHERE (s < 3 AND i BETWEEN 60 - s AND 60 + s) OR s = 3;
SELECT results_eq($$SELECT series, t, pairs FROM rn_drift('many', by_series => true)$$,
	$$VALUES ('{"s": 1}'::jsonb, 58::bigint, 3::bigint), ('{"s": 2}', 57, 3), ('{"s": 2}', 60, 2)$$, 'one by one, but for one that the model does not know');
SELECT results_eq($$SELECT series, t, pairs FROM rn_drift('many')$$, $$VALUES (NULL::jsonb, 58::bigint, 6::bigint), (NULL, 60, 2)$$, 'all together');
SELECT is(a.mae::numeric(20, 9), b.mae, 'whose errors are means') FROM (SELECT mae FROM rn_drift('many') LIMIT 1) a,
	(SELECT (sum(mae * pairs) / sum(pairs))::numeric(20, 9) AS mae FROM rn_drift('many', by_series => true) WHERE t < 60) b;

-- ---- gaps, covariates, no intervals ----

CREATE TABLE gaps AS SELECT i, v FROM one WHERE i < 50;
SELECT rn_train('gru', 'SELECT i, v FROM gaps', o('{"missing": "interpolate"}'), name => 'gaps') \g /dev/null
INSERT INTO gaps SELECT i, v FROM one WHERE i BETWEEN 50 AND 61 AND i NOT IN (51, 52, 53);
SELECT results_eq($$SELECT t, pairs FROM rn_drift('gaps')$$, $$VALUES (49::bigint, 1::bigint), (52, 2), (55, 3), (58, 3)$$, 'what is missing is no error');
SELECT results_eq($$SELECT mae FROM rn_drift('gaps', 'SELECT i, v FROM gaps WHERE i < 56') WHERE t = 52$$,
	$$SELECT mae FROM rn_drift('gaps', 'SELECT i, CASE i WHEN 57 THEN 1e6 ELSE v END AS v FROM gaps') WHERE t = 52$$, 'later rows do not matter');
SELECT is((SELECT mae::numeric(20, 9) FROM rn_drift('gaps', 'SELECT i, v FROM gaps WHERE i < 56') WHERE t = 52),
	(SELECT rn_mae(v, forecast)::numeric(20, 9) FROM rn_forecast('gaps', 5, history => 'SELECT i, v FROM gaps WHERE i < 51') f JOIN gaps ON i = f.t WHERE i IN (54, 55)), 'nor those behind a gap at the origin');
CREATE TABLE priced AS SELECT i, v + (i % 3) AS v, i % 3 AS price, i % 4 AS rain FROM one;
SELECT rn_train('gru', 'SELECT * FROM priced WHERE i < 60', o(), covariates => 'price known, rain', name => 'priced') \g /dev/null
SELECT is((SELECT mae::numeric(20, 9) FROM rn_drift('priced', 'SELECT * FROM priced') WHERE t = 62),
	(SELECT rn_mae(v, forecast)::numeric(20, 9) FROM rn_forecast('priced', 3, history => 'SELECT * FROM priced WHERE i < 63', future => 'SELECT i, price FROM priced') f JOIN priced ON i = f.t), 'covariates, those known ahead as they were');
SELECT refuses($$SELECT rn_drift('priced', 'SELECT * FROM priced', horizon => 4)$$, '22023', '%more than the 3 that the model can forecast', '%', 'further than the model can forecast');
SELECT rn_train('gru', 'SELECT i, v FROM one WHERE i < 60', o('{"validation_split": 0}'), name => 'bare') \g /dev/null
SELECT ok(bool_and(coverage IS NULL AND mase > 0), 'no intervals, no coverage') FROM rn_drift('bare', 'SELECT i, v FROM one');
SELECT rn_train('gru', 'SELECT day::timestamptz AS ts, v FROM one WHERE i < 60', o('{"time_zone": "UTC"}'), name => 'instants') \g /dev/null
SELECT is((SELECT min(ts) FROM rn_drift('instants', 'SELECT day::timestamptz AS ts, v FROM one')), '2024-02-29'::timestamptz, 'instants');

-- ---- refused ----

SELECT refuses($$SELECT rn_drift('nobody')$$, '42704', 'model "nobody" does not exist, or is not yours to use', '%', 'no such model');
SELECT refuses($$SELECT rn_drift('m', horizon => 0)$$, '22023', 'horizon is out of range: 0', '%', 'no horizon');
SELECT refuses($$SELECT rn_drift('m', level => 1)$$, '22023', 'level is out of range: 1', '%', 'no level');
SELECT refuses($$SELECT rn_drift('m', 'SELECT day, v FROM one')$$, '42804', 'query returns times of type date, but the model was trained on integer', '%', 'another kind of time');
SELECT refuses($$SELECT rn_drift('m', 'SELECT i * 2 AS i, v FROM one')$$, '22000', 'query does not return the steps of 1 that the model was trained on', '%', 'another step');
CREATE ROLE other;
GRANT SELECT ON one TO other;
SET ROLE other;
SELECT refuses($$SELECT rn_drift('m', 'SELECT i, v FROM one')$$, '42704', '%not yours to use', '%', 'a model of others');
RESET ROLE;
DROP OWNED BY other;
DROP ROLE other;

SELECT finish();
\ir leave.psql
