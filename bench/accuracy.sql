-- accuracy.sql: what bench/accuracy.sh does in the database.
CREATE EXTENSION recurnet;
CREATE UNLOGGED TABLE row_of (series_id text, t int, value float8, set text);
CREATE INDEX ON row_of (set, series_id, t);
CREATE TABLE meta (set text, series_id text, h int, n_train int, season int);
CREATE TABLE called (set text, h int, model bigint, seconds float8, share text);
CREATE UNLOGGED TABLE forecast_of (set text, series_id text, step int, actual float8, forecast float8, level float8, lower float8, upper float8);
CREATE UNLOGGED TABLE ets (set text, series_id text, step int, level float8, lower float8, upper float8);
CREATE UNLOGGED TABLE scale_of (set text, series_id text, scale float8);

-- Train on all series of a set with a horizon, or together with the longest, and keep
-- forecasts of their last rows.
CREATE PROCEDURE score(which text, together boolean DEFAULT false) LANGUAGE plpgsql AS $$
DECLARE
	call record;
	start timestamptz;
	id bigint;
BEGIN
	INSERT INTO scale_of
	SELECT which, series_id, rn_mase_scale(t, value, m.season) FROM row_of JOIN meta m USING (set, series_id)
	WHERE set = which AND t <= n_train GROUP BY series_id;
	FOR call IN SELECT max(h) AS h, season FROM meta WHERE set = which GROUP BY CASE WHEN together THEN 0 ELSE h END, season ORDER BY 1 LOOP
		start := clock_timestamp();
		id := rn_train('auto', format('SELECT series_id, t, value FROM row_of JOIN meta USING (set, series_id) WHERE set = %L AND (%L OR h = %s) AND t <= n_train',
			which, together, call.h), jsonb_build_object('horizon', call.h, 'season', call.season), series => 'series_id');
		CREATE TEMP TABLE f AS SELECT * FROM rn_forecast(id, call.h, 0.9);
		INSERT INTO called VALUES (which, call.h, id, extract(epoch FROM clock_timestamp() - start),
			(SELECT value FROM rn_summary(id) WHERE item = 'share of the networks'));
		INSERT INTO forecast_of
		SELECT which, r.series_id, f.step, r.value, f.forecast, level, f.lower, f.upper
		FROM unnest('{0.8, 0.9, 0.95}'::float8[]) level, rn_forecast(id, call.h, level) f
			JOIN meta m ON m.set = which AND m.series_id = f.series ->> 'series_id'
			JOIN row_of r ON r.set = which AND r.series_id = m.series_id AND r.t = m.n_train + f.step;
		DROP TABLE f;
	END LOOP;
END $$;

CREATE FUNCTION line(which text, m int, published text) RETURNS text LANGUAGE sql AS $$
	SELECT format('| %s | %s | %s | %s | %s | %s | %s |', which, m,
		(SELECT string_agg(round(seconds::numeric, 1)::text, ', ' ORDER BY h) FROM called WHERE set = which),
		round(avg(smape)::numeric, 2), round(avg(mase)::numeric, 3),
		(SELECT string_agg(share, ', ' ORDER BY h) FROM called WHERE set = which), published)
	FROM (SELECT rn_smape(actual, forecast) AS smape, rn_mase(actual, forecast, scale) FILTER (WHERE scale > 0) AS mase
		FROM forecast_of JOIN scale_of USING (set, series_id) WHERE set = which AND level = 0.9 GROUP BY series_id) s
$$;

-- Gneiting & Raftery, "Strictly proper scoring rules", JASA 102, 2007, (43).
CREATE FUNCTION interval_score(level float8, actual float8, lower float8, upper float8) RETURNS float8 IMMUTABLE LANGUAGE sql AS $$
	SELECT upper - lower + 2 / (1 - level) * (greatest(lower - actual, 0) + greatest(actual - upper, 0))
$$;

-- Coverage in percent, and its standard error by series: steps of one series are not
-- independent, series are taken to be.  Cochran, "Sampling techniques", 3rd ed., 1977,
-- section 9A.1 for the ratio of sums over clusters of unequal sizes.
CREATE VIEW coverage_of AS
WITH series AS (
	SELECT set, level, series_id, count(*) AS n, sum((actual BETWEEN lower AND upper)::int) AS inside
	FROM forecast_of GROUP BY set, level, series_id
), whole AS (
	SELECT set, level, sum(n) AS n, sum(inside) / sum(n) AS share, count(*) AS series FROM series GROUP BY set, level
)
SELECT set, level, 100 * w.share AS coverage,
	100 * sqrt(w.series / nullif(w.series - 1.0, 0) * sum((s.inside - w.share * s.n) ^ 2)) / w.n AS standard_error
