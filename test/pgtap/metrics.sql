--
-- The aggregates that measure forecasts.
--
\set QUIET 1
\set ON_ERROR_STOP 1
BEGIN;
SELECT no_plan();
\ir refuses.psql

CREATE FUNCTION near(value float8, expected float8, what text) RETURNS text LANGUAGE sql AS $$
	SELECT ok(abs(value - expected) <= 4e-16 * abs(expected), format('%s: %s is %s', what, value, expected))
$$;

-- ---- what others say ----
--
-- Y, F and the training series are any numbers, among them a 0/0 and both
-- signs.  Expected values, to all their digits:
--
--   scikit-learn 1.9.1, sklearn.metrics: mean_absolute_error,
--     root_mean_squared_error, mean_pinball_loss (alpha = tau)
--   sktime 1.2.0, sktime.performance_metrics.forecasting:
--     mean_absolute_percentage_error (symmetric = True) times 100, without the
--       pair of zeros, which sktime counts as a term of 0,
--     mean_absolute_scaled_error (y_train, sp = m),
--     probabilistic.EmpiricalCoverage
--   and numpy 2.4.6 for the scales: abs(y[m:] - y[:-m]).mean()

CREATE TABLE pair AS SELECT i, y, f FROM ROWS FROM (
	unnest('{112.5, 118, 132.25, -129, 121, 135, 0.5, 148, 0, 136, 119, 104.75}'::float8[]),
	unnest('{110, 121.5, 130, -125.5, 128, 130.25, -0.25, 140, 0, 131, 120, 100}'::float8[])) WITH ORDINALITY p (y, f, i);
CREATE TABLE train AS SELECT y, i, date '2024-01-31' + i::int AS day
FROM unnest('{3, 5, 2.5, 8, 4, 6, 1, 9.75, 7, 7, 2, 11.5, 6, 9}'::float8[]) WITH ORDINALITY t (y, i) ORDER BY md5(i::text);

SELECT near(rn_mae(y, f), 3.5833333333333335, 'rn_mae') FROM pair;
SELECT near(rn_rmse(y, f), 4.286607049870562, 'rn_rmse') FROM pair;
SELECT near(rn_smape(y, f), 21.237988480693517, 'rn_smape') FROM pair;
SELECT near(rn_pinball(y, f, 0.1), 1.3583333333333334, 'rn_pinball 0.1') FROM pair;
SELECT near(rn_pinball(y, f, 0.5), 1.7916666666666667, 'rn_pinball 0.5') FROM pair;
SELECT near(rn_pinball(y, f, 0.9), 2.225, 'rn_pinball 0.9') FROM pair;
SELECT near(rn_coverage(y, f - 3, f + 4), 0.4166666666666667, 'rn_coverage') FROM pair;
SELECT near(rn_mase_scale(day, y, 1), 4.269230769230769, 'rn_mase_scale 1') FROM train;
SELECT near(rn_mase_scale(day, y, 4), 1.5, 'rn_mase_scale 4') FROM train;
SELECT near(rn_mase(y, f, (SELECT rn_mase_scale(day, y, 1) FROM train)), 0.8393393393393394, 'rn_mase 1') FROM pair;
SELECT near(rn_mase(y, f, (SELECT rn_mase_scale(day, y, 4) FROM train)), 2.388888888888889, 'rn_mase 4') FROM pair;

-- ---- pairs that count, and those that do not ----

SELECT is(row(rn_mae(y, f), rn_rmse(y, f), rn_smape(y, f), rn_mase(y, f, 2), rn_pinball(y, f, 0.5), rn_coverage(y, f, f), rn_mase_scale(i, y, 1)),
	row(NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8), 'no row: null') FROM pair WHERE false;
