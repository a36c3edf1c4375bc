--
-- Numbers that stay numbers: series of every awkward shape, by every recipe and
-- cell, are refused in words or give models that are stored, read again, and
-- forecast finite numbers within finite intervals.
--
-- Values are drawn anew each time, from the seed that is printed: psql -v seed=0.5 repeats it.
--
\set QUIET 1
\set ON_ERROR_STOP 1
\if :{?seed}
\else
SELECT round(extract(epoch FROM now())::numeric % 1, 6) AS seed \gset
\endif
BEGIN;
\ir refuses.psql
SET LOCAL client_min_messages = error;
SELECT no_plan();
SELECT diag('seed ' || :'seed');
SELECT setseed(:seed) \g /dev/null

CREATE FUNCTION shape(kind text, i int, r float8) RETURNS float8 LANGUAGE sql AS $$
SELECT CASE kind
	WHEN 'noise' THEN r
	WHEN 'huge' THEN (r - 0.5) * 2e100
	WHEN 'largest' THEN CASE WHEN i % 2 = 0 THEN 1e100 ELSE -1e100 END
	WHEN 'tiny' THEN (r - 0.5) * 1e-300
	WHEN 'denormal' THEN 5e-324::float8 * (1 + i % 3)
	WHEN 'tiny positive' THEN 1e-300 * (1 + r)
	WHEN 'all magnitudes' THEN power(10::float8, (r - 0.5) * 190)
	WHEN 'alternating' THEN CASE WHEN i % 2 = 0 THEN 1 ELSE -1 END * (1 + r)
	WHEN 'step' THEN CASE WHEN i < 30 THEN 0 ELSE 1e6 END
	WHEN 'step of noise' THEN CASE WHEN i < 30 THEN r * 1e-9 ELSE 1e9 + r END
	WHEN 'constant' THEN 7.25
	WHEN 'zeros' THEN 0
	WHEN 'constant, large' THEN 1e100
	WHEN 'level far above its noise' THEN 1e15 + r
	WHEN 'exponential' THEN power(2::float8, i * 5)
	WHEN 'one at the end' THEN CASE WHEN i = 59 THEN 1e6 ELSE 0 END
	WHEN 'a huge one at the end' THEN CASE WHEN i = 59 THEN 1e50 ELSE 0 END
	WHEN 'nulls between' THEN CASE WHEN i % 3 = 0 THEN r END
	WHEN 'all null' THEN NULL
	WHEN 'negative zero' THEN '-0'::float8
END $$;
CREATE FUNCTION shapes() RETURNS text[] LANGUAGE sql AS $$SELECT ARRAY['noise', 'huge', 'largest', 'tiny', 'denormal', 'tiny positive',
	'all magnitudes', 'alternating', 'step', 'step of noise', 'constant', 'zeros', 'constant, large', 'level far above its noise',
	'exponential', 'one at the end', 'a huge one at the end', 'nulls between', 'all null', 'negative zero']$$;

CREATE TABLE awkward AS
SELECT kind, i, shape(kind, i, random()) AS value FROM unnest(shapes()) kind, generate_series(0, 59) i;
INSERT INTO awkward VALUES ('single', 0, 1);
INSERT INTO awkward SELECT 'two', i, i FROM generate_series(0, 1) i;

CREATE FUNCTION finite(x float8) RETURNS bool LANGUAGE sql AS $$SELECT x NOT IN ('NaN', 'Infinity', '-Infinity')$$;

-- How many forecasts are no numbers, or outside of their intervals.
CREATE FUNCTION broken(model rn_model, steps int) RETURNS bigint LANGUAGE sql AS $$
SELECT count(*) FROM rn_forecast(model, steps)
WHERE finite(forecast) IS NOT true OR finite(lower) IS false OR finite(upper) IS false
	OR NOT forecast BETWEEN coalesce(lower, forecast) AND coalesce(upper, forecast)$$;