FROM series s JOIN whole w USING (set, level) GROUP BY set, level, w.share, w.n, w.series;

CREATE FUNCTION interval_lines() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT format('| %s | %s | %s ± %s | %s | %s | %s |', set, level,
		round(min(c.coverage), 1), round(min(c.standard_error), 1),
		round(avg(interval_score(level, actual, f.lower, f.upper) / nullif(scale, 0))::numeric, 2),
		round(100 * rn_coverage(actual, e.lower, e.upper)::numeric, 1),
		round(avg(interval_score(level, actual, e.lower, e.upper) / nullif(scale, 0))::numeric, 2))
	FROM forecast_of f JOIN scale_of USING (set, series_id) JOIN coverage_of c USING (set, level)
		LEFT JOIN ets e USING (set, series_id, step, level)
	GROUP BY set, level ORDER BY set, level
$$;

-- One series: 14 steps from origins 7 rows apart, each call anew; one step, called
-- anew every 28 rows.
CREATE FUNCTION electric_lines() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	id bigint;
BEGIN
	CREATE TEMP TABLE e AS SELECT row_number() OVER (ORDER BY date)::int AS t, amount FROM electric;
	CREATE TEMP TABLE ahead (origin int, t int, forecast float8, lower float8, upper float8);
	CREATE TEMP TABLE next (t int, forecast float8);
	FOR origin IN 250 .. 383 BY 7 LOOP
		id := rn_train('auto', format('SELECT t, amount FROM e WHERE t <= %s', origin), '{"horizon": 14, "season": 12}');
		INSERT INTO ahead SELECT origin, f.t, f.forecast, f.lower, f.upper FROM rn_forecast(id, 14, 0.95) f;
	END LOOP;
	FOR origin IN 250 .. 396 BY 28 LOOP
		id := rn_train('auto', format('SELECT t, amount FROM e WHERE t <= %s', origin), '{"horizon": 1, "season": 12}');
		INSERT INTO next SELECT p.t, p.predicted FROM rn_predict(id, 'SELECT t, amount FROM e') p
		WHERE p.t > origin AND p.t <= least(origin + 28, 397);
	END LOOP;
	RETURN QUERY SELECT format('| 14 steps, origins 250 to 383: MASE | %s | %s | 1.117 (GRU(256), PyTorch), 1.153 (seasonal naive) |',
		round(avg(mase)::numeric, 3), round(avg(naive)::numeric, 3))
	FROM (SELECT rn_mase(amount, forecast, scale) AS mase, rn_mase(amount, before, scale) AS naive
		FROM ahead a JOIN e USING (t)
			CROSS JOIN LATERAL (SELECT amount AS before FROM e b WHERE b.t = a.t - 12 * (1 + (a.t - origin - 1) / 12)) b
			CROSS JOIN LATERAL (SELECT rn_mase_scale(t, amount, 12) AS scale FROM e WHERE t <= origin) s
		GROUP BY origin) m;
	RETURN QUERY SELECT format('| the same: sMAPE | %s | | 2.97 (GRU(256), PyTorch), 3.065 (seasonal naive) |', round(avg(smape)::numeric, 3))
	FROM (SELECT rn_smape(amount, forecast) AS smape FROM ahead JOIN e USING (t) GROUP BY origin) m;
	RETURN QUERY SELECT format('| the same: coverage at 95 %% | %s | | 92.5 (ETS), 88.2 (seasonal naive) |',
		round(100 * rn_coverage(amount, lower, upper)::numeric, 1)) FROM ahead JOIN e USING (t);
	RETURN QUERY SELECT format('| one step, rows 251 to 397: RMSE | %s | %s | 3.120 (auto.arima) |',
		round(rn_rmse(e.amount, forecast)::numeric, 3), round(rn_rmse(e.amount, b.amount)::numeric, 3))
	FROM next JOIN e USING (t) JOIN e b ON b.t = e.t - 12;
END $$;