CREATE TABLE holes AS
SELECT y, f, 2::float8 AS two, 0.9::float8 AS tau FROM pair
UNION ALL VALUES (NULL, 1, 2, 0.9), (1, NULL, 2, 0.9), (NULL, NULL, 2, 0.9);
SELECT is(row(rn_mae(y, f), rn_rmse(y, f), rn_smape(y, f), rn_mase(y, f, two), rn_pinball(y, f, tau), rn_coverage(y, f - 3, f + 4)),
	(SELECT row(rn_mae(y, f), rn_rmse(y, f), rn_smape(y, f), rn_mase(y, f, 2), rn_pinball(y, f, 0.9), rn_coverage(y, f - 3, f + 4)) FROM pair),
	'pairs with a null are left out') FROM holes;
SELECT is(row(rn_mae(y, f), rn_rmse(y, f), rn_smape(y, f), rn_mase(y, f, two), rn_pinball(y, f, tau), rn_coverage(y, f - 3, f + 4)),
	row(NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8), 'nothing but these: null')
FROM holes WHERE (y = f) IS NULL;
SELECT is(row(rn_mase(y, f, CASE WHEN y > 120 THEN 2 END), rn_pinball(y, f, CASE WHEN y > 120 THEN 0.9 END),
		rn_coverage(y, CASE WHEN y > 120 THEN f - 3 END, f + 4), rn_coverage(y, f - 3, CASE WHEN y > 120 THEN f + 4 END)),
	(SELECT row(rn_mase(y, f, 2), rn_pinball(y, f, 0.9), rn_coverage(y, f - 3, f + 4), rn_coverage(y, f - 3, f + 4)) FROM pair WHERE y > 120),
	'so are those without a scale, tau or bound') FROM pair;
SELECT is(rn_smape(0, f), CASE f WHEN 0 THEN 0 ELSE 200 END::float8, 'rn_smape of 0 and ' || f) FROM pair WHERE f IN (0, 110) GROUP BY f;
SELECT is(rn_smape(v, 0), 200::float8, 'a term of 0/0 is none') FROM unnest('{0, 1, 0}'::float8[]) v;
SELECT is(row(rn_coverage(v, 1, 3), rn_coverage(v, 3, 1)), row(0.6::float8, 0::float8), 'bounds are within') FROM generate_series(0, 4) v;
SELECT is(rn_mae(a, f), 1.5::float8, 'other numbers are numbers, too') FROM (VALUES (1::numeric, 2::int), (4, 2)) v (a, f);

SELECT is(row(rn_mae(y, f), rn_rmse(y, f), rn_smape(y, f), rn_mase(y, f, 2), rn_pinball(y, f, 0.5), rn_coverage(y, f - 3, f + 4)),
	row('NaN'::float8, 'NaN'::float8, 'NaN'::float8, 'NaN'::float8, 'NaN'::float8, 0.5::float8), 'NaN as in avg, and outside')
FROM (VALUES (1::float8, 2::float8), ('NaN', 2)) v (y, f);
SELECT is(row(rn_mae(y, f), rn_rmse(y, f), rn_smape(y, f), rn_mase(y, f, 2), rn_pinball(y, f, 0.5), rn_coverage(y, 0, f)),
	row('Infinity'::float8, 'Infinity'::float8, 'NaN'::float8, 'Infinity'::float8, 'Infinity'::float8, 1::float8), 'infinity as in avg')
FROM (VALUES (1::float8, 2::float8), (2, 'Infinity')) v (y, f);
SELECT is(rn_mae('Infinity'::float8, 'Infinity'), 'NaN'::float8, 'infinity less infinity');

-- ---- rn_mase_scale ----

SELECT is(row(rn_mase_scale(i, y, 4), rn_mase_scale(day::timestamp, y, 4), rn_mase_scale(day::timestamptz, y, 4), rn_mase_scale(i::int, y, 4)),
	row(1.5::float8, 1.5::float8, 1.5::float8, 1.5::float8), 'every type of time') FROM train;
SELECT is(rn_mase_scale(-i, y, 4), rn_mase_scale(i, y, 4), 'backwards') FROM train;
SELECT isnt(rn_mase_scale(hashtext(i::text), y, 4), rn_mase_scale(i, y, 4), 'in another order it is another') FROM train;
SELECT is(row(rn_mase_scale(i, y, 13), rn_mase_scale(i, y, 14), rn_mase_scale(i, y, 2147483647)), row(6::float8, NULL::float8, NULL::float8),
	'one difference, and none') FROM train;
