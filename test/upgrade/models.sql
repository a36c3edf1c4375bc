--
-- A database of small models of every kind, and what they answer.  Other
-- versions of recurnet have to answer the same: see docs/releasing.md.
--
\set ON_ERROR_STOP 1
SET client_min_messages = error;
SET timezone = 'UTC';

CREATE EXTENSION recurnet;
CREATE ROLE ada;
CREATE ROLE bob;
GRANT CREATE ON SCHEMA public TO ada, bob;

CREATE TABLE months AS
    SELECT (date '2015-01-31' + i * interval '1 month')::date AS month,
        100 + i / 10.0 + 8 * sin(i * pi() / 6) + (i * 7919 % 13) / 5.0 AS amount
    FROM generate_series(0, 59) i;
CREATE TABLE hours AS
    SELECT timestamptz '2024-03-30 00:00+00' + i * interval '1 hour' AS at, 50 + 10 * sin(i * pi() / 12) + i % 5 AS load
    FROM generate_series(0, 95) i;
CREATE TABLE counts AS
    SELECT i AS k, 50 + 20 * cos(i / 5.0) AS amount FROM generate_series(1, 60) i;
CREATE TABLE sales AS
    SELECT store, date '2024-01-01' + i AS day, store * (40 + 10 * sin(i * 0.9) + 5 * promo) AS amount, promo
    FROM generate_series(1, 2) store, generate_series(0, 55) i, LATERAL (SELECT ((i * 7 + store) % 10 < 2)::int AS promo) p
    WHERE (store, i) NOT IN ((1, 20), (2, 30));
CREATE TABLE holiday AS
    SELECT date '2024-01-01' + 14 * i AS day FROM generate_series(0, 9) i;
GRANT SELECT ON months, hours, counts, sales, holiday TO ada, bob;

-- Of each kind of time, each recipe, each cell.
SET ROLE ada;
SELECT rn_train('gru', 'SELECT month, amount FROM months', '{"units": 2, "ensemble": 2, "epochs": 4}', 'months');
SELECT rn_train('lstm', 'SELECT at, load FROM hours',
    '{"recipe": "plain", "units": [3, 2], "window": 6, "horizon": 3, "epochs": 3, "validation_split": 0.2, "time_zone": "Europe/Berlin"}', 'hours');

-- Several series with a gap each, a covariate and holidays.
SET ROLE bob;
SELECT rn_train('gru', 'SELECT store, day, amount, promo FROM sales',
    '{"units": 2, "epochs": 3, "missing": "mask", "calendar_features": ["day_of_week", "holiday"], "holidays": "SELECT day FROM holiday"}',
    'sales', series => 'store', covariates => 'promo known');

-- Several versions, of which the newest is not the active one, and no name.
CREATE TEMPORARY TABLE nameless AS
    SELECT rn_train('rnn', 'SELECT k, amount FROM counts',
        '{"recipe": "plain", "units": 3, "window": 5, "epochs": 2, "validation_split": 0.2}') AS id;
SELECT format('CALL rn_retrain(%s::bigint); CALL rn_retrain(%1$s::bigint, ''cold'', promote => ''never'')', id) FROM nameless \gexec

-- Values, in a table of a user's.
CREATE TABLE fitted AS
    SELECT k % 2 AS half, rn_fit(k / 2, amount, 'gru', '{"units": 2, "ensemble": 1, "epochs": 2}') AS model
    FROM counts GROUP BY 1;
RESET ROLE;

-- What users have built upon all of the functions and views must not stop an update.
CREATE VIEW ahead AS
    SELECT m.*, v.active, f.step AS ahead, f.ts, f.forecast, f.lower, f.upper
    FROM rn_models m JOIN rn_versions v USING (model_id, version), rn_forecast_as(NULL::date, 'months', 3) f
    WHERE m.name = 'months';
CREATE VIEW errors AS
    SELECT rn_mae(amount, p), rn_rmse(amount, p), rn_smape(amount, p), rn_mase(amount, p, 2), rn_pinball(amount, p, 0.5), rn_coverage(amount, p, p),
        rn_mase_scale(k, amount, 1)
    FROM (SELECT k, amount, rn_predict(4, k, amount) OVER (ORDER BY k) AS p FROM counts) residual;
