--
-- Versions of a model: to list, to go back to, to drop; names.
--
\set QUIET 1
\set ON_ERROR_STOP 1
\ir enter.psql
SELECT no_plan();
\ir refuses.psql
\set o '{"recipe": "plain", "units": 2, "epochs": 1, "window": 5}'

CREATE TABLE t AS SELECT i, sin(i) AS v FROM generate_series(1, 40) i;
SELECT rn_train('gru', 'SELECT i, v FROM t', :'o', name => 'm') AS m \gset
SELECT rn_train('gru', 'SELECT i, v FROM t', :'o', name => 'm') \g /dev/null
INSERT INTO t SELECT i, sin(i) FROM generate_series(41, 50) i;
SELECT rn_train('gru', 'SELECT i, v FROM t', :'o', name => 'm') \g /dev/null
SELECT rn_train('lstm', 'SELECT i, v FROM t', :'o', name => 'm') \g /dev/null

-- ---- listed ----

SELECT results_eq($$SELECT version, active, cell, rows, train_to, bytes > 0, trained_by = CURRENT_USER FROM rn_versions WHERE name = 'm' ORDER BY 1$$,
	$$VALUES (1, false, 'gru', 40::bigint, '40', true, true), (2, false, 'gru', 40, '40', true, true), (3, false, 'gru', 50, '50', true, true), (4, true, 'lstm', 50, '50', true, true)$$, 'all versions, the newest active');
SELECT results_eq($$SELECT version, dense_rank() OVER (ORDER BY first) FROM (SELECT version, min(version) OVER (PARTITION BY data_hash) AS first FROM rn_versions WHERE name = 'm') h ORDER BY 1$$,
	$$VALUES (1, 1::bigint), (2, 1), (3, 2), (4, 3)$$, 'the same rows and options have the same hash, others have not');
SELECT is((SELECT count(DISTINCT content_hash) FROM rn_versions WHERE name = 'm' AND version <= 2), 1::bigint, 'and the same weights');
SELECT isnt(a.data_hash, b.data_hash, 'one covariate differs') FROM rn_versions a, rn_versions b
WHERE a.model_id = rn_train('gru', 'SELECT i, v, 1.0 AS p FROM t', :'o', covariates => 'p') AND b.model_id = rn_train('gru', 'SELECT i, v, CASE i WHEN 50 THEN 2.0 ELSE 1.0 END AS p FROM t', :'o', covariates => 'p');
SELECT is(a.data_hash, b.data_hash, 'calendar columns are what dates make them') FROM rn_versions a, rn_versions b
WHERE a.model_id = rn_train('gru', 'SELECT date ''2024-01-01'' + i AS d, v FROM t', :'o'::jsonb || '{"calendar_features": ["month"], "recipe": "auto", "horizon": 3}')
	AND b.model_id = rn_train('gru', 'SELECT date ''2024-01-01'' + i AS d, v FROM t', :'o'::jsonb || '{"calendar_features": ["month"], "recipe": "auto", "horizon": 3}');

-- ---- back and forth ----

CREATE TEMP TABLE said AS SELECT 4 AS version, f.* FROM rn_forecast('m', 3) f;
SELECT is(rn_rollback('m'), 3, 'back to the one before');
INSERT INTO said SELECT 3, f.* FROM rn_forecast('m', 3) f;
SELECT is(rn_rollback(:m), 2, 'and further, by id');
SELECT is((SELECT active_version FROM (SELECT version AS active_version FROM rn_models WHERE name = 'm') a), 2, 'rn_models knows');
SELECT lives_ok($$SELECT rn_activate('m', 4)$$, 'forth');
SELECT results_eq($$SELECT step, forecast FROM rn_forecast('m', 3)$$, $$SELECT step, forecast FROM said WHERE version = 4$$, 'forecasts are those of the version');
SELECT lives_ok(format('SELECT rn_activate(%s::bigint, 3)', :m), 'by id');
SELECT results_eq($$SELECT step, forecast FROM rn_forecast('m', 3)$$, $$SELECT step, forecast FROM said WHERE version = 3$$, 'and of another');
SELECT isnt((SELECT max(forecast) FROM said WHERE version = 3), (SELECT max(forecast) FROM said WHERE version = 4), 'which differ');
SELECT rn_train('gru', 'SELECT i, v FROM t', :'o', name => 'm') \g /dev/null
SELECT is((SELECT version FROM rn_versions WHERE name = 'm' AND active), 5, 'a new version becomes active');
SELECT refuses($$SELECT rn_activate('m', 6)$$, '42704', 'model % has no version 6', '%rn_versions%', 'no such version');
SELECT refuses($$SELECT rn_activate('m', 0)$$, '22023', 'version is out of range: 0', '%', 'version 0');
SELECT refuses($$SELECT rn_activate('m', NULL)$$, '22004', 'argument "version" must not be null', '%', 'no version');
SELECT refuses($$SELECT rn_activate('n', 1)$$, '42704', 'model "n" does not exist, or is not yours to use', '%rn_models%', 'no such model');
SELECT rn_activate('m', 1) \g /dev/null
SELECT refuses($$SELECT rn_rollback('m')$$, '42704', 'model % has no version before the active one', '%rn_versions%', 'nothing to go back to');

-- ---- dropped ----