SELECT is(rn_mase_scale(i, CASE WHEN i <> 3 THEN i * i END, 1), (3 + 9 + 11) / 3.0::float8, 'a null keeps its place') FROM generate_series(1, 6) i;
SELECT is(rn_mase_scale(CASE WHEN i <> 3 THEN i END, i * i, CASE WHEN i <> 4 THEN 1 END), (3 + 21 + 11) / 3.0::float8, 'a row without time or m is none')
FROM generate_series(1, 6) i;
SELECT is(row(rn_mase_scale(NULL::date, 1, 1), rn_mase_scale(1, 1, NULL), rn_mase_scale(i, NULL, 1)), row(NULL::float8, NULL::float8, NULL::float8),
	'nothing but nulls: null') FROM generate_series(1, 3) i;
SELECT is(rn_mase_scale(i, CASE WHEN i = 3 THEN 'NaN'::float8 ELSE i END, 1), 'NaN'::float8, 'NaN') FROM generate_series(1, 6) i;
SELECT is(rn_mase_scale(i, CASE WHEN i = 3 THEN 'Infinity'::float8 ELSE i END, 1), 'Infinity'::float8, 'infinity') FROM generate_series(1, 6) i;
SELECT is(rn_mase_scale(i, 5, 1), 0::float8, 'of a series that does not change') FROM generate_series(1, 6) i;

-- ---- groups, and plans ----