CREATE FUNCTION all_of_it(model text) RETURNS void LANGUAGE sql BEGIN ATOMIC
    SELECT rn_train('gru', 'SELECT 1', name => model), rn_activate(model, 1), rn_rollback(model), rn_prune(model, 1), rn_rename(model, 'x'), rn_drop_model(model);
    SELECT rn_activate(1, 1), rn_rollback(1), rn_prune(1, 1), rn_rename(1, 'x'), rn_drop_model(1);
    SELECT rn_forecast(model), rn_forecast(1), rn_forecast_as(NULL::date, model), rn_forecast_as(NULL::date, 1),
        rn_predict(model, 'SELECT 1'), rn_predict(1, 'SELECT 1'), rn_anomalies(model, 'SELECT 1'), rn_anomalies(1, 'SELECT 1'),
        rn_summary(model), rn_summary(1), rn_options(), rn_version(),
        rn_backtest('gru', 'SELECT 1'), rn_backtest_model(model), rn_backtest_model(1), rn_backtest_summary('gru', 'SELECT 1'), rn_tune('SELECT 1')
    FROM rn_training_log, rn_series_log;
    SELECT rn_forecast(m.model), rn_forecast_as(NULL::date, m.model), rn_predict(m.model, 'SELECT 1'), rn_anomalies(m.model, 'SELECT 1'), rn_summary(m.model)
    FROM (SELECT rn_fit(k, amount, 'gru') AS model FROM counts) m;
END;

-- Models whose number must not come back.
SELECT rn_drop_model(rn_train('rnn', 'SELECT k, amount FROM counts', '{"recipe": "plain", "units": 2, "epochs": 1, "window": 5}'));

-- Queries, and what they give; numbers apart from what they are numbers of.
CREATE TABLE question (id int PRIMARY KEY, what text NOT NULL, query text NOT NULL);
CREATE TABLE answer (question int REFERENCES question, row bigint, key text NOT NULL, numbers float8[], PRIMARY KEY (question, row));
INSERT INTO question VALUES
    (1, 'months', $$SELECT (series, step, ts)::text, ARRAY[forecast, lower, upper] FROM rn_forecast_as(NULL::date, 'months', 14)$$),
    (2, 'hours of a zone', $$SELECT (series, step, ts)::text, ARRAY[forecast, lower, upper] FROM rn_forecast('hours', 5, 0.5)$$),
    (3, 'series, covariates, holidays', $$SELECT (series, step, ts)::text, ARRAY[forecast, lower, upper]
        FROM rn_forecast_as(NULL::date, 'sales', 7, future =>
            'SELECT store, date ''2024-01-01'' + i AS day, i % 2 AS promo FROM generate_series(1, 2) store, generate_series(0, 90) i')$$),
    (4, 'a version by number', $$SELECT (series, step, t)::text, ARRAY[forecast, lower, upper]
        FROM rn_forecast((SELECT model_id FROM rn_models WHERE name IS NULL), 6)$$),
    (5, 'values in a table', $$SELECT (half, step, t)::text, ARRAY[forecast, lower, upper] FROM fitted, rn_forecast(model, 6)$$),
    (6, 'one step ahead', $$SELECT (series, ts)::text, ARRAY[actual, predicted, lower, upper]
        FROM rn_predict('hours', 'SELECT at, load FROM hours')$$),
    (7, 'rows that came since', $$SELECT (series, step, t)::text, ARRAY[forecast, lower, upper]
        FROM rn_forecast((SELECT model_id FROM rn_models WHERE name IS NULL), 3,
            history => 'SELECT i AS k, 50 + 20 * cos(i / 5.0) + i % 3 AS amount FROM generate_series(1, 80) i')$$),
    (8, 'training curves', $$SELECT (model_id, version, epoch)::text, ARRAY[loss, val_loss] FROM rn_training_log$$),
    (9, 'made up rows', $$SELECT l::text, NULL::float8[] FROM rn_series_log l$$),
    (10, 'models', $$SELECT (model_id, name, owner, cell, version, query, options, time_column, target_column, series_columns, covariates,
        time_type, time_zone, step, rows, series, train_from, train_to, metrics, bytes, trained_by, trained_at, duration, created_at)::text, NULL::float8[]
        FROM rn_models$$),
    (11, 'versions', $$SELECT (model_id, version, active, data_hash, content_hash)::text, NULL::float8[] FROM rn_versions$$),
    (12, 'bytes of values', $$SELECT (half, sha256(model::bytea))::text, NULL::float8[] FROM fitted$$),
    (13, 'views of users', $$SELECT (name, version, active, ahead, ts)::text, ARRAY[forecast, lower, upper] FROM ahead$$);
SELECT format('INSERT INTO answer SELECT %s, row_number() OVER (ORDER BY key COLLATE "C"), key, numbers FROM (%s) AS a (key, numbers)', id, query)
FROM question ORDER BY id \gexec
