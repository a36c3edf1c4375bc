--
-- The main job: train, forecast, predict, retrain, summarise, drop.
--
-- Networks are tiny, and forecasts are looked at through what must hold on
-- any machine, never through their digits.
--
CREATE TABLE sales AS
SELECT date '2024-01-01' + i AS day, 50 + 10 * sin(2 * pi() * i / 7) + i * 0.1 AS amount
FROM generate_series(0, 139) i;

-- each cell, in both recipes
SELECT rn_train('rnn', 'SELECT day, amount FROM sales',
	'{"recipe": "plain", "units": 4, "window": 7, "epochs": 3}', name => 'rnn') > 0 AS trained;
SELECT rn_train('simple_rnn', 'SELECT day, amount FROM sales',
	'{"recipe": "plain", "units": 4, "window": 7, "epochs": 3}', name => 'simple') > 0 AS trained;
SELECT rn_train('lstm', 'SELECT day, amount FROM sales',
	'{"recipe": "plain", "units": [4, 3], "dropout": 0.2, "window": 7, "horizon": 2, "epochs": 3}', name => 'lstm') > 0 AS trained;
SELECT rn_train('gru', 'SELECT day, amount FROM sales', '{"units": 8, "epochs": 40}', name => 'gru') > 0 AS trained;
SELECT rn_train('auto', 'SELECT day, amount FROM sales', '{"units": 4, "epochs": 3}', name => 'auto') > 0 AS trained;
SELECT name, cell, version, rows, time_column, target_column, time_type, time_zone, step, train_from, train_to
FROM rn_models ORDER BY name;

-- forecasts: days go on, values and intervals are in order
SELECT series, step, ts::date, t, forecast BETWEEN 0 AND 150 AS sane,
	lower < forecast AND forecast < upper AS interval
FROM rn_forecast('gru', 9);
-- plain without a validation part knows no intervals
SELECT step, ts::date, forecast IS NOT NULL AS forecast, lower, upper FROM rn_forecast('lstm', 3);
-- the default horizon: the head's, else a season
SELECT count(*) FROM rn_forecast('lstm');
SELECT count(*) FROM rn_forecast('rnn');
-- intervals widen with the level
SELECT bool_and(a.upper < b.upper AND a.lower > b.lower) AS wider
FROM rn_forecast('gru', 7, 0.5) a JOIN rn_forecast('gru', 7, 0.95) b USING (step);

-- by id, by name, by id as text
SELECT model_id AS gru FROM rn_models WHERE name = 'gru' \gset
SELECT (SELECT array_agg(forecast) FROM rn_forecast(:gru, 5)) = (SELECT array_agg(forecast) FROM rn_forecast('gru', 5)) AS same_by_name,
	(SELECT array_agg(forecast) FROM rn_forecast(:gru, 5)) = (SELECT array_agg(forecast) FROM rn_forecast(:'gru', 5)) AS same_by_text;

-- in one statement
SELECT count(*), bool_and(forecast BETWEEN 0 AND 150) AS sane
FROM rn_forecast(rn_train('rnn', 'SELECT day, amount FROM sales', '{"units": 3, "epochs": 2}'), 4);

-- other types of ts
SELECT ts, pg_typeof(ts) FROM rn_forecast_as(NULL::date, 'gru', 2);
SELECT ts, pg_typeof(ts) FROM rn_forecast_as(NULL::timestamp, :gru, 2);
SELECT pg_typeof(ts) FROM rn_forecast_as(NULL::timestamptz, 'gru', 1);

-- from other rows than those trained on
SELECT (SELECT array_agg(forecast) FROM rn_forecast('gru', 5)) =
	(SELECT array_agg(forecast) FROM rn_forecast('gru', 5, history => 'source')) AS source_is_the_tail;
SELECT ts::date FROM rn_forecast('gru', 2, as_of => '2024-04-10 12:00');
SELECT ts::date FROM rn_forecast('gru', 2,
	history => $$SELECT day + 366 AS day, amount FROM sales$$);
INSERT INTO sales VALUES ('2024-05-20', 60);
SELECT ts::date FROM rn_forecast('gru', 1) UNION ALL
SELECT ts::date FROM rn_forecast('gru', 1, history => 'source');
DELETE FROM sales WHERE day = '2024-05-20';

-- one step ahead beside what happened
SELECT count(*), count(predicted), min(ts::date) FILTER (WHERE predicted IS NOT NULL) AS first,
	bool_and(lower < predicted AND predicted < upper) AS interval,
	bool_and(actual = s.amount) AS actual