SELECT is(rn_prune('m', 2), 2::bigint, 'all but the active one and the newest two');
SELECT results_eq($$SELECT version, active FROM rn_versions WHERE name = 'm' ORDER BY 1$$, $$VALUES (1, true), (4, false), (5, false)$$, 'these are left');
SELECT is(rn_prune('m', 10), 0::bigint, 'nothing to drop');
SELECT is(rn_prune(:m, 0), 2::bigint, 'all but the active one');
SELECT results_eq($$SELECT version FROM rn_versions WHERE name = 'm'$$, $$VALUES (1)$$, 'which is left');
SELECT rn_train('gru', 'SELECT i, v FROM t', :'o', name => 'm') \g /dev/null
SELECT results_eq($$SELECT version, active FROM rn_versions WHERE name = 'm' ORDER BY 1$$, $$VALUES (1, false), (6, true)$$, 'and numbers are not given again');
SELECT refuses($$SELECT rn_prune('m', -1)$$, '22023', 'keep is out of range: -1', '%', 'to keep less than none');
SELECT refuses($$SELECT rn_prune('m', NULL)$$, '22004', 'argument "keep" must not be null', '%', 'to keep nobody knows how many');

-- ---- names ----

SELECT rn_train('gru', 'SELECT i, v FROM t', :'o', name => 'taken') \g /dev/null
SELECT lives_ok($$SELECT rn_rename('m', 'n')$$, 'another name');
SELECT is((SELECT count(*) FROM rn_forecast('n', 2)), 2::bigint, 'it goes by that');
SELECT refuses($$SELECT rn_forecast('m', 2)$$, '42704', 'model "m" does not exist, or is not yours to use', '%', 'and no more by the old one');
SELECT lives_ok($$SELECT rn_rename('n', 'n')$$, 'the same name');
SELECT refuses($$SELECT rn_rename('n', 'taken')$$, '42710', 'model name "taken" is taken', '%another%', 'a name that another has');
SELECT refuses($$SELECT rn_rename('n', '17')$$, '42602', '%all digits%', '%', 'a name of digits');
SELECT refuses($$SELECT rn_rename('n', '')$$, '42602', '%empty%', '%', 'an empty name');
SELECT lives_ok($$SELECT rn_rename('n', NULL)$$, 'no name');
SELECT is((SELECT name FROM rn_models WHERE model_id = :m), NULL, 'it has none');
SELECT lives_ok(format('SELECT rn_rename(%s::bigint, ''m'')', :m), 'a name again, by id');

-- ---- trained again ----

SELECT rn_train('gru', 'SELECT i, v FROM t', '{"ensemble": 2, "epochs": 2, "horizon": 2, "units": 4}', name => 'nightly') \g /dev/null
CALL rn_retrain('nightly', only_if => 'new_rows');
CALL rn_retrain('nightly', mode => 'cold', only_if => 'new_rows');
SELECT is((SELECT max(version) FROM rn_versions WHERE name = 'nightly'), 1, 'not on what it was trained on');
INSERT INTO t SELECT 51, 1;
CALL rn_retrain('nightly', promote => 'never', only_if => 'new_rows');
SELECT results_eq($$SELECT version, active, rows FROM rn_versions WHERE name = 'nightly' ORDER BY 1$$, $$VALUES (1, true, 50::bigint), (2, false, 51)$$, 'on new rows; not active unless wanted');
CALL rn_retrain('nightly', only_if => 'new_rows');
SELECT is((SELECT max(version) FROM rn_versions WHERE name = 'nightly'), 2, 'once');
UPDATE t SET v = 0.5 WHERE i = 51;
SELECT model_id AS nightly FROM rn_models WHERE name = 'nightly' \gset
CALL rn_retrain(:nightly, 'cold', 'always', only_if => 'new_rows');
SELECT results_eq($$SELECT version, active FROM rn_versions WHERE name = 'nightly' ORDER BY 1$$, $$VALUES (1, false), (2, false), (3, true)$$, 'a changed value is new');
CALL rn_retrain('nightly');
SELECT is((SELECT max(version) FROM rn_versions WHERE name = 'nightly'), 4, 'in any case, if nothing is said');
SELECT refuses($$CALL rn_retrain('nightly', only_if => 'moon')$$, '22023', 'unrecognized value for only_if: "moon"', '%new_rows%', 'an unknown only_if');
SELECT refuses($$CALL rn_retrain('nightly', promote => 'if_good')$$, '22023', 'unrecognized value for promote: "if_good"', '%always, if_better and never%', 'an unknown promote');
SELECT refuses($$CALL rn_retrain('nightly', mode => NULL)$$, '22004', 'argument "mode" must not be null', '%', 'no mode');

-- ---- rights ----

CREATE ROLE other;
GRANT SELECT ON t TO other;
SET ROLE other;
SELECT is((SELECT count(*) FROM rn_versions), 0::bigint, 'versions of others are not seen');
SELECT refuses($$SELECT rn_activate('m', 1)$$, '42704', '%not yours to use', '%', 'nor activated');
SELECT refuses($$SELECT rn_rollback('m')$$, '42704', '%not yours to use', '%', 'nor gone back to');
SELECT refuses($$SELECT rn_rename('m', 'mine')$$, '42704', '%not yours to use', '%', 'nor renamed');
SELECT refuses($$SELECT rn_prune('m', 0)$$, '42704', '%not yours to use', '%', 'nor dropped');
RESET ROLE;
SET default_transaction_read_only = on;
SELECT refuses($$SELECT rn_activate('m', 1)$$, '25006', 'cannot execute rn_activate() in a read-only transaction', '%', 'read only: activate');
SELECT refuses($$SELECT rn_rollback('m')$$, '25006', 'cannot execute rn_rollback() in a read-only transaction', '%', 'read only: rollback');
SELECT refuses($$SELECT rn_rename('m', 'x')$$, '25006', 'cannot execute rn_rename() in a read-only transaction', '%', 'read only: rename');
SELECT refuses($$SELECT rn_prune('m', 0)$$, '25006', 'cannot execute rn_prune() in a read-only transaction', '%', 'read only: prune');

SET default_transaction_read_only = off;
DROP OWNED BY other;
DROP ROLE other;

SELECT finish();
\ir leave.psql
