--
-- Small models of all kinds: what the corpora of the fuzz targets `codec` and `exchange`
-- were made of (the latter: as rn_export writes them), and what test/fuzz/mutants.sql
-- makes mutants of.
--
CREATE TABLE sales AS
SELECT s AS store, date '2024-01-29' + i AS day, timestamptz '2024-01-01' + i * interval '1 hour' AS hour,
	(date '2020-01-31' + i * interval '1 month')::date AS month, i AS number,
	(s + 1) * (50 + 10 * sin(i * 0.9) + (i * 7919) % 97 * 0.05) AS amount,
	(i % 5)::float8 AS price, i % 7 = 0 AS promo, s::float8 AS size
FROM generate_series(0, 1) s, generate_series(0, 39) i;

CREATE TABLE seeds (name text PRIMARY KEY, model rn_model NOT NULL);

INSERT INTO seeds
SELECT 'plain_rnn', rn_fit(number, amount, 'rnn', '{"recipe": "plain", "units": 2, "epochs": 1, "window": 5}')
FROM sales WHERE store = 0
UNION ALL
SELECT 'plain_lstm', rn_fit(day, amount, 'lstm', '{"recipe": "plain", "units": [2, 2], "epochs": 1, "window": 5, "horizon": 2}')
FROM sales WHERE store = 0
UNION ALL
SELECT 'plain_gru', rn_fit(hour, amount, 'gru', '{"recipe": "plain", "units": 2, "epochs": 1, "window": 5, "scaler": "standard", "validation_split": 0.3, "time_zone": "Europe/Berlin"}')
FROM sales WHERE store = 0
UNION ALL
SELECT 'auto_days', rn_fit(day, amount, 'auto', '{"units": 2, "epochs": 1, "window": 5, "horizon": 2, "ensemble": 2}')
FROM sales WHERE store = 0
UNION ALL
SELECT 'auto_months', rn_fit(month, amount, 'lstm', '{"units": 2, "epochs": 1, "window": 5, "horizon": 3, "ensemble": 2, "transform": "both", "lower_bound": 0}')
FROM sales WHERE store = 1;

-- Many series, covariates, the calendar: what aggregates do not give.
SELECT rn_train('gru', 'SELECT store, day, amount, price, promo, size FROM sales',
	'{"units": 2, "epochs": 1, "window": 4, "horizon": 2, "missing": "mask", "calendar_features": ["month", "day_of_week", "holiday"],
	  "holidays": "SELECT date ''2024-02-02''"}',
	name => 'panel_covariates', series => 'store', covariates => 'price known, promo known, size static');
SELECT rn_train('auto', 'SELECT store, day, amount FROM sales',
	'{"units": 2, "epochs": 1, "window": 4, "horizon": 2, "ensemble": 1, "missing": "zero"}', name => 'panel_auto', series => 'store');
INSERT INTO seeds
SELECT m.name, v.weights::rn_model FROM recurnet.version v JOIN recurnet.model m USING (model_id);