FROM rn_predict('gru', 'SELECT day, amount FROM sales') p JOIN sales s ON s.day = p.ts::date;
-- a network that has learnt something beats the mean
SELECT avg(abs(actual - predicted)) < 0.5 * stddev(actual) AS learnt
FROM rn_predict(:gru, 'SELECT day, amount FROM sales', 0.5) WHERE predicted IS NOT NULL;

-- again, on more rows: from its weights and anew
INSERT INTO sales VALUES ('2024-05-20', 60);
CALL rn_retrain('gru', promote => 'always');
CALL rn_retrain(:gru, mode => 'cold', promote => 'always');
SELECT version, rows, train_to FROM rn_models WHERE name = 'gru';
SELECT version, count(*) > 0 AS epochs, bool_and(loss > 0) AS losses, count(val_loss) AS val_losses
FROM rn_training_log WHERE model_id = :gru GROUP BY version ORDER BY version;
-- the default: only a version that is no worse becomes active
\set VERBOSITY terse
SELECT setval('recurnet.model_id_seq', 9000);	-- messages name the id
CREATE TABLE spoilt AS SELECT i AS t, (i % 7)::float8 AS v FROM generate_series(1, 60) i;
SELECT rn_train('gru', 'SELECT t, v FROM spoilt', '{"recipe": "plain", "units": 8, "epochs": 80, "window": 8, "horizon": 3}', name => 'spoilt') > 0 AS trained;
UPDATE spoilt SET v = hashint4(t) % 50;
INSERT INTO spoilt SELECT i, i % 7 FROM generate_series(61, 72) i;
CALL rn_retrain('spoilt', 'cold');
DELETE FROM spoilt WHERE t > 12;
CALL rn_retrain('spoilt', 'cold');
SELECT version, active FROM rn_versions WHERE name = 'spoilt' ORDER BY version;
\set VERBOSITY default
CALL rn_retrain('gru', mode => 'tepid');
CALL rn_retrain('gru', promote => 'if_good');
-- training under a name that there is adds a version, whatever it is now
SELECT rn_train('rnn', 'SELECT day, amount FROM sales', '{"units": 3, "epochs": 2}', name => 'gru') = :gru AS same_model;
SELECT cell, version FROM rn_models WHERE name = 'gru';

SELECT section, item, value FROM rn_summary('lstm')
WHERE section IN ('layers', 'options') OR item IN ('name', 'version', 'time', 'target', 'step', 'rows', 'from', 'to', 'epochs');

-- same seed, data and options: same bytes, in a used and in a fresh session
SELECT rn_train('gru', 'SELECT day, amount FROM sales', '{"units": [4, 4], "dropout": 0.2, "epochs": 3, "seed": 7}') AS a \gset
SELECT rn_train('gru', 'SELECT day, amount FROM sales', '{"units": [4, 4], "dropout": 0.2, "epochs": 3, "seed": 8}') AS other \gset
\c -
SELECT rn_train('gru', 'SELECT day, amount FROM sales ORDER BY random()', '{"units": [4, 4], "dropout": 0.2, "epochs": 3, "seed": 7}') AS b \gset
SELECT count(DISTINCT md5(weights)) FROM recurnet.version WHERE model_id IN (:a, :b);
SELECT count(DISTINCT md5(weights)) FROM recurnet.version WHERE model_id IN (:a, :other);

-- within parallel workers
SELECT set_config(name, 'on', false) IS NOT NULL AS parallel FROM pg_settings
WHERE name IN ('force_parallel_mode', 'debug_parallel_query');
SELECT count(*), bool_and(forecast BETWEEN 0 AND 150) AS sane FROM rn_forecast('gru', 4);
SELECT count(*) FROM rn_forecast('gru', 4, history => 'source');
SELECT count(*) > 0 AS rows FROM rn_summary('gru');
SELECT set_config(name, 'off', false) IS NOT NULL AS parallel FROM pg_settings
WHERE name IN ('force_parallel_mode', 'debug_parallel_query');

-- a time limit holds, and leaves nothing behind
SELECT count(*) AS before FROM recurnet.version \gset
SET statement_timeout = '300ms';
SELECT rn_train('lstm', 'SELECT day, amount FROM sales', '{"units": 64, "epochs": 1000000}');
RESET statement_timeout;
SELECT count(*) = :before AS nothing_left FROM recurnet.version;

SELECT library = extension AS version, blas <> '' AS blas, math <> '' AS math FROM rn_version();

SELECT rn_drop_model('lstm');
SELECT rn_drop_model(:a);
SELECT count(*) FROM rn_models WHERE name = 'lstm' OR model_id = :a;
SELECT count(*) FROM recurnet.version v LEFT JOIN recurnet.model m USING (model_id) WHERE m IS NULL;
DROP TABLE sales;
SELECT count(rn_drop_model(model_id)) > 0 AS dropped FROM rn_models;