-- What becomes of a series: 'ok', 'refused: ' and why, or what is wrong.
CREATE FUNCTION outcome(kind text, cell text, options jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	model rn_model;
	state text;
	said text;
BEGIN
	SELECT rn_fit(i, value, cell, options) INTO model FROM awkward a WHERE a.kind = outcome.kind;
	IF model IS NULL THEN
		RETURN 'no model';
	ELSIF broken(model, 12) > 0 THEN
		RETURN 'a forecast is no number, or outside its interval';
	ELSIF broken(model::text::rn_model, 12) > 0 THEN
		RETURN 'read again, it is another model';
	END IF;
	RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, said = MESSAGE_TEXT;
	RETURN CASE WHEN state LIKE '22%' OR state = '21000' THEN 'refused: ' ELSE 'failed: ' || state || ' ' END || said;
END $$;

CREATE TABLE outcomes AS
SELECT kind, recipe, cell, missing, outcome(kind, cell, recipe || jsonb_build_object('missing', missing, 'on_error', 'fail'))
FROM (SELECT DISTINCT kind FROM awkward) k,
	unnest(ARRAY['{"recipe": "plain", "units": 2, "epochs": 2, "window": 5, "horizon": 3, "validation_split": 0.3}',
		'{"units": 2, "epochs": 2, "window": 5, "horizon": 3, "ensemble": 2}',
		'{"units": 2, "epochs": 2, "window": 5, "horizon": 3, "ensemble": 1, "lambda": 0.2}']::jsonb[]) recipe,
	unnest(ARRAY['rnn', 'lstm', 'gru']) cell, unnest(ARRAY['zero', 'interpolate']) missing;
SELECT ok(outcome = 'ok' OR outcome LIKE 'refused: %', format('%s, %s %s, %s: %s', kind, cell, coalesce(recipe->>'recipe', recipe->>'lambda'), missing, outcome))
FROM outcomes ORDER BY kind, cell, recipe, missing;
-- Nearly all can be learnt from: what is refused is so for a reason that the series has,
-- too few values, or a held-out one that no number of a network can be.
SELECT is_empty($$SELECT kind, cell, recipe, missing, outcome FROM outcomes
	WHERE outcome <> 'ok' AND kind NOT IN ('single', 'two', 'all null', 'a huge one at the end')$$, 'no other series is refused');

-- ---- ten years of nothing, and one day ----

CREATE TABLE rare AS SELECT date '2014-01-01' + i AS day, CASE i WHEN 2000 THEN 1e6 ELSE 0 END AS value FROM generate_series(0, 3651) i;
SELECT is(broken(rn_fit(day, value, cell, options), 14), 0::bigint, format('ten years of zeros with one spike, %s %s', cell, options))
FROM rare, unnest(ARRAY['rnn', 'gru']) cell,
	unnest(ARRAY['{"recipe": "plain", "units": 2, "epochs": 1, "window": 5}', '{"units": 2, "epochs": 1, "ensemble": 1}']::jsonb[]) options
GROUP BY cell, options;

-- ---- whatever else is told or stored ----

-- What has numbers of its own: predictions, anomalies (whose score may be infinite, where a bound is
-- the prediction), backtests, drift, and the rows of the catalog.  'ok', 'refused: ' and why, or what holds a number that is none.
CREATE FUNCTION told(kind text, options jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	query text := format('SELECT i, value FROM awkward WHERE kind = %L', kind);
	state text;
	said text;
	bad text;
BEGIN
	PERFORM rn_train('gru', query, options, name => kind);
	WITH answers AS (
		SELECT 'prediction' AS what, p::text AS row FROM rn_predict(kind, query) p
		UNION ALL SELECT 'anomaly', (to_jsonb(a) - CASE WHEN score = 'Infinity' THEN 'score' ELSE '' END)::text FROM rn_anomalies(kind, query, 0.5) a
		UNION ALL SELECT 'backtest', b::text FROM rn_backtest('gru', query, options, folds => 2) b
		UNION ALL SELECT 'drift', d::text FROM rn_drift(kind, query) d
		UNION ALL SELECT 'version', (to_jsonb(v) - 'weights')::text FROM recurnet.version v JOIN recurnet.model m USING (model_id) WHERE m.name = kind)
	SELECT string_agg(DISTINCT what, ', ') INTO bad FROM answers WHERE row ~ '\m(NaN|Infinity)\M';
	RETURN coalesce(bad, 'ok');
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, said = MESSAGE_TEXT;
	RETURN CASE WHEN state LIKE '22%' OR state = '21000' THEN 'refused: ' ELSE 'failed: ' || state || ' ' END || said;
END $$;
CREATE TABLE tellings AS
SELECT kind, options, told(kind, options) AS outcome FROM (SELECT DISTINCT kind FROM awkward) k,
	unnest(ARRAY['{"recipe": "plain", "units": 2, "epochs": 2, "window": 5, "horizon": 3, "validation_split": 0.3, "on_error": "fail", "missing": "zero"}',
		'{"units": 2, "epochs": 1, "window": 5, "horizon": 3, "ensemble": 1, "on_error": "fail", "missing": "zero"}']::jsonb[]) options;
SELECT ok(outcome = 'ok' OR outcome LIKE 'refused: %', format('told of %s, %s: %s', kind, options->>'recipe', outcome))
FROM tellings ORDER BY kind, options;
SELECT is_empty($$SELECT kind, options, outcome FROM tellings
	WHERE outcome <> 'ok' AND kind NOT IN ('single', 'two', 'all null', 'a huge one at the end', 'nulls between')$$, 'of no other series is nothing told');

-- ---- a training that leaves the numbers ----

CREATE TABLE calm AS SELECT i, 50 + 10 * sin(i) AS value FROM generate_series(1, 60) i;
SELECT rn_train('rnn', 'SELECT i, value FROM calm', '{"recipe": "plain", "units": 2, "epochs": 2, "window": 5}', name => 'steady') \g /dev/null
SELECT md5(string_agg(forecast::text, ' ')) AS before FROM rn_forecast('steady', 5) \gset
SELECT refuses(format($$SELECT rn_train('rnn', 'SELECT i, value FROM calm',
	'{"recipe": "plain", "activation": "relu", "units": 8, "epochs": 50, "window": 5, "optimizer": "%s", "learning_rate": 1e18}', name => 'steady')$$, optimizer),
	'22P01', '%diverged%', '%learning%', 'exploding gradients, ' || optimizer)
FROM unnest(ARRAY['sgd', 'adam', 'rmsprop']) optimizer;
SELECT is((SELECT md5(string_agg(forecast::text, ' ')) FROM rn_forecast('steady', 5)), :'before', 'the version before still forecasts');
SELECT is(count(*), 1::bigint, 'and is the only one') FROM rn_versions WHERE name = 'steady';
-- and one on rows that have left them since
UPDATE calm SET value = 1e300 WHERE i = 60;
SELECT refuses($$SELECT rn_train('rnn', 'SELECT i, value FROM calm', '{"recipe": "plain", "units": 2, "epochs": 2, "window": 5}', name => 'steady')$$, '22003', '%', '%', 'trained again on a value that is too large');
SELECT is(count(*), 1::bigint, 'there is still one version') FROM rn_versions WHERE name = 'steady';

SELECT * FROM finish();
ROLLBACK;