-- values of every size, so that sums would tell their order apart
CREATE TABLE many AS
SELECT i % 3 AS g, i AS t, hashint4(i) * 10.0 ^ (i % 9 - 12)::float8 AS y, hashint4(i + 1) * 10.0 ^ (i % 7 - 11)::float8 AS f FROM generate_series(1, 20000) i;
ANALYZE many;
CREATE FUNCTION measures(source text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	EXECUTE format('SELECT string_agg(m::text, '' '' ORDER BY g) FROM (SELECT g, rn_mae(y, f), rn_rmse(y, f), rn_smape(y, f), rn_mase(y, f, 3),
		rn_pinball(y, f, 0.3), rn_coverage(y, f, 1000), rn_mase_scale(t, y, 7) FROM %s GROUP BY g) m', source) INTO result;
	RETURN result;
END $$;
CREATE FUNCTION plan_of(query text, options text DEFAULT 'COSTS off') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	line text;
	plan text := '';
BEGIN
	FOR line IN EXECUTE format('EXPLAIN (%s) %s', options, query) LOOP
		plan := plan || line || chr(10);
	END LOOP;
	RETURN plan;
END $$;
\set grouped 'SELECT g, rn_mae(y, f), rn_rmse(y, f), rn_smape(y, f), rn_mase(y, f, 3), rn_pinball(y, f, 0.3), rn_coverage(y, f, 1000) FROM many GROUP BY g'

SET LOCAL max_parallel_workers_per_gather = 0;
SELECT measures('many') AS measured \gset
SELECT is(regexp_count(:'measured', '\('), 3, 'three groups');
SELECT is((SELECT string_agg(m::text, ' ' ORDER BY g) FROM (SELECT g.g, m.* FROM generate_series(0, 2) g, LATERAL (SELECT rn_mae(y, f), rn_rmse(y, f),
	rn_smape(y, f), rn_mase(y, f, 3), rn_pinball(y, f, 0.3), rn_coverage(y, f, 1000), rn_mase_scale(t, y, 7) FROM many WHERE many.g = g.g) m) m),
	:'measured', 'each as it is alone');
SELECT is(measures('(SELECT * FROM many ORDER BY random()) m'), :'measured', 'in any order, to the last digit');
SELECT is(measures('(SELECT * FROM many ORDER BY abs(y - f)) m'), :'measured', 'small errors first');
SELECT is(measures('(SELECT * FROM many ORDER BY abs(y - f) DESC) m'), :'measured', 'large errors first');
SET LOCAL enable_hashagg = off;
SELECT alike(plan_of(:'grouped'), '%GroupAggregate%Sort%', 'sorted');
SELECT is(measures('many'), :'measured', 'sorted: the same');
RESET enable_hashagg;

SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 3;
SELECT alike(plan_of(:'grouped'), '%Finalize%Gather%Partial%Parallel Seq Scan on many%', 'in parts, by workers');
SELECT matches(plan_of(:'grouped', 'ANALYZE'), 'Workers Launched: [1-9]', 'that are there');
SELECT string_agg(m::text, ' ' ORDER BY g) AS parallel FROM (:grouped) m \gset
SELECT is(measures('many'), :'measured', 'over a parallel scan: the same');
SET LOCAL max_parallel_workers_per_gather = 0;
SELECT string_agg(m::text, ' ' ORDER BY g) AS serial FROM (:grouped) m \gset
SELECT is(:'parallel'::text, :'serial', 'in parts: the same');

SELECT is(m, e, 'over a growing frame') FROM (
	SELECT array_agg(m ORDER BY i) AS m, array_agg(e ORDER BY i) AS e FROM (
		SELECT i, rn_mae(y, f) OVER (ORDER BY i) AS m, (SELECT rn_mae(y, f) FROM pair q WHERE q.i <= p.i) AS e FROM pair p) x) y;

-- ---- refusals ----

SELECT refuses('SELECT rn_mase(y, f, 0) FROM pair', '22023', 'scale is out of range: 0', '%above 0%NULLIF(scale, 0)%', 'no scale');
SELECT refuses('SELECT rn_mase(y, f, -1) FROM pair', '22023', 'scale is out of range: -1', '%above 0%', 'a negative one');
SELECT refuses('SELECT rn_mase(y, f, ''NaN'') FROM pair', '22023', 'scale is out of range: NaN', '%above 0%', 'one that is no number');
SELECT refuses('SELECT rn_mase(y, f, ''Infinity'') FROM pair', '22023', 'scale is out of range: Infinity', '%finite%', 'an infinite one');
SELECT near(rn_mase(y, f, CASE WHEN i <= 6 THEN 2 ELSE 4 END), (a.m / 2 + b.m / 4) / 2, 'each pair has the scale of its series')
FROM pair, (SELECT rn_mae(y, f) FROM pair WHERE i <= 6) a (m), (SELECT rn_mae(y, f) FROM pair WHERE i > 6) b (m) GROUP BY a.m, b.m;
SELECT refuses(format('SELECT rn_pinball(y, f, %L) FROM pair', tau), '22023', 'tau is out of range: ' || tau, '%above 0 and below 1%0.9%', 'a tau of ' || tau)
FROM unnest('{0, 1, -0.1, 90, NaN}'::text[]) tau;
SELECT refuses('SELECT rn_pinball(y, f, CASE WHEN i < 9 THEN 0.5 ELSE 0.9 END) FROM pair', '22023',
	'argument "tau" of rn_pinball differs from row to row of a group', '%group by it%', 'more than one tau');
SELECT lives_ok('SELECT tau, rn_pinball(y, f, tau) FROM pair, unnest(ARRAY[0.5, 0.9]) tau GROUP BY tau', 'more than one group');
SELECT refuses('SELECT rn_mase_scale(i, y, 0) FROM pair', '22023', 'm is out of range: 0', '%at least 1%12 for months%', 'no season');
SELECT refuses('SELECT rn_mase_scale(i, y, -12) FROM pair', '22023', 'm is out of range: -12', '%at least 1%', 'a negative one');
SELECT refuses('SELECT rn_mase_scale(i, y, i::int) FROM pair', '22023', 'argument "m" of rn_mase_scale differs from row to row of a group',
	'%group by it%', 'more than one m');
SELECT refuses('SELECT rn_mase_scale(least(i, 9), y, 1) FROM pair', '23505', 'duplicate time 9', '%group by%', 'double integers');
SELECT refuses('SELECT rn_mase_scale(least(day, ''2024-02-05''), y, 1) FROM train', '23505', 'duplicate time 2024-02-05', '%group by%', 'double dates');
SELECT refuses('SELECT rn_mase_scale(least(day, ''2024-02-05 10:00''::timestamp), y, 1) FROM train', '23505', 'duplicate time 2024-02-05 10:00:00', '%', 'double timestamps');
SET LOCAL TimeZone = 'Asia/Tokyo';
SELECT refuses('SELECT rn_mase_scale(least(day, ''2024-02-05 10:00+00''::timestamptz), y, 1) FROM train', '23505', 'duplicate time 2024-02-05 19:00:00+09', '%',
	'double timestamps of a zone');
RESET TimeZone;
SELECT refuses('SELECT rn_mase_scale(CASE WHEN i < 5 THEN day ELSE ''infinity'' END, y, 1) FROM train', '22008', '%infinite%', '%', 'an infinite time');
SELECT throws_ok('SELECT rn_mase_scale(day, y, 1) OVER (ORDER BY day) FROM train', '0A000', NULL, 'rn_mase_scale is not for windows');
SET LOCAL recurnet.max_memory = '64kB';
SELECT refuses('SELECT rn_mase_scale(i, i, 1) FROM generate_series(1, 100000) i', '54000', 'collecting the rows of a group needs%', '%', 'more rows than memory is allowed for');
RESET recurnet.max_memory;

SELECT throws_ok(format('SELECT %s FROM (VALUES (1e308::float8, -1e308::float8)) v (y, f)', what), '22003', 'value out of range: overflow', what || ' beyond all numbers')
FROM unnest('{"rn_mae(y, f)", "rn_rmse(y, f)", "rn_mase(y, f, 1)", "rn_mase(1, 2, 1e-320)", "rn_pinball(y, f, 0.5)"}'::text[]) what;
SELECT is(rn_smape(y, f), s, 'a share of what is beyond all numbers') FROM (VALUES (1e308::float8, -1e308::float8, 200::float8), (1.5e308, 0.5e308, 100)) v (y, f, s) GROUP BY s;
SELECT throws_ok('SELECT rn_mae(1.7e308, 0) FROM generate_series(1, 3)', '22003', 'value out of range: overflow', 'a sum beyond all numbers');
SELECT throws_ok('SELECT rn_mase_scale(i, 1e308 * (-1) ^ i, 1) FROM generate_series(1, 3) i', '22003', 'value out of range: overflow', 'a scale beyond all numbers');

-- ---- states by hand ----

SELECT is(rn_mae_transition(rn_mae_transition('{0,0,0,0,0}', 1, 2), 3, 7), '{2,0,2,5,0}', 'two pairs');
SELECT is(rn_metric_combine('{2,0,2,5,0}', '{1,0,1,2,0.5}'), '{3,0,3,7,0.5}', 'three');
SELECT is(rn_metric_mean('{3,0,3,7,0.5}'), 2.5::float8, 'their mean');
SELECT is(rn_metric_root('{3,0,3,12,0}'), 2::float8, 'its root');
SELECT is(rn_metric_combine('{0,0,0,0,0}', '{1,0.5,1,2,0}'), '{1,0.5,1,2,0}', 'nothing and something');
SELECT is(rn_metric_combine('{1,0.5,1,2,0}', '{0,0,0,0,0}'), '{1,0.5,1,2,0}', 'something and nothing');
SELECT throws_ok('SELECT rn_metric_combine(''{1,0.5,1,2,0}'', ''{1,0.9,1,2,0}'')', '22023', 'argument "tau" of rn_pinball differs from row to row of a group');
SELECT throws_ok('SELECT rn_metric_combine(''{1,0,1,1e308,0}'', ''{1,0,1,1e308,0}'')', '22003', 'value out of range: overflow');
SELECT throws_ok(format('SELECT rn_metric_mean(%L)', state), 'XX000', 'recurnet: a state of measures is an array of 5 numbers', 'no state: ' || state)
FROM unnest('{"{}", "{1,2,3,4}", "{1,2,3,4,5,6}", "{1,2,3,4,NULL}", "{{1,2,3,4,5}}"}'::text[]) state;

SELECT * FROM finish();
ROLLBACK;
