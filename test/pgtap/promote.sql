--
-- promote => 'if_better': a new version becomes active only if it is no worse than
-- the active one on the newest rows; which rows these are, and what cannot be compared.
--
\set QUIET 1
\set ON_ERROR_STOP 1
\ir enter.psql
SELECT no_plan();
SET client_min_messages = warning;

CREATE FUNCTION o(more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
	SELECT '{"recipe": "plain", "units": 3, "epochs": 2, "window": 5, "horizon": 3, "season": 7}'::jsonb || more
$$;
CREATE TABLE one AS
SELECT i, date '2024-01-01' + i AS day, (10 + 4 * sin(i * 0.9) + hashint4(i) % 100 / 100.0)::float8 AS v FROM generate_series(0, 79) i;
-- one up to a row
CREATE TABLE upto (n int);
INSERT INTO upto VALUES (60);
CREATE VIEW seen AS SELECT i, day, v FROM one WHERE i < (SELECT n FROM upto);
CREATE FUNCTION holdout(model text) RETURNS TABLE (version int, active boolean, own numeric, other numeric, beside int) LANGUAGE sql AS $$
	SELECT version, active, round((metrics ->> 'holdout_mase')::numeric, 9), round((metrics ->> 'active_holdout_mase')::numeric, 9), (metrics ->> 'active_version')::int
	FROM rn_versions WHERE name = model ORDER BY 1
$$;

-- ---- what is compared ----

SELECT rn_train('gru', 'SELECT i, v FROM seen', o(), name => 'm') \g /dev/null
UPDATE upto SET n = 68;
-- by hand: a fold of the new procedure, and the active version from the same rows
SELECT round(rn_mase(actual, forecast, mase_scale)::numeric, 9) AS cold, max(mase_scale) AS scale
FROM rn_backtest('gru', 'SELECT i, v FROM seen', o(), folds => 1) \gset
SELECT round(rn_mase(v, forecast, :scale)::numeric, 9) AS active
FROM rn_forecast('m', 3, history => 'SELECT i, v FROM one WHERE i < 65') f JOIN one ON i = t \gset
CALL rn_retrain('m', 'cold');
SELECT results_eq($$SELECT own, other, beside FROM holdout('m') WHERE version = 2$$, format('VALUES (%s::numeric, %s::numeric, 1)', :cold, :active), 'cold: the newest fold of a backtest, and the active version from there');
SELECT is((SELECT active FROM holdout('m') WHERE version = 2), :cold <= :active, 'active if it is no worse');

-- warm: the fold starts from the weights, too
SELECT rn_activate('m', 1) \g /dev/null
UPDATE upto SET n = 60;
SELECT rn_train('gru', 'SELECT i, v FROM seen', o(), name => 'warm_by_hand') \g /dev/null
UPDATE upto SET n = 65;
CALL rn_retrain('warm_by_hand', 'warm', 'always');
SELECT round(rn_mase(v, forecast, :scale)::numeric, 9) AS warm FROM rn_forecast('warm_by_hand', 3) f JOIN one ON i = t \gset
UPDATE upto SET n = 68;
CALL rn_retrain('m', 'warm');
SELECT results_eq($$SELECT own, other, beside FROM holdout('m') WHERE version = 3$$, format('VALUES (%s::numeric, %s::numeric, 1)', :warm, :active), 'warm: the fold goes on from the active weights');

-- only rows that are new to the active version: two of them
SELECT rn_train('gru', 'SELECT i, v FROM seen', o(), name => 'few') \g /dev/null
UPDATE upto SET n = 70;
SELECT round(rn_mase(actual, forecast, mase_scale)::numeric, 9) AS cold, max(mase_scale) AS scale
FROM rn_backtest('gru', 'SELECT i, v FROM seen', o(), folds => 1, horizon => 2) \gset
CALL rn_retrain('few', 'cold');
SELECT results_eq($$SELECT active, own, other FROM holdout('few') WHERE version = 2$$, format('VALUES (true, %s::numeric, %s::numeric)', :cold, :cold), 'two new rows: both know the same before these, and a tie is no worse');
-- none: those that it was trained on
CALL rn_retrain('few', 'cold');
SELECT round(rn_mase(actual, forecast, mase_scale)::numeric, 9) AS cold FROM rn_backtest('gru', 'SELECT i, v FROM seen', o(), folds => 1) \gset
SELECT is(own, :cold, 'no new row: the whole horizon') FROM holdout('few') WHERE version = 3;
SELECT isnt(other, own, 'is compared all the same') FROM holdout('few') WHERE version = 3;

-- ---- a worse one waits ----

SELECT rn_train('gru', 'SELECT i, v FROM seen', o('{"epochs": 60, "units": 6}'), name => 'good') \g /dev/null
UPDATE upto SET n = 76;
CREATE TABLE truth AS TABLE one;
UPDATE one SET v = hashint4(i) % 20 WHERE i < 70;	-- what it learns from is spoilt
CALL rn_retrain('good', 'cold');
SELECT results_eq($$SELECT version, active, own > other FROM holdout('good')$$, $$VALUES (1, true, NULL::boolean), (2, false, true)$$, 'what learnt from spoilt rows is stored and not active');
SELECT rn_activate('good', 2) \g /dev/null
UPDATE one SET v = t.v FROM truth t WHERE t.i = one.i;
UPDATE upto SET n = 79;
CALL rn_retrain('good', 'cold');
SELECT results_eq($$SELECT version, active, own < other, beside FROM holdout('good') WHERE version = 3$$, $$VALUES (3, true, true, 2)$$, 'mended rows put it right');
UPDATE one SET v = hashint4(i) % 20 WHERE i < 70;
UPDATE upto SET n = 80;
CALL rn_retrain('good', 'cold', 'always');
SELECT results_eq($$SELECT version, active, own, beside FROM holdout('good') WHERE version = 4$$, $$VALUES (4, true, NULL::numeric, NULL::int)$$, 'always: nothing is compared');
CALL rn_retrain('good', 'cold', 'never');
SELECT results_eq($$SELECT version, active, own FROM holdout('good') WHERE version = 5$$, $$VALUES (5, false, NULL::numeric)$$, 'nor for never');
UPDATE one SET v = t.v FROM truth t WHERE t.i = one.i;

-- ---- many series ----

CREATE TABLE many AS SELECT s, i, s * v AS v FROM generate_series(1, 3) s, one WHERE s < 3 AND i < 60 - s;
SELECT rn_train('gru', 'SELECT s, i, v FROM many', o(), series => 's', name => 'many') \g /dev/null
INSERT INTO many SELECT s, i, s * v FROM generate_series(1, 3) s, one WHERE (s < 3 AND i BETWEEN 60 - s AND 66 - s) OR s = 3;
SELECT round(avg(e), 9) AS cold, count(*) AS series
FROM (SELECT rn_mase(actual, forecast, mase_scale)::numeric AS e FROM rn_backtest('gru', 'SELECT s, i, v FROM many', o(), folds => 1, series => 's') WHERE series <> '{"s": 3}' GROUP BY series) e \gset
CALL rn_retrain('many', 'cold');
SELECT is(own, :cold, 'a mean over series, but for one that the active version does not know') FROM holdout('many') WHERE version = 2;
SELECT is(:series, 2, 'of which there are two');
SELECT is((SELECT series FROM rn_versions WHERE name = 'many' AND version = 2), 3::bigint, 'and the new version has three');
-- a series that ended has no new rows
SELECT rn_activate('many', 2) \g /dev/null
SELECT rn_train('gru', 'SELECT s, i, v FROM many', o(), series => 's', name => 'by_hand') \g /dev/null
INSERT INTO many SELECT 1, i, v FROM one WHERE i BETWEEN 66 AND 68;
SELECT round(rn_mase(m.v, forecast, scale)::numeric, 9) AS active
FROM rn_forecast('by_hand', 3, for_series => '{"s": 1}') f JOIN many m ON s = 1 AND i = t, (SELECT rn_mase_scale(i, v, 7) AS scale FROM many WHERE s = 1 AND i < 66) x \gset
CALL rn_retrain('many', 'cold');
SELECT is(other, :active, 'one of three has new rows, and counts alone') FROM holdout('many') WHERE version = 3;

-- ---- gaps ----

CREATE TABLE gaps AS SELECT i, v FROM one WHERE i < 60 AND i NOT IN (20, 55, 56);
SELECT rn_train('gru', 'SELECT i, v FROM gaps', o('{"missing": "interpolate"}'), name => 'gaps') \g /dev/null
INSERT INTO gaps SELECT i, v FROM one WHERE i BETWEEN 60 AND 67 AND i NOT IN (64, 66);
SELECT round(rn_mase(actual, forecast, mase_scale)::numeric, 9) AS cold FROM rn_backtest('gru', 'SELECT i, v FROM gaps', o('{"missing": "interpolate"}'), folds => 1) \gset
CALL rn_retrain('gaps', 'cold');
SELECT is(own, :cold, 'what is missing is made up from the rows before alone, and is no error') FROM holdout('gaps') WHERE version = 2;

-- ---- a series that does not change ----

CREATE TABLE still AS SELECT i, 5.0::float8 AS v FROM one WHERE i < 60;
SELECT rn_train('gru', 'SELECT i, v FROM still', o('{"scaler": "none"}'), name => 'still') \g /dev/null
INSERT INTO still SELECT i, 5.0 FROM one WHERE i BETWEEN 60 AND 64;
CALL rn_retrain('still');
SELECT ok(metrics ? 'holdout_mae' AND metrics ? 'active_holdout_mae' AND NOT metrics ? 'holdout_mase', 'has no scale: absolute errors decide') FROM rn_versions WHERE name = 'still' AND version = 2;

-- ---- what cannot be compared is promoted ----

CREATE TABLE short AS SELECT i, v FROM one WHERE i < 8;
SELECT rn_train('gru', 'SELECT i, v FROM short', o('{"season": 1}'), name => 'short') \g /dev/null
CALL rn_retrain('short', 'cold');
SELECT results_eq($$SELECT active, own FROM holdout('short') WHERE version = 2$$, $$VALUES (true, NULL::numeric)$$, 'too few rows for a fold');
CREATE TABLE moved AS SELECT day, v FROM one WHERE i < 30;
SELECT rn_train('gru', 'SELECT day, v FROM moved', o(), name => 'moved') \g /dev/null
TRUNCATE moved;
INSERT INTO moved SELECT date '2020-01-01' + i * interval '1 month', v FROM one WHERE i < 30;
CALL rn_retrain('moved', 'cold');
SELECT results_eq($$SELECT active, own FROM holdout('moved') WHERE version = 2$$, $$VALUES (true, NULL::numeric)$$, 'another step');
CREATE TABLE others AS SELECT 'a' AS s, i, v FROM one WHERE i < 30;
SELECT rn_train('gru', 'SELECT s, i, v FROM others', o(), series => 's', name => 'others') \g /dev/null
UPDATE others SET s = 'b';
CALL rn_retrain('others', 'cold');
SELECT results_eq($$SELECT active, own FROM holdout('others') WHERE version = 2$$, $$VALUES (true, NULL::numeric)$$, 'no series that both know');

-- ---- covariates, and recipe auto ----

CREATE TABLE priced AS SELECT i, v + (i % 3) AS v, i % 3 AS price, i % 4 AS rain FROM one WHERE i < 60;
SELECT rn_train('gru', 'SELECT * FROM priced', o(), covariates => 'price known, rain', name => 'priced') \g /dev/null
INSERT INTO priced SELECT i, v + (i % 3), i % 3, i % 4 FROM one WHERE i BETWEEN 60 AND 66;
SELECT round(rn_mase(actual, forecast, mase_scale)::numeric, 9) AS cold, max(mase_scale) AS scale FROM rn_backtest('gru', 'SELECT * FROM priced', o(), folds => 1, covariates => 'price known, rain') \gset
SELECT round(rn_mase(p.v, forecast, :scale)::numeric, 9) AS active
FROM rn_forecast('priced', 3, history => 'SELECT * FROM priced WHERE i < 64', future => 'SELECT i, price FROM priced') f JOIN priced p ON i = t \gset
CALL rn_retrain('priced', 'cold');
SELECT results_eq($$SELECT own, other FROM holdout('priced') WHERE version = 2$$, format('VALUES (%s::numeric, %s::numeric)', :cold, :active), 'covariates, known ahead and not');
\set a '{"ensemble": 1, "epochs": 1, "units": 2}'
SELECT rn_train('gru', 'SELECT day, v FROM one WHERE i < 60 OR i < (SELECT n FROM upto)', :'a', name => 'auto') \g /dev/null
UPDATE upto SET n = 60;
SELECT rn_train('gru', 'SELECT day, v FROM one WHERE i < 60 OR i < (SELECT n FROM upto)', :'a', name => 'auto') \g /dev/null
UPDATE upto SET n = 70;
SELECT round(rn_mase(actual, forecast, mase_scale)::numeric, 9) AS cold FROM rn_backtest('gru', 'SELECT day, v FROM one WHERE i < 70', :'a', folds => 1) \gset
CALL rn_retrain('auto', 'cold');
SELECT is(own, :cold, 'recipe auto') FROM holdout('auto') WHERE version = 3;

-- ---- a comparison that diverges: before the newest rows there are not two of the season, which is all that there is ----

SET client_min_messages = error;	-- too few rows to hold any out
CREATE TABLE turns AS SELECT date '2020-01-01' + i * interval '1 month' AS month, CASE (i % 12) / 3 WHEN 0 THEN 1 WHEN 3 THEN 1 ELSE -1 END AS v FROM generate_series(0, 25) i;
SELECT rn_train('rnn', 'TABLE turns', '{"ensemble": 2, "units": 2, "epochs": 2, "horizon": 3, "window": 5, "validation_split": 0, "loss": "mse", "activation": "relu", "optimizer": "sgd", "learning_rate": 1000, "clipnorm": 1e30}', name => 'turns') \g /dev/null
SET max_parallel_maintenance_workers = 0;
CALL rn_retrain('turns', 'cold');
SET max_parallel_maintenance_workers = 2;
CALL rn_retrain('turns', 'cold');
RESET max_parallel_maintenance_workers;
SELECT results_eq($$SELECT version, active, metrics ? 'active_holdout_mae' FROM rn_versions WHERE name = 'turns' ORDER BY 1$$, $$VALUES (1, true, false), (2, false, true), (3, false, true)$$,
	'is lost, with parallel workers, too');

SELECT finish();
\ir leave.psql
